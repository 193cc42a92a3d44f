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

/// What a command came to: its exit code, and all that it printed.
public record Outcome(int exitCode, String output) {

    /// Runs a command in this process, which takes a fraction of the time that a process of its own does.
    public static Outcome of(String... arguments) {
        Logs.quiet();
        StringWriter output = new StringWriter();
        PrintWriter printer = new PrintWriter(output);
        int exitCode = Main.commandLine().setOut(printer).setErr(printer).execute(arguments);
        return new Outcome(exitCode, output.toString());
    }
}
