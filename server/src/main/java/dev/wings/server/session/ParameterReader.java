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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
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
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.IntervalDayVector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.PeriodDuration;
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
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// Reads values of parameters out of Arrow, as a client has sent them. It looks at places and lengths before it
/// looks at what they point to. A value is taken as it is, or refused.
final class ParameterReader {

    /// How long one text, binary or list may be.
    private static final int MAX_LENGTH = StatementHandle.MAX_BYTES;

    private static final int MAX_DEPTH = 32;

    private static final int MAX_DIGITS = 38;

    private static final int VIEW_BYTES = 16;

    private static final int INLINE_BYTES = 12;

    /// The greatest day that the engine takes for a day: those beyond it are infinite there. The same holds for
    /// microseconds.
    private static final long MAX_DAY = Integer.MAX_VALUE - 1L;

    private static final long MIN_MICROS = -9_223_372_022_400_000_000L;

    private static final long MAX_MICROS = Long.MAX_VALUE - 1;

    private static final BigInteger UINT64 = BigInteger.TWO.pow(64);

    private final FieldVector parameter;
    private final DictionaryProvider dictionaries;

    private ParameterReader(FieldVector parameter, DictionaryProvider dictionaries) {
        this.parameter = parameter;
        this.dictionaries = dictionaries;
    }

