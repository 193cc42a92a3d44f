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
package dev.wings.cli.output;

/// The codes with which the process ends.
public final class ExitCode {

    /// The command did what it was asked to.
    public static final int OK = 0;
    /// The command was refused, failed, or found answers that disagree; the message says what.
    public static final int FAILED = 1;
    /// The command line makes no sense.
    public static final int USAGE = 2;
    /// Ctrl-C ended the command.
    public static final int INTERRUPTED = 130;
    /// Nobody reads the output any more: shells say this of a program that SIGPIPE has ended.
    public static final int BROKEN_PIPE = 141;

    private ExitCode() {}
}
