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
package dev.wings.integration;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// Values as text that is the same for equal values, whichever engine they come from: no rounding, no locale,
/// entries of maps in order. `SparkStatements` writes Spark's values in the same way.
public final class RowText {

    private RowText() {}

    /// Null for null; text without quotes.
    public static @Nullable String of(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return vector instanceof VarCharVector text ? text.getObject(row).toString() : nested(vector, row);
    }

    private static String nested(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        return switch (vector) {
            case VarCharVector text -> '"' + text.getObject(row).toString() + '"';
            case VarBinaryVector bytes -> HexFormat.of().formatHex(bytes.get(row));
            case DateDayVector days -> LocalDate.ofEpochDay(days.get(row)).toString();
            case TimeMicroVector micros ->
                LocalTime.ofNanoOfDay(micros.get(row) * 1_000).toString();
            case TimeStampMicroVector micros -> dateTime(micros.get(row)).toString();
            case TimeStampMicroTZVector micros -> dateTime(micros.get(row)) + "Z";
            case MapVector map -> map(map, row);
            case ListVector list -> list(list, row);
            case StructVector struct -> struct(struct, row);
            default -> simple(vector.getObject(row));
        };
    }

    private static String simple(Object value) {
        return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
    }

    private static LocalDateTime dateTime(long micros) {
        return LocalDateTime.ofInstant(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
    }

    private static String struct(StructVector struct, int row) {
        List<String> fields = new ArrayList<>();
        for (FieldVector field : struct.getChildrenFromFields()) {
            fields.add(field.getName() + "=" + nested(field, row));
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private static String list(ListVector list, int row) {
        List<String> elements = new ArrayList<>();
        for (int element = list.getElementStartIndex(row); element < list.getElementEndIndex(row); element++) {
            elements.add(nested(list.getDataVector(), element));
        }
        return "[" + String.join(", ", elements) + "]";
    }

    private static String map(MapVector map, int row) {
        StructVector entries = (StructVector) map.getDataVector();
        Map<String, String> sorted = new TreeMap<>();
        for (int entry = map.getElementStartIndex(row); entry < map.getElementEndIndex(row); entry++) {
            sorted.put(
                    nested(entries.getChildrenFromFields().get(0), entry),
                    nested(entries.getChildrenFromFields().get(1), entry));
        }
        List<String> texts = new ArrayList<>();
        sorted.forEach((key, value) -> texts.add(key + ": " + value));
        return "{" + String.join(", ", texts) + "}";
    }
}
