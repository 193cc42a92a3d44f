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
                        TopicField.required(1, "flag", FieldType.Primitive.BOOLEAN),
                        TopicField.optional(2, "i", FieldType.Primitive.INT),
                        new TopicField(3, "l", true, FieldType.Primitive.LONG, "a long one"),
                        TopicField.optional(4, "f", FieldType.Primitive.FLOAT),
                        TopicField.optional(5, "d", FieldType.Primitive.DOUBLE),
                        TopicField.optional(6, "price", new FieldType.Decimal(10, 2)),
                        TopicField.optional(7, "day", FieldType.Primitive.DATE),
                        TopicField.optional(8, "clock", FieldType.Primitive.TIME),
                        TopicField.optional(9, "local", FieldType.Primitive.TIMESTAMP),
                        TopicField.optional(10, "instant", FieldType.Primitive.TIMESTAMPTZ),
                        TopicField.optional(11, "text", FieldType.Primitive.STRING),
                        TopicField.optional(12, "bytes", FieldType.Primitive.BINARY),
                        TopicField.optional(13, "hash", new FieldType.Fixed(20)),
                        TopicField.optional(14, "id", FieldType.Primitive.UUID),
                        TopicField.optional(
                                15,
                                "place",
                                new FieldType.Struct(List.of(
                                        TopicField.required(16, "name", FieldType.Primitive.STRING),
                                        TopicField.optional(17, "select", FieldType.Primitive.INT)))),
                        TopicField.optional(
                                18,
                                "tags",
                                new FieldType.ListOf(TopicField.required(19, "element", FieldType.Primitive.STRING))),
                        TopicField.optional(
                                20,
                                "attributes",
                                new FieldType.MapOf(
                                        TopicField.required(21, "key", FieldType.Primitive.STRING),
                                        TopicField.optional(
                                                22,
                                                "value",
                                                new FieldType.ListOf(TopicField.optional(
                                                        23, "element", FieldType.Primitive.LONG)))))),
                23);
    }
}
