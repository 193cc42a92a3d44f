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

import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.ResourceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableNotExistOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Which types each door takes into a column of each type, as the tables of `docs/doors.md` say.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class DoorsIT {

    private static final Path PAGE = Path.of(System.getProperty("wings.root", ".."), "docs", "doors.md");

    /// A test has so many requests under way at once, since each waits for its acknowledgement.
    private static final int AT_ONCE = 16;

    private static final String UUID = "77777777-7777-7777-7777-777777777777";

    /// How the sample of each type reads that has one value, however it came.
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("boolean", "true"),
            Map.entry("int", "7"),
            Map.entry("long", "7"),
            Map.entry("float", "7.0"),
            Map.entry("double", "7.0"),
            Map.entry("decimal(10,2)", "7.00"),
            Map.entry("date", "1970-01-08"),
            Map.entry("time", "00:00:07"),
            Map.entry("timestamp", "1970-01-08 00:00:00"),
            Map.entry("timestamptz", "1970-01-08 00:00:00+00"),
            Map.entry("string", UUID),
            Map.entry("fixed(4)", "7777"));

    private static final List<String> TYPES = List.of(
            "boolean",
            "int",
            "long",
            "float",
            "double",
            "decimal(10,2)",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "string",
            "binary",
            "fixed(4)",
            "uuid");

    private WingsProcess wings;
    private SqlClient sql;
    private BufferAllocator allocator;
    private FlightConnection ingestor;
    private SqlSession session;
    private final HttpClient http = HttpClient.newHttpClient();

    /// A column of Arrow with one value.
    private record Sample(String name, ArrowType type, Consumer<FieldVector> value) {}

    /// What a door answered: nothing if it took the value.
    private interface Door {
        void put(String table, String column, Sample sample) throws Exception;
    }

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
        allocator = new RootAllocator();
        ingestor = FlightConnection.open(
                Endpoint.of(new Address("ingestor", "127.0.0.1", wings.ingestorPort()), ResourceId.DEFAULT), allocator);
        session = SqlSession.open(
                Endpoint.of(new Address("SQL server", "127.0.0.1", wings.serverPort()), ResourceId.DEFAULT));
        sql.query("create schema if not exists doors");
    }

    @AfterAll
    void close() {
        http.close();
        session.close();
        ingestor.close();
        allocator.close();
        sql.close();
    }

    @Test
    void columnsOfArrowAreTakenAsThePageSays() throws Exception {
        Map<String, String> direct = taken("direct", this::push);
        assertThat(direct).isEqualTo(page("Arrow"));
        assertThat(taken("ingested", this::ingest)).isEqualTo(direct);
        assertThat(taken("bound", this::insert)).isEqualTo(direct);
        assertThat(taken("posted", this::post)).isEqualTo(direct);
    }

    @Test
    void textIsTakenAsThePageSays() throws Exception {
        List<String> texts = List.of(
                "true",
                "7",
                "7.5",
                "1e3",
                "\"7\"",
                "\"true\"",
                "\"2001-02-03\"",
                "\"04:05:06\"",
                "\"2001-02-03T04:05:06\"",
                "\"2001-02-03T04:05:06Z\"",
                "\"\\\\x37373737\"",
                "\"77777777-7777-7777-7777-777777777777\"");
        String table = create("text");
        List<String> unquoted = texts.stream()
                .map(text -> text.replace("\"", "").replace("\\\\", "\\"))
                .distinct()
                .toList();
        List<String> literals = texts.stream()
                .map(text -> text.startsWith("\"")
                        ? "'" + text.substring(1, text.length() - 1).replace("\\\\", "\\") + "'"
                        : text)
                .toList();
        Map<String, String> json =
                taken(texts, (column, text) -> post(table, "application/json", "{\"" + column + "\": " + text + "}"));
        Map<String, String> csv =
                taken(unquoted, (column, text) -> post(table, "text/csv", column + "\n" + text + "\n"));
        Map<String, String> values = taken(
                literals,
                (column, text) -> inserts("insert into " + table + " (" + column + ") values (" + text + ")"));
        assertThat(Map.of("JSON", json, "CSV", csv, "SQL", values))
                .isEqualTo(Map.of("JSON", page("JSON"), "CSV", page("CSV"), "SQL", page("SQL")));
    }

    @Test
    void nestedValuesAndBytesAreWrittenAsThePageSays() {
        sql.query("create table doors.nested (l int[], s struct(a int), m map(varchar, int), b blob)");
        sql.query("insert into doors.nested values ([1, 2], {'a': 1}, MAP {'k': 1}, '7777'::blob),"
                + " ([1, 2], {'a': 1}, MAP {'k': 1}, from_hex('37373737'))");
        assertThat(post(
                        "doors.nested",
                        "application/json",
                        "{\"l\": [1, 2], \"s\": {\"a\": 1}, \"m\": {\"k\": 1}, \"b\": \"\\\\x37373737\"}"))
                .isTrue();
        assertThat(post(
                        "doors.nested",
                        "text/csv",
                        "l,s,m,b\n\"[1, 2]\",\"{\"\"a\"\": 1}\",\"{\"\"k\"\": 1}\",\\x37373737\n"))
                .isTrue();
        assertThat(sql.count("select count(*) from doors.nested where l = [1, 2] and s.a = 1 and m['k'] = 1"
                        + " and b = '7777'::blob"))
                .isEqualTo(4);
    }

    /// What stands in a column of the tables of the page, for each type.
    private static Map<String, String> page(String column) throws IOException {
        Map<String, String> cells = new TreeMap<>();
        int index = -1;
        for (String line : Files.readAllLines(PAGE, StandardCharsets.UTF_8)) {
            if (!line.startsWith("|")) {
                index = -1;
                continue;
            }
            List<String> row = List.of(line.substring(1, line.length() - 1).split("\\|", -1)).stream()
                    .map(String::strip)
                    .toList();
            if (index < 0) {
                index = row.indexOf(column) < 0 ? row.size() : row.indexOf(column);
            } else if (index < row.size() && !row.getFirst().startsWith("---")) {
                cells.put(row.getFirst(), row.get(index));
            }
        }
        return cells;
    }

    /// Makes a table with a column of each type.
    private String create(String door) {
        String table = "doors." + door;
        wings.run(
                "topic",
                "create",
                table,
                "--schema",
                TYPES.stream().map(type -> column(type) + " " + type).collect(Collectors.joining(", ")));
        return table;
    }

    private static String column(String type) {
        return "a_" + type.replaceAll("[^a-z0-9]+", "_").replaceAll("_$", "");
    }

    private boolean post(String table, String contentType, String body) {
        return post(table, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    private boolean post(String table, String contentType, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + wings.ports().ingestorHttp() + "/v1/" + table.replace('.', '/')))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as("%s: %s", table, answer.body()).isIn(200, 400);
            return answer.statusCode() == 200;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean inserts(String statement) {
        try {
            return sql.query(statement).equals(List.of(List.of(1L)));
        } catch (IllegalStateException e) {
            assertThat(e).hasStackTraceContaining("INVALID_ARGUMENT");
            return false;
        }
    }

    private interface TextDoor {
        /// Whether it takes the text into the column.
        boolean takes(String column, String text);
    }

    /// The texts that a door takes into each type.
    private static Map<String, String> taken(List<String> texts, TextDoor door) throws Exception {
        return taken(texts, text -> "`" + text + "`", " ", door::takes);
    }

    /// The columns of Arrow that a door takes into each type. What it takes is there, with the value that it
    /// has.
    private Map<String, String> taken(String name, Door door) throws Exception {
        String table = create(name);
        Map<String, String> taken = taken(SAMPLES, Sample::name, ", ", (column, sample) -> {
            try {
                door.put(table, column, sample);
                return true;
            } catch (WingsException | FlightRuntimeException e) {
                assertThat(e.getMessage()).as(column + " " + sample.name).doesNotContain("internal error");
                return false;
            }
        });
        for (String type : TYPES) {
            String column = column(type);
            String names = taken.getOrDefault(type, "");
            assertThat(sql.count("select count(" + column + ") from " + table))
                    .as(type + " of " + names)
                    .isEqualTo(SAMPLES.stream()
                            .filter(sample -> List.of(names.split(", (?!zone)")).contains(sample.name))
                            .count());
            @Nullable String value = VALUES.get(type);
            if (value != null) {
                assertThat(sql.texts("select distinct " + column + "::varchar from " + table + " where " + column
                                + " is not null"))
                        .as(type + " of " + names)
                        .containsExactly(List.of(value));
            }
        }
        return taken;
    }

    private interface Taking<T> {
        boolean takes(String column, T value) throws Exception;
    }

    private static <T> Map<String, String> taken(
            List<T> values, Function<T, String> name, String separator, Taking<T> door) throws Exception {
        Map<String, List<Future<Boolean>>> answers = new TreeMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (String type : TYPES) {
                answers.put(
                        type,
                        values.stream()
                                .map(value -> threads.submit(() -> door.takes(column(type), value)))
                                .toList());
            }
        }
        Map<String, String> taken = new TreeMap<>();
        for (String type : TYPES) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                if (Objects.requireNonNull(answers.get(type)).get(i).get()) {
                    names.add(name.apply(values.get(i)));
                }
            }
            taken.put(type, String.join(separator, names));
        }
        return taken;
    }

    private void push(String table, String column, Sample sample) throws Exception {
        try (VectorSchemaRoot row = open(column, sample);
                Producer producer = Producer.open(ingestor, allocator, table, row.getSchema(), 1)) {
            CompletableFuture<IngestResponse> answer = producer.send(row);
            producer.finish();
            assertThat(answer.get().hasAccepted()).isTrue();
        }
    }

    private void ingest(String table, String column, Sample sample) {
        try (VectorSchemaRoot row = open(column, sample)) {
            long rows = client().executeIngest(
                            row,
                            new FlightSqlClient.ExecuteIngestOptions(
                                    table.substring(table.indexOf('.') + 1),
                                    TableDefinitionOptions.newBuilder()
                                            .setIfNotExist(TableNotExistOption.TABLE_NOT_EXIST_OPTION_FAIL)
                                            .setIfExists(TableExistsOption.TABLE_EXISTS_OPTION_APPEND)
                                            .build(),
                                    null,
                                    "doors",
                                    Map.of()),
                            session.connection().options());
            assertThat(rows).isEqualTo(1);
        }
    }

    private void insert(String table, String column, Sample sample) {
        try (VectorSchemaRoot row = open(column, sample);
                FlightSqlClient.PreparedStatement statement = client().prepare(
                                "insert into " + table + " (" + column + ") values (?)",
                                session.connection().options())) {
            statement.setParameters(row.slice(0));
            assertThat(statement.executeUpdate(session.connection().options())).isEqualTo(1);
        }
    }

    private void post(String table, String column, Sample sample) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (VectorSchemaRoot row = open(column, sample);
                ArrowStreamWriter writer = new ArrowStreamWriter(row, null, stream)) {
            writer.writeBatch();
            writer.end();
        }
        if (!post(table, "application/vnd.apache.arrow.stream", stream.toByteArray())) {
            throw WingsException.invalid("not taken: column=" + column + ", sample=" + sample.name);
        }
    }

    private FlightSqlClient client() {
        return new FlightSqlClient(session.connection().client());
    }

    private VectorSchemaRoot open(String column, Sample sample) {
        VectorSchemaRoot root =
                VectorSchemaRoot.create(new Schema(List.of(Field.nullable(column, sample.type))), allocator);
        FieldVector vector = root.getVector(0);
        vector.setInitialCapacity(1);
        vector.allocateNew();
        sample.value.accept(vector);
        root.setRowCount(1);
        return root;
    }

    private static <V extends FieldVector> Sample of(String name, ArrowType type, Class<V> kind, Consumer<V> value) {
        return new Sample(name, type, vector -> value.accept(kind.cast(vector)));
    }

    private static final long SECONDS = 604_800;

    private static final List<Sample> SAMPLES = samples();

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        samples.add(of("Bool", ArrowType.Bool.INSTANCE, BitVector.class, vector -> vector.set(0, 1)));
        samples.add(of("Int8", integer(8, true), TinyIntVector.class, vector -> vector.set(0, 7)));
        samples.add(of("Int16", integer(16, true), SmallIntVector.class, vector -> vector.set(0, 7)));
        samples.add(of("Int32", integer(32, true), IntVector.class, vector -> vector.set(0, 7)));
        samples.add(of("Int64", integer(64, true), BigIntVector.class, vector -> vector.set(0, 7)));
        samples.add(of("UInt8", integer(8, false), UInt1Vector.class, vector -> vector.set(0, 7)));
        samples.add(of("UInt16", integer(16, false), UInt2Vector.class, vector -> vector.set(0, 7)));
        samples.add(of("UInt32", integer(32, false), UInt4Vector.class, vector -> vector.set(0, 7)));
        samples.add(of("UInt64", integer(64, false), UInt8Vector.class, vector -> vector.set(0, 7)));
        samples.add(of(
                "Float16",
                new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
                Float2Vector.class,
                vector -> vector.setWithPossibleTruncate(0, 7)));
        samples.add(of(
                "Float32",
                new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                Float4Vector.class,
                vector -> vector.set(0, 7)));
        samples.add(of(
                "Float64",
                new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                Float8Vector.class,
                vector -> vector.set(0, 7)));
        samples.add(
                of("Decimal128", new ArrowType.Decimal(10, 2, 128), DecimalVector.class, vector -> vector.set(0, 700)));
        samples.add(of(
                "Decimal256", new ArrowType.Decimal(10, 2, 256), Decimal256Vector.class, vector -> vector.set(0, 700)));
        samples.add(of("Date32", new ArrowType.Date(DateUnit.DAY), DateDayVector.class, vector -> vector.set(0, 7)));
        samples.add(of(
                "Date64",
                new ArrowType.Date(DateUnit.MILLISECOND),
                DateMilliVector.class,
                vector -> vector.set(0, SECONDS * 1_000)));
        samples.add(of(
                "Time32(s)", new ArrowType.Time(TimeUnit.SECOND, 32), TimeSecVector.class, vector -> vector.set(0, 7)));
        samples.add(of(
                "Time32(ms)",
                new ArrowType.Time(TimeUnit.MILLISECOND, 32),
                TimeMilliVector.class,
                vector -> vector.set(0, 7_000)));
        samples.add(of(
                "Time64(µs)",
                new ArrowType.Time(TimeUnit.MICROSECOND, 64),
                TimeMicroVector.class,
                vector -> vector.set(0, 7_000_000)));
        samples.add(of(
                "Time64(ns)",
                new ArrowType.Time(TimeUnit.NANOSECOND, 64),
                TimeNanoVector.class,
                vector -> vector.set(0, 7_000_000_000L)));
        Map<String, TimeUnit> units = new java.util.LinkedHashMap<>();
        units.put("s", TimeUnit.SECOND);
        units.put("ms", TimeUnit.MILLISECOND);
        units.put("µs", TimeUnit.MICROSECOND);
        units.put("ns", TimeUnit.NANOSECOND);
        long[] factor = {SECONDS};
        units.forEach((name, unit) -> {
            long value = factor[0];
            samples.add(of(
                    "Timestamp(" + name + ")",
                    new ArrowType.Timestamp(unit, null),
                    TimeStampVector.class,
                    vector -> vector.set(0, value)));
            samples.add(of(
                    "Timestamp(" + name + ", zone)",
                    new ArrowType.Timestamp(unit, "Europe/Berlin"),
                    TimeStampVector.class,
                    vector -> vector.set(0, value)));
            factor[0] *= 1_000;
        });
        byte[] text = UUID.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = "7777".getBytes(StandardCharsets.US_ASCII);
        samples.add(
                of("Utf8", ArrowType.Utf8.INSTANCE, BaseVariableWidthVector.class, vector -> vector.setSafe(0, text)));
        samples.add(of(
                "LargeUtf8",
                ArrowType.LargeUtf8.INSTANCE,
                BaseLargeVariableWidthVector.class,
                vector -> vector.setSafe(0, text)));
        samples.add(of(
                "Utf8View",
                ArrowType.Utf8View.INSTANCE,
                BaseVariableWidthViewVector.class,
                vector -> vector.setSafe(0, text)));
        samples.add(of(
                "Binary",
                ArrowType.Binary.INSTANCE,
                BaseVariableWidthVector.class,
                vector -> vector.setSafe(0, bytes)));
        samples.add(of(
                "LargeBinary",
                ArrowType.LargeBinary.INSTANCE,
                BaseLargeVariableWidthVector.class,
                vector -> vector.setSafe(0, bytes)));
        samples.add(of(
                "FixedSizeBinary(4)",
                new ArrowType.FixedSizeBinary(4),
                FixedSizeBinaryVector.class,
                vector -> vector.set(0, bytes)));
        samples.add(of(
                "FixedSizeBinary(16)",
                new ArrowType.FixedSizeBinary(16),
                FixedSizeBinaryVector.class,
                vector -> vector.set(0, "7777777777777777".getBytes(StandardCharsets.US_ASCII))));
        return List.copyOf(samples);
    }

    private static ArrowType integer(int bits, boolean signed) {
        return new ArrowType.Int(bits, signed);
    }
}
