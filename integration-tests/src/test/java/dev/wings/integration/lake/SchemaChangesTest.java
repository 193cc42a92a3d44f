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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.FieldPosition;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.SchemaChange;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.Type;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.schema.SchemaEvolution;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.integration.RowText;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// I10: whatever changes of a schema, pushes, compactions and rewrites come in whatever order, rows are read
/// under the current schema, by the SQL server and, as far as they are in the table, by Iceberg's own readers.
///
/// The model keeps each row with the schema that it was written under, and matches fields by id on its own.
final class SchemaChangesTest {

    private static final List<String> NAMES = List.of("a", "b", "c", "d", "\"E f\"");
    private static final List<String> TYPES = List.of(
            "int",
            "long",
            "float",
            "double",
            "decimal(5,2)",
            "string",
            "date",
            "timestamptz",
            "struct<a: int, b: float, c: struct<a: string, b: int>>",
            "list<struct<a: int, b: string>>",
            "map<string, struct<a: int, b: date>>",
            "list<int>");

    @TempDir
    private Path directory;

    /// A row as it was pushed.
    private record Written(TopicSchema schema, List<@Nullable Object> values) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void rowsAreReadUnderTheCurrentSchema(long seed) {
        try (Run run = new Run(seed, false)) {
            run.steps(30);
            assertThat(run.changes).isGreaterThan(5);
            assertThat(run.compacted).isGreaterThan(0);
        }
    }

    @Test
    @Tag("full")
    void rowsAreReadUnderTheCurrentSchemaWhateverTheSchedule() {
        long first = Long.getLong("wings.test.schema.seed", 1_000);
        long seeds = Long.getLong("wings.test.schema.seeds", 12);
        for (long seed = first; seed < first + seeds; seed++) {
            try (Run run = new Run(seed, false)) {
                run.steps(40);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("again: -Dwings.test.schema.seed=" + seed + " -Dwings.test.schema.seeds=1", e);
            }
        }
    }

    /// Names of partition fields are made from those of columns, which may come to be in each other's way.
    @ParameterizedTest
    @ValueSource(strings = {"add column", "rename column"})
    void columnMayHaveTheNameOfAPartitionField(String change) {
        try (LakeFixture lake = new LakeFixture(directory.resolve("scratch"))) {
            TopicSchema schema =
                    SchemaProtos.fromCreateRequest(SchemaText.parseSchema("id long, at timestamptz, other int"));
            LakeSpec byDay = LakeSpec.newBuilder()
                    .setPartitioning(LakeText.parsePartitioning("day(at)"))
                    .build();
            TestTopic topic = lake.createTopic("t", schema, "", byDay);
            lake.run(TaskKind.CREATE_TABLE);
            topic.push(List.of(List.of(1L, 2L, 3)), 1);
            lake.compactAll(topic);

            TestTopic changed = lake.changeSchema(
                    topic,
                    List.of(
                            change.startsWith("add")
                                    ? SchemaChangeProtos.add(
                                            List.of(),
                                            SchemaText.parseSchema("at_day int").getFields(0),
                                            Optional.empty())
                                    : SchemaChangeProtos.of(List.of("other"))
                                            .setRename("at_day")
                                            .build()));
            changed.push(List.of(change.startsWith("add") ? List.of(2L, 3L, 4, 5) : List.of(2L, 3L, 4)), 1);
            lake.compactAll(changed);

            TableRows table = TableRows.open(lake, changed, lake.plan(changed).metadataLocation(), directory);
            assertThat(table.files()).hasSize(2);
            assertThat(table.table().schema().findField("at_day")).isNotNull();
        }
    }

    /// The table is partitioned by a column that has another name now, and another column has its old one.
    @Test
    void columnMayHaveTheOldNameOfTheKey() {
        try (LakeFixture lake = new LakeFixture(directory.resolve("scratch"));
                LakeSql sql = lake.openSql(directory.resolve("sql"))) {
            TopicSchema schema =
                    SchemaProtos.fromCreateRequest(SchemaText.parseSchema("id long, origin string not null"));
            TestTopic topic = lake.createTopic("t", schema, "origin", LakeSpec.getDefaultInstance());
            lake.run(TaskKind.CREATE_TABLE);
            topic.push(List.of(List.of(1L, "a"), List.of(2L, "b")), 1);
            lake.compactAll(topic);

            TestTopic changed = lake.changeSchema(
                    topic,
                    List.of(
                            SchemaChangeProtos.of(List.of("origin"))
                                    .setRename("source")
                                    .build(),
                            SchemaChangeProtos.add(
                                    List.of(),
                                    SchemaText.parseSchema("origin int").getFields(0),
                                    Optional.empty())));
            changed.push(List.of(List.of(3L, "b", 7)), 1);
            lake.compactAll(changed);
            changed.push(List.of(List.of(4L, "c", 8)), 1);

            String rows = "select id, source, origin from default.t where source ";
            assertThat(sql.client().texts(rows + "= 'b' order by id"))
                    .containsExactly(Arrays.asList("2", "b", null), Arrays.asList("3", "b", "7"));
            assertThat(sql.client().texts(rows + "> 'b' and origin = 8")).containsExactly(List.of("4", "c", "8"));
            assertThat(sql.client().count("select count(*) from default.t where origin is null"))
                    .isEqualTo(2);
        }
    }

