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

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
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
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/// Reads values of parameters out of Arrow, and writes them into handles and reads them there. The classes of
/// values are those of [dev.wings.common.duckdb.Statement#bind].
public final class ParameterValues {

    private ParameterValues() {}

    /// Returns the values of the one row of a batch. Fails with INVALID, naming parameter and type, for what no
    /// parameter can be.
    ///
    /// @param dictionaries the dictionaries of columns that have one
    public static List<@Nullable Object> ofRow(VectorSchemaRoot row, DictionaryProvider dictionaries) {
        return ParameterReader.ofRow(row, dictionaries);
    }

    // all parts of a value are written one after the other
    @SuppressWarnings({
        "JavaLocalDateTimeGetNano",
        "JavaPeriodGetDays",
        "JavaDurationGetSecondsToToSeconds",
        "JavaDurationGetSecondsGetNano"
    })
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
            case UUID it -> {
                out.writeByte('u');
                out.writeLong(it.getMostSignificantBits());
                out.writeLong(it.getLeastSignificantBits());
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
                    write(out, element);
                }
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
            case 'u' -> new UUID(in.readLong(), in.readLong());
            case 'p' -> {
                Period months = Period.ofMonths(Math.toIntExact(in.readLong()));
                Period period = months.plusDays(in.readInt());
                yield new PeriodDuration(period, Duration.ofSeconds(in.readLong(), in.readInt()));
            }
            case '[' -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    elements.add(read(in));
                }
                yield elements;
            }
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
