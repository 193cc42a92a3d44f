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
package dev.wings.cli.push;

import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/// What the bytes, or the numbers, of a column mean. DuckDB reads them as they are, since it would read their
/// values with a loss.
sealed interface RawLeaf {

    /// The Arrow type of such values.
    ArrowType type();

    /// Parquet's old point in time: nanoseconds of a day, eight bytes, and the number of the Julian day, four.
    record Int96() implements RawLeaf {
        static final int BYTES = 12;

        @Override
        public ArrowType type() {
            return new ArrowType.Timestamp(TimeUnit.NANOSECOND, null);
        }
    }

    /// Points in time: milliseconds since 1970 that may lie beyond the range of microseconds, or nanoseconds.
    record Instants(TimeUnit unit, boolean zoned) implements RawLeaf {
        @Override
        public ArrowType type() {
            return new ArrowType.Timestamp(unit, zoned ? "UTC" : null);
        }
    }

    /// Times of the day that are marked as UTC, which is a type of its own for DuckDB.
    record TimesOfDay(TimeUnit unit) implements RawLeaf {
        @Override
        public ArrowType type() {
            return new ArrowType.Time(unit, unit == TimeUnit.MILLISECOND ? Integer.SIZE : Long.SIZE);
        }
    }

    /// A decimal number of more than 38 digits, its unscaled value from the highest byte on.
    record WideDecimal(int precision, int scale) implements RawLeaf {
        @Override
        public ArrowType type() {
            return new ArrowType.Decimal(precision, scale, 256);
        }
    }
}
