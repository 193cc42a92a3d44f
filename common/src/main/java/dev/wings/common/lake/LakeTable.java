/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.common.lake;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.LakeSpecProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.LongType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.TimestampType;

/// The Iceberg table that a topic's schema and lake spec ask for. Nothing here does I/O.
///
/// Columns are the topic's fields with the topic's field ids, then `__offset__` and `__timestamp__`. Ids are
/// never reassigned: a topic's page, segment and table mean the same field by the same id.
///
/// @param schema columns in the topic's order, then offset and timestamp
/// @param partitioning as the lake spec has it
/// @param sortOrder the lake spec's; without one, partition key and offset
/// @param properties the table's properties
public record LakeTable(
        Schema schema, PartitionSpec partitioning, SortOrder sortOrder, Map<String, String> properties) {

    /// The field id of the column `__offset__`: above all ids that a topic's field can have, below those that
    /// Iceberg keeps.
    public static final int OFFSET_FIELD_ID = 2_000_000_001;

    /// The field id of the column `__timestamp__`.
    public static final int TIMESTAMP_FIELD_ID = 2_000_000_002;

    /// The version of a table that does not need more: what all engines can read.
    public static final int FORMAT_VERSION = 2;

    /// The version of a table that has files without a column which is not null in them.
    public static final int FORMAT_VERSION_OF_DEFAULTS = 3;

    /// Table property with the uid of the topic whose rows the table holds.
    public static final String TOPIC_UID_PROPERTY = "wings.topic-uid";

    private static final int MAX_PARTITIONING_FIELDS = 8;

    public LakeTable {
        properties = Map.copyOf(properties);
    }

    /// Fails with INVALID, naming the field, for what no Iceberg table can be.
    ///
    /// @param partitionFieldId id of the topic's partition key, 0 for none
    /// @param lake complete, with the ids of the fields
    public static LakeTable of(UUID topicUid, TopicSchema topic, int partitionFieldId, LakeSpec lake) {
        Schema schema = schema(topic, LakeSpecProtos.timeAs(lake));
        return new LakeTable(
                schema,
                partitioning(schema, topic, lake.getPartitioning().getFieldsList()),
                sortOrder(schema, topic, partitionFieldId, lake.getSortOrderList()),
                properties(topicUid, lake.getTargetSegmentBytes()));
    }

    /// Columns as in a table of the topic that keeps all values as what they are.
    public static Schema schema(TopicSchema topic) {
        return schema(topic, FieldType.Primitive.TIME);
    }

    private static Schema schema(TopicSchema topic, FieldType.Primitive timeAs) {
        List<NestedField> columns = new ArrayList<>();
        for (TopicField field : topic.fields()) {
            columns.add(LakeTypes.field(KeptTypes.kept(field, timeAs)));
        }
        columns.add(NestedField.required(
                OFFSET_FIELD_ID,
                TopicSchema.OFFSET_COLUMN,
                LongType.get(),
                "Position of the row in its partition of the topic."));
        columns.add(NestedField.required(
                TIMESTAMP_FIELD_ID,
                TopicSchema.TIMESTAMP_COLUMN,
                TimestampType.withZone(),
                "When the row was accepted; never decreases within a partition of the topic."));
        return legal(() -> {
            Schema schema = new Schema(columns);
            // refuses a column `a.b` beside a struct `a` with a field `b`: Iceberg names nested fields so
            schema.findField(TopicSchema.OFFSET_COLUMN);
            return schema;
        });
    }

    /// The columns for a table that exists. A column has its initial default there if the table may have files
    /// without it: if it is added to a table that has had rows, or has it already.
    public Schema schemaAfter(TableMetadata before) {
        boolean empty = before.snapshots().isEmpty();
        return withDefaults(column -> {
            NestedField there = before.schema().findField(column.fieldId());
            return there == null ? !empty : there.initialDefault() != null;
        });
    }

    /// The version of the table that columns need.
    public static int formatVersion(Schema schema) {
        return schema.columns().stream().anyMatch(column -> column.initialDefault() != null)
                ? FORMAT_VERSION_OF_DEFAULTS
                : FORMAT_VERSION;
    }

    /// Properties that a table with these columns needs: readers of Iceberg up to 1.11 that read batches of
    /// columns at once fail for a decimal with a default, others do not.
    public static Map<String, String> propertiesOf(Schema schema) {
        boolean decimal = schema.columns().stream()
                .anyMatch(column ->
                        column.initialDefault() != null && column.type().typeId() == TypeID.DECIMAL);
        return decimal ? Map.of(TableProperties.PARQUET_VECTORIZATION_ENABLED, "false") : Map.of();
    }

    private Schema withDefaults(Predicate<NestedField> kept) {
        if (schema.columns().stream().allMatch(column -> column.initialDefault() == null || kept.test(column))) {
            return schema;
        }
        return new Schema(schema.columns().stream()
                .map(column -> column.initialDefault() == null || kept.test(column)
                        ? column
                        : NestedField.from(column)
                                .withInitialDefault((Literal<?>) null)
                                .build())
                .toList());
    }

    /// The metadata of the table before its first row.
    ///
    /// @param uuid the table's
    public TableMetadata initialMetadata(UUID uuid, TableLocations locations) {
        return TableMetadata.buildFromEmpty(FORMAT_VERSION)
                .assignUUID(uuid.toString())
                .setLocation(locations.table())
                .setCurrentSchema(withDefaults(column -> false), TIMESTAMP_FIELD_ID)
                .setDefaultPartitionSpec(partitioning)
                .setDefaultSortOrder(sortOrder)
                .setProperties(properties)
                .discardChanges()
                .build();
    }

    private static PartitionSpec partitioning(Schema schema, TopicSchema topic, List<TablePartitionField> fields) {
        if (fields.size() > MAX_PARTITIONING_FIELDS) {
            throw WingsException.invalid("a table is partitioned by too many fields: limit=" + MAX_PARTITIONING_FIELDS
                    + ", found=" + fields.size());
        }
        Set<String> taken = new HashSet<>();
        schema.columns().forEach(column -> taken.add(TopicField.folded(column.name())));
        return legal(() -> {
            PartitionSpec.Builder builder = PartitionSpec.builderFor(schema).withSpecId(0);
            for (TablePartitionField field : fields) {
                NestedField column = column(schema, field.getFieldId());
                legal(column.name(), () -> add(builder, column, topic, field.getTransform(), taken));
            }
            return builder.build();
        });
    }

    private static PartitionSpec.Builder add(
            PartitionSpec.Builder builder,
            NestedField column,
            TopicSchema topic,
            PartitionTransform transform,
            Set<String> taken) {
        String name = column.name();
        return switch (transform) {
            case IDENTITY -> {
                topic.find(column.fieldId()).ifPresent(field -> topic.partitionKey(field.id()));
                yield builder.identity(name);
            }
            case HOUR -> check(Transforms.hour(), column, builder).hour(name, unused(name + "_hour", taken));
            case DAY -> check(Transforms.day(), column, builder).day(name, unused(name + "_day", taken));
            case MONTH -> check(Transforms.month(), column, builder).month(name, unused(name + "_month", taken));
            case YEAR -> check(Transforms.year(), column, builder).year(name, unused(name + "_year", taken));
            case PARTITION_TRANSFORM_UNSPECIFIED, UNRECOGNIZED ->
                throw WingsException.invalid("a field of the table's partitioning has no transform that is known here: "
                        + "field=\"" + TopicField.printable(name) + "\"");
        };
    }

    /// Iceberg checks too, but late, and without saying which field it is about.
    private static PartitionSpec.Builder check(
            Transform<?, ?> transform, NestedField column, PartitionSpec.Builder builder) {
        if (!transform.canTransform(column.type())) {
            throw WingsException.invalid(
                    "a table cannot be partitioned so by a field of this type: transform=" + transform);
        }
        return builder;
    }

    /// A name that is not taken: a partition field may not have the name of a column, and engines compare names
    /// without regard to case.
    private static String unused(String wanted, Set<String> taken) {
        String name = wanted;
        while (!taken.add(TopicField.folded(name))) {
            name += "_";
        }
        return name;
    }

    private static SortOrder sortOrder(Schema schema, TopicSchema topic, int partitionFieldId, List<SortField> fields) {
        return legal(() -> {
            SortOrder.Builder builder = SortOrder.builderFor(schema).withOrderId(1);
            if (fields.isEmpty()) {
                if (partitionFieldId != 0) {
                    builder.asc(topic.partitionKey(partitionFieldId).name());
                }
                return builder.asc(TopicSchema.OFFSET_COLUMN).build();
            }
            for (SortField field : fields) {
                NestedField column = column(schema, field.getFieldId());
                if (!column.type().isPrimitiveType()) {
                    throw WingsException.invalid("a table cannot be sorted by a field of this type: field=\""
                            + TopicField.printable(column.name()) + "\"");
                }
                boolean nullsLast = field.hasNullsLast() ? field.getNullsLast() : field.getDescending();
                builder.sortBy(
                        column.name(),
                        field.getDescending() ? SortDirection.DESC : SortDirection.ASC,
                        nullsLast ? NullOrder.NULLS_LAST : NullOrder.NULLS_FIRST);
            }
            return builder.build();
        });
    }

    private static Map<String, String> properties(UUID topicUid, long targetSegmentBytes) {
        Map<String, String> properties = new HashMap<>();
        properties.put(TOPIC_UID_PROPERTY, topicUid.toString());
        properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
        properties.put(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, Long.toString(targetSegmentBytes));
        // a commit never deletes: what it makes obsolete is deleted after a grace, by a task
        properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "false");
        properties.put(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "5");
        properties.put(TableProperties.MANIFEST_MERGE_ENABLED, "true");
        properties.put(TableProperties.MANIFEST_MIN_MERGE_COUNT, "50");
        // the last columns of a wide table would go without bounds, and these are what readers look for
        properties.put(metrics(TopicSchema.OFFSET_COLUMN), "full");
        properties.put(metrics(TopicSchema.TIMESTAMP_COLUMN), "full");
        return properties;
    }

    private static String metrics(String column) {
        return TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + column;
    }

    private static NestedField column(Schema schema, int fieldId) {
        return schema.columns().stream()
                .filter(column -> column.fieldId() == fieldId)
                .findFirst()
                .orElseThrow(() -> WingsException.invalid("not a top-level field of the topic: field_id=" + fieldId));
    }

    /// Turns Iceberg's own refusals into ours.
    private static <T> T legal(Supplier<T> made) {
        try {
            return made.get();
        } catch (WingsException e) {
            throw e;
        } catch (RuntimeException e) {
            String reason = TopicField.printable(String.valueOf(e.getMessage()));
            throw new WingsException(ErrorKind.INVALID, "no Iceberg table can be made of the topic: " + reason, e);
        }
    }

    private static <T> T legal(String field, Supplier<T> made) {
        try {
            return legal(made);
        } catch (WingsException e) {
            throw new WingsException(e.kind(), e.getMessage() + ", at=\"" + TopicField.printable(field) + "\"", e);
        }
    }
}
