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
import java.util.HashMap;
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
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Types.NestedField;
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

    /// What columns are added with: the text of a default, and its value in the model.
    private static final Map<String, Map<String, Object>> DEFAULTS = Map.of(
            "int", Map.of("7", 7, "-1", -1),
            "long", Map.of("7", 7L, "9223372036854775807", Long.MAX_VALUE),
            "float", Map.of("0.1", 0.1f),
            "double", Map.of("0.1", 0.1, "-0.0", -0.0),
            "decimal(5,2)", Map.of("-1.5", new BigDecimal("-1.50")),
            "string", Map.of("it's", "it's", "", ""),
            "date", Map.of("1969-12-31", -1),
            "timestamptz", Map.of("1970-01-01T00:00:01Z", 1_000_000L));

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

    /// Rows that leave a column out have the default of then, whatever it was before and is later; a writer
    /// that knows only the first one would give them that, which is found.
    @Test
    void columnsThatAreLeftOutHaveTheDefaultOfThen() {
        try (Run run = new Run(5, false)) {
            run.changeDefaultAndLeaveOut(false);
        }
        try (Run run = new Run(5, false)) {
            assertThatThrownBy(() -> run.changeDefaultAndLeaveOut(true))
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
        /// What columns are in rows from before they were added, by id, where that is not null.
        private final Map<Integer, Object> initial = new HashMap<>();
        /// What columns are in rows that leave them out, by id, where that is not null.
        private final Map<Integer, Object> later = new HashMap<>();
        private final SchemaEvolution.Uses uses;
        private final int keyId;
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
            keyId = first.find("key").orElseThrow().id();
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
                    case 5 -> pushThroughIngestor(random.nextBoolean());
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
            tryToChange(randomChange(topic().schema()));
        }

        private void tryToChange(SchemaChange change) {
            TopicSchema schema = topic().schema();
            List<SchemaChange> asked = List.of(change);
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
                noteDefaults(change, schema, changed.schema());
            } catch (StatusRuntimeException e) {
                assertThat(expected).as(e.getMessage()).isEmpty();
            }
        }

        private void noteDefaults(SchemaChange change, TopicSchema before, TopicSchema after) {
            if (change.hasAdd() && change.getAdd().getField().hasDefaultValue()) {
                TopicField added =
                        after.find(change.getAdd().getField().getName()).orElseThrow();
                Object value =
                        defaultOf(added.type(), change.getAdd().getField().getDefaultValue());
                initial.put(added.id(), value);
                later.put(added.id(), value);
            } else if (change.hasDefaultValue()) {
                TopicField changed = before.find(change.getPath(0)).orElseThrow();
                later.put(changed.id(), defaultOf(changed.type(), change.getDefaultValue()));
            } else if (change.hasDropDefault()) {
                later.remove(before.find(change.getPath(0)).orElseThrow().id());
            }
            // values are what they are in the type that the column has now
            after.fields().forEach(field -> {
                initial.computeIfPresent(
                        field.id(), (id, value) -> SchemaChangesTest.value(field.type(), value, field.type()));
                later.computeIfPresent(
                        field.id(), (id, value) -> SchemaChangesTest.value(field.type(), value, field.type()));
            });
        }

        private static Object defaultOf(FieldType type, String text) {
            return Objects.requireNonNull(
                    Objects.requireNonNull(DEFAULTS.get(type.toString())).get(text));
        }

        private SchemaChange randomChange(TopicSchema schema) {
            List<List<String>> paths = new ArrayList<>();
            addPaths(schema.fields(), List.of(), paths);
            List<String> path = paths.isEmpty() ? List.of() : pick(paths);
            String name = pick(NAMES).replace("\"", "");
            return switch (path.isEmpty() ? 0 : random.nextInt(13)) {
                case 0, 1, 2, 3 -> {
                    List<String> parent = random.nextInt(3) == 0 ? path : List.of();
                    String type = pick(TYPES);
                    Field.Builder added =
                            SchemaText.parseSchema(SqlTypes.identifier(name) + " " + type).getFields(0).toBuilder();
                    if (DEFAULTS.containsKey(type) && random.nextBoolean()) {
                        added.setDefaultValue(randomDefault(type)).setRequired(random.nextInt(3) == 0);
                    }
                    Optional<FieldPosition> position =
                            random.nextBoolean() ? Optional.empty() : Optional.of(FieldPosition.getDefaultInstance());
                    yield SchemaChangeProtos.add(parent, added.build(), position);
                }
                case 4 -> SchemaChangeProtos.drop(path);
                case 5, 6 -> SchemaChangeProtos.of(path).setRename(name).build();
                case 7, 8 ->
                    SchemaChangeProtos.of(path)
                            .setWiden(pick(List.of(type("long"), type("double"), type("decimal(12,2)"))))
                            .build();
                case 9 -> SchemaChangeProtos.dropDefault(path);
                case 10, 11 ->
                    SchemaChangeProtos.of(path)
                            .setDefaultValue(schema.find(path)
                                    .map(field -> field.type().toString().replace(", ", ","))
                                    .filter(DEFAULTS::containsKey)
                                    .map(this::randomDefault)
                                    .orElse("x"))
                            .build();
                default ->
                    SchemaChangeProtos.of(path)
                            .setMove(FieldPosition.newBuilder().setAfter(random.nextBoolean() ? "" : pick(path)))
                            .build();
            };
        }

        private String randomDefault(String type) {
            return pick(Objects.requireNonNull(DEFAULTS.get(type)).keySet().stream()
                    .sorted()
                    .toList());
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
            return field.id() == keyId ? "key " + random.nextInt(3) : Values.random(field, random);
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

        /// @param leavesOut whether columns are left out, as far as they have had a default
        private void pushThroughIngestor(boolean leavesOut) {
            TopicSchema schema = topic().schema();
            List<TopicField> sent = schema.fields().stream()
                    .filter(field -> !leavesOut || !isLeftOut(field))
                    .toList();
            List<List<@Nullable Object>> batch = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(20); i++) {
                List<@Nullable Object> row = row(schema);
                List<@Nullable Object> values = new ArrayList<>();
                for (int column = 0; column < row.size(); column++) {
                    TopicField field = schema.fields().get(column);
                    if (sent.contains(field)) {
                        values.add(row.get(column));
                    } else {
                        row.set(column, later.get(field.id()));
                    }
                }
                batch.add(values);
            }
            ingestor.push(
                    "default." + topic().name().topic(),
                    new TopicSchema(schema.version(), sent, schema.lastFieldId()),
                    List.of(batch));
        }

        private boolean isLeftOut(TopicField field) {
            return (later.containsKey(field.id()) || (initial.containsKey(field.id()) && !field.required()))
                    && random.nextInt(4) > 0;
        }

        /// Adds a column with a default, gives it another one and takes that away, and leaves it out each time.
        ///
        /// @param mistaken whether a writer leaves it out who knows only the first default
        void changeDefaultAndLeaveOut(boolean mistaken) {
            TestTopic before = topic();
            pushPages(before);
            tryToChange(SchemaChangeProtos.add(
                    List.of(), SchemaText.parseSchema("n int default 7").getFields(0), Optional.empty()));
            pushThroughIngestor(true);
            check();
            tryToChange(
                    SchemaChangeProtos.of(List.of("n")).setDefaultValue("-1").build());
            for (int i = 0; i < 5; i++) {
                pushThroughIngestor(true);
            }
            if (mistaken) {
                int id = topic().schema().find("n").orElseThrow().id();
                int first = written.size();
                pushPages(before);
                for (int i = first; i < written.size(); i++) {
                    Written row = written.get(i);
                    List<TopicField> fields = new ArrayList<>(row.schema().fields());
                    fields.add(topic().schema().find(id).orElseThrow());
                    List<@Nullable Object> values = new ArrayList<>(row.values());
                    values.add(later.get(id));
                    written.set(i, new Written(new TopicSchema(1, fields, id), values));
                }
            }
            check();
            tryToChange(SchemaChangeProtos.dropDefault(List.of("n")));
            for (int i = 0; i < 5; i++) {
                pushThroughIngestor(true);
            }
            compact();
            check();
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
            assertThat(withoutDefaults(table.table().schema()).sameSchema(withoutDefaults(LakeTable.schema(schema))))
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

        private static Schema withoutDefaults(Schema schema) {
            return new Schema(schema.columns().stream()
                    .map(column -> NestedField.from(column)
                            .withInitialDefault((Literal<?>) null)
                            .build())
                    .toList());
        }

        private @Nullable Object projected(Written row, TopicField to) {
            boolean written = row.schema().fields().stream().anyMatch(field -> field.id() == to.id());
            return written ? member(row.schema().fields(), row.values(), to) : initial.get(to.id());
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
