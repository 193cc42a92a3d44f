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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StartFailureTest {

    /// The words of `initdb` on a full disk.
    private static final String INITDB = """
            unshare --user initdb --pgdata=/x/data.unfinished failed:
            The files belonging to this database system will be owned by user "nobody".
            This user must also own the server process.

            The database cluster will be initialized with locale "C".
            Data page checksums are enabled.

            fixing permissions on existing directory /x/data.unfinished ... ok
            creating subdirectories ... ok
            running bootstrap script ... 2026-01-01 00:00:00.000 UTC [1] FATAL:  could not write to file "pg_wal/xlogtemp.1": %s
            child process exited with exit code 1
            initdb: removing contents of data directory "/x/data.unfinished"
            """;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "No space left on device | the disk is full: directory=",
                "Disk quota exceeded | the disk is full: directory=",
                "Permission denied | cannot be written by this user: directory=",
                "Read-only file system | cannot be written by this user: directory=",
                "Cannot allocate memory | not enough memory",
                "Too many open files | ulimit -n"
            })
    void outputOfProgramsBecomesASentence(String cause, String expected) throws IOException {
        Path log = directory.resolve("logs/postgresql.log");

        WingsException failure = StartFailure.ofPostgres(INITDB.formatted(cause), directory, log, new IOException());

        assertThat(failure.kind()).isEqualTo(ErrorKind.PRECONDITION);
        assertThat(failure.getMessage())
                .startsWith("cannot start PostgreSQL: ")
                .contains(expected)
                .endsWith("; what it said is in " + log)
                .doesNotContain("initdb", "checksums")
                .hasLineCount(1);
        assertThat(log).content().contains("Data page checksums", cause);
    }

    @Test
    void freeSpaceIsThatOfTheDirectoryOrOfTheOneItWouldBeIn() {
        assertThat(StartFailure.reason("No space left on device", directory.resolve("not/there")))
                .get()
                .asString()
                .matches(".*free=[0-9.]+ [kMGT]?i?B; make room .*--data");
    }

    /// What is not known is said by its last error; the rest is in the log, unless that cannot be written.
    @Test
    void unknownFailureIsItsLastError() throws IOException {
        Path noDirectory = Files.writeString(directory.resolve("file"), "").resolve("postgresql.log");

        assertThat(StartFailure.ofPostgres(
                        INITDB.formatted("Wind from the north"), directory, noDirectory, new IOException()))
                .hasMessageStartingWith("cannot start PostgreSQL: running bootstrap script ... ")
                .hasMessageEndingWith("Wind from the north");
    }

    @Test
    void dataOfAnotherPostgresAreNamed() {
        assertThat(StartFailure.reason(
                        "FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized"
                                + " by PostgreSQL version 17, which is not compatible with this version 18.6.\n",
                        directory))
                .get()
                .asString()
                .contains("its data were made by PostgreSQL 17, and this is 18.6: directory=" + directory)
                .endsWith("--data");
    }

    @Test
    void failuresOfServicesAreLookedThrough() {
        RuntimeException full = new IllegalStateException(
                "migration failed",
                new UncheckedIOException(new FileSystemException("/x", null, "No space left on device")));
        assertThat(StartFailure.explained(full, directory))
                .hasMessageStartingWith("the platform cannot start: the disk is full: ")
                .hasCause(full);
        RuntimeException denied = new UncheckedIOException(new AccessDeniedException("/x"));
        assertThat(StartFailure.explained(denied, directory).getMessage()).contains("cannot be written by this user");
        RuntimeException other = new IllegalStateException("a bug");
        assertThat(StartFailure.explained(other, directory)).isSameAs(other);
    }
}
