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
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.TimeRange;
import dev.wings.common.schema.TopicField;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a topic's types ask of values, once they are canonical: no null where one is refused, decimals within
/// their precision, times within a day, dates and timestamps within [TimeRange], each key of a map once. What
/// does not fit is told, naming the field and the row, to the faults of the batch.
final class CanonicalChecks {

    private static final int DECIMAL_BYTES = 16;
    private static final String ROW = "row";

    /// Digits that always fit into a long.
    private static final int LONG_DIGITS = 18;

    private CanonicalChecks() {}

    /// @param memory of the batch: counts what the checks take
    static void check(TopicField field, ArrayData array, BatchMemory memory, RowFaults faults) {
        check(field, field.name(), ROW, array, position -> true, memory, faults);
    }

    /// @param counted what a position of the array is in a message: "row", or "position" inside of lists
    /// @param live whether the position is part of a value of the batch: it may lie below a null, or outside of
    ///     all lists
    private static void check(
            TopicField field,
            String path,
            String counted,
            ArrayData array,
            IntPredicate live,
            BatchMemory memory,
            RowFaults faults) {
        Place place = new Place(path, counted, faults);
        if (field.required() && array.nullCount() > 0) {
            for (int i = 0; i < array.length(); i++) {
                if (array.isNull(i) && live.test(i)) {
                    place.bad("null in a required field", field.type(), i, null);
                }
            }
        }
        switch (field.type()) {
            case FieldType.Primitive type -> {
                switch (type) {
                    case TIME -> checkTime(place, array, live);
                    case DATE -> checkDate(place, array, live);
                    case TIMESTAMP, TIMESTAMPTZ -> checkTimestamp(type, place, array, live);
                    case BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, BINARY, UUID -> {
                        // all that the buffers can hold
                    }
                }
            }
            case FieldType.Decimal type -> checkDecimal(type, place, array, live);
            case FieldType.Fixed ignored -> {}
            case FieldType.Struct type -> {
                IntPredicate inside =
                        array.nullCount() == 0 ? live : position -> !array.isNull(position) && live.test(position);
                for (int i = 0; i < type.fields().size(); i++) {
                    TopicField member = type.fields().get(i);
                    check(
                            member,
                            path + "." + member.name(),
                            counted,
                            array.children().get(i),
                            inside,
                            memory,
                            faults);
                }
            }
            case FieldType.ListOf type -> {
                RowFaults elements = faults.elements();
                check(
                        type.element(),
                        path + "." + FieldType.ListOf.ELEMENT,
                        "position",
                        array.children().get(0),
                        new Elements(array, live),
                        memory,
                        elements);
                faults.lift(elements, array);
            }
            case FieldType.MapOf type -> {
                ArrayData entries = array.children().get(0);
                IntPredicate inside = new Elements(array, live);
                RowFaults elements = faults.elements();
                check(
                        type.key(),
                        path + "." + FieldType.MapOf.KEY,
                        "position",
                        entries.children().get(0),
                        inside,
                        memory,
                        elements);
                check(
                        type.value(),
                        path + "." + FieldType.MapOf.VALUE,
                        "position",
                        entries.children().get(1),
                        inside,
                        memory,
                        elements);
                faults.lift(elements, array);
                checkKeys(type, place, array, memory);
            }
        }
    }

    private static void checkTime(Place place, ArrayData array, IntPredicate live) {
        findOutside(
                array,
                0,
                TimeRange.MICROS_PER_DAY - 1,
                live,
                (found, micros) ->
                        place.bad("the time is not one of a day", FieldType.Primitive.TIME, found, micros + " us"));
    }

    private static void checkTimestamp(FieldType.Primitive type, Place place, ArrayData array, IntPredicate live) {
        findOutside(
                array,
                TimeRange.MIN_MICROS,
                TimeRange.MAX_MICROS,
                live,
                (found, micros) -> place.bad(
                        "the time is not one of the years 0001 to 9999 (" + micros + " microseconds)",
                        type,
                        found,
                        micros + " us"));
    }

    private static void checkDate(Place place, ArrayData array, IntPredicate live) {
        MemorySegment dates = array.memory(0);
        int outside = 0;
        for (int i = 0; i < array.length(); i++) {
            int days = dates.get(ArrayData.INT, (long) i * Integer.BYTES);
            outside |= (days - TimeRange.MIN_DAY) | (TimeRange.MAX_DAY - days);
        }
        for (int i = 0; outside < 0 && i < array.length(); i++) {
            int days = dates.get(ArrayData.INT, (long) i * Integer.BYTES);
            if ((days < TimeRange.MIN_DAY || days > TimeRange.MAX_DAY) && !array.isNull(i) && live.test(i)) {
                place.bad(
                        "the date is not one of the years 0001 to 9999 (" + days + " days)",
                        FieldType.Primitive.DATE,
                        i,
                        days + " day");
            }
        }
    }

