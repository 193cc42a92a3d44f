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
package dev.wings.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.output.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

final class CommandLineTest {

    private record Outcome(int exitCode, String out, String err) {}

    static List<List<String>> commands() {
        List<List<String>> all = new ArrayList<>();
        addCommands(Main.commandLine(), List.of(), all);
        return all;
    }

    private static void addCommands(CommandLine command, List<String> path, List<List<String>> all) {
        all.add(path);
        command.getSubcommands().forEach((name, subcommand) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            addCommands(subcommand, longer, all);
        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(List<String> command) {
        List<String> arguments = new ArrayList<>(command);
        arguments.add("--help");

        Outcome outcome = run(arguments.toArray(String[]::new));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .startsWith("Usage: wings")
                .doesNotContain("default: null")
                .doesNotContain("${");
        assertThat(outcome.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    /// Commands that are not named are not there, which nobody notices.
    @ParameterizedTest
    @MethodSource("commands")
    void commandsDoNotNeedTheOthers(List<String> command) {
        List<String> arguments = new ArrayList<>(List.of("--debug"));
        arguments.addAll(command);
        CommandLine alone = Main.commandLine(arguments.toArray(String[]::new));
        CommandLine together = Main.commandLine();
        for (String word : command) {
            alone = Objects.requireNonNull(alone.getSubcommands().get(word));
            together = Objects.requireNonNull(together.getSubcommands().get(word));
        }

        assertThat(alone.getUsageMessage()).isEqualTo(together.getUsageMessage());
        assertThat(alone.getSubcommands().keySet())
                .isEqualTo(together.getSubcommands().keySet());
    }

    /// Its name is that of the declaration, or help and usage would disagree.
    @Test
    void commandsAreCalledAsTheyAreDeclared() {
        Main.commandLine()
                .getSubcommands()
                .forEach((name, command) -> assertThat(
                                command.getCommandSpec().userObject().getClass().getAnnotation(Command.class))
                        .extracting(Command::name)
                        .isEqualTo(name));
    }

    /// Examples are copied from the screen: none is broken, however narrow that is, and each one is understood.
    @ParameterizedTest
    @MethodSource("commands")
    void examplesAreWholeAndUnderstood(List<String> command) {
        CommandLine found = Main.commandLine();
        for (String word : command) {
            found = Objects.requireNonNull(found.getSubcommands().get(word));
        }
        String help = found.setUsageHelpAutoWidth(false).setUsageHelpWidth(55).getUsageMessage();
        for (String line : found.getCommandSpec().usageMessage().footer()) {
            assertThat(help.lines()).contains(line);
        }
        for (List<String> example : HelpExamples.of(found)) {
            CommandLine.ParseResult parsed = Main.commandLine().parseArgs(example.toArray(String[]::new));
            assertThat(parsed.errors()).isEmpty();
        }
    }

    /// What stands between quotes in a text is an example, too.
    @ParameterizedTest
    @MethodSource("commands")
    void quotedExamplesAreWhole(List<String> command) {
        CommandLine found = Main.commandLine();
        for (String word : command) {
            found = Objects.requireNonNull(found.getSubcommands().get(word));
        }
        // as the user has them, before anything is done to keep them
        CommandSpec spec = CommandSpec.forAnnotatedObject(found.getCommandSpec().userObject());
        List<String> texts = new ArrayList<>(List.of(spec.usageMessage().description()));
        spec.args().forEach(argument -> texts.addAll(List.of(argument.description())));
        Pattern quoted = Pattern.compile("(?<![\\p{L}\\p{N}])'[^']+'(?!\\p{L})");
        for (int width : new int[] {70, 80, 93, 100, 120}) {
            String help =
                    found.setUsageHelpAutoWidth(false).setUsageHelpWidth(width).getUsageMessage();
            for (String text : texts) {
                quoted.matcher(text)
                        .results()
                        .forEach(example -> assertThat(help)
                                .contains(example.group().replace("%%", "%").replace("${DEFAULT-VALUE}", "")));
            }
            assertThat(help).matches("(?s)[\\x00-\\x7f]*");
        }
    }

    @Test
    void helpAndVersionAreCommandsToo() {
        assertThat(run("help", "topic", "create").out())
                .isEqualTo(run("topic", "create", "--help").out());
        assertThat(run("help").out()).isEqualTo(run("--help").out());
        assertThat(run("version")).isEqualTo(run("--version"));
        Outcome unknown = run("help", "nosuch");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("there is no command 'nosuch'", "push");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    pusj flights x               | Did you mean: wings push
                    topic creat x                | Did you mean: topic create
                    topic create x --schma y     | --schema
                    topic create x               | --from
                    sql -o xml select            | expected one of
                    dev --data x --ephemeral     | mutually exclusive
                    push flights                 | FILE
                    push flights x --batch-rows 0 | 1 or more is expected
                    dev --port-offset x          | not an int
                    push x y --freshness 3s      | is for a topic that is made: say
                    push x y --lake-sort-by a    | is for a topic that is made
                    sql -f x.sql select          | and a QUERY cannot both be given
                    sql -f x.sql -c select       | and a QUERY cannot both be given
                    sql -c select show           | put ; between them in one of them
                    help push x                  | has no commands of its own: found='x'
                    help topic create z          | has no commands of its own: found='z'
                    help topic z                 | there is no command 'z', but create,
                    """)
    void wrongCommandLineIsExplained(String arguments, String expected) {
        Outcome outcome = run(arguments.split(" ", -1));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err())
                .startsWith("wings: ")
                .doesNotContain("Error:")
                .contains(expected)
                .contains("--help'");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void noCommandShowsTheHelp() {
        Outcome outcome = run();

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err() + outcome.out()).contains("wings demo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topic list",
                "topic delete x",
                "tenant list",
                "namespace get default",
                "object-store list",
                "topic create x --schema y:int",
                "push x pom.xml",
                "sql select"
            })
    void platformThatIsAwayIsOneLineWithAdvice(String arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments.split(" ", -1)));
        all.add("--port-offset=" + (unusedPort() - 7701));

        Outcome outcome = run(all.toArray(String[]::new));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.err())
                .contains("cannot reach the")
                .contains("wings dev")
                .doesNotContain("\tat ");
        assertThat(outcome.err().lines()).hasSize(1);
    }

    @Test
    void badNamesAreRefusedBeforeAnybodyIsAsked() {
        Outcome outcome = run("topic", "describe", "Flights");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.err()).startsWith("wings: bad topic id").contains("\"Flights\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topic delete tenants/acme/namespaces/default/topics/t",
                "push tenants/acme/namespaces/default/topics/t pom.xml",
                "namespace delete tenants/acme/namespaces/n",
                "object-store get tenants/acme/objectStores/s"
            })
    void resourcesOfOtherTenantsAreRefusedBeforeAnybodyIsAsked(String arguments) {
        Outcome outcome = run(arguments.split(" ", -1));

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.err())
                .contains("another tenant")
                .contains("acting_for=default")
                .contains("--tenant acme");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            task retry nosuch | wings: bad task id: a UUID is expected, as `wings task list` shows them: found="nosuch"
            task get X        | wings: bad task id: a UUID is expected, as `wings task list` shows them: found="X"
            """)
    void whatIsWrongIsSaidOnce(String arguments, String expected) {
        assertThat(run(arguments.split(" ", -1)).err().strip()).isEqualTo(expected);
    }

    @Test
    void debugShowsTheStack() {
        assertThat(run("topic", "describe", "Flights", "--debug").err()).contains("\tat ");
    }

    @Test
    void versionIsThatOfTheBuild() {
        Outcome outcome = run("--version");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).containsPattern("(?m)^wings [0-9]+\\.[0-9]+").doesNotContain("$");
    }

    @Test
    void completionIsAScript() {
        Outcome outcome = run("completion");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).startsWith("#!/usr/bin/env bash").contains("_complete_wings");
    }

    private static Outcome run(String... arguments) {
        Logs.quiet();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine(arguments)
                .setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(false)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
