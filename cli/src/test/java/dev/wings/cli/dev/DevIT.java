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
package dev.wings.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.Outcome;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.process.PortOffset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The platform in one process, and the commands that talk to it, as a user runs them.
final class DevIT {

    private static final String FLIGHTS = Path.of(System.getProperty("wings.root", ".."), "examples", "flights.parquet")
            .toString();

    private final String offset = String.valueOf(PortOffset.claim());

    @TempDir
    private Path parent;

    @Test
    void rowsOutliveAStopAndAKill() throws Exception {
        Path data = parent.resolve("data");
        try (WingsProcess platform = dev(data)) {
            assertThat(platform.output()).contains("data  " + data, "ready in", "jdbc:arrow-flight-sql://127.0.0.1:");
            assertThat(started("topic", "create", "flights", "--from", FLIGHTS, "--partition-by", "origin"))
                    .contains("created tenants/default/namespaces/default/topics/flights", "partition key");
            assertThat(started("push", "flights", FLIGHTS)).contains("200,000 rows acknowledged");
            assertThat(started("sql", "-o", "csv", "select count(*) as n from flights"))
                    .isEqualTo("n\n200000");
            clientsLeave();

            assertThat(platform.terminate().output())
                    .contains("stopping", "stopped")
                    .doesNotContain("\tat ");
        }
        assertThat(data.resolve("postgresql/data/postmaster.pid")).doesNotExist();
        assertNothingForOperators(data);

        try (WingsProcess platform = dev(data)) {
            assertThat(count()).isEqualTo("200000");
            ProcessHandle server = postgres(data);
            killedPlatformIsSaidTo(platform);
            // its guard stops it; if the next platform is faster, that does
            try (WingsProcess next = dev(data)) {
                assertThat(server.isAlive()).isFalse();
                assertThat(postgres(data).isAlive()).isTrue();
                assertThat(count()).isEqualTo("200000");
                assertThat(wings("push", "flights", FLIGHTS)).contains("200,000 rows acknowledged");
                assertThat(count()).isEqualTo("400000");
                assertThat(next.terminate().exitCode()).isEqualTo(143);
            }
        }
    }

    @Tag("full")
    @Test
    void commandsDoAndSayWhatTheyShould() throws Exception {
        Path data = parent.resolve("data");
        try (WingsProcess platform = dev(data)) {
            wings("topic", "create", "flights", "--from", FLIGHTS, "--partition-by", "origin");
            wings("push", "flights", FLIGHTS);
            refuseASecondPlatform(data);
            rejectedBatchesAreShown();
            refusedFileEndsThePush();
            textOfEveryTypeArrives();
            pushMakesTheTopicThatThereIsNot();
            badQueriesAreShown();
            topicSaysWhatItHolds();
            resultsAreFilesToo();
            queryEndsWhenNobodyReadsItsRows();
            printedTextIsTakenAgain();
            assertThat(platform.terminate().output()).doesNotContain("\tat ");
        }
        assertNothingForOperators(data);
    }

    /// Nothing that clients did is anything for operators.
    private static void assertNothingForOperators(Path data) throws IOException {
        assertThat(Files.readString(data.resolve("logs/wings.log")))
                .doesNotContain(" WARN ", " ERROR ", "Unrecognized extension type");
    }

