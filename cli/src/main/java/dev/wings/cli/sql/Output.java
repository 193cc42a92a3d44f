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

import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.OptionalInt;

/// Where results are printed.
///
/// @param bytes for formats that are no text
/// @param columns how many columns the terminal has: what does not fit is left out; empty if it is no terminal
record Output(PrintWriter text, OutputStream bytes, OptionalInt columns) {

    Output withText(PrintWriter other) {
        return new Output(other, bytes, columns);
    }
}