    /// A writer that gives columns the ids of those that have their names now would mix columns: that is found.
    @Test
    void columnsThatAreMatchedByNameAreFound() {
        try (Run run = new Run(4, false)) {
            run.replaceColumnAndPushAsBefore();
        }
        try (Run run = new Run(4, true)) {
            assertThatThrownBy(run::replaceColumnAndPushAsBefore)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("rows under schema");
        }
    }

    /// One schedule.
    private final class Run implements AutoCloseable {

        private final Random random;
        private final boolean byName;
        private final LakeFixture lake;
        private final LakeSql sql;
        private final LakeIngestor ingestor;
        private final BufferAllocator allocator = new RootAllocator();
        private final List<TestTopic> versions = new ArrayList<>();
        private final List<Written> written = new ArrayList<>();
        private final SchemaEvolution.Uses uses;
        private int changes;
        private int compacted;

        Run(long seed, boolean byName) {
            random = new Random(seed);
            this.byName = byName;
            lake = new LakeFixture(directory.resolve("scratch-" + seed + byName));
            sql = lake.openSql(directory.resolve("sql-" + seed + byName));
            ingestor = lake.openIngestor();
            TopicSchema first = SchemaProtos.fromCreateRequest(
                    SchemaText.parseSchema("id long not null, a int, b struct<a: int, b: float>, key string not null"));
            boolean partitioned = seed % 2 == 0;
            versions.add(lake.createTopic("t" + seed, first, partitioned ? "key" : "", LakeSpec.getDefaultInstance()));
            int key = topic().proto().getPartitionFieldId();
            uses = partitioned ? new SchemaEvolution.Uses(key, Set.of(key), Set.of(key)) : SchemaEvolution.Uses.NONE;
            lake.run(TaskKind.CREATE_TABLE);
        }

