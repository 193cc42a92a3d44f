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
package dev.wings.ingestor.http;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the rows of a body are written in, where they are text.
enum BodyFormat {
    JSON("application/json") {
        @Override
        BodyRows open(byte[] body) {
            return new JsonDocument(body);
        }
    },
    NDJSON("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines") {
        @Override
        BodyRows open(byte[] body) {
            return new JsonLines(body);
        }
    },
    CSV("text/csv") {
        @Override
        BodyRows open(byte[] body) {
            return new CsvBody(body);
        }
    };

    private static final String ARROW = "application/vnd.apache.arrow.stream";

    /// What makes columns of it is an engine, which the ingestor does not have.
    static final String PARQUET = "application/vnd.apache.parquet";

    @SuppressWarnings("ImmutableEnumChecker") // a set that nobody can change
    private final Set<String> types;

    BodyFormat(String... types) {
        this.types = Set.of(types);
    }

    /// The rows of a body, from its start.
    ///
    /// @param body stays as it is
    abstract BodyRows open(byte[] body);

    /// The content types of all bodies.
    static Set<String> allTypes() {
        Set<String> all = new LinkedHashSet<>(Set.of(ARROW));
        Stream.of(values()).forEach(format -> all.addAll(format.types));
        return all;
    }

    /// Whether a content type is that of batches, which are no text.
    static boolean isArrow(String contentType) {
        return bare(contentType).equals(ARROW);
    }

    /// Whether a content type is that of Parquet, which is not taken.
    static boolean isParquet(String contentType) {
        return bare(contentType).equals(PARQUET);
    }

    private static String bare(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /// The format of a content type, whose parameters say nothing.
    static Optional<BodyFormat> of(String contentType) {
        String type = bare(contentType);
        return Stream.of(values()).filter(format -> format.types.contains(type)).findFirst();
    }
}
