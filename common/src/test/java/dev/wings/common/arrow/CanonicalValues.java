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
package dev.wings.common.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// Reads canonical vectors with Arrow's own code, into the values that [RandomStream] expects.
final class CanonicalValues {

    private CanonicalValues() {}

    static List<@Nullable Object> column(FieldType type, FieldVector vector) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < vector.getValueCount(); i++) {
            values.add(value(type, vector, i));
        }
        return values;
    }

    private static @Nullable Object value(FieldType type, FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (type) {
            case FieldType.Primitive primitive -> primitive(primitive, vector, row);
            case FieldType.Decimal decimal -> {
                BigDecimal number = ((DecimalVector) vector).getObject(row);
                assertThat(number.precision()).isLessThanOrEqualTo(decimal.precision());
                yield number;
            }
            case FieldType.Fixed ignored -> hex(((FixedSizeBinaryVector) vector).get(row));
            case FieldType.Struct struct -> {
                StructVector members = (StructVector) vector;
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                for (int i = 0; i < struct.fields().size(); i++) {
                    TopicField member = struct.fields().get(i);
                    values.put(member.name(), value(member.type(), (FieldVector) members.getChildByOrdinal(i), row));
                }
                yield values;
            }
            case FieldType.ListOf list -> {
                ListVector lists = (ListVector) vector;
                List<@Nullable Object> values = new ArrayList<>();
                for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
                    values.add(value(list.element().type(), lists.getDataVector(), i));
                }
                yield values;
            }
            case FieldType.MapOf map -> {
                ListVector lists = (ListVector) vector;
                StructVector entries = (StructVector) lists.getDataVector();
                List<@Nullable Object> values = new ArrayList<>();
                for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
                    values.add(Arrays.asList(
                            value(map.key().type(), (FieldVector) entries.getChildByOrdinal(0), i),
                            value(map.value().type(), (FieldVector) entries.getChildByOrdinal(1), i)));
                }
                yield values;
            }
        };
    }

    private static Object primitive(FieldType.Primitive type, FieldVector vector, int row) {
        return switch (type) {
            case BOOLEAN -> ((BitVector) vector).get(row) != 0;
            case INT -> (long) ((IntVector) vector).get(row);
            case LONG -> ((BigIntVector) vector).get(row);
            case FLOAT -> (double) ((Float4Vector) vector).get(row);
            case DOUBLE -> ((Float8Vector) vector).get(row);
            case DATE -> (long) ((DateDayVector) vector).get(row);
            case TIME -> {
                long micros = ((TimeMicroVector) vector).get(row);
                assertThat(micros).isBetween(0L, 86_399_999_999L);
                yield micros;
            }
            case TIMESTAMP, TIMESTAMPTZ -> ((TimeStampVector) vector).get(row);
            case STRING -> text(((VarCharVector) vector).get(row));
            case BINARY -> hex(((VarBinaryVector) vector).get(row));
            case UUID -> hex(((FixedSizeBinaryVector) vector).get(row));
        };
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + hex(bytes), e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
