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
package dev.wings.integration.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.Schemas;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.SerializableFunction;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows of every type, through pages and segments, and back with Iceberg's own readers.
final class SegmentTypesTest {

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private final Random random = new Random(5);

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"));
    }

    @AfterEach
    void close() {
        lake.close();
    }

    private static LakeSpec by(TablePartitionField... fields) {
        return LakeSpec.newBuilder()
                .setPartitioning(TablePartitioning.newBuilder().addAllFields(List.of(fields)))
                .build();
    }

    private static TablePartitionField by(String field, PartitionTransform transform) {
        return TablePartitionField.newBuilder()
                .setField(field)
                .setTransform(transform)
                .build();
    }

    private List<List<@Nullable Object>> rows(TopicSchema schema, int count) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<@Nullable Object> row = new ArrayList<>();
            schema.fields().forEach(field -> row.add(Values.random(field, random)));
            rows.add(row);
        }
        return rows;
    }

    private TableRows compact(TestTopic topic) {
        lake.run(TaskKind.CREATE_TABLE);
        lake.run(TaskKind.COMPACT);
        LakeFixture.Plan plan = lake.plan(topic);
        assertThat(plan.pages()).isEmpty();
        return TableRows.open(lake, topic, plan.metadataLocation(), directory);
    }

    /// Bounds, counts and partition of each file agree with its rows.
    private static void assertDescribed(TableRows table) {
        for (DataFile file : table.files()) {
            List<Record> records = table.records(file);
            List<NestedField> columns = table.table().schema().columns();
            for (int i = 0; i < columns.size(); i++) {
                NestedField column = columns.get(i);
                if (column.type().isPrimitiveType()) {
                    assertBounds(file, column, values(i, records));
                }
            }
            List<PartitionField> fields = table.table().spec().fields();
            for (int i = 0; i < fields.size(); i++) {
                NestedField source =
                        table.table().schema().findField(fields.get(i).sourceId());
                SerializableFunction<Object, Object> transform =
                        bind(fields.get(i).transform(), source.type());
                Set<@Nullable Object> values = new HashSet<>();
                for (Object value : values(columns.indexOf(source), records)) {
                    values.add(transform.apply(value));
                }
                assertThat(values)
                        .as("values of partition field %s", fields.get(i))
                        .hasSize(1);
                assertThat(file.partition().get(i, Object.class))
                        .isEqualTo(values.iterator().next());
            }
            assertThat(file.splitOffsets()).isNotEmpty();
        }
    }

    @SuppressWarnings("unchecked")
    private static SerializableFunction<Object, Object> bind(Transform<?, ?> transform, Type type) {
        return ((Transform<Object, Object>) transform).bind(type);
    }

    private static List<@Nullable Object> values(int position, List<Record> records) {
        List<@Nullable Object> values = new ArrayList<>();
        records.forEach(record -> values.add(internal(record.get(position))));
        return values;
    }

    /// A value as Iceberg keeps it in memory.
    private static @Nullable Object internal(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case java.time.LocalDate it -> (int) it.toEpochDay();
            case java.time.LocalTime it -> it.toNanoOfDay() / 1000;
            case java.time.LocalDateTime it -> micros(it.toInstant(java.time.ZoneOffset.UTC));
            case java.time.OffsetDateTime it -> micros(it.toInstant());
            default -> value;
        };
    }

    private static long micros(java.time.Instant instant) {
        return java.math.BigInteger.valueOf(instant.getEpochSecond())
                .multiply(java.math.BigInteger.valueOf(1_000_000))
                .add(java.math.BigInteger.valueOf(instant.getNano() / 1000))
                .longValueExact();
    }

    private static void assertBounds(DataFile file, NestedField column, List<@Nullable Object> values) {
        Comparator<Object> order = Comparators.forType(column.type().asPrimitiveType());
        long nulls = values.stream().filter(value -> value == null).count();
        long nans = values.stream()
                .filter(value -> Double.valueOf(Double.NaN).equals(value)
                        || Float.valueOf(Float.NaN).equals(value))
                .count();
        int id = column.fieldId();
        assertThat(file.valueCounts().get(id)).isEqualTo(values.size());
        assertThat(file.nullValueCounts().get(id)).as("nulls of %s", column).isEqualTo(nulls);
        boolean floating =
                column.type().typeId() == Type.TypeID.FLOAT || column.type().typeId() == Type.TypeID.DOUBLE;
        if (floating) {
            assertThat(file.nanValueCounts().get(id)).as("NaNs of %s", column).isEqualTo(nans);
        }
        ByteBuffer lower = file.lowerBounds().get(id);
        ByteBuffer upper = file.upperBounds().get(id);
        if (nans > 0) {
            assertThat(upper).as("upper bound beside NaNs of %s", column).isNull();
        }
        for (Object value : values) {
            if (value == null || value.equals(Double.NaN) || value.equals(Float.NaN)) {
                continue;
            }
            if (lower != null) {
                assertThat(order.compare(Conversions.fromByteBuffer(column.type(), lower), value))
                        .as("lower bound of %s and %s", column, value)
                        .isLessThanOrEqualTo(0);
            }
            if (upper != null) {
                assertThat(order.compare(Conversions.fromByteBuffer(column.type(), upper), value))
                        .as("upper bound of %s and %s", column, value)
                        .isGreaterThanOrEqualTo(0);
            }
        }
    }

    private static long firstOffset(DataFile file) {
        return Conversions.<Long>fromByteBuffer(
                Types.LongType.get(), Objects.requireNonNull(file.lowerBounds().get(LakeTable.OFFSET_FIELD_ID)));
    }

    @Test
    void everyTypeComesBackAsItWas() {
        TestTopic topic = lake.createTopic("events", Schemas.everyType(), "", LakeSpec.getDefaultInstance());
        topic.push(rows(topic.schema(), 500), 100);
        topic.push(rows(topic.schema(), 300), 300);
        TableRows table = compact(topic);
        table.assertHolds(topic);
        assertDescribed(table);
        DataFile file = table.files().getFirst();
        // what readers look for has bounds in any case
        assertThat(file.lowerBounds()).containsKeys(1, 2, 3, 6, 7, 8, 9, 10, LakeTable.OFFSET_FIELD_ID);
        assertThat(file.upperBounds()).containsKeys(1, 2, 3, 6, 7, 8, 9, 10, LakeTable.TIMESTAMP_FIELD_ID);
        // and DuckDB agrees on the field ids, at all depths
        try (DuckDb duckDb = DuckDb.open(Map.of())) {
            String ids = duckDb.text(
                    "SELECT string_agg(field_id::VARCHAR, ',' ORDER BY field_id) FROM parquet_schema(?)"
                            + " WHERE field_id IS NOT NULL",
                    table.local(file).toString());
            assertThat(ids)
                    .isEqualTo("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,2000000001,2000000002");
        }
    }

    /// What the format's specification asks for, for readers that do not know the older converted types: a field that
    /// has one has a logical type, lists and maps have three levels with the format's own names, and ids.
    @Test
    void fieldsAreWhatTheFormatSaysOfThem() throws Exception {
        TestTopic topic = lake.createTopic("events", Schemas.everyType(), "", LakeSpec.getDefaultInstance());
        topic.push(rows(topic.schema(), 20), 20);
        TableRows table = compact(topic);
        assertThat(table.files()).isNotEmpty();
        for (DataFile file : table.files()) {
            List<SchemaElement> elements = elements(table.local(file));
            Set<LogicalType._Fields> kinds = new HashSet<>();
            for (int i = 0; i < elements.size(); i++) {
                SchemaElement element = elements.get(i);
                assertThat(element.isSetLogicalType()).as("%s", element).isEqualTo(typed(element));
                LogicalType logical = element.getLogicalType();
                if (logical != null) {
                    LogicalType._Fields kind = logical.getSetField();
                    kinds.add(kind);
                    if (kind == LogicalType._Fields.LIST || kind == LogicalType._Fields.MAP) {
                        boolean list = kind == LogicalType._Fields.LIST;
                        SchemaElement middle = elements.get(i + 1);
                        assertThat(element.getNum_children()).isEqualTo(1);
                        assertThat(middle.getName()).isEqualTo(list ? "list" : "key_value");
                        assertThat(middle.getRepetition_type()).isEqualTo(FieldRepetitionType.REPEATED);
                        assertThat(middle.getNum_children()).isEqualTo(list ? 1 : 2);
                        assertThat(elements.get(i + 2).getName()).isEqualTo(list ? "element" : "key");
                        assertThat(elements.get(i + 2).isSetField_id()).isTrue();
                        if (!list) {
                            assertThat(elements.get(i + 2).getRepetition_type())
                                    .isEqualTo(FieldRepetitionType.REQUIRED);
                        }
                    }
                }
            }
            assertThat(kinds)
                    .containsExactlyInAnyOrder(
                            LogicalType._Fields.LIST,
                            LogicalType._Fields.MAP,
                            LogicalType._Fields.STRING,
                            LogicalType._Fields.DATE,
                            LogicalType._Fields.TIME,
                            LogicalType._Fields.TIMESTAMP,
                            LogicalType._Fields.DECIMAL,
                            LogicalType._Fields.INTEGER,
                            LogicalType._Fields.UUID);
        }
    }

    /// Whether a field means more than its physical type does: all but structs, and plain numbers, booleans and bytes.
    private static boolean typed(SchemaElement element) {
        return element.isSetConverted_type()
                || (element.getType() == org.apache.parquet.format.Type.FIXED_LEN_BYTE_ARRAY);
    }

    private static List<SchemaElement> elements(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        return Objects.requireNonNull(
                Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length))
                        .getSchema());
    }

    /// Nulls of every type, in batches before, between and behind others: what is known of a batch says nothing then,
    /// or of a
    /// list that it has only nulls.
    @Test
    void batchesWithNothingButNullsAreCompactedAndRewritten() {
        TopicSchema every = Schemas.everyType();
        TestTopic topic = lake.createTopic("sparse", every, "", LakeSpec.getDefaultInstance());
        for (int push = 0; push < 4; push++) {
            List<List<@Nullable Object>> rows = rows(every, 50);
            for (int row = 0; row < rows.size(); row++) {
                // two batches of ten rows with values in three of four pushes, none in the last
                boolean empty = push == 3 || row / 10 % 2 == push % 2 || row / 10 == 4;
                for (int i = 0; empty && i < every.fields().size(); i++) {
                    if (!every.fields().get(i).required()) {
                        rows.get(row).set(i, null);
                    }
                }
            }
            topic.push(rows, 10);
            TableRows table = push == 0 ? compact(topic) : compactMore(topic);
            table.assertHolds(topic);
            assertDescribed(table);
        }
        lake.run(TaskKind.REWRITE);
        TableRows table = TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
        table.assertHolds(topic);
        assertDescribed(table);
        assertThat(table.files()).hasSize(1);
    }

    private TableRows compactMore(TestTopic topic) {
        lake.compactAll(topic);
        return TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
    }

    @Test
    void everyTypeThatCanBeAPartitionKeyIsAnExactPartition() {
        List<FieldType> types = List.of(
                FieldType.Primitive.BOOLEAN,
                FieldType.Primitive.INT,
                FieldType.Primitive.LONG,
                new FieldType.Decimal(9, 2),
                new FieldType.Decimal(38, 10),
                FieldType.Primitive.DATE,
                FieldType.Primitive.TIME,
                FieldType.Primitive.TIMESTAMP,
                FieldType.Primitive.TIMESTAMPTZ,
                FieldType.Primitive.STRING,
                FieldType.Primitive.BINARY,
                new FieldType.Fixed(5),
                FieldType.Primitive.UUID);
        for (FieldType type : types) {
            TopicSchema schema = new TopicSchema(
                    0,
                    List.of(TopicField.required(1, "k", type), TopicField.optional(2, "v", FieldType.Primitive.LONG)),
                    2);
            TestTopic topic = lake.createTopic(
                    "t" + type.toString().replaceAll("[^a-z0-9]", "_"), schema, "k", LakeSpec.getDefaultInstance());
            List<List<@Nullable Object>> keys = rows(schema, 8);
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                List<@Nullable Object> row = new ArrayList<>(keys.get(random.nextInt(keys.size())));
                row.set(1, (long) i);
                rows.add(row);
            }
            topic.push(rows, 7);
            TableRows table = compact(topic);
            assertThat(table.files())
                    .as("files of %s", type)
                    .hasSize(topic.rows().size());
            assertDescribed(table);
            long total = table.files().stream().mapToLong(DataFile::recordCount).sum();
            assertThat(total).isEqualTo(60);
            for (DataFile file : table.files()) {
                assertThat(table.records(file))
                        .extracting(record -> (Long) record.getField("__offset__"))
                        .isSorted();
            }
        }
    }

    /// U+1F600 comes before U+FF21 in UTF-16, the order of `String`, and behind it in UTF-8, that of partitions.
    @Test
    void partitionsBeyondTheFirstPlaneOfUnicodeAreCompactedTogetherWithOthers() {
        TopicSchema schema = new TopicSchema(0, List.of(TopicField.required(1, "k", FieldType.Primitive.STRING)), 1);
        TestTopic topic = lake.createTopic("planes", schema, "k", LakeSpec.getDefaultInstance());
        topic.push(List.of(List.of("\uD83D\uDE00"), List.of("\uFF21"), List.of("a"), List.of("\uFF21")), 7);
        TableRows table = compact(topic);
        assertThat(table.files()).hasSize(3);
        assertDescribed(table);
    }

    @Test
    void timeTransformsAgreeWithIcebergAlsoBefore1970AndForNulls() {
        TopicSchema schema = new TopicSchema(
                0,
                List.of(
                        TopicField.required(1, "k", FieldType.Primitive.INT),
                        TopicField.optional(2, "at", FieldType.Primitive.TIMESTAMP),
                        TopicField.optional(3, "seen", FieldType.Primitive.TIMESTAMPTZ),
                        TopicField.optional(4, "born", FieldType.Primitive.DATE),
                        TopicField.optional(5, "name", FieldType.Primitive.STRING)),
                5);
        List<LakeSpec> specs = List.of(
                by(by("at", PartitionTransform.HOUR)),
                by(by("seen", PartitionTransform.DAY)),
                by(by("born", PartitionTransform.MONTH)),
                by(by("at", PartitionTransform.YEAR), by("k", PartitionTransform.IDENTITY)),
                by(by("born", PartitionTransform.DAY), by("name", PartitionTransform.IDENTITY)),
                by(by("seen", PartitionTransform.MONTH), by("born", PartitionTransform.IDENTITY)),
                by(by("__timestamp__", PartitionTransform.HOUR)),
                by(by("__timestamp__", PartitionTransform.DAY), by("k", PartitionTransform.IDENTITY)));
        for (int i = 0; i < specs.size(); i++) {
            TestTopic topic = lake.createTopic("t" + i, schema, "k", specs.get(i));
            for (int push = 0; push < 3; push++) {
                List<List<@Nullable Object>> rows = rows(schema, 40);
                rows.forEach(row -> row.set(0, random.nextInt(3)));
                topic.push(rows, 9);
                lake.clock().advance(java.time.Duration.ofMinutes(50));
            }
            TableRows table = compact(topic);
            table.assertHolds(topic);
            assertDescribed(table);
        }
    }

    @Test
    void endOfTimeIsAPartitionLikeAnyOther() {
        TopicSchema schema = new TopicSchema(
                0,
                List.of(
                        TopicField.required(1, "k", FieldType.Primitive.INT),
                        TopicField.optional(2, "at", FieldType.Primitive.TIMESTAMP)),
                2);
        TestTopic topic = lake.createTopic("t", schema, "", by(by("at", PartitionTransform.DAY)));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Long micros : new Long[] {Long.MAX_VALUE, -Long.MAX_VALUE, 0L, Long.MAX_VALUE - 1}) {
            rows.add(List.of(1, micros));
        }
        topic.push(rows, 10);
        TableRows table = compact(topic);
        table.assertHolds(topic);
        assertDescribed(table);
    }

    @Test
    void tableWithoutPartitionsHasOneFileHoweverManyTheTopicHas() {
        TopicSchema schema = new TopicSchema(
                0,
                List.of(
                        TopicField.required(1, "k", FieldType.Primitive.LONG),
                        TopicField.optional(2, "v", FieldType.Primitive.STRING)),
                2);
        TestTopic topic = lake.createTopic("t", schema, "k", by());
        for (int push = 0; push < 3; push++) {
            List<List<@Nullable Object>> rows = rows(schema, 300);
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i).set(0, (long) (i % 100 - 50));
            }
            topic.push(rows, 50);
        }
        TableRows table = compact(topic);
        table.assertHolds(topic);
        assertThat(table.files()).hasSize(1);
        // by the key's value, not its text, then by offset
        assertThat(table.records(table.files().getFirst()))
                .isSortedAccordingTo(Comparator.comparing((Record record) -> (Long) record.getField("k"))
                        .thenComparing(record -> (Long) record.getField("__offset__")));
    }

    @Test
    void sortOrderOfTheTableIsKept() {
        TopicSchema schema = new TopicSchema(
                0,
                List.of(
                        TopicField.required(1, "k", FieldType.Primitive.LONG),
                        TopicField.optional(2, "v", FieldType.Primitive.INT)),
                2);
        LakeSpec lakeSpec = by().toBuilder()
                .addSortOrder(SortField.newBuilder().setField("v").setDescending(true))
                .build();
        TestTopic topic = lake.createTopic("t", schema, "k", lakeSpec);
        List<List<@Nullable Object>> rows = rows(schema, 300);
        for (int i = 0; i < rows.size(); i++) {
            rows.get(i).set(0, (long) (i % 3));
        }
        topic.push(rows, 50);
        TableRows table = compact(topic);
        table.assertHolds(topic);
        assertThat(table.files()).hasSize(1);
        assertThat(table.files().getFirst().sortOrderId()).isEqualTo(1);
        assertThat(table.records(table.files().getFirst()))
                .isSortedAccordingTo(Comparator.comparing(
                                (Record record) -> (Integer) record.getField("v"),
                                Comparator.nullsLast(Comparator.<Integer>reverseOrder()))
                        .thenComparing(record -> (Long) record.getField("k"))
                        .thenComparing(record -> (Long) record.getField("__offset__")));
    }

    @Test
    void segmentsEndAtTheTargetSizeInTheOrderOfTheRows() {
        TopicSchema schema =
                new TopicSchema(0, List.of(TopicField.required(1, "bytes", FieldType.Primitive.BINARY)), 1);
        LakeSpec small = LakeSpec.newBuilder().setTargetSegmentBytes(1 << 20).build();
        TestTopic topic = lake.createTopic("t", schema, "", small);
        for (int push = 0; push < 4; push++) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (int i = 0; i < 2500; i++) {
                byte[] bytes = new byte[500];
                random.nextBytes(bytes);
                rows.add(List.of(ByteBuffer.wrap(bytes)));
            }
            topic.push(rows, 1000);
        }
        TableRows table = compact(topic);
        table.assertHolds(topic);
        List<DataFile> files = table.files();
        assertThat(files).hasSizeGreaterThan(2);
        assertThat(files).allMatch(file -> file.fileSizeInBytes() < 3 << 20);
        long next = 0;
        for (DataFile file : files.stream()
                .sorted(Comparator.comparingLong(SegmentTypesTest::firstOffset))
                .toList()) {
            for (Record record : table.records(file)) {
                assertThat(record.getField("__offset__")).isEqualTo(next++);
            }
        }
    }
}
