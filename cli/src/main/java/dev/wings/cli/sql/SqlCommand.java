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

import static java.util.Objects.requireNonNull;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.ReaderWatch;
import dev.wings.cli.output.Screen;
import dev.wings.client.SqlSession;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Ask in SQL: prints the answer of a query, or opens a prompt.",
            "The prompt keeps a history, and has \\? for help. Where standard input is no terminal, the statements "
                    + "that it holds are run, up to the first that fails.",
            "On a terminal, tables show the columns that fit and the first rows, in a pager if they are many:",
            "$WINGS_PAGER or $PAGER, else less. Everywhere else all is printed."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all queries succeeded",
            "1:a query failed",
            "2:the command line makes no sense",
            "130:Ctrl-C",
            "141:nobody reads the rows any more, as in 'wings sql ... | head'"
        },
        footer = {
            "",
            "Examples:",
            "  wings sql \"select origin, count(*) from flights group by 1 order by 2 desc limit 5\"",
            "  wings sql -o csv \"select * from flights\" > flights.csv",
            "  wings sql -o json \"select * from system.topics\" | jq .",
            "  wings sql -o parquet \"select * from flights where delay > 60\" > late.parquet",
            "  wings sql -f report.sql"
        })
public final class SqlCommand implements Callable<Integer> {

    /// How many columns a terminal is taken to have that does not tell its size.
    private static final int MANY = 200;

    @Mixin
    private final Connection connection = new Connection();

    @Parameters(arity = "0..1", paramLabel = "QUERY", description = "One statement, or several with ; between them.")
    private Optional<String> argument = Optional.empty();

    @Option(
            names = {"-c", "--command"},
            paramLabel = "QUERY",
            description = "The QUERY, as psql has it.")
    private Optional<String> option = Optional.empty();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Run the statements in a file, in place of a QUERY.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = {
                "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). JSON is one object on each line, arrow is an IPC "
                        + "stream, parquet a file."
            })
    private OutputFormat format = OutputFormat.TABLE;

    @Option(
            names = "--limit",
            paramLabel = "ROWS",
            defaultValue = "1000",
            description = "On a terminal, show no more rows of a table; 0 for all (default: ${DEFAULT-VALUE}).")
    private long limit;

    @Option(names = "--no-pager", description = "Do not use a pager.")
    private boolean noPager;

    @Option(names = "--no-timing", description = "Do not print how long queries took.")
    private boolean noTiming;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() throws IOException {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        Optional<String> query = argument.or(() -> option);
        if (argument.isPresent() && option.isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    "'-c " + option.get() + "' and a QUERY cannot both be given: put ; between them in one of them");
        }
        if (query.isPresent() && file.isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    "'-f " + file.get()
                            + "' and a QUERY cannot both be given: say one of them, or run wings sql twice");
        }
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        boolean terminal = Screen.isOutputTerminal();
        if (format.isBinary() && terminal) {
            throw new ParameterException(
                    command.commandLine(),
                    "'-o " + format + "' is for a file: wings sql -o " + format + " ... > rows." + format);
        }
        boolean timing = !noTiming && format.isForPeople();
        // This is never closed: it is the process's own.
        OutputStream bytes = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
        try (SqlSession session = SqlSession.open(connection.endpoint(Port.SERVER))) {
            if (query.isEmpty() && file.isEmpty() && Screen.isInputTerminal() && !format.isBinary()) {
                try (Shell shell = Shell.open(
                        session, connection.address(Port.SERVER), new Shell.Settings(format, limit, pagerCommand()))) {
                    return shell.run();
                }
            }
            Output output = new Output(
                    out, bytes, terminal ? OptionalInt.of(Screen.columns().orElse(MANY)) : OptionalInt.empty());
            List<String> pager = terminal && Screen.isInputTerminal() ? pagerCommand() : List.of();
            QueryRunner runner = new QueryRunner(session, output, err, () -> pager(pager, out));
            runner.limit(terminal ? limit : 0);
            String text = text(query);
            try (ReaderWatch ignored = ReaderWatch.start(runner::leave)) {
                return runAll(runner, text, timing, err);
            }
        }
    }

    private static Optional<Pager> pager(List<String> program, PrintWriter out) {
        return program.isEmpty() || Screen.lines().isEmpty()
                ? Optional.empty()
                : Optional.of(new Pager(out, program, Screen.lines().getAsInt()));
    }

    /// The command of the pager; empty for none.
    private List<String> pagerCommand() {
        String own = System.getenv("WINGS_PAGER");
        String common = System.getenv("PAGER");
        String found = own != null ? own : common != null ? common : "less";
        return noPager || found.isBlank() || found.equals("cat") ? List.of() : List.of("sh", "-c", found);
    }

    private int runAll(QueryRunner runner, String text, boolean timing, PrintWriter err) {
        Statements statements = Statements.of(text);
        List<String> all = new ArrayList<>(statements.complete());
        if (!Statements.isBlank(statements.rest())) {
            all.add(statements.rest().strip());
        }
        if (format.isBinary() && all.size() > 1) {
            throw new ParameterException(
                    requireNonNull(command).commandLine(),
                    "'-o " + format + "' takes one statement, since a file has one result: found=" + all.size());
        }
        for (int i = 0; i < all.size(); i++) {
            int exitCode = runner.run(all.get(i), format, timing);
            if (exitCode != ExitCode.OK) {
                reportSkipped(all.size(), i + 1, exitCode, err);
                return exitCode;
            }
        }
        return ExitCode.OK;
    }

    private static void reportSkipped(int all, int run, int exitCode, PrintWriter err) {
        int rest = all - run;
        if (rest > 0 && exitCode == ExitCode.FAILED) {
            err.println("statement " + run + " of " + all + " failed; the " + (rest == 1 ? "one" : rest + "")
                    + " after it " + (rest == 1 ? "was" : "were") + " not run");
            err.flush();
        }
    }

    private String text(Optional<String> query) throws IOException {
        if (query.isPresent()) {
            return query.get();
        }
        return file.isPresent()
                ? Files.readString(file.get(), StandardCharsets.UTF_8)
                : new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
}
