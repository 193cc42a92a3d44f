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

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Spark in local mode as a process of its own, on a class path of its own; runs one statement at a time.
///
/// Its jars are those of the Maven module `integration-tests/spark`, its side of the pipe is `SparkStatements` there.
final class SparkProcess implements AutoCloseable {

    /// Name of Wings' catalog in Spark; also the current catalog of its session.
    static final String CATALOG = "wings";

    private static final Path MODULE = Path.of(System.getProperty("wings.root", ".."), "integration-tests", "spark");
    private static final int STOP_SECONDS = 60;
    private static final int FAILED = 0;
    private static final int ROW = 1;

    private final Process process;
    private final Path log;
    private final DataOutputStream statements;
    private final DataInputStream answers;

    private SparkProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.statements = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    }

    /// What a user writes to `spark-defaults.conf` to reach the REST catalog at `uri`.
    static Map<String, String> catalog(String uri) {
        String catalog = "spark.sql.catalog." + CATALOG;
        return Map.of(
                "spark.sql.extensions",
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
                catalog,
                "org.apache.iceberg.spark.SparkCatalog",
                catalog + ".type",
                "rest",
                catalog + ".uri",
                uri,
                // each statement sees the table as it is then
                catalog + ".cache-enabled",
                "false",
                "spark.sql.defaultCatalog",
                CATALOG);
    }

    /// Starts Spark with these settings; files of its own go to `directory`. The caller closes.
    static SparkProcess start(Map<String, String> settings, Path directory) throws IOException {
        Path log = directory.resolve("spark.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + MODULE.resolve("jvm.options"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                MODULE.resolve("src").resolve("SparkStatements.java").toString(),
                "spark.master=local[2]",
                "spark.local.dir=" + directory,
                "spark.sql.warehouse.dir=" + directory.resolve("warehouse"),
                "spark.driver.host=127.0.0.1",
                "spark.driver.bindAddress=127.0.0.1",
                "spark.ui.enabled=false",
                "spark.log.level=WARN",
                // the rows of the tests are few
                "spark.sql.shuffle.partitions=2",
                "spark.sql.session.timeZone=UTC",
                "spark.sql.datetime.java8API.enabled=true"));
        settings.forEach((key, value) -> command.add(key + "=" + value));
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        return new SparkProcess(process, log);
    }

    /// All rows, as [RowText] has them. Fails with Spark's message.
    List<List<@Nullable String>> query(String sql) {
        try {
            byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
            statements.writeInt(bytes.length);
            statements.write(bytes);
            statements.flush();
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (true) {
                int kind = answers.readByte();
                if (kind == FAILED) {
                    throw new SparkFailure(String.valueOf(readText()));
                }
                if (kind != ROW) {
                    return rows;
                }
                @Nullable String[] row = new String[answers.readInt()];
                for (int column = 0; column < row.length; column++) {
                    row[column] = readText();
                }
                rows.add(Arrays.asList(row));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Spark is gone; it said:\n" + log(), e);
        }
    }

    /// The only value of the only row.
    @Nullable
    String value(String sql) {
        return query(sql).getFirst().getFirst();
    }

    /// What Spark wrote to its log.
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            // the end of its input ends it
            statements.close();
        } catch (IOException e) {
            // it is gone already
        }
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// A statement that Spark refused; the message has those of all causes.
    static final class SparkFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        SparkFailure(String message) {
            super(message);
        }
    }

    private static String classPath() throws IOException {
        Path file = MODULE.resolve("target").resolve("classpath");
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new IllegalStateException(
                    "no class path of Spark: build the module integration-tests/spark first", e);
        }
    }

    private @Nullable String readText() throws IOException {
        int length = answers.readInt();
        return length < 0 ? null : new String(answers.readNBytes(length), StandardCharsets.UTF_8);
    }
}
