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
package dev.wings.common.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageFitTest {

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingLeaks() {
        allocator.close();
    }

    @Test
    void numbersBecomeWider() {
        try (IntVector ints = (IntVector) vector(optional(1, Primitive.INT));
                Float4Vector floats = (Float4Vector) vector(optional(1, Primitive.FLOAT));
                DecimalVector decimals = (DecimalVector) vector(optional(1, new FieldType.Decimal(5, 2)))) {
            for (int i = 0; i < 70; i++) {
                if (i % 3 == 1) {
                    ints.setNull(i);
                    floats.setNull(i);
                    decimals.setNull(i);
                } else {
                    ints.setSafe(i, Integer.MIN_VALUE + i);
                    floats.setSafe(i, 0.1f * i);
                    decimals.setSafe(i, BigDecimal.valueOf(-i, 2));
                }
            }
            ints.setValueCount(70);
            floats.setValueCount(70);
            decimals.setValueCount(70);
            List<Object> longs = new ArrayList<>();
            List<Object> doubles = new ArrayList<>();
            List<Object> wide = new ArrayList<>();
            for (int i = 0; i < 70; i++) {
                longs.add(i % 3 == 1 ? null : (Object) ((long) Integer.MIN_VALUE + i));
                doubles.add(i % 3 == 1 ? null : (Object) (double) (0.1f * i));
                wide.add(i % 3 == 1 ? null : BigDecimal.valueOf(-i, 2));
            }

            assertThat(converted(ints, optional(1, Primitive.LONG))).isEqualTo(longs);
            assertThat(converted(floats, optional(1, Primitive.DOUBLE))).isEqualTo(doubles);
            assertThat(converted(decimals, optional(1, new FieldType.Decimal(20, 2))))
                    .isEqualTo(wide);
        }
    }

    /// Members are found by id: one is renamed, one is dropped and another has its name now, one is new, one is
    /// wider.
    @Test
    void membersOfStructsAreMatchedById() {
        TopicField before = struct(
                1,
                TopicField.optional(2, "old", Primitive.STRING),
                TopicField.optional(3, "reused", Primitive.STRING),
                TopicField.optional(4, "n", Primitive.INT));
        TopicField now = struct(
                1,
                TopicField.optional(6, "reused", Primitive.STRING),
                TopicField.optional(4, "n", Primitive.LONG),
                TopicField.optional(2, "renamed", Primitive.STRING));
        try (StructVector structs = (StructVector) vector(before)) {
            structs.allocateNew();
            VarCharVector old = (VarCharVector) structs.getChild("old");
            VarCharVector reused = (VarCharVector) structs.getChild("reused");
            IntVector n = (IntVector) structs.getChild("n");
            for (int i = 0; i < 3; i++) {
                old.setSafe(i, new Text("old" + i));
                reused.setSafe(i, new Text("dropped"));
                n.setSafe(i, i);
            }
            structs.setIndexDefined(0);
            structs.setNull(1);
            structs.setIndexDefined(2);
            structs.setValueCount(3);

            assertThat(converted(structs, now).stream().map(String::valueOf))
                    .containsExactly("{\"n\":0,\"renamed\":\"old0\"}", "null", "{\"n\":2,\"renamed\":\"old2\"}");
        }
    }

    @Test
    void listsAndMapsAreConvertedInside() {
        TopicField before = TopicField.optional(
                1,
                "lists",
                new FieldType.ListOf(named(
                        2,
                        "element",
                        false,
                        new FieldType.Struct(List.of(
                                TopicField.optional(3, "a", Primitive.INT),
                                TopicField.optional(4, "b", Primitive.INT))))));
        TopicField now = TopicField.optional(
                1,
                "lists",
                new FieldType.ListOf(named(
                        2,
                        "element",
                        false,
                        new FieldType.Struct(List.of(
                                TopicField.optional(9, "c", Primitive.DATE),
                                TopicField.optional(3, "x", Primitive.LONG))))));
        try (ListVector lists = (ListVector) vector(before)) {
            lists.allocateNew();
            StructVector elements = (StructVector) lists.getDataVector();
            IntVector a = (IntVector) elements.getChild("a");
            lists.startNewValue(0);
            for (int i = 0; i < 2; i++) {
                elements.setIndexDefined(i);
                a.setSafe(i, i + 7);
            }
            lists.endValue(0, 2);
            lists.setNull(1);
            lists.startNewValue(2);
            lists.endValue(2, 0);
            elements.setValueCount(2);
            lists.setValueCount(3);

            assertThat(converted(lists, now).stream().map(String::valueOf))
                    .containsExactly("[{\"x\":7},{\"x\":8}]", "null", "[]");
        }
        TopicField counts = TopicField.optional(
                1,
                "counts",
                new FieldType.MapOf(named(2, "key", true, Primitive.STRING), named(3, "value", false, Primitive.INT)));
        TopicField wide = TopicField.optional(
                1,
                "counts",
                new FieldType.MapOf(named(2, "key", true, Primitive.STRING), named(3, "value", false, Primitive.LONG)));
        try (MapVector maps = (MapVector) vector(counts)) {
            maps.allocateNew();
            StructVector entries = (StructVector) maps.getDataVector();
            maps.startNewValue(0);
            entries.setIndexDefined(0);
            ((VarCharVector) entries.getChild("key")).setSafe(0, new Text("k"));
            ((IntVector) entries.getChild("value")).setSafe(0, 5);
            maps.endValue(0, 1);
            entries.setValueCount(1);
            maps.setValueCount(1);

            assertThat(converted(maps, wide).toString()).isEqualTo("[[{\"key\":\"k\",\"value\":5}]]");
        }
    }

    @Test
    void whatDoesNotFitIsToldApart() {
        assertThat(PageFit.fits(field(Primitive.LONG), field(Primitive.INT))).isFalse();
        assertThat(PageFit.fits(field(Primitive.INT), field(Primitive.STRING))).isFalse();
        assertThat(PageFit.fits(field(Primitive.DOUBLE), field(Primitive.FLOAT)))
                .isFalse();
        assertThat(PageFit.fits(field(new FieldType.Decimal(9, 2)), field(new FieldType.Decimal(9, 3))))
                .isFalse();
        assertThat(PageFit.fits(field(new FieldType.Decimal(9, 2)), field(new FieldType.Decimal(8, 2))))
                .isFalse();
        assertThat(PageFit.fits(field(Primitive.TIMESTAMP), field(Primitive.TIMESTAMPTZ)))
                .isFalse();
        Field struct = ArrowSchemas.toArrow(struct(1, TopicField.optional(2, "a", Primitive.LONG)));
        assertThat(PageFit.fits(struct, field(Primitive.LONG))).isFalse();
        assertThat(PageFit.fits(struct, ArrowSchemas.toArrow(struct(1, TopicField.optional(2, "a", Primitive.INT)))))
                .isFalse();
        assertThat(PageFit.isSame(struct, ArrowSchemas.toArrow(struct(1, TopicField.optional(2, "b", Primitive.LONG)))))
                .isTrue();
        assertThat(PageFit.isSame(struct, ArrowSchemas.toArrow(struct(1, TopicField.optional(3, "a", Primitive.LONG)))))
                .isFalse();
    }

    private List<Object> converted(FieldVector from, TopicField to) {
        assertThat(PageFit.fits(from.getField(), ArrowSchemas.toArrow(to))).isTrue();
        int rows = from.getValueCount();
        try (FieldVector empty = vector(to);
                FieldVector converted = vector(to)) {
            PageFit.convert(from, converted);
            assertThat(converted.getField()).isEqualTo(empty.getField());
            assertThat(converted.getValueCount()).isEqualTo(rows);
            Object[] values = new Object[rows];
            for (int i = 0; i < rows; i++) {
                values[i] = converted.getObject(i);
            }
            return Arrays.asList(values);
        }
    }

    private FieldVector vector(TopicField field) {
        return ArrowSchemas.toArrow(field).createVector(allocator);
    }

    private static Field field(FieldType type) {
        return ArrowSchemas.toArrow(optional(1, type));
    }

    private static TopicField optional(int id, FieldType type) {
        return TopicField.optional(id, "field", type);
    }

    private static TopicField named(int id, String name, boolean required, FieldType type) {
        return new TopicField(id, name, required, type, "");
    }

    private static TopicField struct(int id, TopicField... members) {
        return TopicField.optional(id, "struct", new FieldType.Struct(List.of(members)));
    }
}
