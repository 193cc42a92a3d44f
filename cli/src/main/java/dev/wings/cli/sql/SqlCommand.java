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

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Ask in SQL: prints the answer of a query, or opens a prompt.",
            "The prompt keeps a history, and has \\? for help. Where standard input is no terminal, the statements",
            "that it holds are run."
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
            "  wings sql -f report.sql"
        })
public final class SqlCommand implements Callable<Integer> {

    @Mixin
    private final Connection connection = new Connection();

    @Parameters(arity = "0..1", paramLabel = "QUERY", description = "One statement, or several with ; between them.")
    private Optional<String> query = Optional.empty();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Run the statements in a file.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). JSON is one object on each line.")
    private OutputFormat format = OutputFormat.TABLE;

    @Option(names = "--no-timing", description = "Do not print how long queries took.")
    private boolean noTiming;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() throws IOException {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        boolean timing = !noTiming && format == OutputFormat.TABLE;
        try (SqlSession session = SqlSession.open(connection)) {
            if (query.isEmpty() && file.isEmpty() && Screen.isInputTerminal()) {
                try (Shell shell = Shell.open(session, connection.address(Port.SERVER), format)) {
                    return shell.run();
                }
            }
            QueryRunner runner = new QueryRunner(session, out, err, Screen.isOutputTerminal());
            return runAll(runner, text(), timing);
        }
    }

    private int runAll(QueryRunner runner, String text, boolean timing) {
        Statements statements = Statements.of(text);
        List<String> all = new ArrayList<>(statements.complete());
        if (!Statements.isBlank(statements.rest())) {
            all.add(statements.rest().strip());
        }
        for (String sql : all) {
            int exitCode = runner.run(sql, format, timing);
            if (exitCode != ExitCode.OK) {
                return exitCode;
            }
        }
        return ExitCode.OK;
    }

    private String text() throws IOException {
        if (query.isPresent()) {
            return query.get();
        }
        return file.isPresent()
                ? Files.readString(file.get(), StandardCharsets.UTF_8)
                : new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
}
