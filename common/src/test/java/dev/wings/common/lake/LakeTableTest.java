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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.Schemas;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.junit.jupiter.api.Test;

final class LakeTableTest {

    private static final UUID TOPIC = UUID.fromString("01890000-0000-7000-8000-000000000001");
    private static final UUID TABLE = UUID.fromString("01890000-0000-7000-8000-000000000002");
    private static final TableLocations LOCATIONS =
            TableLocations.of(StoreLocations.of(URI.create("file:///lake/")), "n/1", "events", TOPIC);

    private static LakeSpec spec(TablePartitionField... partitioning) {
        return LakeSpec.newBuilder()
                .setPartitioning(TablePartitioning.newBuilder().addAllFields(List.of(partitioning)))
                .setTargetSegmentBytes(1 << 20)
                .build();
    }

    private static TablePartitionField by(int fieldId, PartitionTransform transform) {
        return TablePartitionField.newBuilder()
                .setFieldId(fieldId)
                .setTransform(transform)
                .build();
    }

    @Test
    void everyTypeKeepsItsFieldIdAtAllDepths() {
        LakeTable table = LakeTable.of(TOPIC, Schemas.everyType(), 0, spec());
        TableMetadata metadata = table.initialMetadata(TABLE, LOCATIONS);
        // through the file, as readers see it
        TableMetadata read = TableMetadataParser.fromJson(TableMetadataParser.toJson(metadata));
        assertThat(read.schema().asStruct()).isEqualTo(table.schema().asStruct());
        assertThat(read.schema().toString()).isEqualTo("""
                table {
                  1: flag: required boolean
                  2: i: optional int
                  3: l: required long (a long one)
                  4: f: optional float
                  5: d: optional double
                  6: price: optional decimal(10, 2)
                  7: day: optional date
                  8: clock: optional time
                  9: local: optional timestamp
                  10: instant: optional timestamptz
                  11: text: optional string
                  12: bytes: optional binary
                  13: hash: optional binary
                  14: id: optional uuid
                  15: place: optional struct<16: name: required string, 17: select: optional int>
                  18: tags: optional list<string>
                  20: attributes: optional map<string, list<long>>
                  2000000001: __offset__: required long (Position of the row in its partition of the topic.)
                  2000000002: __timestamp__: required timestamptz \
                (When the row was accepted; never decreases within a partition of the topic.)
                }""");
        assertThat(SchemaParser.toJson(read.schema()))
                .contains("\"element-id\":19", "\"key-id\":21", "\"value-id\":22", "\"element-id\":23");
        assertThat(read.lastColumnId()).isEqualTo(LakeTable.TIMESTAMP_FIELD_ID);
        assertThat(read.uuid()).isEqualTo(TABLE.toString());
        assertThat(read.location()).isEqualTo("file:///lake/n/1/tables/events-" + TOPIC);
        assertThat(read.formatVersion()).isEqualTo(2);
        assertThat(read.properties())
                .containsEntry(LakeTable.TOPIC_UID_PROPERTY, TOPIC.toString())
                .containsEntry("write.target-file-size-bytes", "1048576");
        assertThat(read.snapshots()).isEmpty();
    }

    @Test
    void timesAreWhatTheLayoutSays() {
        TopicSchema topic = new TopicSchema(
                0,
                List.of(
                        TopicField.optional(1, "at", FieldType.Primitive.TIME),
                        TopicField.optional(
                                2,
                                "open",
                                new FieldType.MapOf(
                                        TopicField.required(3, "key", FieldType.Primitive.TIME),
                                        TopicField.optional(
                                                4,
                                                "value",
                                                new FieldType.ListOf(TopicField.optional(
                                                        5,
                                                        "element",
                                                        new FieldType.Struct(List.of(
                                                                TopicField.required(
                                                                        6, "from", FieldType.Primitive.TIME),
                                                                TopicField.optional(
                                                                        7, "day", FieldType.Primitive.DATE)))))))),
                        TopicField.optional(8, "moment", FieldType.Primitive.TIMESTAMP)),
                8);
        for (Primitive timeAs : List.of(Primitive.PRIMITIVE_UNSPECIFIED, Primitive.LONG, Primitive.STRING)) {
            LakeSpec lake = spec(by(1, PartitionTransform.IDENTITY)).toBuilder()
                    .setTimeAs(timeAs)
                    .build();
            LakeTable table = LakeTable.of(TOPIC, topic, 0, lake);
            String type = timeAs == Primitive.PRIMITIVE_UNSPECIFIED
                    ? "time"
                    : timeAs.name().toLowerCase(Locale.ROOT);
            assertThat(table.schema().toString())
                    .contains("1: at: optional " + type + "\n")
                    .contains("2: open: optional map<" + type + ", list<struct<6: from: required " + type
                            + ", 7: day: optional date>>>\n")
                    .contains("8: moment: optional timestamp\n");
            assertThat(table.partitioning()
                            .partitionType()
                            .fields()
                            .getFirst()
                            .type()
                            .toString())
                    .isEqualTo(type);
        }
    }