        private TestTopic topic() {
            return versions.getLast();
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> change();
                    case 3 -> pushPages(versions.get(random.nextInt(versions.size())));
                    case 4 -> pushPages(topic());
                    case 5 -> pushThroughIngestor();
                    case 6 -> compact();
                    default -> rewrite();
                }
                check();
            }
            compact();
            check();
        }

        /// Drops a column, adds another of its name, and writes as one does who has not heard of it.
        void replaceColumnAndPushAsBefore() {
            versions.add(lake.changeSchema(topic(), List.of(SchemaChangeProtos.drop(List.of("a")))));
            Field again = SchemaText.parseSchema("a int").getFields(0);
            versions.add(
                    lake.changeSchema(topic(), List.of(SchemaChangeProtos.add(List.of(), again, Optional.empty()))));
            for (int i = 0; i < 5; i++) {
                pushPages(versions.getFirst());
            }
            check();
        }

        private void change() {
            int before = changes;
            for (int attempt = 0; attempt < 8 && changes == before; attempt++) {
                tryToChange();
            }
        }

        private void tryToChange() {
            TopicSchema schema = topic().schema();
            List<SchemaChange> asked = List.of(randomChange(schema));
            Optional<TopicSchema> expected;
            try {
                expected = Optional.of(SchemaEvolution.apply(schema, SchemaChangeProtos.fromProto(asked), uses));
                LakeTable.schema(expected.get());
            } catch (WingsException e) {
                expected = Optional.empty();
            }
            try {
                TestTopic changed = lake.changeSchema(topic(), asked);
                assertThat(expected).hasValue(changed.schema());
                versions.add(changed);
                changes++;
            } catch (StatusRuntimeException e) {
                assertThat(expected).as(e.getMessage()).isEmpty();
            }
        }

        private SchemaChange randomChange(TopicSchema schema) {
            List<List<String>> paths = new ArrayList<>();
            addPaths(schema.fields(), List.of(), paths);
            List<String> path = paths.isEmpty() ? List.of() : pick(paths);
            String name = pick(NAMES).replace("\"", "");
            return switch (path.isEmpty() ? 0 : random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    List<String> parent = random.nextInt(3) == 0 ? path : List.of();
                    Field added = SchemaText.parseSchema(SqlTypes.identifier(name) + " " + pick(TYPES))
                            .getFields(0);
                    Optional<FieldPosition> position =
                            random.nextBoolean() ? Optional.empty() : Optional.of(FieldPosition.getDefaultInstance());
                    yield SchemaChangeProtos.add(parent, added, position);
                }
                case 4 -> SchemaChangeProtos.drop(path);
                case 5, 6 -> SchemaChangeProtos.of(path).setRename(name).build();
                case 7, 8 ->
                    SchemaChangeProtos.of(path)
                            .setWiden(pick(List.of(type("long"), type("double"), type("decimal(12,2)"))))
                            .build();
                default ->
                    SchemaChangeProtos.of(path)
                            .setMove(FieldPosition.newBuilder().setAfter(random.nextBoolean() ? "" : pick(path)))
                            .build();
            };
        }

        private static Type type(String text) {
            return SchemaText.parseType(text);
        }

        private <T> T pick(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }

        private static void addPaths(List<TopicField> fields, List<String> parent, List<List<String>> paths) {
            for (TopicField field : fields) {
                List<String> path = new ArrayList<>(parent);
                path.add(field.name());
                // the id stays, so that each row is known
                if (path.size() > 1 || field.id() != 1) {
                    paths.add(path);
                }
                addPaths(field.type().children(), path, paths);
            }
        }

        private List<@Nullable Object> row(TopicSchema schema) {
            List<@Nullable Object> row = new ArrayList<>();
            for (TopicField field : schema.fields()) {
                row.add(value(field));
            }
            written.add(new Written(schema, row));
            return row;
        }

        private @Nullable Object value(TopicField field) {
            if (field.id() == 1) {
                return (long) written.size();
            }
            return field.required() ? "key " + random.nextInt(3) : Values.random(field, random);
        }

        /// As an ingestor does that knows a version of the topic, perhaps an old one.
        private void pushPages(TestTopic version) {
            TestTopic as = byName ? version.mistaken(topic().schema()) : version;
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(20); i++) {
                rows.add(row(version.schema()));
            }
            as.push(rows, 7);
        }

        private void pushThroughIngestor() {
            TopicSchema schema = topic().schema();
            List<List<@Nullable Object>> batch = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(20); i++) {
                batch.add(row(schema));
            }
            ingestor.push("default." + topic().name().topic(), schema, List.of(batch));
        }

        private void compact() {
            if (!lake.plan(topic()).pages().isEmpty()) {
                lake.limit(64 << 20, random.nextBoolean() ? 1 : 10_000);
                compacted += lake.compactAll(topic());
                checkTable();
            }
        }

        private void rewrite() {
            lake.runAll(TaskKind.REWRITE);
        }

        /// All rows by the SQL server, and those that a condition finds.
        private void check() {
            TopicSchema schema = topic().schema();
            String columns = schema.fields().stream()
                    .map(field -> SqlTypes.identifier(field.name()))
                    .collect(Collectors.joining(", "));
            String table = "default." + SqlTypes.identifier(topic().name().topic());
            List<List<@Nullable String>> expected = expected(schema);
            List<List<@Nullable String>> found =
                    sql.client().texts("select " + columns + " from " + table + " order by id");
            assertThat(found)
                    .as("rows under schema %s: %s", schema.version(), schema.fields())
                    .isEqualTo(expected);
            if (!written.isEmpty()) {
                int column = random.nextInt(schema.fields().size());
                TopicField field = schema.fields().get(column);
                @Nullable
                String wanted = expected.get(random.nextInt(expected.size())).get(column);
                if (wanted == null) {
                    assertFinds(table, SqlTypes.identifier(field.name()) + " is null", expected, column, wanted);
                } else if (isComparable(field.type()) && !wanted.equals("NaN")) {
                    String literal = field.type() == FieldType.Primitive.STRING
                            ? "'" + wanted.replace("'", "''") + "'"
                            : "CAST('" + wanted + "' AS " + SqlTypes.text(field.type()) + ")";
                    String condition = SqlTypes.identifier(field.name()) + " = " + literal;
                    assertFinds(table, condition, expected, column, wanted);
                }
            }
        }

        private static boolean isComparable(FieldType type) {
            return type == FieldType.Primitive.INT
                    || type == FieldType.Primitive.LONG
                    || type == FieldType.Primitive.STRING
                    || type instanceof FieldType.Decimal;
        }

        private void assertFinds(
                String table,
                String condition,
                List<List<@Nullable String>> expected,
                int column,
                @Nullable String wanted) {
            long count = expected.stream()
                    .filter(row -> Objects.equals(row.get(column), wanted))
                    .count();
            assertThat(sql.client().count("select count(*) from " + table + " where " + condition))
                    .as(condition)
                    .isEqualTo(count);
        }

        /// What Iceberg's readers find under the schema of the table, which is the topic's.
        private void checkTable() {
            TopicSchema schema = topic().schema();
            TableRows table = TableRows.open(lake, topic(), lake.plan(topic()).metadataLocation(), directory);
            assertThat(table.table().schema().sameSchema(LakeTable.schema(schema)))
                    .as("schema of the table %s", table.table().schema())
                    .isTrue();
            Map<Long, Record> byId = new LinkedHashMap<>();
            for (DataFile file : table.files()) {
                for (Record row : table.records(file)) {
                    byId.put((Long) row.getField(schema.find(1).orElseThrow().name()), row);
                }
            }
            assertThat(byId).hasSize(written.size());
            for (int i = 0; i < written.size(); i++) {
                for (TopicField field : schema.fields()) {
                    Object expected = projected(written.get(i), field);
                    Object found = Objects.requireNonNull(byId.get((long) i)).getField(field.name());
                    boolean simple = field.type() == FieldType.Primitive.LONG
                            || field.type() == FieldType.Primitive.STRING
                            || field.type() instanceof FieldType.Decimal;
                    if (simple) {
                        assertThat(found).as("%s of row %s", field, i).isEqualTo(expected);
                    } else {
                        assertThat(found == null).as("%s of row %s", field, i).isEqualTo(expected == null);
                    }
                }
            }
        }

        private List<List<@Nullable String>> expected(TopicSchema schema) {
            List<List<@Nullable String>> columns = new ArrayList<>();
            for (TopicField field : schema.fields()) {
                List<@Nullable Object> values = new ArrayList<>();
                written.forEach(row -> values.add(projected(row, field)));
                try (FieldVector vector = ArrowSchemas.toArrow(field).createVector(allocator)) {
                    Values.fill(vector, field.type(), values);
                    List<@Nullable String> texts = new ArrayList<>();
                    IntStream.range(0, values.size()).forEach(row -> texts.add(RowText.of(vector, row)));
                    columns.add(texts);
                }
            }
            List<List<@Nullable String>> rows = new ArrayList<>();
            for (int i = 0; i < written.size(); i++) {
                int row = i;
                List<@Nullable String> values = new ArrayList<>();
                columns.forEach(column -> values.add(column.get(row)));
                rows.add(values);
            }
            return rows;
        }

        @Override
        public void close() {
            ingestor.close();
            sql.close();
            lake.close();
            allocator.close();
        }
    }

    private static @Nullable Object projected(Written row, TopicField to) {
        return member(row.schema().fields(), row.values(), to);
    }

    private static @Nullable Object member(
            List<TopicField> from, List<? extends @Nullable Object> values, TopicField to) {
        for (int i = 0; i < from.size(); i++) {
            if (from.get(i).id() == to.id()) {
                return value(from.get(i).type(), values.get(i), to.type());
            }
        }
        return null;
    }

    private static @Nullable Object value(FieldType from, @Nullable Object value, FieldType to) {
        if (value == null) {
            return null;
        }
        return switch (to) {
            case FieldType.Struct struct -> {
                List<@Nullable Object> members = new ArrayList<>();
                struct.fields().forEach(member -> members.add(member(from.children(), (List<?>) value, member)));
                yield members;
            }
            case FieldType.ListOf list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (Object element : (List<?>) value) {
                    elements.add(value(
                            from.children().getFirst().type(),
                            element,
                            list.element().type()));
                }
                yield elements;
            }
            case FieldType.MapOf map -> {
                Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, inside) -> entries.put(
                                key,
                                value(
                                        from.children().get(1).type(),
                                        inside,
                                        map.value().type())));
                yield Collections.unmodifiableMap(entries);
            }
            case FieldType.Decimal ignored -> value;
            case FieldType.Fixed ignored -> value;
            case FieldType.Primitive primitive ->
                switch (value) {
                    case Integer number when primitive == FieldType.Primitive.LONG -> (Object) number.longValue();
                    case Float number when primitive == FieldType.Primitive.DOUBLE -> (Object) number.doubleValue();
                    case BigDecimal number -> number;
                    default -> value;
                };
        };
    }
}
