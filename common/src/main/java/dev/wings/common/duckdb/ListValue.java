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

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.arrow.vector.PeriodDuration;
import org.jspecify.annotations.Nullable;

/// Lists as values of DuckDB. All elements of a list have one type, which is found from them: decimals get as
/// many digits as the largest needs.
final class ListValue {

    private static final int BOOLEAN = 1;
    private static final int INTEGER = 4;
    private static final int BIGINT = 5;
    private static final int FLOAT = 10;
    private static final int DOUBLE = 11;
    private static final int TIMESTAMP = 12;
    private static final int DATE = 13;
    private static final int TIME = 14;
    private static final int INTERVAL = 15;
    private static final int VARCHAR = 17;
    private static final int BLOB = 18;
    private static final int TIMESTAMPTZ = 31;
    private static final int NULL = 36;

    private static final int LONG_DIGITS = 19;

    /// The type of the elements of a list.
    private sealed interface Type {

        /// @param id in `duckdb.h`
        record Simple(int id) implements Type {}

        record Decimal(int wholeDigits, int scale) implements Type {

            int width() {
                return Math.max(1, wholeDigits + scale);
            }
        }

        record ListOf(Type element) implements Type {}
    }

    private ListValue() {}

    /// Makes a value that the caller destroys. Elements are null or what [Statement#bind] takes.
    static MemorySegment create(List<? extends @Nullable Object> list, Arena scope) throws Throwable {
        Type type = elementType(list);
        if (type instanceof Type.Decimal decimal && decimal.width() > Statement.MAX_DIGITS) {
            throw invalid("the decimals of a list need more than " + Statement.MAX_DIGITS + " digits");
        }
        return create(list, type, scope);
    }

    private static MemorySegment create(List<? extends @Nullable Object> list, Type type, Arena scope)
            throws Throwable {
        MemorySegment values = scope.allocate(ADDRESS, Math.max(1, list.size()));
        MemorySegment logicalType = logicalType(type);
        try {
            for (int i = 0; i < list.size(); i++) {
                values.setAtIndex(ADDRESS, i, element(list.get(i), type, scope));
            }
            MemorySegment created =
                    (MemorySegment) ValueApi.CREATE_LIST_VALUE.invokeExact(logicalType, values, (long) list.size());
            if (created.address() == 0) {
                throw invalid("the elements of a list have different types");
            }
            return created;
        } finally {
            for (int i = 0; i < list.size(); i++) {
                destroy(values.asSlice(i * ADDRESS.byteSize(), ADDRESS.byteSize()));
            }
            ArrowTypes.destroy(logicalType);
        }
    }

    /// @param slot holds a value, or NULL
    static void destroy(MemorySegment slot) throws Throwable {
        if (slot.get(ADDRESS, 0).address() != 0) {
            ValueApi.DESTROY_VALUE.invokeExact(slot);
        }
    }

    private static MemorySegment element(@Nullable Object value, Type type, Arena scope) throws Throwable {
        return switch (value) {
            case null -> (MemorySegment) ValueApi.CREATE_NULL.invokeExact();
            case Boolean it -> (MemorySegment) ValueApi.CREATE_BOOLEAN.invokeExact((boolean) it);
            case BigDecimal it -> decimal(it, type, scope);
            case Long it when type instanceof Type.Decimal -> decimal(BigDecimal.valueOf(it), type, scope);
            case Integer it when type instanceof Type.Decimal -> decimal(BigDecimal.valueOf(it), type, scope);
            case Integer it -> (MemorySegment) ValueApi.CREATE_LONG.invokeExact((long) it);
            case Long it -> (MemorySegment) ValueApi.CREATE_LONG.invokeExact((long) it);
            case Float it -> (MemorySegment) ValueApi.CREATE_FLOAT.invokeExact((float) it);
            case Double it -> (MemorySegment) ValueApi.CREATE_DOUBLE.invokeExact((double) it);
            case LocalDate it -> (MemorySegment) ValueApi.CREATE_DATE.invokeExact(Statement.date(scope, it));
            case LocalTime it -> (MemorySegment) ValueApi.CREATE_TIME.invokeExact(Statement.time(scope, it));
            case LocalDateTime it ->
                (MemorySegment) ValueApi.CREATE_TIMESTAMP.invokeExact(Statement.timestamp(scope, it));
            case Instant it -> (MemorySegment) ValueApi.CREATE_TIMESTAMPTZ.invokeExact(Statement.instant(scope, it));
            case PeriodDuration it ->
                (MemorySegment) ValueApi.CREATE_INTERVAL.invokeExact(Statement.interval(scope, it));
            case String it -> text(it, scope);
            case UUID it -> text(it.toString(), scope);
            case byte[] it ->
                (MemorySegment) ValueApi.CREATE_BLOB.invokeExact(scope.allocateFrom(JAVA_BYTE, it), (long) it.length);
            case List<?> it when type instanceof Type.ListOf(Type element) -> create(it, element, scope);
            default -> throw invalid("the elements of a list have different types");
        };
    }