    @Tag("full")
    @Test
    void databaseThatDiesTakesThePlatformWithItAndIsRecovered() throws Exception {
        Path data = parent.resolve("data");
        try (WingsProcess platform = dev(data)) {
            wings("topic", "create", "flights", "--from", FLIGHTS);
            postgres(data).destroyForcibly();

            WingsProcess.Ended ended = platform.awaitEnd();

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.output())
                    .contains("PostgreSQL has ended, though nobody stopped it")
                    .contains("postgresql.log")
                    .doesNotContain("\tat ");
        }
        try (WingsProcess platform = dev(data)) {
            assertThat(count()).isEqualTo("0");
            assertThat(platform.terminate().output()).contains("stopped");
        }
    }

    @Test
    void startThatIsStoppedWarnsOfNothing() throws Exception {
        Path log = parent.resolve("data/logs/wings.log");
        try (WingsProcess platform = WingsProcess.start(
                Map.of(), "dev", "--data", parent.resolve("data").toString(), "--port-offset", offset)) {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            // the database runs, services start
            while (!(Files.exists(log) && Files.readString(log).contains("wings-commits"))
                    && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            assertThat(platform.terminate().output()).startsWith("data  ").doesNotContain("WARN", "ERROR", "\tat ");
        }
    }

    @Test
    void allThatIsInTheWayIsSaidAtOnce() throws Exception {
        try (ServerSocket taken =
                        new ServerSocket(7704 + Integer.parseInt(offset), 1, InetAddress.getLoopbackAddress());
                WingsProcess platform = WingsProcess.start(
                        Map.of("WINGS_INGESTOR_FLUSH_LINGER", "soon", "WINGS_CONTROL_PLANE_DATABASE_URL", "jdbc:x"),
                        "dev",
                        "--data",
                        parent.resolve("data").toString(),
                        "--port-offset",
                        offset)) {
            WingsProcess.Ended ended = platform.awaitEnd();

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.output())
                    .startsWith("wings: the platform cannot start:")
                    .contains("WINGS_INGESTOR_FLUSH_LINGER must be")
                    .contains("WINGS_CONTROL_PLANE_DATABASE_URL is set, but")
                    .contains("port " + taken.getLocalPort() + " of the SQL server cannot be used")
                    .contains("--port-offset")
                    .doesNotContain("\tat ");
            assertThat(parent).isEmptyDirectory();
        }
    }

    @Test
    void misspelledSettingIsRecognized() throws Exception {
        try (WingsProcess platform =
                WingsProcess.start(Map.of("WINGS_SERVER_QUERYS", "3"), "dev", "--ephemeral", "--port-offset", offset)) {
            assertThat(platform.awaitEnd().output())
                    .contains("WINGS_SERVER_QUERYS is unknown: did you mean WINGS_SERVER_QUERIES?");
        }
    }

    @Test
    void portOffsetOutOfRangeIsSaidOnce() throws Exception {
        WingsProcess.Ended ended = WingsProcess.run("dev", "--ephemeral", "--port-offset", "60000");
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.output()).containsOnlyOnce("offset=60000").doesNotContain("\tat ");
    }

    @Test
    void demoAgreesWithTheFileAndLeavesNothing() throws Exception {
        Path cache = parent.resolve("cache");
        // the programs are unpacked once for all tests
        try (WingsProcess demo = WingsProcess.start(
                Map.of("XDG_CACHE_HOME", cache.toString()),
                "demo",
                "--once",
                "--rate",
                "200000",
                "--file",
                FLIGHTS,
                "--port-offset",
                offset)) {
            WingsProcess.Ended ended = demo.awaitEnd();

            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(ended.output()).contains("200,000 rows", "answers agree with the file");
            assertThat(cache.resolve("wings/ephemeral")).isDirectoryNotContaining("glob:**/run-*");
        }
    }

    private void refuseASecondPlatform(Path data) throws InterruptedException {
        WingsProcess.Ended second =
                WingsProcess.run("dev", "--data", data.toString(), "--port-offset", String.valueOf(PortOffset.claim()));
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.output()).contains("in use by another process: directory=" + data);
    }

    private void rejectedBatchesAreShown() throws Exception {
        assertThat(wings("topic", "create", "strict", "--schema", "id long not null, code string"))
                .contains("not null");
        Path file = parent.resolve("strict.parquet");
        try (DuckDb duckDb = DuckDb.open(Map.of())) {
            duckDb.run("COPY (SELECT * FROM (VALUES (1::BIGINT), (NULL)) t (id)) TO "
                    + ParquetFiles.text(file.toString()) + " (FORMAT parquet)");
        }
        Outcome ended = run("push", "strict", file.toString(), "--batch-rows", "1");
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.output()).contains("1 row acknowledged", "rejected: 1 row in 1 batch", "id");
        assertThat(wings("sql", "-o", "json", "select id, code from strict")).isEqualTo("{\"id\":1,\"code\":null}");
    }

    private void refusedFileEndsThePush() throws Exception {
        Path missing = Files.writeString(parent.resolve("missing.ndjson"), "{\"id\":2}\n{\"id\":null}\n");
        assertThat(run("push", "strict", missing.toString()).output())
                .contains("no row is stored", "missing.ndjson: line 2, column 11: a required field has no value");
        Path mistake = Files.writeString(parent.resolve("mistake.csv"), "id,code\n5,a\n6.5,b\n");
        Outcome broken = run("push", "strict", mistake.toString(), "later.csv");
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.output()).contains("no row is stored", "mistake.csv: line 3: ", "found=\"6.5\"");
        // what the start of a file does not show
        Path late = Files.writeString(parent.resolve("late.csv"), "id,code\n" + "7,c\n".repeat(3000) + "6.5,b\n");
        Outcome started = run("push", "strict", late.toString(), late.toString());
        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.output()).contains("late.csv: no row is stored", "line 3002: ", "not tried: " + late);

        Outcome refused = run("push", "strict", FLIGHTS);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output()).contains("no row is stored").doesNotContain("may be stored");
        assertThat(wings("sql", "-o", "json", "-c", "select count(*) as n from strict"))
                .isEqualTo("{\"n\":1}");
    }

    private void textOfEveryTypeArrives() throws Exception {
        wings(
                "topic",
                "create",
                "typed",
                "--schema",
                "a boolean, b int, c decimal(6,2), d date, e time, f timestamp, g timestamptz, h binary, i fixed(2),"
                        + " j uuid, k list<struct<x: int>>, l map<string, long>, m string");
        String row = """
                {"a":true,"b":1,"c":1.20,"d":"2001-02-03","e":"04:05:06","f":"2001-02-03T04:05:06",\
                "g":"2001-02-03T04:05:06Z","h":"\\\\x0aff","i":"\\\\x0102","j":"123e4567-e89b-12d3-a456-426614174000",\
                "k":[{"x":1},{"x":null}],"l":{"y":2},"m":""}""";
        Path file = Files.writeString(parent.resolve("typed.ndjson"), row + "\n");
        String select = "select a, b, c, d, e, f, g, h, i, j, k, l, m from typed";
        assertThat(wings("push", "typed", file.toString())).contains("1 row acknowledged");
        assertThat(wings("sql", "-o", "json", select)).isEqualTo(row);

        Path csv = Files.writeString(parent.resolve("typed.csv"), wings("sql", "-o", "csv", select) + "\n");
        assertThat(wings("push", "typed", csv.toString())).contains("1 row acknowledged");
        assertThat(wings("sql", "-o", "json", select)).isEqualTo(row + "\n" + row);
    }

    private void pushMakesTheTopicThatThereIsNot() throws Exception {
        Path file = Files.writeString(parent.resolve("made.csv"), "kind,number\na,9007199254740993\nb,0.5\n");
        String[] push = {
            "push", "made", file.toString(), "--create", "--partition-by", "kind", "--lake-sort-by", "number desc"
        };
        assertThat(wings(push)).contains("created tenants/default/namespaces/default/topics/made", "2 rows");
        assertThat(wings(push)).contains("2 rows acknowledged").doesNotContain("created");
        assertThat(wings("topic", "describe", "made"))
                .contains("partition key", "decimal(38,1)", "sorted by number desc");
        assertThat(wings("topic", "describe", "strict"))
                .contains("1 row in 1 partition, offsets 0 to 0, the newest of ");
        assertThat(wings("sql", "-o", "csv", "select distinct kind, number from made order by 1"))
                .isEqualTo("kind,number\na,9007199254740993.0\nb,0.5");
        Path loss = Files.writeString(parent.resolve("loss.csv"), "kind,number\na,0.12\n");
        Outcome refused = run("push", "made", loss.toString());
        assertThat(refused.output()).contains("line 2: ", "found=\"0.12\"", "--on-loss");
        assertThat(wings("push", "made", loss.toString(), "--on-loss", "null")).contains("1 row acknowledged");
    }

    private void badQueriesAreShown() throws InterruptedException {
        Outcome ended = run("sql", "select orign from flights");
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.output()).contains("orign", "^").doesNotContain("\tat ");
    }

    private void topicSaysWhatItHolds() throws InterruptedException {
        assertThat(wings("topic", "describe", "flights"))
                .contains("partition key", "200,000 rows in ", " partitions, the newest of ")
                .containsPattern("(?m)^PARTITION +ROWS +IN SEGMENTS +NEWEST$")
                .containsPattern("and [0-9]+ more: select \\* from system.partitions");
        assertThat(wings("topic", "describe", "flights", "--json"))
                .contains("\"rows\" : 200000", "\"largest_partitions\"", "\"newest_time\" : \"20");
        wings("topic", "create", "nothing", "--schema", "a int");
        assertThat(wings("topic", "describe", "nothing")).contains("no rows yet");
    }

    private void resultsAreFilesToo() throws Exception {
        for (String format : List.of("parquet", "arrow")) {
            Path file = parent.resolve("late." + format);
            WingsProcess.Ended ended = WingsProcess.runInto(
                    "cat > '" + file + "'",
                    "sql",
                    "-o",
                    format,
                    "select origin, delay from flights where delay > 60",
                    "--port-offset",
                    offset);
            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(wings("push", "late", file.toString(), "--create")).contains("rows acknowledged");
        }
        assertThat(wings(
                        "sql",
                        "-o",
                        "csv",
                        "select count(*) = 2 * (select count(*) from flights where delay > 60)" + " as same from late"))
                .isEqualTo("same\ntrue");
        assertThat(wings("sql", "-o", "csv", "use system; select count(*) > 0 as found from topics"))
                .endsWith("found\ntrue");
        Outcome failed = run("sql", "select 1; select x; select 2");
        assertThat(failed.output()).contains("statement 2 of 3 failed; the one after it was not run");
    }

    /// `wings sql -o tsv` and `wings push --escapes`, over what cannot stand in a line and what looks like it.
    private void printedTextIsTakenAgain() throws Exception {
        String columns = "n long, t string, l list<string>, m map<string, string>, s struct<a: string>, b binary";
        List<String> odd = List.of(
                "",
                " ",
                "\\t",
                "\\n",
                "\\r",
                "\\r\\n",
                "\\\\",
                "\\\\t",
                "\\\\N",
                "\\\\\\\\N",
                "N",
                "null",
                "NULL",
                "\\\"",
                "\\\"\\\"",
                "'",
                ",",
                ";",
                "a\\tb\\nc\\\\",
                "\\u0001",
                "\\u00e9\\ud83d\\ude00",
                "\\ufeff",
                "\\u2028",
                "#",
                "{}",
                "[]",
                "\\\\x41",
                " \\t ");
        StringBuilder rows = new StringBuilder("{\"n\":0}\n{\"n\":null,\"l\":[],\"m\":{},\"s\":{}}\n");
        for (int i = 0; i < odd.size(); i++) {
            rows.append("""
                    {"n":%d,"t":"%2$s","l":["%2$s",null],"m":{"%2$s":"%2$s"},"s":{"a":"%2$s"},"b":"\\\\x0%3$x09"}
                    """.formatted(i + 1, odd.get(i), i % 16));
        }
        Path file = Files.writeString(parent.resolve("odd.ndjson"), rows);
        Path printed = parent.resolve("odd.tsv");
        wings("topic", "create", "odd", "--schema", columns);
        wings("topic", "create", "odd_again", "--schema", columns);
        wings("push", "odd", file.toString());
        WingsProcess.Ended ended = WingsProcess.runInto(
                "cat > '" + printed + "'",
                "sql",
                "-o",
                "tsv",
                "select * exclude (__offset__, __timestamp__) from odd",
                "--port-offset",
                offset);
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(wings("push", "odd_again", printed.toString(), "--escapes"))
                .contains(odd.size() + 2 + " rows acknowledged");
        String select = "select * exclude (__offset__, __timestamp__) from %s order by n nulls first, t";
        String before = wings("sql", "-o", "json", select.formatted("odd"));
        assertThat(before).hasLineCount(odd.size() + 2).contains("a\\tb\\nc\\\\", "\"t\":\"\\\\N\"");
        assertThat(wings("sql", "-o", "json", select.formatted("odd_again"))).isEqualTo(before);
    }

    /// Clients leave in the middle of what they push and read.
    private void clientsLeave() throws Exception {
        try (WingsProcess push = slowPush()) {
            push.kill();
        }
        Process query = endlessQuery();
        query.destroyForcibly().waitFor();
    }

    private void killedPlatformIsSaidTo(WingsProcess platform) throws Exception {
        Process query = endlessQuery();
        try (WingsProcess push = slowPush()) {
            platform.kill();
            assertThat(push.awaitEnd().output())
                    .contains("the connection to the ingestor at 127.0.0.1:", " was lost: it was stopped or killed")
                    .containsPattern("stopped after [0-9,]+ rows: [0-9,]+ acknowledged, 0 rejected")
                    .contains("what is acknowledged is stored and stays", "\"select count(*) from slow\"")
                    .doesNotContain("\tat ");
            query.inputReader().skip(Long.MAX_VALUE);
            assertThat(new String(query.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("the connection to the SQL server at 127.0.0.1:", " was lost: it was stopped or killed")
                    .doesNotContain("\tat ");
        } finally {
            query.destroyForcibly();
        }
    }

    /// A query that has begun to print its rows, which nobody reads.
    private Process endlessQuery() throws IOException {
        Process query = new ProcessBuilder(WingsProcess.command(
                        "sql", "-o", "csv", "select 42 as n from flights, flights as more", "--port-offset", offset))
                .start();
        assertThat(query.inputReader().readLine()).isEqualTo("n");
        assertThat(query.inputReader().readLine()).isEqualTo("42");
        return query;
    }

    /// A push that goes on for longer than anybody waits, and some of whose rows are there.
    private WingsProcess slowPush() throws InterruptedException {
        WingsProcess push = WingsProcess.start(
                Map.of(),
                "push",
                "slow",
                FLIGHTS,
                "--create",
                "--batch-rows",
                "100",
                "--rate",
                "500",
                "--port-offset",
                offset);
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        String rows = "";
        while (!rows.endsWith("true") && System.nanoTime() < deadline) {
            // those of this push only: the newest is younger than a second or so
            rows = run("sql", "-o", "csv", "select max(__timestamp__) > now() - interval 3 second as moving from slow")
                    .output()
                    .strip();
        }
        assertThat(rows).endsWith("true");
        return push;
    }

    private void queryEndsWhenNobodyReadsItsRows() throws InterruptedException {
        WingsProcess.Ended ended = WingsProcess.runInto(
                "head -n 2",
                "sql",
                "-o",
                "csv",
                "select 42 as n from flights, flights as more",
                "--port-offset",
                offset);
        assertThat(ended.output()).startsWith("n\n42\n");
        assertThat(ended.exitCode()).isEqualTo(141);
    }

    private WingsProcess dev(Path data) throws InterruptedException {
        return WingsProcess.start(Map.of(), "dev", "--data", data.toString(), "--port-offset", offset)
                .awaitReady();
    }

    private String count() throws InterruptedException {
        List<String> lines = wings("sql", "-o", "csv", "select count(*) from flights")
                .lines()
                .toList();
        return lines.getLast();
    }

    /// Runs a command that must succeed; returns what it printed.
    private String wings(String... arguments) {
        return succeeded(run(arguments));
    }

    private static String succeeded(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return outcome.output().strip();
    }

    /// Runs a command in the test's own process.
    private Outcome run(String... arguments) {
        return Outcome.of(withPorts(arguments));
    }

    /// Runs a command as a user does, in a process of its own.
    private String started(String... arguments) throws InterruptedException {
        WingsProcess.Ended ended = WingsProcess.run(withPorts(arguments));
        return succeeded(new Outcome(ended.exitCode(), ended.output()));
    }

    private String[] withPorts(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--port-offset";
        all[arguments.length + 1] = offset;
        return all;
    }

    private static ProcessHandle postgres(Path data) throws IOException {
        String pid = Files.readAllLines(data.resolve("postgresql/data/postmaster.pid"))
                .getFirst();
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid));
        return process.orElseThrow();
    }
}
