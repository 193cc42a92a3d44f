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

import static dev.wings.common.schema.TopicSchemaTest.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.DecimalType;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.FixedType;
import dev.wings.common.proto.ListType;
import dev.wings.common.proto.MapType;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.StructType;
import dev.wings.common.proto.Type;
import org.junit.jupiter.api.Test;

class SchemaProtosTest {

    private static final Type LONG =
            Type.newBuilder().setPrimitive(Primitive.LONG).build();

    @Test
    void everyTypeSurvivesBothWays() {
        assertThat(SchemaProtos.fromProto(SchemaProtos.toProto(Schemas.everyType())))
                .isEqualTo(Schemas.everyType());
    }

    @Test
    void createRequestsAreNumberedDepthFirst() {
        Schema.Builder bare = SchemaProtos.toProto(Schemas.everyType()).toBuilder();
        bare.getFieldsBuilderList().forEach(SchemaProtosTest::clearIds);
        TopicSchema numbered = SchemaProtos.fromCreateRequest(bare.build());
        assertThat(numbered.fields()).isEqualTo(Schemas.everyType().fields());
        assertThat(numbered.lastFieldId()).isEqualTo(23);
        assertThat(numbered.version()).isZero();
    }

    @Test
    void idsThatAreGivenStay() {
        Schema request = Schema.newBuilder()
                .addFields(field(0, "a", LONG))
                .addFields(field(1, "b", LONG))
                .addFields(field(40, "c", LONG))
                .addFields(field(0, "d", LONG))
                .build();
        TopicSchema schema = SchemaProtos.fromCreateRequest(request);
        assertThat(schema.fields()).extracting(TopicField::id).containsExactly(2, 1, 40, 3);
        assertThat(schema.lastFieldId()).isEqualTo(40);
    }

    @Test
    void badFieldsAreNamed() {
        assertBad(Type.getDefaultInstance(), "no type that is known here", "at=\"outer.x\"");
        assertBad(Type.newBuilder().setPrimitiveValue(99).build(), "no type that is known here", "at=\"outer.x\"");
        assertBad(
                Type.newBuilder()
                        .setDecimal(DecimalType.newBuilder().setPrecision(50))
                        .build(),
                "precision=50",
                "at=\"outer.x\"");
        assertBad(
                Type.newBuilder().setFixed(FixedType.newBuilder().setLength(-1)).build(),
                "length=-1",
                "at=\"outer.x\"");
        assertBad(Type.newBuilder().setStruct(StructType.getDefaultInstance()).build(), "no fields", "at=\"outer.x\"");
        assertBad(Type.newBuilder().setList(ListType.getDefaultInstance()).build(), "no type", "at=\"outer.x.\"");
        assertBad(
                Type.newBuilder()
                        .setMap(MapType.newBuilder()
                                .setKey(field(0, "key", LONG))
                                .setValue(field(0, "value", LONG)))
                        .build(),
                "key must be required",
                "at=\"outer.x\"");
    }

    @Test
    void fieldsWithoutIdAreRefusedOutsideOfCreateRequests() {
        Schema schema = Schema.newBuilder()
                .addFields(field(0, "a", LONG))
                .setLastFieldId(1)
                .build();
        assertInvalid(() -> SchemaProtos.fromProto(schema), "field=\"a\", id=0");
    }

    @Test
    void nestingIsBoundedBeforeItIsFollowed() {
        Type type = LONG;
        for (int i = 0; i < 40; i++) {
            type = Type.newBuilder()
                    .setStruct(StructType.newBuilder().addFields(field(0, "f", type)))
                    .build();
        }
        Schema schema = Schema.newBuilder().addFields(field(0, "f", type)).build();
        assertInvalid(() -> SchemaProtos.fromCreateRequest(schema), "too deeply");
        assertInvalid(() -> SchemaProtos.fromProto(schema), "too deeply");
    }

    private static void assertBad(Type type, String... messages) {
        Type outer = Type.newBuilder()
                .setStruct(StructType.newBuilder().addFields(field(0, "x", type)))
                .build();
        Schema schema = Schema.newBuilder().addFields(field(0, "outer", outer)).build();
        for (String message : messages) {
            assertInvalid(() -> SchemaProtos.fromCreateRequest(schema), message);
        }
    }

    private static Field field(int id, String name, Type type) {
        return Field.newBuilder().setId(id).setName(name).setType(type).build();
    }

    private static void clearIds(Field.Builder field) {
        field.clearId();
        switch (field.getType().getKindCase()) {
            case STRUCT ->
                field.getTypeBuilder().getStructBuilder().getFieldsBuilderList().forEach(SchemaProtosTest::clearIds);
            case LIST -> clearIds(field.getTypeBuilder().getListBuilder().getElementBuilder());
            case MAP -> {
                clearIds(field.getTypeBuilder().getMapBuilder().getKeyBuilder());
                clearIds(field.getTypeBuilder().getMapBuilder().getValueBuilder());
            }
            default -> {}
        }
    }
}
