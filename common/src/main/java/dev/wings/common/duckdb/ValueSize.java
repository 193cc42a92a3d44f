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
package dev.wings.common.duckdb;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.util.MemoryUtil;

/// How many bytes the values of a type take in Arrow, roughly. It is computed before Arrow values are made,
/// since a value that many rows of a chunk share is in Arrow as many times. A value that Arrow cannot hold is
/// refused on the way.
@SuppressWarnings("restricted")
sealed interface ValueSize {

    /// `duckdb_string_t`, `duckdb_list_entry`
    long ENTRY_BYTES = 16;

    /// The size of a value of any type of a fixed width, except of the one below.
    long FIXED_BYTES = 16;

    /// The size of a UUID, which is text in Arrow.
    long UUID_BYTES = 36;

    /// What the offset and the validity of a value take.
    long OVERHEAD_BYTES = 5;

    ValueSize FIXED = new Constant(FIXED_BYTES);

    /// Adds the sizes of the first values of a vector to `sums`, one each.
    void add(MemorySegment vector, long[] sums) throws Throwable;

    record Constant(long bytes) implements ValueSize {
        @Override
        public void add(MemorySegment vector, long[] sums) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += bytes;
            }
        }
    }

    /// Integers of 128 bits, which Arrow gets as decimals of 38 digits, however large they are: those of 39
    /// digits would be wrong, and the largest unsigned ones negative.
    record HugeInteger(boolean signed) implements ValueSize {

        private static final BigInteger LIMIT = BigInteger.TEN.pow(38);

        private static final long LIMIT_LOW = LIMIT.longValue();

        private static final long LIMIT_HIGH = LIMIT.shiftRight(Long.SIZE).longValue();

        @Override
        public void add(MemorySegment vector, long[] sums) throws Throwable {
            long values = ((MemorySegment) CApi.VECTOR_DATA.invokeExact(vector)).address();
            MemorySegment validity = validity(vector, sums.length);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += FIXED_BYTES;
                long low = MemoryUtil.getLong(values + i * FIXED_BYTES);
                long high = MemoryUtil.getLong(values + i * FIXED_BYTES + Long.BYTES);
                if (!fits(low, high) && isValid(validity, i)) {
                    throw new DuckDbException(
                            "Conversion Error: a number has more than the 38 digits that clients have a"
                                    + " type for: cast it, as in ::VARCHAR or ::DOUBLE");
                }
            }
        }

        private boolean fits(long low, long high) {
            if (signed && high < 0) {
                // the low word of the absolute value
                long negated = -low;
                return isBelowLimit(negated, ~high + (negated == 0 ? 1 : 0));
            }
            return isBelowLimit(low, high);
        }

        private static boolean isBelowLimit(long low, long high) {
            int order = Long.compareUnsigned(high, LIMIT_HIGH);
            return order < 0 || (order == 0 && Long.compareUnsigned(low, LIMIT_LOW) < 0);
        }
    }

    /// What DuckDB keeps as a `duckdb_string_t`: the length comes first.
    record Text() implements ValueSize {
        @Override
        public void add(MemorySegment vector, long[] sums) throws Throwable {
            // Addresses are used because this runs for each row of each result, where memory segments cost
            // several times as much until they are hot.
            long entries = ((MemorySegment) CApi.VECTOR_DATA.invokeExact(vector)).address();
            MemorySegment validity = validity(vector, sums.length);
            boolean allValid = validity.address() == 0;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += OVERHEAD_BYTES;
                if (allValid || isValid(validity, i)) {
                    sums[i] += Integer.toUnsignedLong(MemoryUtil.getInt(entries + i * ENTRY_BYTES));
                }
            }
        }
    }

    record ListOf(ValueSize element) implements ValueSize {
        @Override
        public void add(MemorySegment vector, long[] sums) throws Throwable {
            MemorySegment entries = entries(vector, sums.length);
            MemorySegment validity = validity(vector, sums.length);
            int count = Math.toIntExact((long) CApi.LIST_SIZE.invokeExact(vector));
            long[] ends = ends(element, (MemorySegment) CApi.LIST_CHILD.invokeExact(vector), count);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += OVERHEAD_BYTES;
                if (isValid(validity, i)) {
                    long offset = entries.get(JAVA_LONG, i * ENTRY_BYTES);
                    long length = entries.get(JAVA_LONG, i * ENTRY_BYTES + Long.BYTES);
                    sums[i] += element instanceof Constant constant
                            ? length * constant.bytes()
                            : ends[Math.toIntExact(offset + length)] - ends[Math.toIntExact(offset)];
                }
            }
        }
    }

    record ArrayOf(ValueSize element, int length) implements ValueSize {
        @Override
        public void add(MemorySegment vector, long[] sums) throws Throwable {
            MemorySegment child = (MemorySegment) CApi.ARRAY_CHILD.invokeExact(vector);
            long[] ends = ends(element, child, Math.multiplyExact(sums.length, length));
            for (int i = 0; i < sums.length; i++) {
                sums[i] += OVERHEAD_BYTES + ends[(i + 1) * length] - ends[i * length];
            }
        }
    }

    /// A struct, or a union, which DuckDB keeps as one of its tag and its members.
    record StructOf(List<ValueSize> fields) implements ValueSize {
        @Override
        public void add(MemorySegment vector, long[] sums) throws Throwable {
            for (int i = 0; i < fields.size(); i++) {
                MemorySegment child = (MemorySegment) CApi.STRUCT_CHILD.invokeExact(vector, (long) i);
                fields.get(i).add(child, sums);
            }
        }
    }

    /// The size of values of a logical type.
    static ValueSize of(MemorySegment type) throws Throwable {
        return switch ((int) CApi.TYPE_ID.invokeExact(type)) {
            // HUGEINT, UHUGEINT
            case 16 -> new HugeInteger(true);
            case 32 -> new HugeInteger(false);
            // VARCHAR, BLOB, BIT, BIGNUM
            case 17, 18, 29, 35 -> new Text();
            // LIST
            case 24 -> new ListOf(taken((MemorySegment) CApi.LIST_TYPE.invokeExact(type)));
            // STRUCT
            case 25 -> {
                List<ValueSize> fields = new ArrayList<>();
                long count = (long) CApi.STRUCT_COUNT.invokeExact(type);
                for (long i = 0; i < count; i++) {
                    fields.add(taken((MemorySegment) CApi.STRUCT_TYPE.invokeExact(type, i)));
                }
                yield struct(fields);
            }
            // MAP
            case 26 -> {
                ValueSize key = taken((MemorySegment) CApi.MAP_KEY_TYPE.invokeExact(type));
                ValueSize value = taken((MemorySegment) CApi.MAP_VALUE_TYPE.invokeExact(type));
                yield new ListOf(struct(List.of(key, value)));
            }
            // UUID
            case 27 -> new Constant(OVERHEAD_BYTES + UUID_BYTES);
            // UNION
            case 28 -> {
                List<ValueSize> members = new ArrayList<>(List.of(FIXED));
                long count = (long) CApi.UNION_COUNT.invokeExact(type);
                for (long i = 0; i < count; i++) {
                    members.add(taken((MemorySegment) CApi.UNION_TYPE.invokeExact(type, i)));
                }
                yield struct(members);
            }
            // ARRAY
            case 33 -> {
                ValueSize element = taken((MemorySegment) CApi.ARRAY_TYPE.invokeExact(type));
                int length = Math.toIntExact((long) CApi.ARRAY_LENGTH.invokeExact(type));
                yield element instanceof Constant constant
                        ? new Constant(OVERHEAD_BYTES + length * constant.bytes())
                        : new ArrayOf(element, length);
            }
            default -> FIXED;
        };
    }

    private static ValueSize struct(List<ValueSize> fields) {
        long bytes = 0;
        for (ValueSize field : fields) {
            if (!(field instanceof Constant constant)) {
                return new StructOf(List.copyOf(fields));
            }
            bytes += constant.bytes();
        }
        return new Constant(bytes);
    }

    /// Takes over the type.
    private static ValueSize taken(MemorySegment type) throws Throwable {
        try {
            return of(type);
        } finally {
            ArrowTypes.destroy(type);
        }
    }

    /// Where the values of a vector would end, from 0, if they were laid one behind the other.
    private static long[] ends(ValueSize element, MemorySegment vector, int count) throws Throwable {
        if (element instanceof Constant) {
            return new long[0];
        }
        long[] sizes = new long[count];
        element.add(vector, sizes);
        long[] ends = new long[count + 1];
        System.arraycopy(sizes, 0, ends, 1, count);
        Arrays.parallelPrefix(ends, Long::sum);
        return ends;
    }

    private static MemorySegment entries(MemorySegment vector, long count) throws Throwable {
        MemorySegment data = (MemorySegment) CApi.VECTOR_DATA.invokeExact(vector);
        return data.reinterpret(count * ENTRY_BYTES);
    }

    /// One bit for each value; NULL if all are valid.
    static MemorySegment validity(MemorySegment vector, long count) throws Throwable {
        MemorySegment validity = (MemorySegment) CApi.VECTOR_VALIDITY.invokeExact(vector);
        return validity.address() == 0 ? validity : validity.reinterpret((count + 63) / 64 * Long.BYTES);
    }

    static boolean isValid(MemorySegment validity, int index) {
        return validity.address() == 0
                || (MemoryUtil.getLong(validity.address() + index / 64 * (long) Long.BYTES) & (1L << (index % 64)))
                        != 0;
    }
}