    /// Hears of a value, and where it is.
    private interface Found {
        void found(int position, long value);
    }

    /// Finds the values outside of `[min, max]`.
    private static void findOutside(ArrayData array, long min, long max, IntPredicate live, Found found) {
        MemorySegment values = array.memory(0);
        // Without a branch, which is what nearly all batches cost: a difference that overflows is negative, too.
        long outside = 0;
        for (int i = 0; i < array.length(); i++) {
            long value = values.get(ArrayData.LONG, (long) i * Long.BYTES);
            outside |= (value - min) | (max - value);
        }
        for (int i = 0; outside < 0 && i < array.length(); i++) {
            long value = values.get(ArrayData.LONG, (long) i * Long.BYTES);
            if ((value < min || value > max) && !array.isNull(i) && live.test(i)) {
                found.found(i, value);
            }
        }
    }

    /// Maps below a null that is not their own are looked at, too: engines read them, and refuse them.
    private static void checkKeys(FieldType.MapOf type, Place place, ArrayData array, BatchMemory memory) {
        ArrayData keys = array.children().get(0).children().get(0);
        MapKeys mapKeys = new MapKeys(type.key().type(), keys, memory);
        for (int i = 0; i < array.length(); i++) {
            int start = (int) ArrayChecks.offset(array, i);
            int end = (int) ArrayChecks.offset(array, i + 1);
            if (start == end || array.isNull(i)) {
                continue;
            }
            for (int key = start; keys.nullCount() > 0 && key < end; key++) {
                if (keys.isNull(key)) {
                    place.bad("a key of the map is null", type, i, null);
                }
            }
            if (mapKeys.isTwice(start, end)) {
                place.bad("a key stands in the map twice", type, i, null);
            }
        }
    }

    private static void checkDecimal(FieldType.Decimal type, Place place, ArrayData array, IntPredicate live) {
        BigInteger bound = BigInteger.TEN.pow(type.precision());
        long boundLow = bound.longValue();
        long boundHigh = bound.shiftRight(Long.SIZE).longValue();
        boolean small = type.precision() <= LONG_DIGITS;
        MemorySegment values = array.memory(0);
        for (int i = 0; i < array.length(); i++) {
            long low = values.get(ArrayData.LONG, (long) i * DECIMAL_BYTES);
            long high = values.get(ArrayData.LONG, (long) i * DECIMAL_BYTES + Long.BYTES);
            boolean fits = small
                    ? high == low >> 63 && low < boundLow && low > -boundLow
                    : isMagnitudeBelow(high, low, boundHigh, boundLow);
            if (!fits && !array.isNull(i) && live.test(i)) {
                place.bad("the decimal has too many digits", type, i, decimal(type, high, low));
            }
        }
    }

    /// Whether the magnitude of a 128-bit number is below a positive bound.
    private static boolean isMagnitudeBelow(long high, long low, long boundHigh, long boundLow) {
        long magnitudeLow = high < 0 ? -low : low;
        // The smallest number of all has no positive counterpart; read as unsigned, it is right all the same.
        long magnitudeHigh = high < 0 ? ~high + (low == 0 ? 1 : 0) : high;
        int order = Long.compareUnsigned(magnitudeHigh, boundHigh);
        return order < 0 || (order == 0 && Long.compareUnsigned(magnitudeLow, boundLow) < 0);
    }

    private static String decimal(FieldType.Decimal type, long high, long low) {
        BigInteger unscaled =
                BigInteger.valueOf(high).shiftLeft(Long.SIZE).or(new BigInteger(Long.toUnsignedString(low)));
        return new BigDecimal(unscaled, type.scale()).toPlainString();
    }

    /// Where a value stands.
    ///
    /// @param counted what a position is in a message
    private record Place(String path, String counted, RowFaults faults) {

        void bad(String what, FieldType type, int position, @Nullable String value) {
            String where = counted.equals(ROW) ? RowNumber.text(position) : counted + "=" + position;
            faults.add(
                    position,
                    path,
                    WingsException.invalid(what + ": field=\"" + path + "\", type=" + type + ", " + where),
                    () -> value);
        }
    }

    /// Tells which positions of a list's child belong to a list that is part of a value. It finds that out when
    /// it is first asked, which hardly ever happens.
    private static final class Elements implements IntPredicate {

        private final ArrayData lists;
        private final IntPredicate live;
        private @Nullable BitSet positions;

        Elements(ArrayData lists, IntPredicate live) {
            this.lists = lists;
            this.live = live;
        }

        @Override
        public boolean test(int position) {
            BitSet found = positions;
            if (found == null) {
                found = new BitSet();
                for (int i = 0; i < lists.length(); i++) {
                    if (!lists.isNull(i) && live.test(i)) {
                        found.set((int) ArrayChecks.offset(lists, i), (int) ArrayChecks.offset(lists, i + 1));
                    }
                }
                positions = found;
            }
            return found.get(position);
        }
    }
}
