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
package dev.wings.compactor.segment;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.PartitionValue;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/// Values as Iceberg keeps them in memory: dates as days, times and timestamps as microseconds.
final class PartitionValues {

    private static final long MICROS_PER_SECOND = 1_000_000;

    private PartitionValues() {}

    /// The value whose canonical text names a partition of a topic, see `PartitionValue`.
    ///
    /// @param kept the column's type in the table
    static Object parse(FieldType type, Type kept, String text) {
        // The canonical text of a time is the text that it is kept as.
        return type == FieldType.Primitive.TIME && kept.typeId() == Type.TypeID.STRING ? text : parse(type, text);
    }

    static Object parse(FieldType type, String text) {
        return switch (type) {
            case FieldType.Primitive primitive -> parse(primitive, text);
            case FieldType.Decimal ignored -> new BigDecimal(text);
            case FieldType.Fixed ignored -> bytes(text);
            case FieldType.Struct ignored -> throw notAKey(type);
            case FieldType.ListOf ignored -> throw notAKey(type);
            case FieldType.MapOf ignored -> throw notAKey(type);
        };
    }

    private static Object parse(FieldType.Primitive type, String text) {
        return switch (type) {
            case BOOLEAN -> Boolean.valueOf(text);
            case INT -> Integer.valueOf(text);
            case LONG -> Long.valueOf(text);
            case DATE -> Math.toIntExact(LocalDate.parse(text).toEpochDay());
            case TIME -> LocalTime.parse(text).toNanoOfDay() / 1000;
            case TIMESTAMP -> micros(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
            case TIMESTAMPTZ -> micros(Instant.parse(text));
            case STRING -> text;
            case BINARY -> bytes(text);
            case UUID -> UUID.fromString(text);
            case FLOAT, DOUBLE -> throw notAKey(type);
        };
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static long micros(Instant instant) {
        // The seconds alone may be out of the range of microseconds although the sum is not.
        long seconds = instant.getEpochSecond();
        long micros = instant.getNano() / 1000;
        return seconds < 0
                ? Math.addExact(Math.multiplyExact(seconds + 1, MICROS_PER_SECOND), micros - MICROS_PER_SECOND)
                : Math.addExact(Math.multiplyExact(seconds, MICROS_PER_SECOND), micros);
    }

    private static IllegalStateException notAKey(FieldType type) {
        return new IllegalStateException("no partition key has this type: " + type);
    }

    /// The value of a cell of a result of DuckDB, whose column has the type `type` in the table.
    static @Nullable Object read(Type type, FieldVector column, int row) {
        if (column.isNull(row)) {
            return null;
        }
        return switch (type.typeId()) {
            case BOOLEAN -> ((BitVector) column).get(row) != 0;
            case INTEGER -> ((IntVector) column).get(row);
            case LONG -> column instanceof TimeMicroVector times ? times.get(row) : ((BigIntVector) column).get(row);
            case DATE ->
                // The day transform gives dates that were computed as numbers.
                column instanceof IntVector days ? days.get(row) : ((DateDayVector) column).get(row);
            case TIME -> ((TimeMicroVector) column).get(row);
            case TIMESTAMP -> ((TimeStampVector) column).get(row);
            case STRING ->
                column instanceof TimeMicroVector times
                        ? PartitionValue.ofTime(times.get(row))
                        : new String(((VarCharVector) column).get(row), StandardCharsets.UTF_8);
            case BINARY -> ByteBuffer.wrap(((VarBinaryVector) column).get(row));
            case DECIMAL -> ((DecimalVector) column).getObject(row);
            case UUID -> UUID.fromString(new String(((VarCharVector) column).get(row), StandardCharsets.UTF_8));
            default -> throw new IllegalStateException("no table is partitioned by this type: " + type);
        };
    }
}
