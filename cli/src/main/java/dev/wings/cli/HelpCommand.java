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

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "help",
        description = "Show what a command takes, as --help does.",
        footer = {"", "Examples:", "  wings help push", "  wings help topic create"})
final class HelpCommand implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Its words; none for an overview.")
    private List<String> words = List.of();

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        CommandLine found = command.root().commandLine();
        for (String word : words) {
            CommandLine next = found.getSubcommands().get(word);
            if (next == null) {
                throw new ParameterException(command.commandLine(), unknown(found, word));
            }
            found = next;
        }
        found.usage(command.commandLine().getOut());
        command.commandLine().getOut().flush();
        return 0;
    }

    private static String unknown(CommandLine command, String word) {
        String known = String.join(", ", command.getSubcommands().keySet());
        return known.isEmpty()
                ? "'" + command.getCommandSpec().qualifiedName() + "' has no commands of its own: found='" + word + "'"
                : "there is no command '" + word + "', but " + known;
    }
}
