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

import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.arrow.RowFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rows of a body that are not taken: all of their numbers, and of the first the reasons.
final class RowFailures {

    /// How many rows are told with their reasons.
    static final int MAX_TOLD = 100;

    private final int maxKept;
    private final BitSet rows = new BitSet();
    private final List<RowFailure> kept = new ArrayList<>();
    private final Map<Long, String> texts = new HashMap<>();
    private boolean endsBody;
    private int count;

    RowFailures() {
        this(MAX_TOLD);
    }

    /// @param maxKept of how many rows the reasons are kept
    RowFailures(int maxKept) {
        this.maxKept = maxKept;
    }

    void add(RowFailure failure) {
        rows.set(Math.toIntExact(failure.row()));
        count++;
        if (kept.size() < maxKept) {
            kept.add(failure);
        }
    }

    /// As [#add], for what leaves nobody able to say what comes after it.
    void addLast(RowFailure failure) {
        add(failure);
        endsBody = true;
    }

    /// Whether the body cannot be read beyond one of the failures.
    boolean endBody() {
        return endsBody;
    }

    /// Keeps what was sent as a row that is not taken.
    void text(long row, String text) {
        if (texts.size() < maxKept) {
            texts.putIfAbsent(row, text);
        }
    }

    /// The rows as dead letters, in their order, with the texts that they came with where those are known.
    List<RowFault> faults() {
        return inOrder().stream()
                .map(failure -> RowFault.of(failure.row(), failure.reason(), texts.get(failure.row())))
                .toList();
    }

    boolean has(long row) {
        return rows.get(Math.toIntExact(row));
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// The one that comes first in the body.
    RowFailure first() {
        return inOrder().getFirst();
    }

    private List<RowFailure> inOrder() {
        return kept.stream().sorted(Comparator.comparingLong(RowFailure::row)).toList();
    }

    /// Writes the member `rows`.
    void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("rows");
        for (RowFailure failure : inOrder().subList(0, Math.min(kept.size(), MAX_TOLD))) {
            json.writeStartObject();
            if (failure.row() > 0) {
                json.writeNumberField("row", failure.row());
            }
            if (failure.line() > 0) {
                json.writeNumberField("line", failure.line());
            }
            if (failure.column() > 0) {
                json.writeNumberField("column", failure.column());
            }
            json.writeStringField("reason", failure.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
