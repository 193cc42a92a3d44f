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
import dev.wings.cli.output.FailureText;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// What users see of a failure: one message that says what to do, a stack trace only when asked for.
final class Failures {

    private Failures() {}

    /// A command line that makes no sense.
    static int reportUsage(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        if (!command.getSubcommands().isEmpty()
                && command.getParseResult() != null
                && command.getParseResult().matchedArgs().isEmpty()
                && command.getUnmatchedArguments().isEmpty()) {
            command.usage(err);
            return ExitCode.USAGE;
        }
        // picocli begins some of its messages with a word of its own
        err.println("wings: " + String.valueOf(failure.getMessage()).replaceFirst("^Error: ", ""));
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCode.USAGE;
    }

    /// A command that failed.
    static int report(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        PrintWriter err = command.getErr();
        err.println("wings: " + FailureText.of(failure));
        WingsCommand wings = (WingsCommand) command.getCommandSpec().root().userObject();
        if (wings.debug()) {
            failure.printStackTrace(err);
        } else if (!isExpected(failure)) {
            err.println("This is a bug in wings; run the command again with --debug to see where.");
        }
        err.flush();
        return ExitCode.FAILED;
    }

    private static boolean isExpected(Exception failure) {
        return failure instanceof WingsException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof IllegalArgumentException;
    }
}