    @Test
    void partitioningHasEveryTransformAndNamesThatNoColumnHas() {
        TopicSchema topic = new TopicSchema(
                0,
                List.of(
                        TopicField.required(1, "key", FieldType.Primitive.STRING),
                        TopicField.optional(2, "at", FieldType.Primitive.TIMESTAMP),
                        TopicField.optional(3, "At_Day", FieldType.Primitive.INT),
                        TopicField.optional(4, "born", FieldType.Primitive.DATE),
                        TopicField.optional(5, "seen", FieldType.Primitive.TIMESTAMPTZ)),
                5);
        LakeTable table = LakeTable.of(
                TOPIC,
                topic,
                1,
                spec(
                        by(1, PartitionTransform.IDENTITY),
                        by(2, PartitionTransform.DAY),
                        by(4, PartitionTransform.YEAR),
                        by(5, PartitionTransform.MONTH),
                        by(LakeTable.TIMESTAMP_FIELD_ID, PartitionTransform.HOUR)));
        TableMetadata read =
                TableMetadataParser.fromJson(TableMetadataParser.toJson(table.initialMetadata(TABLE, LOCATIONS)));
        assertThat(read.spec().fields().stream().map(PartitionField::toString))
                .containsExactly(
                        "1000: key: identity(1)",
                        "1001: at_day_: day(2)",
                        "1002: born_year: year(4)",
                        "1003: seen_month: month(5)",
                        "1004: __timestamp___hour: hour(2000000002)");
        assertThat(read.sortOrder().toString())
                .containsSubsequence("identity(1) ASC NULLS FIRST", "identity(2000000001) ASC NULLS FIRST");
    }

    @Test
    void sortOrderOfTheSpecReplacesThatOfTheLog() {
        LakeSpec lake = spec().toBuilder()
                .addSortOrder(SortField.newBuilder().setFieldId(2).setDescending(true))
                .addSortOrder(SortField.newBuilder().setFieldId(11).setNullsLast(true))
                .addSortOrder(SortField.newBuilder().setFieldId(LakeTable.TIMESTAMP_FIELD_ID))
                .build();
        assertThat(LakeTable.of(TOPIC, Schemas.everyType(), 3, lake).sortOrder().toString())
                .containsSubsequence(
                        "identity(2) DESC NULLS LAST",
                        "identity(11) ASC NULLS LAST",
                        "identity(2000000002) ASC NULLS FIRST");
        assertThat(LakeTable.of(TOPIC, Schemas.everyType(), 0, spec())
                        .sortOrder()
                        .fields())
                .hasSize(1);
    }

    @Test
    void whatNoTableCanBeIsRefused() {
        TopicSchema topic = Schemas.everyType();
        assertRefused(topic, spec(by(16, PartitionTransform.IDENTITY)), "not a top-level field");
        assertRefused(topic, spec(by(5, PartitionTransform.IDENTITY)), "field=\"d\"");
        assertRefused(topic, spec(by(15, PartitionTransform.IDENTITY)), "field=\"place\"");
        assertRefused(topic, spec(by(11, PartitionTransform.DAY)), "text");
        assertRefused(topic, spec(by(7, PartitionTransform.HOUR)), "day");
        assertRefused(topic, spec(by(9, PartitionTransform.HOUR), by(9, PartitionTransform.DAY)), "redundant");
        assertRefused(topic, spec(by(9, PartitionTransform.PARTITION_TRANSFORM_UNSPECIFIED)), "field=\"local\"");
        LakeSpec sorted = spec().toBuilder()
                .addSortOrder(SortField.newBuilder().setFieldId(18))
                .build();
        assertRefused(topic, sorted, "field=\"tags\"");
        TopicSchema ambiguous = new TopicSchema(
                0,
                List.of(
                        TopicField.optional(1, "a.b", FieldType.Primitive.INT),
                        TopicField.optional(
                                2,
                                "a",
                                new FieldType.Struct(List.of(TopicField.optional(3, "b", FieldType.Primitive.INT))))),
                3);
        assertRefused(ambiguous, spec(), "a.b");
    }

    private static void assertRefused(TopicSchema topic, LakeSpec lake, String reason) {
        assertThatThrownBy(() -> LakeTable.of(TOPIC, topic, 0, lake))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void locationsFollowThePattern() {
        assertThat(LOCATIONS.metadata(7, TABLE))
                .isEqualTo(LOCATIONS.table() + "/metadata/00007-" + TABLE + ".metadata.json");
        assertThat(LOCATIONS.segment(TABLE)).isEqualTo(LOCATIONS.table() + "/data/" + TABLE + ".parquet");
        assertThat(TableLocations.metadataVersion(LOCATIONS.metadata(123_456, TABLE)))
                .isEqualTo(123_456);
        assertThat(TableLocations.metadataVersion("file:///x/metadata/v1.json")).isZero();
        assertThat(TableLocations.of(StoreLocations.of(URI.create("s3://b/p")), "", "t", TOPIC)
                        .table())
                .isEqualTo("s3://b/p/tables/t-" + TOPIC);
    }
}
