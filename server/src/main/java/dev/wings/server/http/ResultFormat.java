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
package dev.wings.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What the rows of an answer are written in.
enum ResultFormat {
    JSON("application/json", "application/json") {
        @Override
        ResultWriter open(Outgoing out, ResultOptions options) {
            return new JsonDocumentWriter(out, options);
        }
    },
    NDJSON("application/x-ndjson", "application/x-ndjson") {
        @Override
        ResultWriter open(Outgoing out, ResultOptions options) {
            return new JsonLinesWriter(out, options);
        }
    },
    CSV("text/csv", "text/csv; charset=utf-8; header=present") {
        @Override
        ResultWriter open(Outgoing out, ResultOptions options) {
            return new CsvWriter(out);
        }
    },
    ARROW("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream") {
        @Override
        ResultWriter open(Outgoing out, ResultOptions options) {
            return new ArrowWriter(out);
        }
    };

    private final String type;
    private final String contentType;

    ResultFormat(String type, String contentType) {
        this.type = type;
        this.contentType = contentType;
    }

    abstract ResultWriter open(Outgoing out, ResultOptions options);

    String contentType() {
        return contentType;
    }

    static List<String> allTypes() {
        return Stream.of(values()).map(format -> format.type).toList();
    }

    /// The format that a client wants most; empty if it wants none of them. Of those that it wants as much, it
    /// is the first that there is.
    ///
    /// @param accept the values of the header, see RFC 9110, section 12.5.1; one who says nothing takes
    ///     anything
    static Optional<ResultFormat> wanted(List<String> accept) {
        String ranges = String.join(",", accept);
        if (ranges.isBlank()) {
            return Optional.of(JSON);
        }
        Optional<ResultFormat> best = Optional.empty();
        double most = 0;
        for (ResultFormat format : values()) {
            double quality = format.quality(ranges.split(",", -1));
            if (quality > most) {
                most = quality;
                best = Optional.of(format);
            }
        }
        return best;
    }

    /// How much the format is wanted: the most specific range that has it says so.
    private double quality(String[] ranges) {
        double quality = 0;
        int specific = -1;
        for (String range : ranges) {
            String[] parts = range.split(";", -1);
            String name = parts[0].strip().toLowerCase(Locale.ROOT);
            int matched = name.equals(type) || (this == NDJSON && name.equals("application/ndjson"))
                    ? 2
                    : name.equals(type.substring(0, type.indexOf('/')) + "/*") ? 1 : name.equals("*/*") ? 0 : -1;
            if (matched > specific) {
                specific = matched;
                quality = weight(parts);
            }
        }
        return quality;
    }

    private static double weight(String... parts) {
        for (String part : parts) {
            String parameter = part.strip().toLowerCase(Locale.ROOT);
            if (parameter.matches("q=[01](?:\\.\\d{0,3})?")) {
                return Double.parseDouble(parameter.substring(2));
            }
        }
        return 1;
    }
}
