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
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Users may call fields as they like. Whatever the engine means by a name, values stay with their fields: in pages, in
/// segments, after a rewrite, and where a filter names them.
final class NamesTest {

    /// What the engine, or the SQL that is run on it, has names for.
    private static final List<String> NAMES_OF_THE_ENGINE = List.of(
            "SELECT unnest(parameters) FROM duckdb_functions()",
            "SELECT keyword_name FROM duckdb_keywords()",
            "SELECT name FROM duckdb_settings()",
            "SELECT type_name FROM duckdb_types()",
            "SELECT function_name FROM duckdb_functions()");

    /// Pseudo columns, options of what reads and writes files, names of our own SQL, and what may be taken for syntax.
    private static final List<String> SPECIAL = List.of(
            "rowid",
            "filename",
            "file_row_number",
            "file_index",
            "__duckdb_field_id",
            "c0",
            "partition_1000",
            "element",
            "key",
            "value",
            "list",
            "key_value",
            "__row__",
            "field_ids",
            "row_group_size",
            "columns",
            "c1",
            "c2",
            "c3",
            "c2000000001",
            "pages",
            "sorted_rows",
            "t0",
            "t0_stream",
            "rowid_1",
            "x",
            "\"",
            "'",
            "\"a\".\"b\"",
            "a.b.c",
            "{",
            "}: 1",
            "--",
            ";",
            "*",
            "$1",
            "%",
            "\\",
            " ",
            "Row Id",
            "\u00e9\u4e2d\ud83d\ude00");

    private static final int FIELDS_OF_A_TOPIC = 600;

    /// The plan of a query that takes all members of a struct out grows with the square of their number.
    private static final int MEMBERS_OF_A_STRUCT = 100;

