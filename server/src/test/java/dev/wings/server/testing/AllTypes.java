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
package dev.wings.server.testing;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;

/// Rows with a column of every type, nested ones included, each row made from its number. Every seventh value of a
/// column is null.
public final class AllTypes {

    public static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "n", Primitive.LONG),
                    TopicField.optional(2, "bool", Primitive.BOOLEAN),
                    TopicField.optional(3, "i", Primitive.INT),
                    TopicField.optional(4, "l", Primitive.LONG),
                    TopicField.optional(5, "f", Primitive.FLOAT),
                    TopicField.optional(6, "d", Primitive.DOUBLE),
                    TopicField.optional(7, "small", new FieldType.Decimal(9, 2)),
                    TopicField.optional(8, "middle", new FieldType.Decimal(18, 4)),
                    TopicField.optional(9, "large", new FieldType.Decimal(38, 10)),
                    TopicField.optional(10, "day", Primitive.DATE),
                    TopicField.optional(11, "clock", Primitive.TIME),
                    TopicField.optional(12, "local", Primitive.TIMESTAMP),
                    TopicField.optional(13, "instant", Primitive.TIMESTAMPTZ),
                    TopicField.optional(14, "text", Primitive.STRING),
                    TopicField.optional(15, "bytes", Primitive.BINARY),
                    TopicField.optional(16, "code", new FieldType.Fixed(4)),
                    TopicField.optional(17, "uid", Primitive.UUID),
                    TopicField.optional(18, "point", point(19)),
                    TopicField.optional(21, "list", list(22, Primitive.STRING)),
                    TopicField.optional(23, "points", list(24, point(25))),
                    TopicField.optional(
                            27,
                            "map",
                            new FieldType.MapOf(
                                    TopicField.required(28, FieldType.MapOf.KEY, Primitive.STRING),
                                    TopicField.optional(29, FieldType.MapOf.VALUE, list(30, Primitive.LONG))))),
            30);

    private AllTypes() {}

    private static FieldType point(int id) {
        return new FieldType.Struct(List.of(
                TopicField.optional(id, "x", Primitive.LONG), TopicField.optional(id + 1, "y", Primitive.STRING)));
    }

    private static FieldType list(int id, FieldType element) {
        return new FieldType.ListOf(TopicField.optional(id, FieldType.ListOf.ELEMENT, element));
    }

    /// Rows `[start, end)`.
    public static VectorSchemaRoot open(BufferAllocator allocator, int start, int end) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ServerFixture.pageSchema(SCHEMA), allocator);
        for (int column = 0; column < root.getFieldVectors().size(); column++) {
            FieldVector vector = root.getVector(column);
            vector.allocateNew();
            for (int number = start; number < end; number++) {
                if (column == 0 || (number + column) % 7 != 0) {
                    set(vector, number - start, number);
                }
            }
            vector.setValueCount(end - start);
        }
        root.setRowCount(end - start);
        return root;
    }

    private static void set(FieldVector vector, int row, int number) {
        switch (vector) {
            case BitVector bits -> bits.setSafe(row, number % 2);
            case IntVector ints -> ints.setSafe(row, number * 3 - 500);
            case BigIntVector longs -> longs.setSafe(row, number);
            case Float4Vector floats -> floats.setSafe(row, (float) special(number));
            case Float8Vector doubles -> doubles.setSafe(row, special(number));
            case DecimalVector decimals ->
                decimals.setSafe(row, BigDecimal.valueOf(number * 7L - 900, decimals.getScale()));
            case DateDayVector days -> days.setSafe(row, number - 300);
            case TimeMicroVector times -> times.setSafe(row, number * 1_000_001L);
            case TimeStampMicroVector times -> times.setSafe(row, (number - 300) * 100_000_000_001L);
            case TimeStampMicroTZVector times -> times.setSafe(row, (number - 300) * 100_000_000_003L);
            case VarCharVector texts -> texts.setSafe(row, text(number));
            case VarBinaryVector binaries -> binaries.setSafe(row, new byte[] {(byte) number, 0, (byte) (number >> 3)});
            case FixedSizeBinaryVector fixed -> fixed.setSafe(row, fixed(number, fixed.getByteWidth()));
            case StructVector struct -> {
                struct.setIndexDefined(row);
                struct.getChildrenFromFields().forEach(child -> setUnless(child, row, number));
            }
            // a map is a list of entries
            case MapVector map -> elements(map, row, number, false);
            case ListVector list -> elements(list, row, number, true);
            default -> throw new IllegalStateException("no values for " + vector.getField());
        }
    }

    private static void setUnless(FieldVector vector, int row, int number) {
        if (number % 5 != 0 || !vector.getField().isNullable()) {
            set(vector, row, number);
        }
    }

    private static void elements(ListVector list, int row, int number, boolean nulls) {
        int at = list.startNewValue(row);
        int count = number % 4;
        for (int i = 0; i < count; i++) {
            if (nulls) {
                setUnless(list.getDataVector(), at + i, number + i);
            } else {
                set(list.getDataVector(), at + i, number + i);
            }
        }
        list.endValue(row, count);
        list.getDataVector().setValueCount(at + count);
    }

    private static double special(int number) {
        return switch (number % 100) {
            case 1 -> Double.NaN;
            case 2 -> -0.0;
            case 3 -> 0.0;
            case 4 -> Double.POSITIVE_INFINITY;
            case 5 -> Double.NEGATIVE_INFINITY;
            default -> (number - 300) * 0.25;
        };
    }

    private static byte[] text(int number) {
        String prefix = switch (number % 4) {
            case 0 -> "";
            case 1 -> "\uFFFD";
            case 2 -> "\uD83D\uDE00";
            default -> "ä";
        };
        return (prefix + number).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] fixed(int number, int width) {
        byte[] bytes = new byte[width];
        bytes[0] = (byte) (number * 5);
        bytes[width - 1] = (byte) number;
        return bytes;
    }
}
