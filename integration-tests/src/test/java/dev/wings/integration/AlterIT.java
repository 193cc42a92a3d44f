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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.ResourceId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Topics whose columns change on a running platform.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class AlterIT {

    @TempDir
    private Path directory;

    private WingsProcess wings;
    private SqlClient sql;

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
        sql.query("create schema if not exists alters");
    }

    @AfterAll
    void close() {
        sql.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:arrow-flight-sql://127.0.0.1:" + wings.serverPort() + "/?useEncryption=false");
    }

    @Test
    void columnsAreAddedRenamedWidenedMovedAndDropped() throws SQLException {
        sql.query("create table alters.t (id int not null, price decimal(5,2), place struct(city varchar))");
        sql.query("insert into alters.t values (1, 9.99, {'city': 'Oslo'})");
        assertThat(
                        sql.query(
                                "alter table alters.t add column note varchar comment 'what was said', add tags varchar[] first"))
                .containsExactly(List.of("altered table alters.t"));
        sql.query("insert into alters.t (id, note, tags) values (2, 'new', ['x'])");
        assertThat(sql.texts("select * exclude (__offset__, __timestamp__) from alters.t order by id"))
                .containsExactly(
                        Arrays.asList(null, "1", "9.99", "{city=\"Oslo\"}", null),
                        Arrays.asList("[\"x\"]", "2", null, null, "new"));

        sql.query("alter table alters.t rename column price to total, alter column id type bigint,"
                + " alter total set data type decimal(20,2), alter column id drop not null,"
                + " add column place.zip int, rename place.city to town, drop column tags");
        sql.query("insert into alters.t values (5000000000, 123456789012345678.90, {'town': 'Rom', 'zip': 7}, 'n')");
        assertThat(sql.texts("select * exclude (__offset__, __timestamp__) from alters.t order by id"))
                .containsExactly(
                        Arrays.asList("1", "9.99", "{town=\"Oslo\", zip=null}", null),
                        Arrays.asList("2", null, null, "new"),
                        Arrays.asList("5000000000", "123456789012345678.90", "{town=\"Rom\", zip=7}", "n"));
        assertThat(sql.query("alter table alters.t add column if not exists note varchar, drop column if exists tags"))
                .containsExactly(List.of("nothing to alter in table alters.t"));
        sql.query("alter table alters.t add column tags varchar");
        assertThat(sql.count("select count(tags) from alters.t")).isZero();
        sql.query("comment on column alters.t.note is 'said'");
        sql.query("alter table alters.t alter column note first");
        assertThat((String) sql.query("show create table alters.t").getFirst().getFirst())
                .contains("note VARCHAR COMMENT 'said',\n  id BIGINT,\n  total DECIMAL(20,2)");
        try (Connection connection = connect();
                ResultSet columns = connection.getMetaData().getColumns(null, "alters", "t", null)) {
            List<String> names = new ArrayList<>();
            while (columns.next()) {
                names.add(columns.getString("COLUMN_NAME"));
            }
            assertThat(names).startsWith("note", "id", "total", "place", "tags");
        }
    }

    /// Rows from before a column have the default that it was added with, rows that leave it out that of then,
    /// whatever way they come; and the same is told everywhere.
    @Test
    void columnsHaveDefaults() throws Exception {
        sql.query("create table alters.defaults (id int not null, a int not null default 5, s varchar default 'it''s',"
                + " at timestamptz default '2026-01-02 03:04:05Z')");
        sql.query("insert into alters.defaults (id) values (1)");
        sql.query("insert into alters.defaults (id, a, s) values (2, default, null), (3, 7, default)");
        sql.query("alter table alters.defaults add column c int not null default 7");
        sql.query("insert into alters.defaults (id) values (4)");
        sql.query("alter table alters.defaults alter column c set default 8, alter s drop default");
        sql.query("insert into alters.defaults (id) select 5");
        assertThat(post("defaults", "{\"id\": 6}\n{\"id\": 7, \"at\": null, \"c\": 1}\n", "application/x-ndjson"))
                .contains("\"accepted\":2");
        assertThat(post("defaults", "id,at\n8,\n", "text/csv")).contains("\"accepted\":1");
        try (Connection connection = connect();
                PreparedStatement insert = connection.prepareStatement("insert into alters.defaults (id) values (?)")) {
            insert.setInt(1, 9);
            insert.executeUpdate();
        }
        Path file = directory.resolve("rows.ndjson");
        Files.writeString(file, "{\"id\": 10}\n{\"id\": 11, \"s\": \"x\", \"at\": null}\n");
        wings.run("push", "alters.defaults", file.toString());
        Path csv = directory.resolve("rows.csv");
        Files.writeString(csv, "id,a\n12,3\n");
        wings.run("push", "alters.defaults", csv.toString());
        String at = "2026-01-02T03:04:05Z";
        assertThat(sql.texts(
                        "select id, a, s, strftime(\"at\", '%Y-%m-%dT%H:%M:%SZ'), c from alters.defaults order by id"))
                .containsExactly(
                        Arrays.asList("1", "5", "it's", at, "7"),
                        Arrays.asList("2", "5", null, at, "7"),
                        Arrays.asList("3", "7", "it's", at, "7"),
                        Arrays.asList("4", "5", "it's", at, "7"),
                        Arrays.asList("5", "5", null, at, "8"),
                        Arrays.asList("6", "5", null, at, "8"),
                        Arrays.asList("7", "5", null, null, "1"),
                        Arrays.asList("8", "5", null, null, "8"),
                        Arrays.asList("9", "5", null, at, "8"),
                        Arrays.asList("10", "5", null, at, "8"),
                        Arrays.asList("11", "5", "x", null, "8"),
                        Arrays.asList("12", "3", null, at, "8"));
        assertThat(sql.count("select count(*) from alters.defaults where c = 7"))
                .isEqualTo(4);
        assertThat(sql.count("select count(*) from alters.defaults where c in (7, 8) and id < 6"))
                .isEqualTo(5);
        assertThat(sql.count("select sum(c) from alters.defaults where c < 8")).isEqualTo(29);

        String made = (String)
                sql.query("show create table alters.defaults").getFirst().getFirst();
        assertThat(made)
                .contains(
                        "a INTEGER NOT NULL DEFAULT 5",
                        "\"at\" TIMESTAMP WITH TIME ZONE DEFAULT '2026-01-02T03:04:05Z'",
                        "c INTEGER NOT NULL DEFAULT 8");
        sql.query(made.replace("alters.defaults", "alters.defaults_again").replace(";", ""));
        assertThat(sql.texts("select column_name, column_default from information_schema.columns"
                        + " where table_name = 'defaults' and column_name in ('id', 'a', 's', 'at', 'c') order by 1"))
                .isEqualTo(List.of(
                        Arrays.asList("a", "5"),
                        Arrays.asList("at", "'" + at + "'"),
                        Arrays.asList("c", "8"),
                        Arrays.asList("id", null),
                        Arrays.asList("s", null)));
        assertThat(sql.texts("describe alters.defaults").stream()
                        .map(row -> row.get(0) + " " + row.get(2) + " " + row.get(4))
                        .toList())
                .startsWith("id NO null", "a NO 5", "s YES null", "at YES '" + at + "'", "c NO 8");
        assertThat(wings.run("topic", "describe", "alters.defaults"))
                .contains("not null, default 8", "c has the default 8", "added c int, of which older rows have 7")
                .contains("took the default of s away");
        assertThat(wings.run("topic", "describe", "alters.defaults", "--json").replaceAll("\\s", ""))
                .contains("\"required\":true,\"default\":\"8\"");
        assertThat(wings.run("topic", "alter", "alters.defaults", "alter c drop default", "alter s set default 'y'"))
                .contains("default 'y'");
        assertThatThrownBy(() -> sql.query("insert into alters.defaults (id) values (13)"))
                .hasStackTraceContaining("a required field is missing: field=\"c\"");
        wings.run("topic", "create", "alters.defaults_cli", "--schema", "id int, n decimal(5,2) default 1.5");
        sql.query("insert into alters.defaults_cli (id) values (1)");
        assertThat(sql.texts("select n from alters.defaults_cli")).containsExactly(List.of("1.50"));
    }

    private String post(String topic, String rows, String type) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + wings.ports().ingestorHttp() + "/v1/alters/" + topic))
                                    .header("Content-Type", type)
                                    .POST(HttpRequest.BodyPublishers.ofString(rows))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void commandChangesTopicsAndTellsOfTheirHistory() {
        sql.query("create table alters.cli (id int)");
        assertThat(wings.run("topic", "alter", "alters.cli", "add note string", "alter id type bigint"))
                .contains("altered tenants/default/namespaces/alters/topics/cli", "note", "long");
        assertThat(wings.run("topic", "alter", "alters.cli", "set (freshness = '9s')"))
                .contains("altered");
        assertThat(wings.run("topic", "describe", "alters.cli"))
                .contains("fresh within 9s", ": widened id from int to long, added note string", "schema 0 since");
    }

    @Test
    void optionsAreChanged() {
        sql.query("create table alters.options (id int)");
        sql.query("alter table alters.options set (freshness = '7s', target_segment_bytes = '67108864')");
        assertThat((String)
                        sql.query("show create table alters.options").getFirst().getFirst())
                .contains("freshness = '7s'", "target_segment_bytes = '67108864'");
        assertThatThrownBy(() -> sql.query("alter table alters.options set (lake_partition_by = 'id')"))
                .hasStackTraceContaining("unknown option: found=lake_partition_by");
    }

    @Test
    void statementsRunThroughTheJdbcDriver() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("create table alters.jdbc (id int)");
            statement.executeUpdate("alter table alters.jdbc add column at timestamptz");
            statement.executeUpdate("insert into alters.jdbc values (1, now())");
            try (ResultSet rows = statement.executeQuery("select \"at\" is not null from alters.jdbc")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getBoolean(1)).isTrue();
            }
        }
    }

    /// A stream that was opened before a change goes on, and follows the topic after its next batch.
    @Test
    void producersGoOnWhileColumnsChange() throws Exception {
        sql.query("create table alters.stream (a int, b int)");
        Schema schema = new Schema(List.of(
                Field.nullable("a", new ArrowType.Int(32, true)), Field.nullable("b", new ArrowType.Int(32, true))));
        try (BufferAllocator allocator = new RootAllocator();
                FlightConnection connection = connect(allocator);
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                Producer producer = Producer.open(connection, allocator, "alters.stream", schema, 1)) {
            assertThat(send(producer, root, 1).hasRejected()).isFalse();
            sql.query("alter table alters.stream alter column a type bigint, rename column b to c, add column b int");
            // bound to the topic as it was: a column stays the one that it was meant for
            assertThat(send(producer, root, 2).hasRejected()).isFalse();
            // and from here on to the topic as it is
            assertThat(send(producer, root, 3).hasRejected()).isFalse();
            sql.query("alter table alters.stream drop column b");
            assertThat(send(producer, root, 4).hasRejected()).isFalse();
            IngestResponse refused = send(producer, root, 5);
            assertThat(refused.getRejected().getMessage()).contains("the topic has no such field: field=\"b\"");
            sql.query("alter table alters.stream add column b int");
            // nobody has told the ingestor, for whom there is nothing to commit: a new stream asks
            try (Producer another = Producer.open(connection, allocator, "alters.stream", schema, 1)) {
                assertThat(send(another, root, 6).hasRejected()).isFalse();
                another.finish();
            }
            assertThat(send(producer, root, 7).hasRejected()).isFalse();
            producer.finish();
        }
        assertThat(sql.texts("select a, c, b from alters.stream order by a"))
                .containsExactly(
                        Arrays.asList("1", "10", null),
                        Arrays.asList("2", "20", null),
                        Arrays.asList("3", null, null),
                        Arrays.asList("4", null, null),
                        Arrays.asList("6", null, "60"),
                        Arrays.asList("7", null, "70"));
    }

    /// A topic whose policy is additive gets the columns that producers send, once, whoever comes first.
    @Test
    void additiveTopicsGetTheColumnsThatProducersSend() throws Exception {
        sql.query("create table alters.growing (a int) with (schema_policy = 'additive')");
        try (BufferAllocator allocator = new RootAllocator();
                FlightConnection connection = connect(allocator);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<IngestResponse>> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int value = i;
                answers.add(threads.submit(() ->
                        pushOne(connection, allocator, "alters.growing", List.of("a", "b", "c" + value % 3), value)));
            }
            for (Future<IngestResponse> answer : answers) {
                assertThat(answer.get().hasRejected()).as("%s", answer.get()).isFalse();
            }
            assertThat(sql.texts("select a, b, c0, c1, c2 from alters.growing order by a"))
                    .containsExactly(
                            Arrays.asList("0", "0", "0", null, null),
                            Arrays.asList("1", "1", null, "1", null),
                            Arrays.asList("2", "2", null, null, "2"),
                            Arrays.asList("3", "3", "3", null, null),
                            Arrays.asList("4", "4", null, "4", null),
                            Arrays.asList("5", "5", null, null, "5"));
            assertThat(wings.run("topic", "describe", "alters.growing"))
                    .contains("gets the columns that producers send");
            // a type that does not go with the column's is refused as ever
            sql.query("alter table alters.growing add column d date");
            assertThat(pushOne(connection, allocator, "alters.growing", List.of("a", "d", "e"), 7)
                            .getRejected()
                            .getMessage())
                    .contains("field=\"d\"");
            assertThat((String) sql.query("show create table alters.growing")
                            .getFirst()
                            .getFirst())
                    .contains("schema_policy = 'additive'")
                    .doesNotContain("e INTEGER");
            assertThat(pushOne(connection, allocator, "alters.growing", List.of("a", "__offset__"), 7)
                            .getRejected()
                            .getMessage())
                    .contains("no such field: field=\"__offset__\"");
            sql.query("alter table alters.growing set (schema_policy = 'strict')");
            assertThat(pushOne(connection, allocator, "alters.growing", List.of("a", "z"), 7)
                            .getRejected()
                            .getMessage())
                    .contains("the topic has no such field: field=\"z\"");
        }
    }

    @Test
    void topicsDoNotGrowWithoutBound() throws Exception {
        String columns = IntStream.range(0, 999).mapToObj(i -> "c" + i + " int").collect(Collectors.joining(", "));
        sql.query("create table alters.flood (" + columns + ") with (schema_policy = 'additive')");
        try (BufferAllocator allocator = new RootAllocator();
                FlightConnection connection = connect(allocator)) {
            assertThat(pushOne(connection, allocator, "alters.flood", List.of("c1", "last"), 1)
                            .hasRejected())
                    .isFalse();
            assertThat(pushOne(connection, allocator, "alters.flood", List.of("c1", "more"), 2)
                            .getRejected()
                            .getMessage())
                    .contains(
                            "the topic gets no more fields by itself, ALTER TABLE adds some",
                            "fields=1000",
                            "limit=1000");
        }
        assertThat(sql.count("select count(*) from alters.flood")).isEqualTo(1);
    }

    private FlightConnection connect(BufferAllocator allocator) {
        return FlightConnection.open(
                Endpoint.of(new Address("ingestor", "127.0.0.1", wings.ingestorPort()), ResourceId.DEFAULT), allocator);
    }

    /// Pushes one row with the same value in all columns, on a stream of its own.
    private static IngestResponse pushOne(
            FlightConnection connection, BufferAllocator allocator, String topic, List<String> columns, int value)
            throws Exception {
        Schema schema = new Schema(columns.stream()
                .map(name -> Field.nullable(name, new ArrowType.Int(32, true)))
                .toList());
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                Producer producer = Producer.open(connection, allocator, topic, schema, 1)) {
            for (String column : columns) {
                IntVector vector = (IntVector) root.getVector(column);
                vector.allocateNew(1);
                vector.set(0, value);
            }
            root.setRowCount(1);
            IngestResponse answer = producer.send(root).get();
            if (!answer.hasRejected()) {
                producer.finish();
            }
            return answer;
        }
    }

    private static IngestResponse send(Producer producer, VectorSchemaRoot root, int value) throws Exception {
        IntVector a = (IntVector) root.getVector("a");
        IntVector b = (IntVector) root.getVector("b");
        a.allocateNew(1);
        b.allocateNew(1);
        a.set(0, value);
        b.set(0, 10 * value);
        root.setRowCount(1);
        return producer.send(root).get();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alter table alters.refused alter column id type int|does not become one of that: type=long, asked=int",
                "alter table alters.refused drop column id|a topic needs at least one field",
                "alter table alters.refused drop column nobody|no such field: field=\"nobody\"",
                "alter table alters.refused add column id int|already a field of this name: field=\"id\"",
                "alter table alters.refused add column x int not null|must allow null",
                "alter table alters.refused add column x int default now()|a default is a constant",
                "alter table alters.refused add column x int default 5.5|the default is no value of the type: expected=int",
                "alter table alters.refused add column x int[] default 5|a column of this type has no default",
                "alter table alters.refused alter column id set default 'x'|expected=long, exactly, found=\"x\", field=\"id\"",
                "alter table alters.refused add column __offset__ bigint|reserved",
                "alter table alters.refused alter column id set not null|goes on to allow it",
                "alter table alters.refused rename to other|a topic keeps its name",
                "alter table alters.refused add primary key (id)|no constraints",
                "alter table alters.refused frobnicate|ADD COLUMN, DROP COLUMN, RENAME COLUMN, ALTER COLUMN or SET",
                "alter table alters.refused add column x|a type",
                "alter table alters.nobody add column x int|not found",
                "alter table system.topics add column x int|system",
                "comment on table alters.refused is 'x'|columns have comments",
                "alter schema alters rename to x|ALTER TABLE changes"
            })
    void otherChangesAreRefused(String statement, String why) {
        sql.query("create table if not exists alters.refused (id bigint)");
        List<List<Object>> before = sql.query("show create table alters.refused");
        assertThatThrownBy(() -> sql.query(statement)).hasStackTraceContaining(why);
        assertThat(sql.query("show create table alters.refused")).isEqualTo(before);
    }

    @Test
    void manyColumnsAreAddedAtOnce() {
        sql.query("create table alters.wide (id bigint)");
        String columns = IntStream.range(0, 500).mapToObj(i -> "c" + i + " int").collect(Collectors.joining(", "));
        sql.query("alter table alters.wide add columns (" + columns + ")");
        sql.query("insert into alters.wide (id, c499) values (1, 2)");
        assertThat(sql.texts("select id, c0, c499 from alters.wide")).containsExactly(Arrays.asList("1", null, "2"));
    }
}
