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
package dev.wings.integration.simulation;

import dev.wings.common.proto.IngestResponse.PartitionRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What producers were told of one topic, what readers found in it, and whether these agree.
final class WrittenRows {

    private final Set<Long> sent = new HashSet<>();
    private final SortedMap<Position, StoredRow> acknowledged = new TreeMap<>();
    /// All rows that any reader has ever found: each stays where it was.
    private final Map<Position, StoredRow> found = new HashMap<>();

    void sent(long firstId, int rows) {
        for (long id = firstId; id < firstId + rows; id++) {
            sent.add(id);
        }
    }

    /// @param ids the ids of the rows that are there now, in their order
    void acknowledged(PartitionRange range, List<Long> ids) {
        if (range.getEndOffset() - range.getStartOffset() != ids.size()) {
            throw new AssertionError("I2: a batch has another number of rows: range=" + range + ", ids=" + ids);
        }
        for (int row = 0; row < ids.size(); row++) {
            Position position = new Position(range.getPartitionValue(), range.getStartOffset() + row);
            StoredRow other =
                    acknowledged.put(position, new StoredRow(position, ids.get(row), range.getTimestampMicros()));
            if (other != null) {
                throw new AssertionError("I2: an offset was given twice: position=" + position + ", ids=" + other.id()
                        + ", " + ids.get(row));
            }
        }
    }

    /// Returns a copy.
    SortedMap<Position, StoredRow> acknowledged() {
        return new TreeMap<>(acknowledged);
    }

    /// @param before the rows that were acknowledged before the reader asked
    void check(SortedMap<Position, StoredRow> before, FoundRows rows) {
        checkOrder(rows.rows());
        before.forEach((position, row) -> {
            if (!row.equals(rows.rows().get(position))) {
                throw new AssertionError("I1, I5: an acknowledged row is missing: topic=" + rows.topic() + ", position="
                        + position + ", row=" + row + ", found=" + rows.rows().get(position));
            }
        });
        rows.rows().forEach((position, row) -> {
            StoredRow earlier = Objects.requireNonNullElse(found.putIfAbsent(position, row), row);
            if (!earlier.equals(row)) {
                throw new AssertionError("I2: another row is where one was: position=" + position + ", row=" + row
                        + ", earlier=" + earlier);
            }
        });
    }

    /// Checks that each partition has dense offsets and times that do not go back, and that each row was sent,
    /// and is there only once.
    private void checkOrder(SortedMap<Position, StoredRow> rows) {
        Set<Long> ids = new HashSet<>();
        Position last = new Position("", -1);
        long timestampMicros = Long.MIN_VALUE;
        for (Map.Entry<Position, StoredRow> entry : rows.entrySet()) {
            Position position = entry.getKey();
            StoredRow row = entry.getValue();
            boolean first = !position.partition().equals(last.partition());
            if (position.offset() != (first ? 0 : last.offset() + 1)) {
                throw new AssertionError("I2, I7: offsets have a gap: position=" + position + ", last=" + last);
            }
            if (!first && row.timestampMicros() < timestampMicros) {
                throw new AssertionError("I2: time went back: position=" + position);
            }
            if (!sent.contains(row.id())) {
                throw new AssertionError("a row was stored that was not sent: position=" + position + ", row=" + row);
            }
            if (!ids.add(row.id())) {
                throw new AssertionError("I4: a row was stored twice: position=" + position + ", row=" + row);
            }
            last = position;
            timestampMicros = row.timestampMicros();
        }
    }
}
