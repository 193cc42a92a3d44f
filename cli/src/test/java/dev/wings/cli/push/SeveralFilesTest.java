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
package dev.wings.cli.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.ControlPlaneFixture;
import dev.wings.cli.Outcome;
import dev.wings.cli.output.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several files are looked at before the first is sent. There is no ingestor: a push that sent anything would say so.
final class SeveralFilesTest {

    private static final String NO_INGESTOR = "cannot reach the ingestor";

    @TempDir
    private static Path directory;

    private static ControlPlaneFixture controlPlane;

    @BeforeAll
    static void open() throws Exception {
        controlPlane = new ControlPlaneFixture(Files.createDirectory(directory.resolve("objects")));
        assertThat(controlPlane
                        .run("topic", "create", "known", "--schema", "id long not null, note string")
                        .exitCode())
                .isZero();
        write("good.csv", "id,note\n1,a\n");
        write("good.ndjson", "{\"id\":2}\n");
        write("column.csv", "id,notes\n1,a\n");
        write("type.csv", "id,note\n1,a\nx,b\n");
        write("fields.csv", "id,note\n1,a,2\n");
        write("missing.csv", "note\na\n");
        write("null.ndjson", "{\"id\":1}\n{\"note\":\"x\"}\n");
        write("syntax.ndjson", "{\"id\":1}\n{\"id\":");
        write("empty.csv", "");
        write("book.csv", "PK\u0003\u0004 a workbook");
        write("short.parquet", "PAR1 not all of it");
        write("short.arrow", "ARROW1\0\0 not all of it");
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("copy (select 3::bigint as id) to " + LocalDuckDb.literal(file("good.parquet")));
            statement.execute("copy (select 'x' as id) to " + LocalDuckDb.literal(file("type.parquet")));
            statement.execute("copy (select 1 as id, 2 as other) to " + LocalDuckDb.literal(file("column.parquet")));
        }
    }

    @AfterAll
    static void close() {
        controlPlane.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "column.csv",
                "type.csv",
                "fields.csv",
                "missing.csv",
                "null.ndjson",
                "syntax.ndjson",
                "empty.csv",
                "book.csv",
                "short.parquet",
                "short.arrow",
                "type.parquet",
                "column.parquet",
                "nosuch.csv"
            })
    void badFileIsNamedBeforeAnythingIsSent(String bad) {
        assertNamed(push("known", "good.csv", "good.ndjson", bad, "good.parquet"), bad);

        assertNamed(push("fresh", "good.csv", "good.parquet", bad, "--create", "--types", "id long not null"), bad);
        assertThat(controlPlane.run("topic", "describe", "fresh").output()).contains("not found");
    }

    @Test
    void badFileOfADirectoryIsNamed() throws IOException {
        Path below = Files.createDirectories(directory.resolve("below/more"));
        Files.writeString(directory.resolve("below/a.csv"), "id\n1\n");
        Files.writeString(below.resolve("b.csv"), "id\n1.5\n");

        assertNamed(push("known", "below"), "b.csv");
        assertNamed(push("known", "below/**.csv"), "b.csv");
    }

    /// Its columns are those of the first: who is told of the loss alone would have values cut.
    @Test
    void fileThatDoesNotFitTheTopicToBeMadeIsNamedWithAdvice() throws IOException {
        Path guessed = Files.createDirectories(directory.resolve("guessed"));
        Files.writeString(guessed.resolve("a.csv"), "id,v\n1,2\n");
        Files.writeString(guessed.resolve("b.csv"), "id,v\n3,2.5\n");

        assertThat(push("fresh", "guessed", "--create").output())
                .contains("b.csv: line 2: ", "the new topic would have the columns of ", "a.csv: ", "--types");
    }

    @Test
    void emptyFileOfADirectoryIsLeftOut() throws IOException {
        Path some = Files.createDirectories(directory.resolve("some"));
        Files.writeString(some.resolve("a.csv"), "id\n1\n");
        Files.writeString(some.resolve("b.csv"), "");

        assertThat(push("known", "some").output()).contains(NO_INGESTOR).doesNotContain("empty");
    }

    /// They would be sent: that they cannot be is not said before.
    @Test
    void goodFilesAreSent() {
        assertThat(push("known", "good.csv", "good.ndjson", "good.parquet").output())
                .contains(NO_INGESTOR)
                .doesNotContain("looked at");
    }

    @Test
    void optionsOfANewTopicAreToldOfIfItIsThere() {
        assertThat(push("known", "good.csv", "--create").output()).doesNotContain("note:");
        assertThat(push(
                                "known",
                                "good.csv",
                                "--create",
                                "--partition-by=note",
                                "--freshness=1h",
                                "--types",
                                "id string")
                        .output())
                .contains("note: the topic is there already: topic=known; not used, ")
                .contains(": --partition-by, --freshness, --types");
    }

    /// A column that only the names of directories tell of, as Spark, Hive and DuckDB write partitions.
    @Test
    void columnsOfDirectoriesAreToldOf() throws IOException {
        for (String day : List.of("01", "02")) {
            Path part = Files.createDirectories(directory.resolve("parts/day=" + day + "/id=1"));
            Files.writeString(part.resolve("rows.csv"), "id\n1\n");
        }

        assertThat(push("known", "parts").output())
                .contains(
                        ": the directory day=01 stands for a column that the file itself does not have: it is left out")
                .doesNotContain("day=02 stands", "id=1 stands");
    }

    private static void assertNamed(Outcome outcome, String bad) {
        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.output())
                .contains(bad, "no row is stored: all files are looked at before the first is sent")
                .doesNotContain(NO_INGESTOR, "created", "This is a bug");
    }

    private static Outcome push(String topic, String... words) {
        List<String> all = new ArrayList<>(List.of("push", topic, "--quiet"));
        Arrays.stream(words)
                .map(word -> word.startsWith("--") || word.indexOf(' ') > 0 ? word : file(word))
                .forEach(all::add);
        return controlPlane.run(all.toArray(String[]::new));
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }
}
