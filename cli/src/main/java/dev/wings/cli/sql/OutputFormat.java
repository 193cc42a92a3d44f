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

import java.io.PrintWriter;
import java.util.Locale;

/// How results are printed.
enum OutputFormat {
    /// Aligned columns for people.
    TABLE,
    /// RFC 4180 with a header; null is empty, the empty string is "".
    CSV,
    /// One JSON object on each line.
    JSON;

    /// A printer for one result.
    ///
    /// @param forTerminal whether long values are cut to keep lines readable
    ResultPrinter printer(PrintWriter out, boolean forTerminal) {
        return switch (this) {
            case TABLE -> new TablePrinter(out, forTerminal);
            case CSV -> new CsvPrinter(out);
            case JSON -> new JsonPrinter(out);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
