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
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;

/// Rows of a topic with many types, each made from its number.
public final class Flights {

    public static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "number", FieldType.Primitive.INT),
                    TopicField.optional(2, "origin", FieldType.Primitive.STRING),
                    TopicField.optional(3, "delay", FieldType.Primitive.DOUBLE),
                    TopicField.optional(4, "price", new FieldType.Decimal(10, 2)),
                    TopicField.optional(5, "day", FieldType.Primitive.DATE),
                    TopicField.optional(6, "departure", FieldType.Primitive.TIMESTAMPTZ),
                    TopicField.optional(7, "late", FieldType.Primitive.BOOLEAN),
                    TopicField.optional(8, "uid", FieldType.Primitive.UUID),
                    TopicField.optional(
                            9,
                            "stops",
                            new FieldType.ListOf(
                                    TopicField.optional(10, FieldType.ListOf.ELEMENT, FieldType.Primitive.STRING)))),
            10);

    private static final List<String> ORIGINS = List.of("SFO", "LAX", "JFK", "ATL", "ORD");

    private Flights() {}

    public static String origin(int number) {
        return ORIGINS.get(number % ORIGINS.size());
    }

    /// Rows `[start, end)`; `origin` is `only` if that is not empty.
    public static VectorSchemaRoot open(BufferAllocator allocator, int start, int end, String only) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ServerFixture.pageSchema(SCHEMA), allocator);
        root.allocateNew();
        UnionListWriter stops = ((ListVector) root.getVector("stops")).getWriter();
        for (int number = start; number < end; number++) {
            int row = number - start;
            ((IntVector) root.getVector("number")).setSafe(row, number);
            String origin = only.isEmpty() ? origin(number) : only;
            ((VarCharVector) root.getVector("origin")).setSafe(row, origin.getBytes(StandardCharsets.UTF_8));
            if (number % 10 != 0) {
                ((Float8Vector) root.getVector("delay")).setSafe(row, number % 60 - 10);
            }
            ((DecimalVector) root.getVector("price")).setSafe(row, new BigDecimal(number % 1000 + ".25"));
            ((DateDayVector) root.getVector("day")).setSafe(row, 20_000 + number % 30);
            ((TimeStampMicroTZVector) root.getVector("departure"))
                    .setSafe(row, 1_700_000_000_000_000L + number * 1_000_000L);
            ((BitVector) root.getVector("late")).setSafe(row, number % 2);
            byte[] uid = new byte[16];
            uid[15] = (byte) number;
            ((FixedSizeBinaryVector) root.getVector("uid")).setSafe(row, uid);
            stops.setPosition(row);
            stops.startList();
            for (int stop = 0; stop < number % 3; stop++) {
                stops.writeVarChar(origin(number + stop));
            }
            stops.endList();
        }
        stops.setValueCount(end - start);
        root.setRowCount(end - start);
        return root;
    }
}
