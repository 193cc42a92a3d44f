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

import java.util.Locale;

/// How results are printed.
enum OutputFormat {
    /// Aligned columns for people.
    TABLE,
    /// A line for each value, for rows too wide for a table.
    VERTICAL,
    /// RFC 4180 with a header; null is empty, the empty string is "".
    CSV,
    /// Fields between tabs, with a header; null is `\N`; tabs, line ends and backslashes are escaped as in PostgreSQL.
    TSV,
    /// One JSON object on each line.
    JSON,
    /// An Arrow IPC stream.
    ARROW,
    /// A Parquet file.
    PARQUET;

    /// Whether results are bytes rather than text, with one result in each file.
    boolean isBinary() {
        return this == ARROW || this == PARQUET;
    }

    /// Whether the format is for people.
    boolean isForPeople() {
        return this == TABLE || this == VERTICAL;
    }

    /// A printer for one result. The caller closes it.
    ResultPrinter printer(Output out) {
        return switch (this) {
            case TABLE -> new TablePrinter(out.text(), out.columns());
            case VERTICAL -> new VerticalPrinter(out.text());
            case CSV -> DelimitedPrinter.csv(out.text());
            case TSV -> DelimitedPrinter.tsv(out.text());
            case JSON -> new JsonPrinter(out.text());
            case ARROW -> new ArrowPrinter(out.bytes());
            case PARQUET -> new ParquetPrinter(out.bytes());
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
