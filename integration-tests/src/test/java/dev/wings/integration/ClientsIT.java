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
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The clients of `docs/clients.md`, of the versions and with the lines that stand there: each is started as a user has
/// it, and compares what it gets with what was pushed. Of the topic that they read, some rows are in pages, others in
/// segments.
@Tag("full")
final class ClientsIT {

    private static final Path ROOT =
            Path.of(System.getProperty("wings.root", "..")).toAbsolutePath().normalize();
    private static final Path SCRIPTS =
            ROOT.resolve("integration-tests/src/test/resources/dev/wings/integration/clients");
    private static final Duration UNTIL_COMPACTED = Duration.ofMinutes(2);
    private static final int ROWS = 3012;

    /// Scripts by the client's title, in the order of the page.
    private static final Map<String, String> PYTHON = Map.of(
            "ADBC, Python", "adbc.py",
            "polars", "polars_frames.py",
            "pandas", "pandas_frames.py",
            "flightsql-dbapi", "dbapi.py",
            "PyIceberg", "iceberg.py",
            "DuckDB", "duckdb_iceberg.py",
            "Daft", "daft_frames.py");

    private static final ClientsPage PAGE = ClientsPage.read();

    @TempDir
    private static Path directory;

    private static WingsProcess wings;
    private static PythonEnvironment python;

