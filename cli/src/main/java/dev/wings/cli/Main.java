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

import dev.wings.cli.output.ExitCode;
import dev.wings.cli.signal.SignalStop;
import java.io.PrintWriter;
import picocli.CommandLine;

/// The `wings` command.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(SignalStop.exitCode(run(arguments)));
    }

    /// Runs one command; returns its exit code (see [ExitCode]).
    static int run(String... arguments) {
        Logs.quiet();
        return commandLine(arguments).execute(arguments);
    }

    /// @param arguments those that it is to be executed with: it has the commands that they need
    static CommandLine commandLine(String... arguments) {
        CommandLine wings = new CommandLine(new WingsCommand());
        Commands.neededBy(arguments).forEach(wings::addSubcommand);
        // directly, so that commands learn when nobody reads what they print
        wings.setOut(new PrintWriter(System.out, true, System.out.charset()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExitCodeExceptionMapper(failure -> ExitCode.FAILED)
                .setParameterExceptionHandler(Failures::reportUsage)
                .setExecutionExceptionHandler(Failures::report);
        HelpTexts.keepExamples(wings);
        return wings;
    }
}
