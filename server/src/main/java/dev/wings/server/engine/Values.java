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
package dev.wings.server.engine;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Reads and writes what heads are made of: texts of any length, schemas, and the values that parameters can
/// have.
final class Values {

    private Values() {}

    static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeSchema(DataOutputStream out, Schema schema) throws IOException {
        writeBytes(out, schema.serializeAsMessage());
    }

    static Schema readSchema(DataInputStream in) throws IOException {
        return Schema.deserializeMessage(ByteBuffer.wrap(readBytes(in)));
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    /// Writes a value of one of the classes that [dev.wings.common.duckdb.Statement#bind] takes.
    // all parts of a value are written one after the other
    @SuppressWarnings({
        "JavaLocalDateTimeGetNano",
        "JavaPeriodGetDays",
        "JavaDurationGetSecondsToToSeconds",
        "JavaDurationGetSecondsGetNano"
    })
    static void writeValue(DataOutputStream out, @Nullable Object value) throws IOException {
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
                out.writeInt(Float.floatToRawIntBits(it));
            }
            case Double it -> {
                out.writeByte('d');
                out.writeLong(Double.doubleToRawLongBits(it));
            }
            case BigDecimal it -> {
                out.writeByte('D');
                out.writeInt(it.scale());
                writeBytes(out, it.unscaledValue().toByteArray());
            }
            case LocalDate it -> {
                out.writeByte('t');
                out.writeLong(it.toEpochDay());
            }
            case LocalTime it -> {
                out.writeByte('T');
                out.writeLong(it.toNanoOfDay());
            }
            case LocalDateTime it -> {
                out.writeByte('L');
                out.writeLong(it.toEpochSecond(ZoneOffset.UTC));
                out.writeInt(it.getNano());
            }
            case Instant it -> {
                out.writeByte('I');
                out.writeLong(it.getEpochSecond());
                out.writeInt(it.getNano());
            }
            case String it -> {
                out.writeByte('s');
                writeText(out, it);
            }
            case UUID it -> {
                out.writeByte('u');
                out.writeLong(it.getMostSignificantBits());
                out.writeLong(it.getLeastSignificantBits());
            }
            case byte[] it -> {
                out.writeByte('x');
                writeBytes(out, it);
            }
            case PeriodDuration it -> {
                out.writeByte('p');
                out.writeLong(it.getPeriod().toTotalMonths());
                out.writeInt(it.getPeriod().getDays());
                out.writeLong(it.getDuration().getSeconds());
                out.writeInt(it.getDuration().getNano());
            }
            case List<?> it -> {
                out.writeByte('[');
                out.writeInt(it.size());
                for (Object element : it) {
                    writeValue(out, element);
                }
            }
            default -> throw new IllegalArgumentException("not a bindable class: " + value.getClass());
        }
    }

    static @Nullable Object readValue(DataInputStream in) throws IOException {
        byte type = in.readByte();
        return switch (type) {
            case '0' -> null;
            case 'b' -> in.readBoolean();
            case 'i' -> in.readInt();
            case 'l' -> in.readLong();
            case 'f' -> Float.intBitsToFloat(in.readInt());
            case 'd' -> Double.longBitsToDouble(in.readLong());
            case 'D' -> {
                int scale = in.readInt();
                yield new BigDecimal(new BigInteger(readBytes(in)), scale);
            }
            case 't' -> LocalDate.ofEpochDay(in.readLong());
            case 'T' -> LocalTime.ofNanoOfDay(in.readLong());
            case 'L' -> LocalDateTime.ofEpochSecond(in.readLong(), in.readInt(), ZoneOffset.UTC);
            case 'I' -> Instant.ofEpochSecond(in.readLong(), in.readInt());
            case 's' -> readText(in);
            case 'u' -> new UUID(in.readLong(), in.readLong());
            case 'x' -> readBytes(in);
            case 'p' -> {
                Period months = Period.ofMonths(Math.toIntExact(in.readLong()));
                Period period = months.plusDays(in.readInt());
                yield new PeriodDuration(period, Duration.ofSeconds(in.readLong(), in.readInt()));
            }
            case '[' -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    elements.add(readValue(in));
                }
                yield elements;
            }
            default -> throw new IOException("a value of an unknown kind: " + type);
        };
    }
}
