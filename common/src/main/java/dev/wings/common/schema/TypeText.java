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

import dev.wings.common.proto.Field;
import dev.wings.common.proto.Schema;

/// Reads the type of one column as SQL writes it.
public final class TypeText {

    private TypeText() {}

    /// The type, with ids from 2 on for what is nested in it. Fails with INVALID for a type that topics do not
    /// have.
    public static FieldType parse(String text) {
        Field field = Field.newBuilder()
                .setName("value")
                .setType(SchemaText.parseType(text))
                .build();
        return SchemaProtos.fromCreateRequest(
                        Schema.newBuilder().addFields(field).build())
                .fields()
                .getFirst()
                .type();
    }
}
