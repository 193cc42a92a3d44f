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

import dev.wings.common.error.WingsException;
import java.lang.foreign.MemorySegment;

/// Checks what must hold inside of arrays, so that whoever reads them later stays inside of their buffers. Each
/// check fails with INVALID.
final class ArrayChecks {

    private ArrayChecks() {}

    /// Checks that offsets never fall and lie within `[0, limit]`. Returns the last one.
    static long checkOffsets(SourceField field, ArrayData array, long limit) {
        MemorySegment offsets = array.memory(0);
        boolean wide = array.layout() == Layout.LARGE_VARIABLE || array.layout() == Layout.LARGE_LIST;
        boolean monotonic = wide ? isMonotonic64(offsets, array.length()) : isMonotonic32(offsets, array.length());
        if (!monotonic) {
            throw field.invalid("the offsets of the array are negative, or they fall");
        }
        long end = offset(array, array.length());
        if (end > limit) {
            throw field.invalid("the offsets of the array leave its data: offset=" + end + ", limit=" + limit);
        }
        return end;
    }

    /// Where the value at `position` starts in the data of an array with offsets.
    static long offset(ArrayData array, int position) {
        return array.layout() == Layout.LARGE_VARIABLE || array.layout() == Layout.LARGE_LIST
                ? array.memory(0).get(ArrayData.LONG, (long) position * Long.BYTES)
                : array.memory(0).get(ArrayData.INT, (long) position * Integer.BYTES);
    }

    private static boolean isMonotonic32(MemorySegment offsets, int length) {
        int previous = offsets.get(ArrayData.INT, 0);
        int bad = previous;
        for (long i = 1; i <= length; i++) {
            int next = offsets.get(ArrayData.INT, i * Integer.BYTES);
            // If no offset is negative, no difference overflows; a negative offset counts as bad itself.
            bad |= next | (next - previous);
            previous = next;
        }
        return bad >= 0;
    }

    private static boolean isMonotonic64(MemorySegment offsets, int length) {
        long previous = offsets.get(ArrayData.LONG, 0);
        long bad = previous;
        for (long i = 1; i <= length; i++) {
            long next = offsets.get(ArrayData.LONG, i * Long.BYTES);
            bad |= next | (next - previous);
            previous = next;
        }
        return bad >= 0;
    }

    /// Checks that every value that is not null is UTF-8. What stands under a null, or outside of all values,
    /// does not matter.
    static void checkText(SourceField field, ArrayData array, RowFaults faults) {
        MemorySegment data = array.memory(1);
        long start = offset(array, 0);
        long end = offset(array, array.length());
        if (Utf8.isAscii(data, start, end)) {
            return;
        }
        if (Utf8.isValid(data, start, end) && startsOnCharacters(array, data, end)) {
            return;
        }
        // Runs of values without a null are checked at once, the values of a bad one each by itself.
        for (int from = 0; from < array.length(); ) {
            int to = from;
            while (to < array.length() && !array.isNull(to)) {
                to++;
            }
            if (!Utf8.isAscii(data, offset(array, from), offset(array, to))) {
                for (int i = from; i < to; i++) {
                    if (!Utf8.isValid(data, offset(array, i), offset(array, i + 1))) {
                        notText(field, array, i, faults);
                    }
                }
            }
            from = to + 1;
        }
    }

    /// Whether no offset cuts a character in two.
    private static boolean startsOnCharacters(ArrayData array, MemorySegment data, long end) {
        for (int i = 1; i < array.length(); i++) {
            long offset = offset(array, i);
            if (offset < end && Utf8.isContinuation(data, offset)) {
                return false;
            }
        }
        return true;
    }

    /// Checks that views that are not null lie in their buffers and repeat the start of their values, and that
    /// text is UTF-8. Views may share bytes, so the bytes of all values together are counted first: they may be
    /// `limit` at most. Returns how many they are.
    static long checkViews(SourceField field, ArrayData array, long limit, RowFaults faults) {
        Views views = Views.of(array);
        long total = 0;
        for (int i = 0; i < array.length(); i++) {
            if (!array.isNull(i)) {
                if (!views.isInside(i)) {
                    throw field.invalidAt("a view of the array is corrupt", i);
                }
                total += views.length(i);
            }
        }
        if (total > limit) {
            throw field.invalid("the array's values are too large in all: bytes=" + total + ", limit=" + limit);
        }
        if (field.isText()) {
            for (int i = 0; i < array.length(); i++) {
                if (!array.isNull(i)
                        && !Utf8.isValid(views.memory(i), views.start(i), views.start(i) + views.length(i))) {
                    notText(field, array, i, faults);
                }
            }
        }
        return total;
    }

    /// Text in lists refuses the batch, since nobody knows yet which row it is of.
    private static void notText(SourceField field, ArrayData array, int position, RowFaults faults) {
        WingsException reason = field.invalidAt("the text is not UTF-8", position);
        if (field.nested()) {
            throw reason;
        }
        faults.add(position, field.path(), reason, () -> SentValues.text(field.type(), array, position));
    }

    /// Checks that lists that are not null lie in the child.
    static void checkListViews(SourceField field, ArrayData array) {
        int limit = array.children().get(0).length();
        for (int i = 0; i < array.length(); i++) {
            if (!array.isNull(i)) {
                long offset = listViewOffset(array, i);
                long size = listViewSize(array, i);
                if (offset < 0 || size < 0 || offset > limit || size > limit - offset) {
                    throw field.invalidAt("a view of the array is corrupt", i);
                }
            }
        }
    }

    static long listViewOffset(ArrayData array, int position) {
        return number(array, 0, position);
    }

    static long listViewSize(ArrayData array, int position) {
        return number(array, 1, position);
    }

    private static long number(ArrayData array, int buffer, int position) {
        return array.layout() == Layout.LARGE_LIST_VIEW
                ? array.memory(buffer).get(ArrayData.LONG, (long) position * Long.BYTES)
                : array.memory(buffer).get(ArrayData.INT, (long) position * Integer.BYTES);
    }
}
