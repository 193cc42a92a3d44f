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
package dev.wings.common.text;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.complex.BaseListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// Values of Arrow vectors as plain Java values: null, `Boolean`, `Number`, `String`, types of `java.time`, a
/// `List` of values, a `Map` of names (for maps: of the keys' text) to values. Binary values are text: `\x` and
/// hex digits.
public final class PlainValues {

    private PlainValues() {}

    /// The value of one row.
    public static @Nullable Object at(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (vector) {
            case TimeStampVector timestamps -> timestamp(timestamps, row);
            case MapVector maps -> map(maps, row);
            case BaseListVector lists -> list(lists, row);
            case StructVector structs -> struct(structs, row);
            case UInt8Vector longs -> new BigInteger(Long.toUnsignedString(longs.get(row)));
            case DurationVector durations -> durations.getObject(row).toString();
            default -> simple(vector, row);
        };
    }

    private static @Nullable Object simple(FieldVector vector, int row) {
        Object value = vector.getObject(row);
        return switch (vector.getField().getType()) {
            case ArrowType.Date ignored when value instanceof Integer days -> LocalDate.ofEpochDay(days);
            case ArrowType.Date ignored when value instanceof LocalDateTime midnight -> midnight.toLocalDate();
            case ArrowType.Time ignored when value instanceof LocalDateTime time -> time.toLocalTime();
            case ArrowType.Time time
            when value instanceof Number number -> LocalTime.ofNanoOfDay(number.longValue() * nanos(time.getUnit()));
            case ArrowType.Int type
            when !type.getIsSigned() && value instanceof Integer number -> Integer.toUnsignedLong(number);
            case ArrowType.Int type
            when !type.getIsSigned() && value instanceof Byte number -> Byte.toUnsignedInt(number);
            case ArrowType.Int type when value instanceof Character number -> (int) number;
            default ->
                switch (value) {
                    case Boolean known -> known;
                    case Number known -> known;
                    case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
                    case null -> null;
                    case Period months -> iso(months, Duration.ZERO);
                    case Duration time -> iso(Period.ZERO, time);
                    case PeriodDuration interval -> iso(interval.getPeriod(), interval.getDuration());
                    // this is for Text and UUID
                    default -> value.toString();
                };
        };
    }

    /// A period as ISO 8601 has it: `P1Y2M3DT4H5M6.5S`.
    private static String iso(Period period, Duration time) {
        Period months = period.normalized();
        if (time.isZero()) {
            return months.isZero() ? "PT0S" : months.toString();
        }
        return months.isZero() ? time.toString() : months + time.toString().substring(1);
    }

    private static Object timestamp(TimeStampVector vector, int row) {
        ArrowType.Timestamp type = (ArrowType.Timestamp) vector.getField().getType();
        long unitsPerSecond = 1_000_000_000L / nanos(type.getUnit());
        long value = vector.get(row);
        long seconds = Math.floorDiv(value, unitsPerSecond);
        int nanoOfSecond = (int) (Math.floorMod(value, unitsPerSecond) * nanos(type.getUnit()));
        return type.getTimezone() == null
                ? LocalDateTime.ofEpochSecond(seconds, nanoOfSecond, ZoneOffset.UTC)
                : Instant.ofEpochSecond(seconds, nanoOfSecond)
                        .atZone(zone(type.getTimezone()))
                        .toOffsetDateTime();
    }

    /// The zone of that name; UTC for a zone that this machine does not know.
    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }

    private static List<@Nullable Object> list(BaseListVector vector, int row) {
        FieldVector elements = vector.getChildrenFromFields().getFirst();
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = vector.getElementStartIndex(row); i < vector.getElementEndIndex(row); i++) {
            list.add(at(elements, i));
        }
        return list;
    }

    private static Map<String, @Nullable Object> map(MapVector vector, int row) {
        StructVector entries = (StructVector) vector.getDataVector();
        List<FieldVector> children = entries.getChildrenFromFields();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = vector.getElementStartIndex(row); i < vector.getElementEndIndex(row); i++) {
            map.put(ValueText.of(at(children.get(0), i)), at(children.get(1), i));
        }
        return map;
    }

    private static Map<String, @Nullable Object> struct(StructVector vector, int row) {
        Map<String, @Nullable Object> struct = new LinkedHashMap<>();
        for (FieldVector member : vector.getChildrenFromFields()) {
            struct.put(member.getName(), at(member, row));
        }
        return struct;
    }

    private static long nanos(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> 1_000_000_000L;
            case MILLISECOND -> 1_000_000L;
            case MICROSECOND -> 1_000L;
            case NANOSECOND -> 1L;
        };
    }
}
