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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType.Primitive;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// How a topic's rows are laid out in its Iceberg table, and how soon they are there. Complete: nothing is left to
/// a default. Fails with INVALID for what is wrong in itself; whether it goes with a schema is checked by [#check].
///
/// @param partitioning of the table; none for a table that is not partitioned
/// @param sortOrder of the rows within a segment, after the table's partitioning; at least one field
/// @param freshness rows are in the table at most about so long after they were acknowledged
/// @param targetSegmentBytes the size that segments are rewritten to
/// @param timeAs what values of type time are in the table, at all depths: one of [#TIMES]
public record LakeSpec(
        List<PartitionField> partitioning,
        List<SortField> sortOrder,
        Duration freshness,
        long targetSegmentBytes,
        Primitive timeAs) {

    public static final int MAX_PARTITION_FIELDS = 8;
    public static final int MAX_SORT_FIELDS = 8;

    public static final Duration DEFAULT_FRESHNESS = Duration.ofSeconds(30);
    public static final Duration MIN_FRESHNESS = Duration.ofSeconds(1);
    public static final Duration MAX_FRESHNESS = Duration.ofDays(1);

    public static final long DEFAULT_SEGMENT_BYTES = 256L << 20;
    public static final long MIN_SEGMENT_BYTES = 1L << 20;
    public static final long MAX_SEGMENT_BYTES = 4L << 30;

    /// What a time can be in a table: itself, its microseconds since midnight, or its text. They have the same order.
    public static final List<Primitive> TIMES = List.of(Primitive.TIME, Primitive.LONG, Primitive.STRING);

    /// The field id of the column `__offset__` in the table: above all ids that a topic's fields can have, and
    /// below those that Iceberg keeps for itself.
    public static final int OFFSET_FIELD_ID = 2_000_000_001;

    /// The field id of the column `__timestamp__` in the table.
    public static final int TIMESTAMP_FIELD_ID = 2_000_000_002;

    public LakeSpec {
        partitioning = List.copyOf(partitioning);
        sortOrder = List.copyOf(sortOrder);
        if (partitioning.size() > MAX_PARTITION_FIELDS) {
            throw WingsException.invalid("too many fields to partition the table by: fields=" + partitioning.size()
                    + ", limit=" + MAX_PARTITION_FIELDS);
        }
        if (sortOrder.isEmpty() || sortOrder.size() > MAX_SORT_FIELDS) {
            throw WingsException.invalid("bad number of fields to sort the table by: fields=" + sortOrder.size()
                    + ", limit=" + MAX_SORT_FIELDS);
        }
        if (freshness.compareTo(MIN_FRESHNESS) < 0 || freshness.compareTo(MAX_FRESHNESS) > 0) {
            throw WingsException.invalid("bad freshness: 1 second to 1 day is expected: found=" + freshness);
        }
        if (targetSegmentBytes < MIN_SEGMENT_BYTES || targetSegmentBytes > MAX_SEGMENT_BYTES) {
            throw WingsException.invalid("bad target_segment_bytes: " + MIN_SEGMENT_BYTES + " to " + MAX_SEGMENT_BYTES
                    + " is expected: found=" + targetSegmentBytes);
        }
        if (!TIMES.contains(timeAs)) {
            throw WingsException.invalid("bad time_as: time, long or string is expected: found=" + timeAs);
        }
    }

    /// One part of the table's partitioning.
    ///
    /// @param fieldId the id of a top-level field, or [#TIMESTAMP_FIELD_ID]
    public record PartitionField(int fieldId, Transform transform) {}

    /// Transforms of the Iceberg table spec.
    public enum Transform {
        IDENTITY,
        HOUR,
        DAY,
        MONTH,
        YEAR;

        /// Whether this transform takes values of the type. Floating point numbers make no partitions: they are
        /// hardly ever equal.
        public boolean takes(FieldType type) {
            return switch (this) {
                case IDENTITY -> type.canPartition();
                case HOUR -> type == Primitive.TIMESTAMP || type == Primitive.TIMESTAMPTZ;
                case DAY, MONTH, YEAR ->
                    type == Primitive.DATE || type == Primitive.TIMESTAMP || type == Primitive.TIMESTAMPTZ;
            };
        }
    }

    /// One part of the order of rows.
    ///
    /// @param fieldId the id of a top-level field of a primitive type, [#OFFSET_FIELD_ID] or
    ///     [#TIMESTAMP_FIELD_ID]
    public record SortField(int fieldId, boolean descending, boolean nullsLast) {

        /// An ascending order, with nulls first as the Iceberg table spec has it.
        static SortField ascending(int fieldId) {
            return new SortField(fieldId, false, false);
        }
    }

    /// The layout of a topic whose creator asked for nothing: partitioned by its partition key, in the order of
    /// the log.
    ///
    /// @param partitionFieldId the id of the topic's partition key; 0 for none
    public static LakeSpec defaults(int partitionFieldId) {
        return new LakeSpec(
                defaultPartitioning(partitionFieldId),
                defaultSortOrder(partitionFieldId),
                DEFAULT_FRESHNESS,
                DEFAULT_SEGMENT_BYTES,
                Primitive.TIME);
    }

    static List<PartitionField> defaultPartitioning(int partitionFieldId) {
        return partitionFieldId == 0 ? List.of() : List.of(new PartitionField(partitionFieldId, Transform.IDENTITY));
    }

    static List<SortField> defaultSortOrder(int partitionFieldId) {
        SortField offset = SortField.ascending(OFFSET_FIELD_ID);
        return partitionFieldId == 0 ? List.of(offset) : List.of(SortField.ascending(partitionFieldId), offset);
    }

    /// A column of a topic's table.
    record Column(int id, String name, FieldType type) {

        private static final Column OFFSET = new Column(OFFSET_FIELD_ID, TopicSchema.OFFSET_COLUMN, Primitive.LONG);
        private static final Column TIMESTAMP =
                new Column(TIMESTAMP_FIELD_ID, TopicSchema.TIMESTAMP_COLUMN, Primitive.TIMESTAMPTZ);

        /// The top-level fields, `__offset__` and `__timestamp__`.
        private static Stream<Column> all(TopicSchema schema) {
            return Stream.concat(
                    schema.fields().stream().map(field -> new Column(field.id(), field.name(), field.type())),
                    Stream.of(OFFSET, TIMESTAMP));
        }

        /// The column of that name, matched without regard to case.
        static Column named(TopicSchema schema, String name) {
            String folded = TopicField.folded(name);
            return all(schema)
                    .filter(column -> TopicField.folded(column.name).equals(folded))
                    .findFirst()
                    .orElseThrow(() -> WingsException.invalid(
                            "not a top-level field of the topic: field=\"" + TopicField.printable(name) + "\""));
        }

        static Column of(TopicSchema schema, int id) {
            return all(schema)
                    .filter(column -> column.id == id)
                    .findFirst()
                    .orElseThrow(() -> WingsException.invalid("not a top-level field of the topic: field_id=" + id));
        }
    }

    /// Fails with INVALID, naming the field, if a topic with this schema cannot have this layout.
    public void check(TopicSchema schema) {
        Set<PartitionField> partitions = new HashSet<>();
        Set<Integer> times = new HashSet<>();
        for (PartitionField part : partitioning) {
            Column column = Column.of(schema, part.fieldId());
            checkTransform(part, column);
            boolean again = part.transform() == Transform.IDENTITY ? !partitions.add(part) : !times.add(part.fieldId());
            if (again) {
                // as the Iceberg library has it: the coarser of two time transforms is in the finer one
                throw WingsException.invalid(
                        "the table is partitioned by the same field twice: field=\"" + column.name() + "\"");
            }
        }
        Set<Integer> sorted = new HashSet<>();
        for (SortField part : sortOrder) {
            Column column = Column.of(schema, part.fieldId());
            if (!column.type().children().isEmpty()) {
                throw WingsException.invalid("the table cannot be sorted by a nested field: field=\"" + column.name()
                        + "\", type=" + TopicField.printable(column.type().toString()));
            }
            if (!sorted.add(part.fieldId())) {
                throw WingsException.invalid(
                        "the table is sorted by the same field twice: field=\"" + column.name() + "\"");
            }
        }
    }

    private static void checkTransform(PartitionField part, Column column) {
        if (part.fieldId() == OFFSET_FIELD_ID
                || (part.fieldId() == TIMESTAMP_FIELD_ID && part.transform() == Transform.IDENTITY)) {
            throw WingsException.invalid("every row would be in a partition of its own: field=" + column.name());
        }
        if (!part.transform().takes(column.type())) {
            throw WingsException.invalid("the table cannot be partitioned so: field=\"" + column.name() + "\", type="
                    + TopicField.printable(column.type().toString()) + ", transform=" + part.transform());
        }
    }
}
