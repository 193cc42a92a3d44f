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
package dev.wings.server.session;

import dev.wings.common.error.WingsException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// Values of parameters: out of Arrow, and in and out of handles. The classes are those of
/// [dev.wings.common.duckdb.Statement#bind].
public final class ParameterValues {

    private ParameterValues() {}

    /// The values of the one row of a batch. Fails with INVALID for more or fewer rows, and for types that no
    /// parameter has.
    public static List<@Nullable Object> ofRow(VectorSchemaRoot row) {
        if (row.getRowCount() != 1) {
            throw WingsException.invalid("one row of parameters is expected: found=" + row.getRowCount());
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (FieldVector vector : row.getFieldVectors()) {
            values.add(vector.isNull(0) ? null : value(vector));
        }
        return values;
    }

    private static @Nullable Object value(FieldVector vector) {
        return switch (vector) {
            case NullVector ignored -> null;
            case BitVector it -> it.get(0) != 0;
            case TinyIntVector it -> (int) it.get(0);
            case SmallIntVector it -> (int) it.get(0);
            case IntVector it -> it.get(0);
            case BigIntVector it -> it.get(0);
            case UInt1Vector it -> Byte.toUnsignedInt(it.get(0));
            case UInt2Vector it -> (int) it.get(0);
            case UInt4Vector it -> Integer.toUnsignedLong(it.get(0));
            case Float4Vector it -> it.get(0);
            case Float8Vector it -> it.get(0);
            case DecimalVector it -> it.getObject(0);
            case Decimal256Vector it -> it.getObject(0);
            case VarCharVector it -> text(it.get(0));
            case LargeVarCharVector it -> text(it.get(0));
            case VarBinaryVector it -> it.get(0);
            case LargeVarBinaryVector it -> it.get(0);
            case FixedSizeBinaryVector it -> it.get(0);
            case DateDayVector it -> LocalDate.ofEpochDay(it.get(0));
            case DateMilliVector it -> LocalDate.ofEpochDay(Math.floorDiv(it.get(0), 86_400_000L));
            case TimeSecVector it -> LocalTime.ofSecondOfDay(it.get(0));
            case TimeMilliVector it -> LocalTime.ofNanoOfDay(it.get(0) * 1_000_000L);
            case TimeMicroVector it -> LocalTime.ofNanoOfDay(it.get(0) * 1_000L);
            case TimeNanoVector it -> LocalTime.ofNanoOfDay(wholeMicros(it, it.get(0)));
            case TimeStampVector it -> timestamp(it);
            default ->
                throw WingsException.invalid("no parameter can have this type: parameter=" + vector.getName()
                        + ", type=" + vector.getField().getType());
        };
    }

    private static Object timestamp(TimeStampVector vector) {
        ArrowType.Timestamp type = (ArrowType.Timestamp) vector.getField().getType();
        long value = type.getUnit() == TimeUnit.NANOSECOND ? wholeMicros(vector, vector.get(0)) : vector.get(0);
        Instant instant = Instant.EPOCH.plus(value, unit(type.getUnit()));
        return type.getTimezone() == null ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC) : instant;
    }

    /// No column has more digits, so a value with more equals none; as text in SQL it is compared as such, but bound it
    /// would be cut.
    private static long wholeMicros(FieldVector vector, long nanos) {
        if (nanos % 1_000 != 0) {
            throw WingsException.invalid("a parameter is more precise than microseconds: parameter=" + vector.getName()
                    + ", type=" + vector.getField().getType() + ", value=" + vector.getObject(0));
        }
        return nanos;
    }

    private static ChronoUnit unit(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> ChronoUnit.SECONDS;
            case MILLISECOND -> ChronoUnit.MILLIS;
            case MICROSECOND -> ChronoUnit.MICROS;
            case NANOSECOND -> ChronoUnit.NANOS;
        };
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static void write(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('0');
            case Boolean it -> {
                out.writeByte('b');
                out.writeBoolean(it);
            }
            case Integer it -> {
                out.writeByte('i');
                out.writeInt(it);
            }
            case Long it -> {
                out.writeByte('l');
                out.writeLong(it);
            }
            case Float it -> {
                out.writeByte('f');
                out.writeFloat(it);
            }
            case Double it -> {
                out.writeByte('d');
                out.writeDouble(it);
            }
            case BigDecimal it -> {
                out.writeByte('n');
                out.writeInt(it.scale());
                StatementHandle.writeBytes(out, it.unscaledValue().toByteArray());
            }
            case LocalDate it -> {
                out.writeByte('D');
                out.writeLong(it.toEpochDay());
            }
            case LocalTime it -> {
                out.writeByte('T');
                out.writeLong(it.toNanoOfDay());
            }
            case LocalDateTime it -> {
                out.writeByte('S');
                writeInstant(out, it.toInstant(ZoneOffset.UTC));
            }
            case Instant it -> {
                out.writeByte('Z');
                writeInstant(out, it);
            }
            case String it -> {
                out.writeByte('s');
                StatementHandle.writeText(out, it);
            }
            case byte[] it -> {
                out.writeByte('x');
                StatementHandle.writeBytes(out, it);
            }
            default -> throw new IllegalStateException("not a value of a parameter: " + value.getClass());
        }
    }

    static @Nullable Object read(DataInputStream in) throws IOException {
        int tag = in.readByte();
        return switch (tag) {
            case '0' -> null;
            case 'b' -> in.readBoolean();
            case 'i' -> in.readInt();
            case 'l' -> in.readLong();
            case 'f' -> in.readFloat();
            case 'd' -> in.readDouble();
            case 'n' -> {
                int scale = in.readInt();
                yield new BigDecimal(new BigInteger(StatementHandle.readBytes(in)), scale);
            }
            case 'D' -> LocalDate.ofEpochDay(in.readLong());
            case 'T' -> LocalTime.ofNanoOfDay(in.readLong());
            case 'S' -> LocalDateTime.ofInstant(readInstant(in), ZoneOffset.UTC);
            case 'Z' -> readInstant(in);
            case 's' -> StatementHandle.readText(in);
            case 'x' -> StatementHandle.readBytes(in);
            default -> throw new IOException("not a value of a parameter: tag=" + tag);
        };
    }

    private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant readInstant(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }
}
