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
package dev.wings.common.arrow;

import java.lang.foreign.MemorySegment;

/// Casts between units of time. A value is at fault where a digit would be lost or the result does not fit;
/// what stands in its place, and under a null, becomes 0.
final class TimeCasts {

    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MILLIS_PER_DAY = 86_400_000;

    private TimeCasts() {}

    /// Seconds or milliseconds of 32 or 64 bits as microseconds.
    static Cast multiply(SourceField field, long factor) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * Long.BYTES);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long value = NumberCasts.integer(source, i, true);
                long micros = value * factor;
                if (Math.multiplyHigh(value, factor) != micros >> 63) {
                    if (!source.isNull(i)) {
                        context.bad(field, "the time does not fit into 64 bits of microseconds", source, i);
                    }
                    micros = 0;
                }
                to.set(ArrayData.LONG, (long) i * Long.BYTES, micros);
            }
            return NumberCasts.fixed(source, result, Long.BYTES);
        };
    }

    static Cast nanosToMicros(SourceField field) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * Long.BYTES);
            MemorySegment from = source.memory(0);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long nanos = from.get(ArrayData.LONG, (long) i * Long.BYTES);
                long micros = nanos / NANOS_PER_MICRO;
                if (micros * NANOS_PER_MICRO != nanos) {
                    if (!source.isNull(i)) {
                        context.bad(field, "the time has nanoseconds, which would be lost", source, i);
                    }
                    micros = 0;
                }
                to.set(ArrayData.LONG, (long) i * Long.BYTES, micros);
            }
            return NumberCasts.fixed(source, result, Long.BYTES);
        };
    }

    static Cast millisToDays(SourceField field) {
        return (source, context) -> {
            Buf result = context.memory().allocate((long) source.length() * Integer.BYTES);
            MemorySegment from = source.memory(0);
            MemorySegment to = result.segment();
            for (int i = 0; i < source.length(); i++) {
                long millis = from.get(ArrayData.LONG, (long) i * Long.BYTES);
                long days = millis / MILLIS_PER_DAY;
                if (days * MILLIS_PER_DAY != millis || (int) days != days) {
                    if (!source.isNull(i)) {
                        context.bad(field, "the date is not a whole day, or too far away", source, i);
                    }
                    days = 0;
                }
                to.set(ArrayData.INT, (long) i * Integer.BYTES, (int) days);
            }
            return NumberCasts.fixed(source, result, Integer.BYTES);
        };
    }
}