    /// Returns the values of the one row of a batch, as [dev.wings.common.duckdb.Statement#bind] takes them.
    /// Fails with INVALID, naming the parameter and its type.
    static List<@Nullable Object> ofRow(VectorSchemaRoot row, DictionaryProvider dictionaries) {
        if (row.getRowCount() != 1) {
            throw WingsException.invalid("one row of parameters is expected: found=" + row.getRowCount());
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (FieldVector vector : row.getFieldVectors()) {
            values.add(new ParameterReader(vector, dictionaries).read());
        }
        return values;
    }

    private @Nullable Object read() {
        try {
            return value(parameter, 0, 0);
        } catch (DateTimeException | ArithmeticException e) {
            throw refused("a value is out of the range of its type", e);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | UnsupportedOperationException e) {
            throw refused("a value points to where there is nothing", e);
        } catch (IllegalStateException e) {
            throw refused("a value cannot be read", e);
        }
    }

    private @Nullable Object value(FieldVector vector, int index, int depth) {
        if (depth > MAX_DEPTH) {
            throw refused("the type is nested too deeply", null);
        }
        if (index < 0 || index >= vector.getValueCount()) {
            throw refused("a value points to where there is nothing", null);
        }
        DictionaryEncoding encoding = vector.getField().getDictionary();
        if (encoding != null) {
            return encoded(vector, index, encoding, depth);
        }
        return switch (vector) {
            case NullVector ignored -> null;
            case ExtensionTypeVector<?> it -> value((FieldVector) it.getUnderlyingVector(), index, depth + 1);
            case RunEndEncodedVector it -> value(it.getValuesVector(), it.getPhysicalIndex(index), depth + 1);
            case UnionVector it -> member(it, it.getTypeBuffer().getByte(index), index, depth);
            case DenseUnionVector it ->
                member(
                        it,
                        it.getTypeBuffer().getByte(index),
                        it.getOffsetBuffer().getInt((long) index * Integer.BYTES),
                        depth);
            default -> vector.isNull(index) ? null : present(vector, index, depth);
        };
    }

    private @Nullable Object encoded(FieldVector vector, int index, DictionaryEncoding encoding, int depth) {
        if (vector.isNull(index)) {
            return null;
        }
        Dictionary dictionary = dictionaries.lookup(encoding.getId());
        if (dictionary == null || !(vector instanceof BaseIntVector indices)) {
            throw refused("its dictionary did not come", null);
        }
        return value(dictionary.getVector(), Math.toIntExact(indices.getValueAsLong(index)), depth + 1);
    }

    private @Nullable Object member(FieldVector union, byte typeId, int index, int depth) {
        int[] typeIds = ((ArrowType.Union) union.getField().getType()).getTypeIds();
        List<FieldVector> members = union.getChildrenFromFields();
        for (int i = 0; i < members.size(); i++) {
            if (typeId == (typeIds == null ? i : typeIds[i])) {
                return value(members.get(i), index, depth + 1);
            }
        }
        throw refused("a value is of a member that its union does not have", null);
    }

    private Object present(FieldVector vector, int index, int depth) {
        return switch (vector) {
            case BitVector it -> it.get(index) != 0;
            case TinyIntVector it -> isExtension(it, "arrow.bool8") ? it.get(index) != 0 : (Object) (int) it.get(index);
            case SmallIntVector it -> (int) it.get(index);
            case IntVector it -> it.get(index);
            case UInt1Vector it -> Byte.toUnsignedInt(it.get(index));
            case UInt2Vector it -> (int) it.get(index);
            case UInt4Vector it -> Integer.toUnsignedLong(it.get(index));
            case UInt8Vector it -> unsigned(it.get(index));
            case org.apache.arrow.vector.BigIntVector it -> it.get(index);
            case Float2Vector it -> it.getValueAsFloat(index);
            case Float4Vector it -> it.get(index);
            case Float8Vector it -> it.get(index);
            case DecimalVector it -> decimal(it.getObject(index));
            case Decimal256Vector it -> decimal(it.getObject(index));
            case FixedSizeBinaryVector it -> fixed(it, index);
            case DateDayVector it -> date(it.get(index));
            case DateMilliVector it -> date(whole(it.get(index), 86_400_000L));
            case TimeSecVector it -> LocalTime.ofSecondOfDay(it.get(index));
            case TimeMilliVector it -> LocalTime.ofNanoOfDay(it.get(index) * 1_000_000L);
            case TimeMicroVector it -> LocalTime.ofNanoOfDay(Math.multiplyExact(it.get(index), 1_000L));
            case TimeNanoVector it -> LocalTime.ofNanoOfDay(Math.multiplyExact(whole(it.get(index), 1_000), 1_000L));
            case TimeStampVector it -> timestamp(it, index);
            case DurationVector it -> duration(it, index);
            case IntervalYearVector it -> new PeriodDuration(Period.ofMonths(it.get(index)), Duration.ZERO);
            case IntervalDayVector it -> interval(it.getObject(index));
            case IntervalMonthDayNanoVector it -> interval(it.getObject(index));
            case BaseVariableWidthVector it -> variable(it, bytes(it, index));
            case BaseLargeVariableWidthVector it -> variable(it, bytes(it, index));
            case BaseVariableWidthViewVector it -> variable(it, bytes(it, index));
            case MapVector ignored -> throw unsupported();
            case ListVector it -> {
                ArrowBuf offsets = it.getOffsetBuffer();
                int start = offsets.getInt((long) index * Integer.BYTES);
                yield list(
                        it.getDataVector(), start, offsets.getInt((index + 1L) * Integer.BYTES) - (long) start, depth);
            }
            case LargeListVector it -> {
                ArrowBuf offsets = it.getOffsetBuffer();
                long start = offsets.getLong((long) index * Long.BYTES);
                long end = offsets.getLong((index + 1L) * Long.BYTES);
                yield list(it.getDataVector(), start, Math.subtractExact(end, start), depth);
            }
            case ListViewVector it -> {
                long place = (long) index * Integer.BYTES;
                yield list(
                        it.getDataVector(),
                        it.getOffsetBuffer().getInt(place),
                        it.getSizeBuffer().getInt(place),
                        depth);
            }
            case LargeListViewVector it -> {
                long place = (long) index * Long.BYTES;
                yield list(
                        it.getDataVector(),
                        it.getOffsetBuffer().getLong(place),
                        it.getSizeBuffer().getLong(place),
                        depth);
            }
            case FixedSizeListVector it ->
                list(it.getDataVector(), (long) index * it.getListSize(), it.getListSize(), depth);
            default -> throw unsupported();
        };
    }

    private List<@Nullable Object> list(FieldVector elements, long start, long length, int depth) {
        checkRange(start, length, elements.getValueCount());
        List<@Nullable Object> values = new ArrayList<>();
        for (long i = start; i < start + length; i++) {
            values.add(value(elements, (int) i, depth + 1));
        }
        return values;
    }

    private byte[] bytes(BaseVariableWidthVector vector, int index) {
        ArrowBuf offsets = vector.getOffsetBuffer();
        long start = offsets.getInt((long) index * Integer.BYTES);
        return bytes(vector.getDataBuffer(), start, offsets.getInt((index + 1L) * Integer.BYTES) - start);
    }

    private byte[] bytes(BaseLargeVariableWidthVector vector, int index) {
        ArrowBuf offsets = vector.getOffsetBuffer();
        long start = offsets.getLong((long) index * Long.BYTES);
        long end = offsets.getLong((index + 1L) * Long.BYTES);
        return bytes(vector.getDataBuffer(), start, Math.subtractExact(end, start));
    }

    /// <https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout>
    private byte[] bytes(BaseVariableWidthViewVector vector, int index) {
        ArrowBuf views = vector.getDataBuffer();
        long view = (long) index * VIEW_BYTES;
        int length = views.getInt(view);
        if (length <= INLINE_BYTES) {
            return bytes(views, view + Integer.BYTES, length);
        }
        ArrowBuf data = vector.getDataBuffers().get(views.getInt(view + 2L * Integer.BYTES));
        return bytes(data, views.getInt(view + 3L * Integer.BYTES), length);
    }

    private byte[] bytes(ArrowBuf buffer, long start, long length) {
        checkRange(start, length, buffer.capacity());
        byte[] bytes = new byte[(int) length];
        if (length > 0) {
            buffer.getBytes(start, bytes);
        }
        return bytes;
    }

    private void checkRange(long start, long length, long limit) {
        if (start < 0 || length < 0 || start > limit - length) {
            throw refused("a value points to where there is nothing", null);
        }
        if (length > MAX_LENGTH) {
            throw refused("a value is too long", null);
        }
    }

    private Object variable(FieldVector vector, byte[] bytes) {
        return switch (vector.getField().getType()) {
            case ArrowType.Utf8 ignored -> text(bytes);
            case ArrowType.LargeUtf8 ignored -> text(bytes);
            case ArrowType.Utf8View ignored -> text(bytes);
            default -> bytes;
        };
    }

    private String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused("a text is not UTF-8", e);
        }
    }

    private static Object fixed(FixedSizeBinaryVector vector, int index) {
        byte[] bytes = vector.get(index);
        if (bytes.length == 2 * Long.BYTES && isExtension(vector, "arrow.uuid")) {
            ByteBuffer halves = ByteBuffer.wrap(bytes);
            return new UUID(halves.getLong(), halves.getLong());
        }
        return bytes;
    }

    private static boolean isExtension(FieldVector vector, String name) {
        return name.equals(vector.getField().getMetadata().get("ARROW:extension:name"));
    }

    private static Object unsigned(long bits) {
        return bits >= 0
                ? (Object) bits
                : new BigDecimal(BigInteger.valueOf(bits).add(UINT64));
    }

    private BigDecimal decimal(BigDecimal value) {
        BigDecimal shorter = digits(value) <= MAX_DIGITS ? value : value.stripTrailingZeros();
        if (digits(shorter) > MAX_DIGITS) {
            throw refused("a value has more than " + MAX_DIGITS + " digits", null);
        }
        return shorter;
    }

    /// Returns how many digits a decimal needs that has no negative scale.
    private static int digits(BigDecimal value) {
        return value.scale() < 0 ? value.precision() - value.scale() : Math.max(value.precision(), value.scale());
    }

    private LocalDate date(long day) {
        if (Math.abs(day) > MAX_DAY) {
            throw refused("a value is out of the range of its type", null);
        }
        return LocalDate.ofEpochDay(day);
    }

    private Object timestamp(TimeStampVector vector, int index) {
        ArrowType.Timestamp type = (ArrowType.Timestamp) vector.getField().getType();
        long micros = micros(type.getUnit(), vector.get(index));
        if (micros < MIN_MICROS || micros > MAX_MICROS) {
            throw refused("a value is out of the range of its type", null);
        }
        Instant instant =
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
        boolean local = type.getTimezone() == null || type.getTimezone().isEmpty();
        return local ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC) : instant;
    }

    private PeriodDuration duration(DurationVector vector, int index) {
        long value = DurationVector.get(vector.getDataBuffer(), index);
        long micros = micros(((ArrowType.Duration) vector.getField().getType()).getUnit(), value);
        return new PeriodDuration(Period.ZERO, ofMicros(micros));
    }

    private PeriodDuration interval(Duration daysAndMillis) {
        long days = daysAndMillis.toDays();
        return new PeriodDuration(Period.ofDays(Math.toIntExact(days)), daysAndMillis.minusDays(days));
    }

    @SuppressWarnings("JavaDurationGetSecondsGetNano") // only whether it has parts of a microsecond
    private PeriodDuration interval(PeriodDuration value) {
        whole(value.getDuration().getNano(), 1_000);
        return value;
    }

    private static Duration ofMicros(long micros) {
        return Duration.ofSeconds(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    private long micros(TimeUnit unit, long value) {
        return switch (unit) {
            case SECOND -> Math.multiplyExact(value, 1_000_000L);
            case MILLISECOND -> Math.multiplyExact(value, 1_000L);
            case MICROSECOND -> value;
            case NANOSECOND -> whole(value, 1_000);
        };
    }

    /// No column has more digits, so that a value with more of them equals none. As a text in SQL it is
    /// compared as such, but if it were bound, it would be cut.
    private long whole(long value, long unit) {
        if (value % unit != 0) {
            throw refused("a value is more precise than " + (unit == 1_000 ? "microseconds" : "days"), null);
        }
        return value / unit;
    }

    private WingsException unsupported() {
        return refused("no parameter can have this type", null);
    }

    private WingsException refused(String why, @Nullable Exception cause) {
        Field field = parameter.getField();
        String message = why + ": parameter=" + TopicField.printable(field.getName()) + ", type="
                + TopicField.printable(String.valueOf(field.getType()));
        return cause == null ? WingsException.invalid(message) : new WingsException(ErrorKind.INVALID, message, cause);
    }
}
