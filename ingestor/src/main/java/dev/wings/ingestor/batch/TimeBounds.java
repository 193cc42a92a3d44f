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
package dev.wings.ingestor.batch;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.RowTime;
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;

/// Between which points in time rows may have happened, at one moment.
///
/// @param field whose values say when a row happened
/// @param now when the rows came in
/// @param earliest microseconds UTC; the first point in time that a row may have
/// @param latest the last one
record TimeBounds(TopicField field, RowTime rule, Instant now, long earliest, long latest) {

    static TimeBounds at(Instant now, TopicField field, RowTime rule) {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        return new TimeBounds(
                field,
                rule,
                now,
                rule.maxLate().map(bound -> micros - micros(bound)).orElse(TimeRange.MIN_MICROS),
                rule.maxFuture().map(bound -> micros + micros(bound)).orElse(TimeRange.MAX_MICROS));
    }

    private static long micros(Duration bound) {
        return bound.getSeconds() * 1_000_000 + bound.getNano() / 1_000;
    }

    /// Tells of the rows that are out of bounds. Rows without a value are not.
    void check(FieldVector column, Partitioner.Faults faults) {
        TimeStampVector times = (TimeStampVector) column;
        for (int row = 0; row < times.getValueCount(); row++) {
            if (!times.isNull(row)) {
                long micros = times.get(row);
                if (micros < earliest) {
                    faults.add(row, bad("the row comes too late", "max_late", rule.maxLate(), micros, row));
                } else if (micros > latest) {
                    faults.add(row, bad("the row is of the future", "max_future", rule.maxFuture(), micros, row));
                }
            }
        }
    }

    private WingsException bad(String what, String name, Optional<Duration> bound, long micros, int row) {
        return WingsException.invalid(what + ": field=\"" + TopicField.printable(field.name()) + "\", found="
                + Instant.EPOCH.plus(micros, ChronoUnit.MICROS) + ", now=" + now + ", " + name + "="
                + bound.map(Duration::toString).orElse("") + ", " + RowNumber.text(row));
    }
}
