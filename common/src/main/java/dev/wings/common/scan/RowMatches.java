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
package dev.wings.common.scan;

import dev.wings.common.arrow.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;

/// The rows of a vector whose values meet a simple condition; a null meets none.
public final class RowMatches {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RowMatches() {}

    /// Those with a number, a date, a time or a timestamp in `[least, greatest]`, each as Arrow has it. Empty for other
    /// vectors.
    public static Optional<BitSet> between(FieldVector vector, long least, long greatest) {
        return switch (vector) {
            case IntVector it -> Optional.of(ints(it, it.getDataBuffer(), least, greatest));
            case DateDayVector it -> Optional.of(ints(it, it.getDataBuffer(), least, greatest));
            case BigIntVector it -> Optional.of(longs(it, it.getDataBuffer(), least, greatest));
            case TimeMicroVector it -> Optional.of(longs(it, it.getDataBuffer(), least, greatest));
            case TimeStampMicroVector it -> Optional.of(longs(it, it.getDataBuffer(), least, greatest));
            case TimeStampMicroTZVector it -> Optional.of(longs(it, it.getDataBuffer(), least, greatest));
            default -> Optional.empty();
        };
    }

    private static BitSet ints(FieldVector vector, ArrowBuf buffer, long least, long greatest) {
        MemorySegment values = Memory.of(buffer);
        BitSet found = new BitSet();
        int rows = vector.getValueCount();
        for (int i = 0; i < rows; i++) {
            int value = values.get(INT, (long) i * Integer.BYTES);
            if (value >= least && value <= greatest) {
                found.set(i);
            }
        }
        return withoutNulls(found, vector);
    }

    private static BitSet longs(FieldVector vector, ArrowBuf buffer, long least, long greatest) {
        MemorySegment values = Memory.of(buffer);
        BitSet found = new BitSet();
        int rows = vector.getValueCount();
        for (int i = 0; i < rows; i++) {
            long value = values.get(LONG, (long) i * Long.BYTES);
            if (value >= least && value <= greatest) {
                found.set(i);
            }
        }
        return withoutNulls(found, vector);
    }

    /// Those with one of these texts, in UTF-8.
    public static BitSet oneOf(VarCharVector vector, List<byte[]> texts) {
        MemorySegment offsets = Memory.of(vector.getOffsetBuffer());
        MemorySegment data = Memory.of(vector.getDataBuffer());
        BitSet found = new BitSet();
        int rows = vector.getValueCount();
        for (byte[] text : texts) {
            MemorySegment wanted = MemorySegment.ofArray(text);
            // most texts of the same length are told apart by their last bytes
            boolean wide = text.length >= Long.BYTES;
            long tail = wide ? wanted.get(LONG, text.length - Long.BYTES) : 0;
            int end = rows == 0 ? 0 : offsets.get(INT, 0);
            for (int i = 0; i < rows; i++) {
                int start = end;
                end = offsets.get(INT, (i + 1L) * Integer.BYTES);
                if (end - start == text.length
                        && (!wide || data.get(LONG, end - Long.BYTES) == tail)
                        && MemorySegment.mismatch(data, start, end, wanted, 0, text.length) < 0) {
                    found.set(i);
                }
            }
        }
        return withoutNulls(found, vector);
    }

    /// What stands under a null is no value.
    private static BitSet withoutNulls(BitSet found, FieldVector vector) {
        if (vector.getNullCount() > 0) {
            for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
                if (vector.isNull(i)) {
                    found.clear(i);
                }
            }
        }
        return found;
    }
}
