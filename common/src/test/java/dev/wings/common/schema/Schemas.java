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
package dev.wings.common.schema;

import java.util.List;

/// Schemas that tests share.
public final class Schemas {

    private Schemas() {}

    /// One field of every type, ids depth first.
    public static TopicSchema everyType() {
        return new TopicSchema(
                7,
                List.of(
                        Field.required(1, "flag", FieldType.Primitive.BOOLEAN),
                        Field.optional(2, "i", FieldType.Primitive.INT),
                        new Field(3, "l", true, FieldType.Primitive.LONG, "a long one"),
                        Field.optional(4, "f", FieldType.Primitive.FLOAT),
                        Field.optional(5, "d", FieldType.Primitive.DOUBLE),
                        Field.optional(6, "price", new FieldType.Decimal(10, 2)),
                        Field.optional(7, "day", FieldType.Primitive.DATE),
                        Field.optional(8, "clock", FieldType.Primitive.TIME),
                        Field.optional(9, "local", FieldType.Primitive.TIMESTAMP),
                        Field.optional(10, "instant", FieldType.Primitive.TIMESTAMPTZ),
                        Field.optional(11, "text", FieldType.Primitive.STRING),
                        Field.optional(12, "bytes", FieldType.Primitive.BINARY),
                        Field.optional(13, "hash", new FieldType.Fixed(20)),
                        Field.optional(14, "id", FieldType.Primitive.UUID),
                        Field.optional(
                                15,
                                "place",
                                new FieldType.Struct(List.of(
                                        Field.required(16, "name", FieldType.Primitive.STRING),
                                        Field.optional(17, "select", FieldType.Primitive.INT)))),
                        Field.optional(
                                18,
                                "tags",
                                new FieldType.ListOf(Field.required(19, "element", FieldType.Primitive.STRING))),
                        Field.optional(
                                20,
                                "attributes",
                                new FieldType.MapOf(
                                        Field.required(21, "key", FieldType.Primitive.STRING),
                                        Field.optional(
                                                22,
                                                "value",
                                                new FieldType.ListOf(
                                                        Field.optional(23, "element", FieldType.Primitive.LONG)))))),
                23);
    }
}
