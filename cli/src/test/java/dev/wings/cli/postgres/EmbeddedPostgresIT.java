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
package dev.wings.cli.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedPostgresIT {

    @TempDir
    private Path root;

    private Path directory;

    @BeforeEach
    void nameDirectory() {
        directory = root.resolve("postgresql");
    }

    @Test
    void dataOutliveTheServerAndCommitsAreSynced() throws Exception {
        try (EmbeddedPostgres server = open()) {
            execute(server, "create table t (x int)", "insert into t values (42)");
            assertThat(query(server, "show fsync")).isEqualTo("on");
            assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
        }
        try (EmbeddedPostgres server = open()) {
            assertThat(query(server, "select x from t")).isEqualTo("42");
        }
    }

    @Test
    void directoryMayHaveAnyName() throws Exception {
        directory = root.resolve("a b/a=b/[x]/*/%20 #/`$x'\"\\y \u00e9/postgresql");
        try (EmbeddedPostgres server = open()) {
            execute(server, "create table t (x int)", "insert into t values (42)");
        }
        try (EmbeddedPostgres server = open()) {
            assertThat(query(server, "select x from t")).isEqualTo("42");
        }
    }

    @Test
    void onlyThePasswordLetsIn() throws Exception {
        try (EmbeddedPostgres server = open()) {
            assertThat(Files.getPosixFilePermissions(server.passwordFile())).hasSize(2);
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), EmbeddedPostgres.USER, "guess"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void serverThatAKilledProcessLeftIsStopped() throws Exception {
        EmbeddedPostgres left = open();
        execute(left, "create table t (x int)", "insert into t values (42)");
        ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
        // as if the guard had been killed together with its process
        ProcessHandle.current().children().filter(child -> isGuard(child)).forEach(ProcessHandle::destroyForcibly);
        assertThat(server.isAlive()).isTrue();

        try (EmbeddedPostgres next = open()) {
            assertThat(server.isAlive()).isFalse();
            assertThat(query(next, "select x from t")).isEqualTo("42");
        }
    }

    @Test
    void serverThatEndsBeforeItIsToldToIsStopped() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();

        assertThatCode(() -> EmbeddedPostgres.stop(ended.toHandle(), directory)).doesNotThrowAnyException();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void processWhoseEndNobodyAskedForHasEnded() throws Exception {
        // its parent turns into a program that never asks, as the first process of a container may be
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0.1 & echo $!; exec sleep 300").start();
        try (BufferedReader output = parent.inputReader()) {
            long pid = Long.parseLong(output.readLine());
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (EmbeddedPostgres.isRunning(pid) && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            assertThat(EmbeddedPostgres.isRunning(pid)).isFalse();
            assertThat(ProcessHandle.of(pid)).isPresent();

            Process wait = new ProcessBuilder("sh", "-c", "server=" + pid + "\n" + EmbeddedPostgres.AWAIT_END).start();
            try {
                assertThat(wait.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                wait.destroyForcibly();
            }
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void processThatHasTheIdOfADeadServerIsLeftAlone() throws Exception {
        open().close();
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(directory.resolve("data/postmaster.pid"), other.pid() + "\n/elsewhere\n");

            open().close();

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void interruptedInitializationIsDoneAgain() throws Exception {
        Files.createDirectories(directory.resolve("data.unfinished/base"));

        open().close();

        assertThat(directory.resolve("data.unfinished")).doesNotExist();
    }

    @Test
    void failureToStartShowsTheServersLog() throws Exception {
        open().close();
        Files.writeString(directory.resolve("data/postgresql.conf"), "no_such_setting = 1\n");

        assertThatThrownBy(this::open).isInstanceOf(WingsException.class).hasMessageContaining("no_such_setting");
    }

    @Test
    void dataOfAnotherVersionAreSaidInASentence() throws Exception {
        open().close();
        Files.writeString(directory.resolve("data/PG_VERSION"), "9\n");

        assertThatThrownBy(this::open)
                .hasMessageContaining("its data were made by PostgreSQL 9, and this is ")
                .message()
                .hasLineCount(1);
    }

    @Test
    void directoryThatCannotBeWrittenIsSaidInASentence() throws Exception {
        Files.createDirectories(directory);
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> EmbeddedPostgres.open(
                        file.resolve("postgresql"),
                        Path.of(System.getProperty("java.io.tmpdir"), "wings-test-programs"),
                        root.resolve("logs")))
                .isInstanceOf(WingsException.class)
                .hasMessageStartingWith("cannot start PostgreSQL: ")
                .message()
                .hasLineCount(1);
    }

    private EmbeddedPostgres open() throws InterruptedException {
        return EmbeddedPostgres.open(
                directory, Path.of(System.getProperty("java.io.tmpdir"), "wings-test-programs"), root.resolve("logs"));
    }

    private long pid() throws IOException {
        return Long.parseLong(
                Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst());
    }

    private static boolean isGuard(ProcessHandle process) {
        return process.info().arguments().map(List::of).orElse(List.of()).contains("wings-postgres");
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException, IOException {
        return DriverManager.getConnection(
                server.jdbcUrl(),
                EmbeddedPostgres.USER,
                Files.readString(server.passwordFile()).strip());
    }

    private static void execute(EmbeddedPostgres server, String... statements) throws SQLException, IOException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(EmbeddedPostgres server, String sql) throws SQLException, IOException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
