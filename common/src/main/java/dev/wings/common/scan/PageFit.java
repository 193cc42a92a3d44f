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

import dev.wings.common.arrow.ArrowSchemas;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/// Makes a column that was written under an earlier version of a topic's schema the column that it is now
/// (I10): fields are matched by id at all depths, members that the page does not have are null, and narrower
/// types become wider ones. What is as wide as wanted is not copied.
final class PageFit {

    private PageFit() {}

    /// Whether a page's column is what is wanted as it is, whatever its fields are called.
    static boolean isSame(Field page, Field wanted) {
        if (!storage(page.getType()).equals(storage(wanted.getType()))
                || page.getChildren().size() != wanted.getChildren().size()) {
            return false;
        }
        for (int i = 0; i < page.getChildren().size(); i++) {
            Field from = page.getChildren().get(i);
            Field to = wanted.getChildren().get(i);
            if (!ArrowSchemas.fieldId(from).equals(ArrowSchemas.fieldId(to)) || !isSame(from, to)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a page's column can be made what is wanted.
    static boolean fits(Field page, Field wanted) {
        ArrowType from = storage(page.getType());
        ArrowType to = storage(wanted.getType());
        if (from instanceof ArrowType.Struct && to instanceof ArrowType.Struct) {
            Map<Integer, Field> members = byId(page);
            return wanted.getChildren().stream()
                    .allMatch(member -> ArrowSchemas.fieldId(member).isPresent()
                            && (absent(members, member) || fits(present(members, member), member)));
        }
        boolean lists = from instanceof ArrowType.List && to instanceof ArrowType.List;
        boolean maps = from instanceof ArrowType.Map && to instanceof ArrowType.Map;
        if (lists || maps) {
            Field inside = page.getChildren().getFirst();
            Field wantedInside = wanted.getChildren().getFirst();
            // the entries of a map are a struct of the format, whose members are fields
            return fits(inside, wantedInside);
        }
        return page.getChildren().isEmpty() && (from.equals(to) || isWider(from, to));
    }

    private static boolean isWider(ArrowType from, ArrowType to) {
        return switch (from) {
            case ArrowType.Int small
            when to instanceof ArrowType.Int large ->
                small.getBitWidth() == Integer.SIZE && large.getBitWidth() == Long.SIZE;
            case ArrowType.FloatingPoint small
            when to instanceof ArrowType.FloatingPoint large ->
                small.getPrecision() == FloatingPointPrecision.SINGLE
                        && large.getPrecision() == FloatingPointPrecision.DOUBLE;
            case ArrowType.Decimal less
            when to instanceof ArrowType.Decimal more ->
                less.getScale() == more.getScale()
                        && less.getPrecision() < more.getPrecision()
                        && less.getBitWidth() == more.getBitWidth();
            default -> false;
        };
    }

    /// The page's field with the types that its buffers have: below extensions that Arrow happens to know.
    static Field stored(Field page) {
        return new Field(
                page.getName(),
                new FieldType(page.isNullable(), storage(page.getType()), null, page.getMetadata()),
                page.getChildren().stream().map(PageFit::stored).toList());
    }

    /// Fills `to`, which is empty, with the rows of `from`, which [#fits], and leaves it to be closed.
    static void convert(FieldVector from, FieldVector to) {
        switch (to) {
            case StructVector struct -> {
                share(from, to);
                Map<Integer, FieldVector> members = new HashMap<>();
                for (FieldVector member : from.getChildrenFromFields()) {
                    ArrowSchemas.fieldId(member.getField()).ifPresent(id -> members.put(id, member));
                }
                for (FieldVector wanted : struct.getChildrenFromFields()) {
                    OptionalInt id = ArrowSchemas.fieldId(wanted.getField());
                    FieldVector member = id.isPresent() ? members.get(id.getAsInt()) : null;
                    if (member == null) {
                        PageDecoder.fillNulls(wanted, from.getValueCount());
                    } else {
                        convert(member, wanted);
                    }
                }
            }
            // maps, too
            case org.apache.arrow.vector.complex.ListVector list -> {
                share(from, to);
                convert(from.getChildrenFromFields().getFirst(), list.getDataVector());
            }
            case BigIntVector longs
            when from instanceof IntVector ints -> {
                int rows = ints.getValueCount();
                longs.allocateNew(rows);
                ArrowBuf source = ints.getDataBuffer();
                ArrowBuf target = longs.getDataBuffer();
                for (int i = 0; i < rows; i++) {
                    target.setLong((long) i * Long.BYTES, source.getInt((long) i * Integer.BYTES));
                }
                copyValidity(ints.getValidityBuffer(), longs.getValidityBuffer(), rows);
                longs.setValueCount(rows);
            }
            case Float8Vector doubles
            when from instanceof Float4Vector floats -> {
                int rows = floats.getValueCount();
                doubles.allocateNew(rows);
                ArrowBuf source = floats.getDataBuffer();
                ArrowBuf target = doubles.getDataBuffer();
                for (int i = 0; i < rows; i++) {
                    target.setDouble((long) i * Double.BYTES, source.getFloat((long) i * Float.BYTES));
                }
                copyValidity(floats.getValidityBuffer(), doubles.getValidityBuffer(), rows);
                doubles.setValueCount(rows);
            }
            // a decimal takes 16 bytes whatever its precision is
            default -> from.makeTransferPair(to).transfer();
        }
    }

    /// Gives `to` the buffers of `from`, without those of its children.
    private static void share(FieldVector from, FieldVector to) {
        List<ArrowBuf> buffers = new ArrayList<>(from.getFieldBuffers());
        to.loadFieldBuffers(new ArrowFieldNode(from.getValueCount(), from.getNullCount()), buffers);
    }

    private static void copyValidity(ArrowBuf from, ArrowBuf to, int rows) {
        to.setBytes(0, from, 0, BitVectorHelper.getValidityBufferSizeFromCount(rows));
    }

    private static Map<Integer, Field> byId(Field struct) {
        Map<Integer, Field> fields = new HashMap<>();
        for (Field member : struct.getChildren()) {
            ArrowSchemas.fieldId(member).ifPresent(id -> fields.put(id, member));
        }
        return fields;
    }

    private static boolean absent(Map<Integer, Field> members, Field wanted) {
        return !members.containsKey(ArrowSchemas.fieldId(wanted).orElseThrow());
    }

    private static Field present(Map<Integer, Field> members, Field wanted) {
        return Objects.requireNonNull(members.get(ArrowSchemas.fieldId(wanted).orElseThrow()));
    }

    /// The type below an extension that Arrow happens to know.
    static ArrowType storage(ArrowType type) {
        return type instanceof ArrowType.ExtensionType extension ? extension.storageType() : type;
    }
}
