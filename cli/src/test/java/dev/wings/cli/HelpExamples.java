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

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/// The commands of `wings` that stand in the examples of help texts.
public final class HelpExamples {

    private static final Pattern COMMAND = Pattern.compile("(^|[|(] ?)wings (?=[a-z])");

    /// A word as a shell takes it, or what ends a command.
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|[|>)]|[^\\s|>()\"']+");

    private HelpExamples() {}

    /// All of them as they stand there, by the command whose help it is; commands without examples are left out.
    public static Map<String, List<String>> all() {
        Map<String, List<String>> examples = new LinkedHashMap<>();
        add(Main.commandLine(), examples);
        return examples;
    }

    private static void add(CommandLine command, Map<String, List<String>> examples) {
        List<String> own = lines(command);
        if (!own.isEmpty()) {
            examples.put(command.getCommandSpec().qualifiedName(), own);
        }
        command.getSubcommands().values().forEach(subcommand -> add(subcommand, examples));
    }

    /// The lines of an example as they stand in the help, with what a shell does before and behind; a line that
    /// goes on is one line.
    private static List<String> lines(CommandLine command) {
        return String.join("\n", command.getCommandSpec().usageMessage().footer())
                .replaceAll("\\\\\n +", "")
                .lines()
                .filter(line -> line.startsWith("  ") && !line.contains("COMMAND"))
                // what explains it stands behind blanks
                .map(line -> line.strip().replaceFirst("   +.*", ""))
                .filter(line -> COMMAND.matcher(line).find())
                .toList();
    }

    /// The examples of one help text, as arguments.
    static List<List<String>> of(CommandLine command) {
        List<List<String>> examples = new ArrayList<>();
        for (String line : lines(command)) {
            Matcher wings = COMMAND.matcher(line);
            if (wings.find()) {
                examples.add(words(line.substring(wings.end())));
            }
        }
        return examples;
    }

    /// The words of a command, without its name, up to what only a shell can do.
    public static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find() && !word.group().matches("[|>)]")) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group());
        }
        return words;
    }

    /// Runs a command in this process; returns its exit code.
    ///
    /// @param out takes all that it prints
    public static int run(StringWriter out, List<String> arguments) {
        Logs.quiet();
        PrintWriter printer = new PrintWriter(out);
        int exitCode = Main.commandLine().setOut(printer).setErr(printer).execute(arguments.toArray(String[]::new));
        printer.flush();
        return exitCode;
    }
}