    private static final int ROWS = 3;

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private LakeSql sql;
    private int topics;

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"));
        sql = lake.openSql(directory.resolve("sql"));
    }

    @AfterEach
    void close() {
        sql.close();
        lake.close();
    }

    @Test
    void specialNamesAreNamesLikeAnyOther() {
        assertHolds(SPECIAL);
    }

    @Test
    @Tag("full")
    void allNamesOfTheEngineAreNamesLikeAnyOther() {
        List<String> names = namesOfTheEngine();
        assertThat(names).hasSizeGreaterThan(1500).contains("hive_partitioning", "select", "memory_limit", "lambda");
        for (int start = 0; start < names.size(); start += FIELDS_OF_A_TOPIC) {
            assertHolds(names.subList(start, Math.min(names.size(), start + FIELDS_OF_A_TOPIC)));
        }
    }

    @Test
    void partitionsAndOrderByAPseudoColumn() {
        assertPartitioned(List.of("rowid"));
    }

    @Test
    @Tag("full")
    void partitionsAndOrderByAnyName() {
        assertPartitioned(SPECIAL.subList(1, 8));
    }

    /// Columns of these names, and a struct and a list of structs with them.
    private void assertHolds(List<String> names) {
        int id = 0;
        List<TopicField> columns = new ArrayList<>();
        for (String name : names) {
            columns.add(TopicField.optional(++id, name, Primitive.INT));
        }
        List<Integer> structs = new ArrayList<>();
        for (int start = 0; start < names.size(); start += MEMBERS_OF_A_STRUCT) {
            List<TopicField> members = new ArrayList<>();
            for (String name : names.subList(start, Math.min(names.size(), start + MEMBERS_OF_A_STRUCT))) {
                members.add(TopicField.optional(++id, name, Primitive.INT));
            }
            columns.add(TopicField.optional(++id, struct(structs.size()), new FieldType.Struct(members)));
            structs.add(members.size());
        }
        List<TopicField> inner = new ArrayList<>();
        for (String name : names.subList(0, Math.min(names.size(), MEMBERS_OF_A_STRUCT))) {
            inner.add(TopicField.optional(++id, name, Primitive.INT));
        }
        TopicField element = TopicField.optional(++id, FieldType.ListOf.ELEMENT, new FieldType.Struct(inner));
        TopicField list = TopicField.optional(++id, "the list", new FieldType.ListOf(element));
        columns.add(list);
        TestTopic topic = create(new TopicSchema(0, columns, id), "", LakeSpec.getDefaultInstance());
        List<List<@Nullable Object>> all = new ArrayList<>();
        throughSegments(
                topic,
                push -> {
                    List<List<@Nullable Object>> rows = new ArrayList<>();
                    for (int i = 0; i < ROWS; i++) {
                        int first = (push * ROWS + i) * 10_000;
                        List<@Nullable Object> row = numbers(first, names.size());
                        for (int part = 0; part < structs.size(); part++) {
                            row.add(numbers(first + 3000 + part * MEMBERS_OF_A_STRUCT, structs.get(part)));
                        }
                        row.add(List.of(numbers(first + 6000, inner.size())));
                        rows.add(row);
                    }
                    all.addAll(rows);
                    return rows;
                },
                () -> assertAnswers(topic, names, structs.size(), all));
    }

    private static String struct(int part) {
        return "the struct " + part;
    }

    /// What a member of a struct is asked for with, beside a filter on columns.
    private void assertAnswers(
            TestTopic topic, List<String> names, int structs, List<List<@Nullable Object>> expected) {
        String table = topic.name().topic();
        List<List<Object>> found = sql.client()
                .query("select * exclude (__offset__, __timestamp__, \"the list\", "
                        + IntStream.range(0, structs)
                                .mapToObj(part -> quote(struct(part)))
                                .collect(Collectors.joining(", "))
                        + ") from " + table + " order by __offset__");
        assertThat(found)
                .isEqualTo(expected.stream()
                        .map(row -> row.subList(0, names.size()))
                        .toList());
        for (int part = 0; part < structs; part++) {
            int position = names.size() + part;
            assertThat(sql.client()
                            .query("select unnest(" + quote(struct(part)) + ") from " + table + " order by __offset__"))
                    .isEqualTo(expected.stream().map(row -> row.get(position)).toList());
        }
        assertThat(sql.client().query("select unnest(\"the list\"[1]) from " + table + " order by __offset__"))
                .isEqualTo(expected.stream()
                        .map(row -> ((List<?>) row.get(names.size() + structs)).getFirst())
                        .toList());
        if (expected.isEmpty()) {
            return;
        }
        int row = expected.size() - 1;
        List<String> filters = new ArrayList<>();
        for (int i = 0; i < names.size(); i += Math.max(1, names.size() / 10)) {
            filters.add("select count(*) from " + table + " where " + quote(names.get(i)) + " = " + (row * 10_000 + i)
                    + " and " + quote(struct(i / MEMBERS_OF_A_STRUCT)) + "." + quote(names.get(i)) + " = "
                    + (row * 10_000 + 3000 + i));
        }
        assertThat(sql.client().query(String.join(" union all ", filters)))
                .isNotEmpty()
                .allMatch(count -> count.equals(List.of(1L)));
    }

    /// Topics by a column of each name, with tables by another one, sorted.
    private void assertPartitioned(List<String> names) {
        for (String name : names) {
            TopicField key = TopicField.required(1, name, Primitive.INT);
            TopicField day = TopicField.required(2, name + " day", Primitive.DATE);
            TopicField number = TopicField.required(3, name + " number", Primitive.INT);
            assertPartitioned(new TopicSchema(0, List.of(key, day, number), 3), name, sorted(number.name()));
            assertPartitioned(
                    new TopicSchema(
                            0,
                            List.of(
                                    TopicField.required(1, name + " key", Primitive.INT),
                                    TopicField.required(2, name, Primitive.DATE),
                                    TopicField.required(3, name + " number", Primitive.INT)),
                            3),
                    name + " key",
                    sorted(name).toBuilder()
                            .setPartitioning(TablePartitioning.newBuilder()
                                    .addFields(TablePartitionField.newBuilder()
                                            .setField(name)
                                            .setTransform(PartitionTransform.MONTH)))
                            .build());
        }
    }

    private static LakeSpec sorted(String column) {
        return LakeSpec.newBuilder()
                .addSortOrder(SortField.newBuilder().setField(column).setDescending(true))
                .build();
    }

    private void assertPartitioned(TopicSchema schema, String partitionBy, LakeSpec lakeSpec) {
        TestTopic topic = create(schema, partitionBy, lakeSpec);
        throughSegments(
                topic,
                push -> {
                    List<List<@Nullable Object>> rows = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        rows.add(List.of(i % 2, 20_000 + 7 * i, push * 10 + i));
                    }
                    return rows;
                },
                () -> {
                    String columns = String.join(
                            ", ",
                            schema.fields().stream()
                                    .map(field -> quote(field.name()))
                                    .toList());
                    List<List<Object>> found = new ArrayList<>();
                    sql.client()
                            .query("select "
                                    + columns.replace(
                                            quote(schema.fields().get(1).name()),
                                            "date_diff('day', date '1970-01-01', "
                                                    + quote(schema.fields()
                                                            .get(1)
                                                            .name()) + ")::int")
                                    + " from " + topic.name().topic() + " order by 1, __offset__")
                            .forEach(found::add);
                    List<List<@Nullable Object>> expected = new ArrayList<>();
                    topic.rows().values().forEach(expected::addAll);
                    assertThat(found).isEqualTo(expected);
                });
    }

    private interface Pushing {
        List<List<@Nullable Object>> rows(int push);
    }

    /// Pushes, compacts and rewrites, and has the answers checked at each step.
    private void throughSegments(TestTopic topic, Pushing pushing, Runnable check) {
        lake.run(TaskKind.CREATE_TABLE);
        check.run();
        for (int push = 0; push < 4; push++) {
            topic.push(pushing.rows(push), 100);
            if (push == 0) {
                check.run();
            }
            lake.compactAll(topic);
        }
        check.run();
        assertThat(files(topic)).isGreaterThanOrEqualTo(4);
        lake.run(TaskKind.REWRITE);
        assertThat(files(topic)).isLessThan(4);
        check.run();
        TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                .assertHolds(topic);
    }

    private int files(TestTopic topic) {
        return TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                .files()
                .size();
    }

    private TestTopic create(TopicSchema schema, String partitionBy, LakeSpec lakeSpec) {
        return lake.createTopic("names_" + topics++, schema, partitionBy, lakeSpec);
    }

    private static List<@Nullable Object> numbers(int first, int count) {
        List<@Nullable Object> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(first + i);
        }
        return numbers;
    }

    private static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// Without those that a topic refuses, each once however it is written.
    private static List<String> namesOfTheEngine() {
        Map<String, String> names = new LinkedHashMap<>();
        try (DuckDb duckDb = DuckDb.open(Map.of());
                BufferAllocator allocator = new RootAllocator()) {
            for (String query : NAMES_OF_THE_ENGINE) {
                try (Statement statement = duckDb.prepare(query);
                        Results results = statement.execute(allocator)) {
                    while (results.next()) {
                        for (int row = 0; row < results.root().getRowCount(); row++) {
                            Object name = results.root().getVector(0).getObject(row);
                            if (name != null && !name.toString().isEmpty()) {
                                names.putIfAbsent(TopicField.folded(name.toString()), name.toString());
                            }
                        }
                    }
                }
            }
        }
        return List.copyOf(names.values());
    }
}
