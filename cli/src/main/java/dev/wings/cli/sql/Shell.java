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

import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.FailureText;
import dev.wings.cli.output.Table;
import dev.wings.client.Address;
import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
              \\dn or \\l       list the namespaces
              \\i FILE         run the statements in a file
              \\watch [SECS]   run the last statement again and again, every 2 seconds, until Ctrl-C
              \\x              show each value on a line of its own, or rows as lines again
              \\o FORMAT       print results as table, vertical, csv, tsv or json
              \\limit ROWS     show no more rows of a result; 0 for all
              \\pager          show long results in a pager, or not
              \\timing         show or hide how long queries take
              \\? or help      this help
              \\q or exit      leave
            """;

    private static final Set<String> LEAVE = Set.of("exit", "quit");
    private static final String ASK = "help";
    private static final long WATCH_SECONDS = 2;
    private static final int MAX_WATCH_SECONDS = 86_400;

    /// How results are shown at first.
    ///
    /// @param pager the command of the pager; empty for none
    record Settings(OutputFormat format, long limit, List<String> pager) {
        Settings {
            pager = List.copyOf(pager);
        }
    }

    private final SqlSession session;
    private final Terminal terminal;
    private final LineReader reader;
    private final QueryRunner runner;
    private final PrintWriter out;
    private final Address address;
    private final List<String> pager;
    private final Semaphore interrupts = new Semaphore(0);
    private OutputFormat format;
    private boolean paging;
    private boolean timing = true;
    private String last = "";

    private Shell(SqlSession session, Terminal terminal, LineReader reader, Address address, Settings settings) {
        this.session = session;
        this.terminal = terminal;
        this.reader = reader;
        this.address = address;
        this.format = settings.format();
        this.pager = settings.pager();
        this.paging = !pager.isEmpty();
        this.out = terminal.writer();
        OptionalInt columns = terminal.getWidth() > 0 ? OptionalInt.of(terminal.getWidth()) : OptionalInt.empty();
        this.runner =
                new QueryRunner(session, new Output(out, OutputStream.nullOutputStream(), columns), out, this::pager);
        runner.limit(settings.limit());
    }

    static Shell open(SqlSession session, Address address, Settings settings) throws IOException {
        return open(
                session,
                address,
                settings,
                TerminalBuilder.builder().system(true).build());
    }

    /// Takes over the terminal.
    static Shell open(SqlSession session, Address address, Settings settings, Terminal terminal) {
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
        Shell shell = new Shell(session, terminal, reader, address, settings);
        terminal.handle(Terminal.Signal.INT, signal -> {
            shell.interrupts.release();
            shell.runner.cancel();
        });
        return shell;
    }

    private Optional<Pager> pager() {
        return paging && terminal.getHeight() > 0
                ? Optional.of(new Pager(out, pager, terminal.getHeight()))
                : Optional.empty();
    }

    int run() {
        out.println("wings sql at " + address + "; statements end with ;  \\? for help");
        while (true) {
            try {
                if (!take(reader.readLine("wings> ").strip())) {
                    return ExitCode.OK;
                }
            } catch (UserInterruptException e) {
                // the line is dropped
            } catch (EndOfFileException e) {
                return ExitCode.OK;
            } catch (InterruptedException e) {
                return ExitCode.INTERRUPTED;
            } catch (WingsException e) {
                out.println("error: " + e.getMessage());
            } catch (IOException e) {
                out.println("error: " + FailureText.of(e));
            }
            out.flush();
        }
    }

    /// Whether the input is a word that is understood without a backslash.
    static boolean isWord(String input) {
        String word = bare(input);
        return LEAVE.contains(word) || word.equals(ASK);
    }

    private static String bare(String input) {
        return input.strip().replaceFirst(";$", "").strip().toLowerCase(Locale.ROOT);
    }

    /// Takes statements or a command; returns false if the user wants to leave.
    private boolean take(String input) throws IOException, InterruptedException {
        if (LEAVE.contains(bare(input))) {
            return false;
        }
        if (bare(input).equals(ASK)) {
            out.print(HELP);
            return true;
        }
        if (input.startsWith("\\")) {
            return runCommand(input);
        }
        runAll(Statements.of(input).complete());
        return true;
    }

    private void runAll(List<String> statements) {
        for (String sql : statements) {
            last = sql;
            runner.run(sql, format, timing);
        }
    }

    /// Runs a backslash command; returns false if the user wants to leave.
    private boolean runCommand(String input) throws IOException, InterruptedException {
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
            case "\\x" -> {
                format = format == OutputFormat.VERTICAL ? OutputFormat.TABLE : OutputFormat.VERTICAL;
                out.println("results are printed as " + format);
            }
            case "\\pager" -> {
                paging = !paging && !pager.isEmpty();
                out.println("the pager is " + (paging ? "on" : "off"));
            }
            case "\\limit" -> setLimit(argument);
            case "\\i" -> runFile(argument);
            case "\\watch" -> watch(argument);
            case "\\o" -> setFormat(argument);
            case "\\dn", "\\l" -> session.schemas().forEach(out::println);
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

    private void setLimit(String rows) {
        if (rows.matches("[0-9]{1,18}")) {
            runner.limit(Long.parseLong(rows));
        } else {
            out.println("a number of rows is expected, 0 for all: \\limit 1000");
        }
    }

    private void runFile(String name) throws IOException {
        if (name.isEmpty()) {
            out.println("a file is expected: \\i report.sql");
            return;
        }
        Statements statements = Statements.of(Files.readString(Path.of(name), StandardCharsets.UTF_8));
        List<String> all = new ArrayList<>(statements.complete());
        if (!Statements.isBlank(statements.rest())) {
            all.add(statements.rest().strip());
        }
        runAll(all);
    }

    private void watch(String seconds) throws InterruptedException {
        if (last.isEmpty()) {
            out.println("there is no statement yet to run again");
            return;
        }
        if (!seconds.matches("|[0-9]{1,5}")) {
            out.println("a number of seconds is expected: \\watch 5");
            return;
        }
        long pause = seconds.isEmpty() ? WATCH_SECONDS : Math.min(MAX_WATCH_SECONDS, Long.parseLong(seconds));
        boolean paged = paging;
        paging = false;
        try {
            interrupts.drainPermits();
            do {
                out.println("every " + pause + " s: " + last);
                runner.run(last, format, timing);
                out.println();
                out.flush();
            } while (!interrupts.tryAcquire(Math.max(1, pause), TimeUnit.SECONDS));
        } finally {
            paging = paged;
        }
    }

    private void setFormat(String name) {
        for (OutputFormat known : OutputFormat.values()) {
            if (known.toString().equals(name.toLowerCase(Locale.ROOT)) && !known.isBinary()) {
                format = known;
                return;
            }
        }
        out.println("one of table, vertical, csv, tsv and json is expected: \\o json");
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
            table.row(column.getName(), typeName(column), column.isNullable() ? "" : "not null");
        }
        out.print(table);
    }

    /// The type that SQL has for a column, as the server names it, else as Arrow does.
    private static String typeName(Field column) {
        Map<String, String> metadata = column.getMetadata();
        String named = metadata == null ? null : metadata.get("ARROW:FLIGHT:SQL:TYPE_NAME");
        return named == null ? column.getType().toString() : named;
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }

    private static Path historyFile() {
        String state = System.getenv("XDG_STATE_HOME");
        Path base = state == null || state.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(state);
        return base.resolve("wings").resolve("sql_history");
    }
}