    @BeforeAll
    static void start() throws Exception {
        python = PythonEnvironment.clients();
        wings = WingsProcess.start(
                directory.resolve("data"),
                PortOffset.claim(),
                // rows are compacted when there are enough of them, and otherwise much later than this takes
                Map.of("WINGS_CONTROL_PLANE_COMPACT_BYTES", "1MiB"));
        String schema = python.run(directory, SCRIPTS.resolve("rows.py")).strip();
        wings.run("topic", "create", "flights", "--schema", schema, "--freshness", "1d");
        runPython("pyarrow", "push_rows.py", "segments");
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            long end = System.nanoTime() + UNTIL_COMPACTED.toNanos();
            while (sql.count(
                            "select count(*) from system.partitions where topic = 'flights' and watermark < next_offset")
                    > 0) {
                assertThat(System.nanoTime()).as(wings.output()).isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(200);
            }
            runPython("pyarrow", "push_rows.py", "pages");
            assertThat(sql.texts("select next_offset, watermark from system.partitions where topic = 'flights'"))
                    .containsExactly(List.of("3012", "3008"));
        }
    }

    @AfterAll
    static void stop() {
        wings.close();
    }

    static Stream<String> pythonClients() {
        return PAGE.rows().stream().map(ClientsPage.Row::title).filter(PYTHON::containsKey);
    }

    /// Nothing is said to be tested that is not.
    @Test
    void everyClientOfThePageIsTested() throws IOException {
        List<String> tested = new ArrayList<>(PYTHON.keySet());
        // all but the last by this test, Spark by SparkTopicIT and SparkTableIT
        tested.addAll(List.of("pyarrow", "JDBC", "Go", "Grafana", "Spark"));
        assertThat(PAGE.rows().stream()
                        .filter(ClientsPage.Row::isTestedByBuilds)
                        .map(ClientsPage.Row::title))
                .containsExactlyInAnyOrderElementsOf(tested);
        String spark = Files.readString(ROOT.resolve("integration-tests/spark/pom.xml"))
                + Files.readString(ROOT.resolve("pom.xml"));
        PAGE.ofTitle("Spark")
                .versions()
                .values()
                .forEach(version -> assertThat(spark).contains(version));
    }

    @ParameterizedTest
    @MethodSource("pythonClients")
    void clientInPythonGetsWhatWasPushed(String title) throws IOException {
        runPython(title, Objects.requireNonNull(PYTHON.get(title)));
    }

    /// Also the frames of pandas and polars, which go the same way.
    @Test
    void clientInPythonWrites() throws IOException {
        runPython("ADBC, Python", "adbc_writes.py");
    }

    private static void runPython(String title, String script, String... arguments) throws IOException {
        Path request = Files.createTempFile(directory, "request", ".json");
        String versions = PAGE.ofTitle(title).versions().entrySet().stream()
                .map(version -> "\"" + version.getKey() + "\": \"" + version.getValue() + "\"")
                .collect(java.util.stream.Collectors.joining(", ", "{", "}"));
        Files.writeString(request, """
                {"snippet": "%s", "versions": %s, "server": %d, "ingestor": %d, "catalog": "%s"}
                """.formatted(
                        PAGE.snippet(title, wings.portOffset())
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n"),
                        versions,
                        wings.serverPort(),
                        wings.ingestorPort(),
                        wings.catalogUri()));
        List<String> all = new ArrayList<>(List.of(request.toString()));
        all.addAll(List.of(arguments));
        assertThat(python.run(directory, SCRIPTS.resolve(script), all.toArray(String[]::new)))
                .endsWith("ok\n");
    }

    /// Also what Grafana's data source asks, which is written with the same library. Aborted where there is no Go.
    @Test
    void clientInGoGetsWhatWasPushed() throws IOException {
        Path sources = SCRIPTS.resolve("go");
        String program = Files.readString(sources.resolve("main.go"));
        for (String line : PAGE.snippet("Go").lines().toList()) {
            assertThat(program).contains(line.replace("\"127.0.0.1:7704\"", "address"));
        }
        assertThat(Files.readString(sources.resolve("go.mod")))
                .contains("github.com/apache/arrow-go/v18 v"
                        + PAGE.ofTitle("Go").versions().get("arrow-go"));
        PAGE.ofTitle("Grafana")
                .versions()
                .forEach((name, version) -> assertThat(program).contains(name + " " + version));
        assumeTrue(isThere("go", "version"), "there is no Go on this machine: clients in Go are not tested");
        Path binary = ROOT.resolve("integration-tests/target/clients-go");
        ClientProcess.run(
                directory, sources, Map.of(), List.of("go", "build", "-mod=readonly", "-o", binary.toString(), "."));
        assertThat(ClientProcess.run(
                        directory,
                        List.of(binary.toString(), "127.0.0.1:" + wings.serverPort(), Integer.toString(ROWS))))
                .endsWith("ok\n");
    }

    private static boolean isThere(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void driverOfJdbcGetsWhatWasPushed() throws SQLException {
        Matcher url = Pattern.compile("jdbc:[^\"]+").matcher(PAGE.snippet("JDBC", wings.portOffset()));
        assertThat(url.find()).isTrue();
        try (Connection connection = DriverManager.getConnection(url.group())) {
            assertThat(connection.getMetaData().getDriverVersion())
                    .startsWith(PAGE.ofTitle("JDBC").versions().get("flight-sql-jdbc-driver"));
            assertValues(connection);
            assertParameters(connection);
            try (ResultSet tables = connection.getMetaData().getTables(null, "default", "%", new String[] {"TABLE"})) {
                assertThat(tables.next()).isTrue();
                assertThat(tables.getString("TABLE_NAME")).isEqualTo("flights");
                assertThat(tables.next()).isFalse();
            }
            try (ResultSet columns = connection.getMetaData().getColumns(null, "default", "flights", "huge")) {
                assertThat(columns.next()).isTrue();
                assertThat(columns.getInt("DATA_TYPE")).isEqualTo(Types.DECIMAL);
            }
        }
    }

    private static void assertValues(Connection connection) throws SQLException {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select * from flights where id in (2, 5) order by id")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getBoolean("flag")).isTrue();
            assertThat(rows.getInt("small")).isEqualTo(2002);
            assertThat(rows.getFloat("ratio")).isEqualTo(0.25f);
            assertThat(rows.getDouble("exact")).isEqualTo(2 / 3.0);
            assertThat(rows.getBigDecimal("price")).isEqualTo(new BigDecimal("0.50"));
            assertThat(rows.getBigDecimal("huge")).isEqualTo(new BigDecimal("20000000000000000000.0000000001"));
            assertThat(rows.getDate("day").toLocalDate()).isEqualTo("2026-01-03");
            assertThat(rows.getTimestamp("local", utc).toInstant()).isEqualTo("2026-01-01T22:30:15.123458Z");
            assertThat(rows.getTimestamp("moment").toInstant()).isEqualTo("2026-01-01T22:30:15.123458Z");
            assertThat(rows.getString("name")).isEqualTo("name 2 \u00e9\ud83d\ude00");
            assertThat(rows.getBytes("bytes")).containsExactly(0, 2, 255);
            assertThat(rows.getString("guid")).isEqualTo("02000000-0000-0000-0000-000000000002");
            assertThat((Object[]) rows.getArray("tags").getArray())
                    .extracting(Object::toString)
                    .containsExactly("tag 0", "tag 1");
            assertThat(rows.next()).isTrue();
            for (int column = 2; column <= 20; column++) {
                // the driver does not implement getObject for times with a zone
                boolean zoned = rows.getMetaData().getColumnType(column) == Types.TIMESTAMP_WITH_TIMEZONE;
                assertThat(zoned ? rows.getTimestamp(column) : rows.getObject(column))
                        .as("column %d", column)
                        .isNull();
            }
            assertThat(rows.getLong("__offset__")).isEqualTo(5);
            assertThat(rows.next()).isFalse();
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from flights")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(ROWS);
        }
    }

    private static void assertParameters(Connection connection) throws SQLException {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        try (PreparedStatement statement = connection.prepareStatement("select id from flights where id < ?"
                + " and (name = ? or price = ?) and moment > ? and (? is null or id > 1) order by id")) {
            statement.setLong(1, 100);
            statement.setString(2, "name 1 \u00e9\ud83d\ude00");
            statement.setBigDecimal(3, new BigDecimal("2.00"));
            statement.setTimestamp(4, Timestamp.from(Instant.parse("2026-01-01T22:30:15.123Z")), utc);
            statement.setNull(5, Types.BIGINT);
            List<Long> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
            assertThat(ids).containsExactly(1L, 4L, 7L, 8L, 10L);
        }
    }
}
