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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarBinaryVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParameterReaderTest {

    private final RootAllocator allocator = new RootAllocator();
    private final DictionaryProvider.MapDictionaryProvider dictionaries =
            new DictionaryProvider.MapDictionaryProvider();

    @AfterEach
    void close() {
        allocator.close();
    }

    private Object read(Field field, Consumer<FieldVector> fill) {
        try (FieldVector vector = field.createVector(allocator)) {
            vector.allocateNew();
            fill.accept(vector);
            if (vector.getValueCount() == 0) {
                vector.setValueCount(1);
            }
            VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(vector), 1);
            return ParameterReader.ofRow(root, dictionaries).getFirst();
        }
    }

    private Object read(ArrowType type, Consumer<FieldVector> fill) {
        return read(Field.nullable("p", type), fill);
    }

    private void assertRefused(ArrowType type, Consumer<FieldVector> fill, String why) {
        assertRefused(Field.nullable("p", type), fill, why);
    }

    private void assertRefused(Field field, Consumer<FieldVector> fill, String why) {
        assertThatThrownBy(() -> read(field, fill))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContaining(why)
                .hasMessageContaining("parameter=p, type=");
    }

    @Test
    void numbersAreTakenAsTheyAre() {
        assertThat(read(new ArrowType.Int(8, true), v -> ((TinyIntVector) v).setSafe(0, -128)))
                .isEqualTo(-128);
        assertThat(read(new ArrowType.Int(8, false), v -> ((UInt1Vector) v).setSafe(0, 255)))
                .isEqualTo(255);
        assertThat(read(new ArrowType.Int(16, false), v -> ((UInt2Vector) v).setSafe(0, 65535)))
                .isEqualTo(65535);
        assertThat(read(new ArrowType.Int(32, false), v -> ((UInt4Vector) v).setSafe(0, -1)))
                .isEqualTo(4294967295L);
        assertThat(read(new ArrowType.Int(64, false), v -> ((UInt8Vector) v).setSafe(0, 7L)))
                .isEqualTo(7L);
        assertThat(read(new ArrowType.Int(64, false), v -> ((UInt8Vector) v).setSafe(0, -1L)))
                .isEqualTo(new BigDecimal("18446744073709551615"));
        assertThat(read(
                        new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
                        v -> ((Float2Vector) v).setSafe(0, Float.floatToFloat16(1.5f))))
                .isEqualTo(1.5f);
        assertThat(read(
                        new ArrowType.Decimal(38, 2, 128),
                        v -> ((DecimalVector) v).setSafe(0, new BigDecimal("-12345678901234567890.12"))))
                .isEqualTo(new BigDecimal("-12345678901234567890.12"));
        assertThat(read(
                        new ArrowType.Decimal(76, 40, 256),
                        v -> ((Decimal256Vector) v).setSafe(0, new BigDecimal("1.5").setScale(40))))
                .isEqualTo(new BigDecimal("1.5"));
        assertRefused(
                new ArrowType.Decimal(76, 0, 256),
                v -> ((Decimal256Vector) v).setSafe(0, new BigDecimal("9".repeat(39))),
                "more than 38 digits");
    }

    @Test
    void textsAndBytesAreTakenInEveryLayout() {
        byte[] text = "grün, and longer than a view holds".getBytes(StandardCharsets.UTF_8);
        String expected = new String(text, StandardCharsets.UTF_8);
        assertThat(read(new ArrowType.Utf8(), v -> ((VarCharVector) v).setSafe(0, text)))
                .isEqualTo(expected);
        assertThat(read(new ArrowType.LargeUtf8(), v -> ((LargeVarCharVector) v).setSafe(0, text)))
                .isEqualTo(expected);
        assertThat(read(new ArrowType.Utf8View(), v -> ((ViewVarCharVector) v).setSafe(0, text)))
                .isEqualTo(expected);
        assertThat(read(new ArrowType.Utf8View(), v -> ((ViewVarCharVector) v).setSafe(0, new Text("short"))))
                .isEqualTo("short");
        assertThat(read(new ArrowType.BinaryView(), v -> ((ViewVarBinaryVector) v).setSafe(0, text)))
                .isEqualTo(text);
        assertThat(read(new ArrowType.LargeBinary(), v -> ((LargeVarBinaryVector) v).setSafe(0, text)))
                .isEqualTo(text);
        assertThat(read(new ArrowType.FixedSizeBinary(3), v -> ((FixedSizeBinaryVector) v).setSafe(0, new byte[3])))
                .isEqualTo(new byte[3]);
        assertRefused(new ArrowType.Utf8(), v -> ((VarCharVector) v).setSafe(0, new byte[] {(byte) 0xff}), "not UTF-8");
    }

    @Test
    void placesAreLookedAtBeforeWhatTheyPointTo() {
        byte[] text = "a text that a view does not hold".getBytes(StandardCharsets.UTF_8);
        for (int end : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20}) {
            assertRefused(
                    new ArrowType.Utf8(),
                    v -> {
                        ((VarCharVector) v).setSafe(0, text);
                        v.setValueCount(1);
                        v.getOffsetBuffer().setInt(4, end);
                    },
                    "points to where there is nothing");
            assertRefused(
                    new ArrowType.Utf8View(),
                    v -> {
                        ((ViewVarCharVector) v).setSafe(0, text);
                        v.setValueCount(1);
                        v.getDataBuffer().setInt(12, end);
                    },
                    "points to where there is nothing");
            assertRefused(
                    new ArrowType.Utf8View(),
                    v -> {
                        ((ViewVarCharVector) v).setSafe(0, text);
                        v.setValueCount(1);
                        v.getDataBuffer().setInt(0, end);
                    },
                    "points to where there is nothing");
            Field list = new Field(
                    "p",
                    FieldType.nullable(new ArrowType.List()),
                    List.of(Field.nullable("item", new ArrowType.Int(32, true))));
            assertRefused(
                    list,
                    v -> {
                        ((ListVector) v).startNewValue(0);
                        ((ListVector) v).endValue(0, 0);
                        v.setValueCount(1);
                        v.getOffsetBuffer().setInt(4, end);
                    },
                    "points to where there is nothing");
        }
    }

    @Test
    void timesAreTakenIfNothingIsLost() {
        assertThat(read(new ArrowType.Timestamp(TimeUnit.SECOND, null), v -> ((TimeStampSecVector) v).setSafe(0, -1)))
                .isEqualTo(LocalDateTime.parse("1969-12-31T23:59:59"));
        assertThat(read(
                        new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"),
                        v -> ((TimeStampMicroTZVector) v).setSafe(0, 1_500_001)))
                .isEqualTo(Instant.parse("1970-01-01T00:00:01.500001Z"));
        assertThat(read(new ArrowType.Time(TimeUnit.MILLISECOND, 32), v -> ((TimeMilliVector) v).setSafe(0, 1500)))
                .isEqualTo(LocalTime.parse("00:00:01.500"));
        assertThat(read(new ArrowType.Duration(TimeUnit.MILLISECOND), v -> ((DurationVector) v).setSafe(0, 1500)))
                .isEqualTo(new PeriodDuration(Period.ZERO, Duration.ofMillis(1500)));
        assertThat(read(
                        new ArrowType.Interval(org.apache.arrow.vector.types.IntervalUnit.MONTH_DAY_NANO),
                        v -> ((IntervalMonthDayNanoVector) v).setSafe(0, 14, -3, 5_000)))
                .isEqualTo(new PeriodDuration(Period.of(0, 14, -3), Duration.ofNanos(5_000)));
        assertThat(read(
                        new ArrowType.Date(org.apache.arrow.vector.types.DateUnit.MILLISECOND),
                        v -> ((DateMilliVector) v).setSafe(0, -86_400_000L)))
                .isEqualTo(LocalDate.parse("1969-12-31"));
        assertRefused(
                new ArrowType.Date(org.apache.arrow.vector.types.DateUnit.MILLISECOND),
                v -> ((DateMilliVector) v).setSafe(0, 1),
                "more precise than days");
        assertRefused(
                new ArrowType.Duration(TimeUnit.NANOSECOND),
                v -> ((DurationVector) v).setSafe(0, 1),
                "more precise than microseconds");
        assertRefused(
                new ArrowType.Time(TimeUnit.SECOND, 32),
                v -> ((TimeSecVector) v).setSafe(0, 86_400),
                "out of the range");
        assertRefused(
                new ArrowType.Timestamp(TimeUnit.SECOND, null),
                v -> ((TimeStampSecVector) v).setSafe(0, Long.MAX_VALUE),
                "out of the range");
        for (long infinite : new long[] {Long.MAX_VALUE, -Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertRefused(
                    new ArrowType.Timestamp(TimeUnit.MICROSECOND, null),
                    v -> ((TimeStampMicroVector) v).setSafe(0, infinite),
                    "out of the range");
        }
        assertRefused(
                new ArrowType.Date(org.apache.arrow.vector.types.DateUnit.DAY),
                v -> ((DateDayVector) v).setSafe(0, Integer.MAX_VALUE),
                "out of the range");
    }

    @Test
    void valueOfADictionaryIsTakenForItsIndex() {
        DictionaryEncoding encoding = new DictionaryEncoding(7, false, new ArrowType.Int(8, true));
        try (VarCharVector values = new VarCharVector("values", allocator)) {
            values.setSafe(0, new Text("zero"));
            values.setSafe(1, new Text("one"));
            values.setValueCount(2);
            dictionaries.put(new Dictionary(values, encoding));
            Field field = new Field("p", new FieldType(true, new ArrowType.Int(8, true), encoding), null);
            assertThat(read(field, v -> ((TinyIntVector) v).setSafe(0, 1))).isEqualTo("one");
            assertThat(read(field, v -> ((TinyIntVector) v).setNull(0))).isNull();
            for (int beyond : new int[] {2, -1}) {
                assertRefused(field, v -> ((TinyIntVector) v).setSafe(0, beyond), "points to where there is nothing");
            }
            Field unknown = new Field(
                    "p",
                    new FieldType(
                            true,
                            new ArrowType.Int(8, true),
                            new DictionaryEncoding(8, false, new ArrowType.Int(8, true))),
                    null);
            assertRefused(unknown, v -> ((TinyIntVector) v).setSafe(0, 0), "dictionary did not come");
        }
    }

    @Test
    void listsAreTaken() {
        Field item = Field.nullable("item", new ArrowType.Int(64, true));
        assertThat(read(new Field("p", FieldType.nullable(new ArrowType.List()), List.of(item)), v -> {
                    ListVector list = (ListVector) v;
                    list.startNewValue(0);
                    BigIntVector items = (BigIntVector) list.getDataVector();
                    items.setSafe(0, 5);
                    items.setNull(1);
                    items.setValueCount(2);
                    list.endValue(0, 2);
                }))
                .isEqualTo(new ArrayList<>(Arrays.asList(5L, null)));
        assertThat(read(new Field("p", FieldType.nullable(new ArrowType.LargeList()), List.of(item)), v -> {
                    ((LargeListVector) v).startNewValue(0);
                    ((LargeListVector) v).endValue(0, 0);
                }))
                .isEqualTo(List.of());
    }

    /// flightsql-dbapi sends each of its parameters in this way.
    @Test
    void memberOfADenseUnionIsTaken() {
        List<Field> members = List.of(
                Field.nullable("string", new ArrowType.Utf8()), Field.nullable("bigint", new ArrowType.Int(64, true)));
        Field field =
                new Field("p", FieldType.nullable(new ArrowType.Union(UnionMode.Dense, new int[] {0, 1})), members);
        assertThat(read(field, v -> {
                    DenseUnionVector union = (DenseUnionVector) v;
                    BigIntVector longs =
                            (BigIntVector) union.getChildrenFromFields().get(1);
                    longs.setSafe(0, 42);
                    longs.setValueCount(1);
                    union.setValueCount(1);
                    union.getTypeBuffer().setByte(0, 1);
                    union.getOffsetBuffer().setInt(0, 0);
                    // counts the values of each member
                    union.setValueCount(1);
                }))
                .isEqualTo(42L);
        assertRefused(
                field,
                v -> {
                    DenseUnionVector union = (DenseUnionVector) v;
                    union.setValueCount(1);
                    union.getTypeBuffer().setByte(0, 9);
                },
                "member that its union does not have");
    }

    @Test
    void typesThatNoParameterHasAreRefusedByName() {
        Field struct = new Field(
                "p",
                FieldType.nullable(new ArrowType.Struct()),
                List.of(Field.nullable("a", new ArrowType.Int(32, true))));
        assertRefused(struct, v -> ((StructVector) v).setIndexDefined(0), "no parameter can have this type");
    }
}
