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

import dev.wings.cli.connect.Address;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Table;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.vector.types.pojo.Field;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The prompt of `wings sql`. Ctrl-C ends the query that runs, or drops the line being typed; Ctrl-D ends the
/// shell.
final class Shell implements AutoCloseable {

    private static final String HELP = """
            Statements end with ; and may take several lines. Ctrl-C cancels the query that runs, Ctrl-D leaves.

              \\dt             list the topics
              \\d TOPIC        show the columns of a topic
              \\dn             list the namespaces
              \\o FORMAT       print results as table, csv or json
              \\timing         show or hide how long queries take
              \\?              this help
              \\q              leave
            """;

    private final SqlSession session;
    private final Terminal terminal;
    private final LineReader reader;
    private final QueryRunner runner;
    private final PrintWriter out;
    private final Address address;
    private OutputFormat format;
    private boolean timing = true;

    private Shell(SqlSession session, Terminal terminal, LineReader reader, Address address, OutputFormat format) {
        this.session = session;
        this.terminal = terminal;
        this.reader = reader;
        this.address = address;
        this.format = format;
        this.out = terminal.writer();
        this.runner = new QueryRunner(session, out, out, true);
    }

    static Shell open(SqlSession session, Address address, OutputFormat format) throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).build();
        LineReader reader = LineReaderBuilder.builder()
                .appName("wings")
                .terminal(terminal)
                .parser(new StatementParser())
                .completer(new SqlCompleter(session))
                .variable(LineReader.HISTORY_FILE, historyFile())
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "%P     > ")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
                .build();
        Shell shell = new Shell(session, terminal, reader, address, format);
        terminal.handle(Terminal.Signal.INT, signal -> shell.runner.cancel());
        return shell;
    }

    int run() {
        out.println("wings sql at " + address + "; statements end with ;  \\? for help");
        while (true) {
            try {
                String input = reader.readLine("wings> ").strip();
                if (input.startsWith("\\")) {
                    if (!runCommand(input)) {
                        return ExitCode.OK;
                    }
                } else {
                    for (String sql : Statements.of(input).complete()) {
                        runner.run(sql, format, timing);
                    }
                }
            } catch (UserInterruptException e) {
                // the line is dropped
            } catch (EndOfFileException e) {
                return ExitCode.OK;
            } catch (WingsException e) {
                out.println("error: " + e.getMessage());
            }
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }

    /// Runs a backslash command; returns false if the user wants to leave.
    private boolean runCommand(String input) {
        String[] words = input.replaceFirst(";$", "").strip().split("\\s+", 2);
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "\\q" -> {
                return false;
            }
            case "\\?", "\\h" -> out.print(HELP);
            case "\\timing" -> {
                timing = !timing;
                out.println("timing is " + (timing ? "on" : "off"));
            }
            case "\\o" -> setFormat(argument);
            case "\\dn" -> session.schemas().forEach(out::println);
            case "\\dt" -> printTopics();
            case "\\d" -> {
                if (argument.isEmpty()) {
                    printTopics();
                } else {
                    printColumns(argument);
                }
            }
            default -> out.println("unknown command " + words[0] + ": \\? shows all");
        }
        return true;
    }

    private void setFormat(String name) {
        for (OutputFormat known : OutputFormat.values()) {
            if (known.toString().equals(name.toLowerCase(Locale.ROOT))) {
                format = known;
                return;
            }
        }
        out.println("one of table, csv and json is expected: \\o json");
    }

    private void printTopics() {
        Table table = new Table("NAMESPACE", "NAME", "TYPE");
        for (SqlSession.TableName name : session.tables()) {
            table.row(name.schema(), name.table(), name.type().toLowerCase(Locale.ROOT));
        }
        out.print(table);
    }

    private void printColumns(String name) {
        List<Field> columns = session.columns(name);
        if (columns.isEmpty()) {
            out.println("no such topic: " + name);
            return;
        }
        Table table = new Table("COLUMN", "TYPE", "");
        for (Field column : columns) {
            table.row(column.getName(), SqlSession.typeName(column), column.isNullable() ? "" : "not null");
        }
        out.print(table);
    }

    private static Path historyFile() {
        String state = System.getenv("XDG_STATE_HOME");
        Path base = state == null || state.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(state);
        return base.resolve("wings").resolve("sql_history");
    }
}
