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
package dev.wings.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.client.Address;
import dev.wings.client.SqlSession;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the prompt does by itself, without a server.
final class ShellTest {

    @ParameterizedTest
    @ValueSource(strings = {"exit", "quit", "EXIT;", " quit ; ", "\\q"})
    void leavesAtTheWordsThatPeopleTry(String word) throws IOException {
        assertThat(type(word + "\nhelp\n")).doesNotContain("Statements end with");
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "HELP;", "\\?", "\\h"})
    void helpsWhoAsks(String word) throws IOException {
        assertThat(type(word + "\nexit\n")).contains("Statements end with", "\\watch", "\\x", "\\i FILE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
                    \\x            ~ results are printed as vertical
                    \\o tsv\\n\\o x ~ one of table, vertical, csv, tsv and json is expected
                    \\o parquet    ~ one of table, vertical, csv, tsv and json is expected
                    \\limit abc    ~ a number of rows is expected
                    \\watch        ~ there is no statement yet
                    \\i            ~ a file is expected
                    \\i nosuch.sql ~ there is no such file: nosuch.sql
                    \\pager        ~ the pager is off
                    \\timing       ~ timing is off
                    \\nosuch       ~ unknown command \\nosuch
                    """)
    void commandsSayWhatTheyDid(String commands, String expected) throws IOException {
        assertThat(type(commands.replace("\\n\\", "\n\\") + "\nexit\n")).contains(expected);
    }

    @Test
    void wordsInsideOfAStatementAreNone() {
        assertThat(Shell.isWord("select exit")).isFalse();
        assertThat(StatementParser.isComplete("select 1\nexit")).isFalse();
        assertThat(StatementParser.isComplete("exit")).isTrue();
    }

    private static String type(String text) throws IOException {
        System.setProperty("user.home", Path.of("target").toAbsolutePath().toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SqlSession session = SqlSession.open(new Connection().endpoint(Port.SERVER));
                Shell shell = Shell.open(
                        session,
                        new Address("SQL server", "127.0.0.1", 7704),
                        new Shell.Settings(OutputFormat.TABLE, 0, List.of()),
                        new DumbTerminal(
                                "test",
                                "dumb",
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                                out,
                                StandardCharsets.UTF_8))) {
            assertThat(shell.run()).isEqualTo(ExitCode.OK);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