    private static MemorySegment text(String text, Arena scope) throws Throwable {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return (MemorySegment)
                ValueApi.CREATE_VARCHAR.invokeExact(scope.allocateFrom(JAVA_BYTE, utf8), (long) utf8.length);
    }

    private static MemorySegment decimal(BigDecimal value, Type type, Arena scope) throws Throwable {
        if (!(type instanceof Type.Decimal decimal)) {
            throw invalid("the elements of a list have different types");
        }
        BigDecimal scaled = value.setScale(decimal.scale());
        return (MemorySegment) ValueApi.CREATE_DECIMAL.invokeExact(Statement.decimal(scope, scaled, decimal.width()));
    }

    private static Type elementType(List<? extends @Nullable Object> list) {
        Type type = null;
        for (Object value : list) {
            if (value != null) {
                Type next = typeOf(value);
                type = type == null ? next : common(type, next);
            }
        }
        return Objects.requireNonNullElse(type, new Type.Simple(NULL));
    }

    private static Type typeOf(Object value) {
        return switch (value) {
            case Boolean ignored -> new Type.Simple(BOOLEAN);
            case Integer ignored -> new Type.Simple(INTEGER);
            case Long ignored -> new Type.Simple(BIGINT);
            case Float ignored -> new Type.Simple(FLOAT);
            case Double ignored -> new Type.Simple(DOUBLE);
            case BigDecimal it -> new Type.Decimal(Math.max(0, it.precision() - it.scale()), Math.max(0, it.scale()));
            case LocalDate ignored -> new Type.Simple(DATE);
            case LocalTime ignored -> new Type.Simple(TIME);
            case LocalDateTime ignored -> new Type.Simple(TIMESTAMP);
            case Instant ignored -> new Type.Simple(TIMESTAMPTZ);
            case PeriodDuration ignored -> new Type.Simple(INTERVAL);
            case String ignored -> new Type.Simple(VARCHAR);
            case UUID ignored -> new Type.Simple(VARCHAR);
            case byte[] ignored -> new Type.Simple(BLOB);
            case List<?> it -> new Type.ListOf(elementType(it));
            default -> throw new IllegalArgumentException("not a bindable class: " + value.getClass());
        };
    }

    /// Integers beyond 64 bits come as decimals, beside others of the same list that come as integers.
    private static Type common(Type a, Type b) {
        Type.Simple unknown = new Type.Simple(NULL);
        if (a.equals(b) || b.equals(unknown)) {
            return a;
        }
        if (a.equals(unknown)) {
            return b;
        }
        if (a instanceof Type.ListOf(Type x) && b instanceof Type.ListOf(Type y)) {
            return new Type.ListOf(common(x, y));
        }
        if (a instanceof Type.Decimal x && b instanceof Type.Decimal y) {
            return new Type.Decimal(Math.max(x.wholeDigits(), y.wholeDigits()), Math.max(x.scale(), y.scale()));
        }
        if (a instanceof Type.Decimal && b.equals(new Type.Simple(BIGINT))) {
            return common(a, new Type.Decimal(LONG_DIGITS, 0));
        }
        if (b instanceof Type.Decimal) {
            return common(b, a);
        }
        throw invalid("the elements of a list have different types");
    }

    private static MemorySegment logicalType(Type type) throws Throwable {
        return switch (type) {
            case Type.Simple(int id) -> (MemorySegment) ValueApi.CREATE_TYPE.invokeExact(id);
            case Type.Decimal it ->
                (MemorySegment) ValueApi.CREATE_DECIMAL_TYPE.invokeExact((byte) it.width(), (byte) it.scale());
            case Type.ListOf(Type element) -> {
                MemorySegment child = logicalType(element);
                try {
                    yield (MemorySegment) ValueApi.CREATE_LIST_TYPE.invokeExact(child);
                } finally {
                    ArrowTypes.destroy(child);
                }
            }
        };
    }

    private static DuckDbException invalid(String what) {
        return new DuckDbException("Invalid Input Error: " + what);
    }
}
