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

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A prepared statement of a [DuckDb]. It is closed before the instance, and its results before it.
public final class Statement implements AutoCloseable {

    /// `DUCKDB_TYPE_INVALID` and `DUCKDB_TYPE_ANY`: only the value of a parameter tells the type.
    /// `DUCKDB_TYPE_SQLNULL`.
    private static final List<Integer> UNKNOWN_TYPES = List.of(0, 34, 36);

    /// The most digits of a decimal.
    static final int MAX_DIGITS = 38;

    private final MemorySegment statement;
    private final MemorySegment options;
    private final TaskThreads helpers;
    private final MemorySegment pending;
    private final MemorySegment result;

    /// @param arena keeps `statement` and `options`
    Statement(Arena arena, MemorySegment statement, MemorySegment options, TaskThreads helpers) {
        this.statement = statement;
        this.options = options;
        this.helpers = helpers;
        this.pending = arena.allocate(ADDRESS);
        this.result = arena.allocate(CApi.RESULT);
    }

    /// The parameters in order: their names (`1` where they have none) and the types that the statement expects,
    /// Utf8 for those that could be anything.
    public List<Field> parameters(BufferAllocator allocator) {
        try (Arena scope = Arena.ofConfined()) {
            int count = Math.toIntExact((long) CApi.PARAMETER_COUNT.invokeExact(handle()));
            List<Field> parameters = new ArrayList<>(count);
            for (int i = 1; i <= count; i++) {
                MemorySegment text = (MemorySegment) CApi.PARAMETER_NAME.invokeExact(handle(), (long) i);
                String name = CApi.textOrEmpty(text);
                CApi.FREE.invokeExact(text);
                MemorySegment type = scope.allocate(ADDRESS);
                type.set(ADDRESS, 0, (MemorySegment) CApi.PARAMETER_LOGICAL_TYPE.invokeExact(handle(), (long) i));
                parameters.add(parameter(name, type, allocator));
            }
            return parameters;
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// The columns of the result, without running anything; empty if a type depends on a parameter's value.
    public Optional<Schema> columns(BufferAllocator allocator) {
        try (Arena scope = Arena.ofConfined()) {
            int count = Math.toIntExact((long) CApi.COLUMN_COUNT.invokeExact(handle()));
            List<String> names = new ArrayList<>(count);
            MemorySegment types = scope.allocate(ADDRESS, count);
            try {
                boolean known = true;
                for (int i = 0; i < count; i++) {
                    MemorySegment name = (MemorySegment) CApi.COLUMN_NAME.invokeExact(handle(), (long) i);
                    names.add(CApi.textOrEmpty(name));
                    CApi.FREE.invokeExact(name);
                    MemorySegment type = (MemorySegment) CApi.COLUMN_LOGICAL_TYPE.invokeExact(handle(), (long) i);
                    types.setAtIndex(ADDRESS, i, type);
                    known &= !isUnknown(type);
                }
                return known
                        ? Optional.of(ArrowTypes.schema(options.get(ADDRESS, 0), types, names, allocator))
                        : Optional.empty();
            } finally {
                ArrowTypes.destroy(types, count);
            }
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// Binds parameter `index`, from 1. Values are null, `Boolean`, `Integer`, `Long`, `Float`, `Double`,
    /// `BigDecimal`, `LocalDate`, `LocalTime`, `LocalDateTime`, `Instant`, `String`, `UUID`,
    /// `byte[]`, `PeriodDuration`, or lists of them.
    public void bind(int index, @Nullable Object value) {
        try (Arena scope = Arena.ofConfined()) {
            int state = bind(scope, (long) index, value);
            if (state != 0) {
                throw new DuckDbException("Invalid Input Error: the parameter cannot be bound: index=" + index);
            }
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// Starts the statement. The results of an earlier start must be closed.
    public Results execute(BufferAllocator allocator) {
        try {
            helpers.start();
            start();
            return Results.open(result, options.get(ADDRESS, 0), helpers, allocator);
        } catch (Throwable t) {
            helpers.stop();
            throw CApi.unexpected(t);
        }
    }

    /// Runs the statement, whose result is one text. The results of an earlier start must be closed.
    ///
    /// @param reader is given the text in UTF-8, which is there for as long as it reads
    <T> T text(Function<ByteBuffer, T> reader) {
        try {
            helpers.start();
            start();
            try {
                return readText(reader);
            } finally {
                helpers.stop();
                CApi.DESTROY_RESULT.invokeExact(result);
            }
        } catch (Throwable t) {
            helpers.stop();
            throw CApi.unexpected(t);
        }
    }

    private <T> T readText(Function<ByteBuffer, T> reader) throws Throwable {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment chunk = scope.allocate(ADDRESS);
            chunk.set(ADDRESS, 0, (MemorySegment) CApi.FETCH_CHUNK.invokeExact(result));
            try {
                MemorySegment rows = chunk.get(ADDRESS, 0);
                if (rows.address() == 0) {
                    String error = CApi.text((MemorySegment) CApi.RESULT_ERROR.invokeExact(result));
                    throw error == null || error.isEmpty()
                            ? new IllegalStateException("a text was expected, and there are no rows")
                            : new DuckDbException(error);
                }
                MemorySegment vector = (MemorySegment) CApi.CHUNK_VECTOR.invokeExact(rows, 0L);
                if (!ValueSize.isValid(ValueSize.validity(vector, 1), 0)) {
                    throw new IllegalStateException("a text was expected, and it is null");
                }
                return reader.apply(CApi.firstText((MemorySegment) CApi.VECTOR_DATA.invokeExact(vector)));
            } finally {
                if (chunk.get(ADDRESS, 0).address() != 0) {
                    CApi.DESTROY_CHUNK.invokeExact(chunk);
                }
            }
        }
    }

    /// Starts the statement, after which `result` is to be destroyed.
    private void start() throws Throwable {
        int state = (int) CApi.PENDING.invokeExact(handle(), pending);
        try {
            if (state != 0) {
                throw new DuckDbException(
                        DuckDb.message((MemorySegment) CApi.PENDING_ERROR.invokeExact(pending.get(ADDRESS, 0))));
            }
            state = (int) CApi.EXECUTE_PENDING.invokeExact(pending.get(ADDRESS, 0), result);
            if (state != 0) {
                String message = DuckDb.message((MemorySegment) CApi.RESULT_ERROR.invokeExact(result));
                CApi.DESTROY_RESULT.invokeExact(result);
                throw new DuckDbException(message);
            }
        } finally {
            CApi.DESTROY_PENDING.invokeExact(pending);
        }
    }

    @Override
    public void close() {
        try {
            CApi.DESTROY_ARROW_OPTIONS.invokeExact(options);
            CApi.DESTROY_PREPARE.invokeExact(statement);
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    private MemorySegment handle() {
        return statement.get(ADDRESS, 0);
    }

    private Field parameter(String name, MemorySegment type, BufferAllocator allocator) throws Throwable {
        try {
            if (isUnknown(type.get(ADDRESS, 0))) {
                return new Field(name, FieldType.nullable(ArrowType.Utf8.INSTANCE), null);
            }
            return ArrowTypes.schema(options.get(ADDRESS, 0), type, List.of(name), allocator)
                    .getFields()
                    .getFirst();
        } finally {
            ArrowTypes.destroy(type, 1);
        }
    }

    private static boolean isUnknown(MemorySegment type) throws Throwable {
        if (type.address() == 0) {
            return true;
        }
        return UNKNOWN_TYPES.contains(ArrowTypes.checkedId(type));
    }

    private int bind(Arena scope, long index, @Nullable Object value) throws Throwable {
        return switch (value) {
            case null -> (int) CApi.BIND_NULL.invokeExact(handle(), index);
            case Boolean it -> (int) ValueApi.BIND_BOOLEAN.invokeExact(handle(), index, (boolean) it);
            case Integer it -> (int) ValueApi.BIND_INT.invokeExact(handle(), index, (int) it);
            case Long it -> (int) CApi.BIND_LONG.invokeExact(handle(), index, (long) it);
            case Float it -> (int) ValueApi.BIND_FLOAT.invokeExact(handle(), index, (float) it);
            case Double it -> (int) ValueApi.BIND_DOUBLE.invokeExact(handle(), index, (double) it);
            case BigDecimal it -> bindDecimal(scope, index, it);
            case LocalDate it -> (int) ValueApi.BIND_DATE.invokeExact(handle(), index, date(scope, it));
            case LocalTime it -> (int) ValueApi.BIND_TIME.invokeExact(handle(), index, time(scope, it));
            case LocalDateTime it -> (int) ValueApi.BIND_TIMESTAMP.invokeExact(handle(), index, timestamp(scope, it));
            case Instant it -> (int) ValueApi.BIND_TIMESTAMPTZ.invokeExact(handle(), index, instant(scope, it));
            case PeriodDuration it -> (int) ValueApi.BIND_INTERVAL.invokeExact(handle(), index, interval(scope, it));
            case List<?> it -> bindList(scope, index, it);
            case String it -> bindText(scope, index, it);
            case UUID it -> bindText(scope, index, it.toString());
            case byte[] it -> {
                MemorySegment bytes = scope.allocateFrom(JAVA_BYTE, it);
                yield (int) ValueApi.BIND_BLOB.invokeExact(handle(), index, bytes, (long) it.length);
            }
            default -> throw new IllegalArgumentException("not a bindable class: " + value.getClass());
        };
    }

    private int bindText(Arena scope, long index, String text) throws Throwable {
        byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        MemorySegment bytes = scope.allocateFrom(JAVA_BYTE, utf8);
        return (int) CApi.BIND_VARCHAR.invokeExact(handle(), index, bytes, (long) utf8.length);
    }

    private int bindList(Arena scope, long index, List<?> list) throws Throwable {
        MemorySegment value = scope.allocate(ADDRESS);
        value.set(ADDRESS, 0, ListValue.create(list, scope));
        try {
            return (int) ValueApi.BIND_VALUE.invokeExact(handle(), index, value.get(ADDRESS, 0));
        } finally {
            ListValue.destroy(value);
        }
    }

    private int bindDecimal(Arena scope, long index, BigDecimal value) throws Throwable {
        BigDecimal scaled = value.scale() < 0 ? value.setScale(0) : value;
        int width = Math.max(scaled.precision(), scaled.scale());
        if (width > MAX_DIGITS) {
            throw new DuckDbException(
                    "Invalid Input Error: the parameter has more than " + MAX_DIGITS + " digits: index=" + index);
        }
        return (int) ValueApi.BIND_DECIMAL.invokeExact(handle(), index, decimal(scope, scaled, width));
    }

    static MemorySegment decimal(Arena scope, BigDecimal value, int width) {
        BigInteger unscaled = value.unscaledValue();
        MemorySegment decimal = scope.allocate(CApi.DECIMAL);
        decimal.set(JAVA_BYTE, 0, (byte) width);
        decimal.set(JAVA_BYTE, 1, (byte) value.scale());
        decimal.set(JAVA_LONG, 8, unscaled.longValue());
        decimal.set(JAVA_LONG, 16, unscaled.shiftRight(64).longValue());
        return decimal;
    }

    static MemorySegment date(Arena scope, LocalDate value) {
        MemorySegment date = scope.allocate(CApi.DATE);
        date.set(JAVA_INT, 0, Math.toIntExact(value.toEpochDay()));
        return date;
    }

    static MemorySegment time(Arena scope, LocalTime value) {
        return micros(scope, value.toNanoOfDay() / 1000);
    }

    static MemorySegment timestamp(Arena scope, LocalDateTime value) {
        return micros(scope, epochMicros(value.toInstant(ZoneOffset.UTC)));
    }

    static MemorySegment instant(Arena scope, Instant value) {
        return micros(scope, epochMicros(value));
    }

    @SuppressWarnings("JavaPeriodGetDays") // months go apart
    static MemorySegment interval(Arena scope, PeriodDuration value) {
        MemorySegment interval = scope.allocate(CApi.INTERVAL);
        interval.set(JAVA_INT, 0, Math.toIntExact(value.getPeriod().toTotalMonths()));
        interval.set(JAVA_INT, Integer.BYTES, value.getPeriod().getDays());
        interval.set(
                JAVA_LONG,
                Long.BYTES,
                ChronoUnit.MICROS.between(Instant.EPOCH, Instant.EPOCH.plus(value.getDuration())));
        return interval;
    }

    private static MemorySegment micros(Arena scope, long micros) {
        MemorySegment struct = scope.allocate(CApi.MICROS);
        struct.set(JAVA_LONG, 0, micros);
        return struct;
    }

    private static long epochMicros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
