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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSchemaTest {

    private static final FieldType LONG = FieldType.Primitive.LONG;

    @Test
    void fieldsAreFoundByNameWithoutRegardToCase() {
        assertThat(Schemas.everyType().find("PRICE")).map(TopicField::id).hasValue(6);
        assertThat(Schemas.everyType().find("name")).isEmpty();
        assertThat(Schemas.everyType().find(15)).map(TopicField::name).hasValue("place");
        assertThat(Schemas.everyType().find(16)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "nul\0", "\u0085", "\uD800", "x\uDC00"})
    void illegalNamesAreRefused(String name) {
        assertInvalid(() -> TopicField.optional(1, name, LONG), "bad field name");
    }

    @Test
    void namesHaveALimit() {
        assertThat(TopicField.optional(1, "n".repeat(255), LONG).name()).hasSize(255);
        assertInvalid(() -> TopicField.optional(1, "n".repeat(256), LONG), "length=256");
        assertThat(TopicField.optional(1, "日本 😀", LONG).name()).isEqualTo("日本 😀");
    }

    @ParameterizedTest
    @ValueSource(strings = {"__offset__", "__timestamp__", "__OFFSET__"})
    void reservedNamesAreRefusedAtTheTopOnly(String name) {
        assertInvalid(() -> schema(TopicField.optional(1, name, LONG)), "reserved");
        TopicField nested = TopicField.optional(2, name, LONG);
        assertThat(schema(TopicField.optional(1, "s", new FieldType.Struct(List.of(nested))))
                        .fields())
                .hasSize(1);
    }

    @Test
    void siblingsMustDifferInMoreThanCase() {
        assertInvalid(() -> schema(TopicField.optional(1, "Ä", LONG), TopicField.optional(2, "ä", LONG)), "unique");
        assertInvalid(
                () -> new FieldType.Struct(
                        List.of(TopicField.optional(1, "a", LONG), TopicField.optional(2, "A", LONG))),
                "unique");
    }

    @Test
    void idsAreUniqueOverTheWholeSchema() {
        TopicField nested = TopicField.optional(1, "x", LONG);
        assertInvalid(
                () -> schema(
                        TopicField.optional(1, "a", LONG),
                        TopicField.optional(2, "s", new FieldType.Struct(List.of(nested)))),
                "field=\"x\", other=\"a\", id=1");
        assertInvalid(() -> new TopicSchema(0, List.of(TopicField.optional(2, "a", LONG)), 1), "id=2, last=1");
        assertInvalid(() -> TopicField.optional(0, "a", LONG), "id=0");
    }

    @Test
    void depthIsBounded() {
        assertThat(schema(nested(TopicSchema.MAX_DEPTH)).fields()).hasSize(1);
        assertInvalid(() -> schema(nested(TopicSchema.MAX_DEPTH + 1)), "too deeply");
    }

    @Test
    void numberOfFieldsIsBounded() {
        List<TopicField> fields = new ArrayList<>();
        for (int i = 1; i <= TopicSchema.MAX_FIELDS; i++) {
            fields.add(TopicField.optional(i, "f" + i, LONG));
        }
        assertThat(new TopicSchema(0, fields, 3000).fields()).hasSize(TopicSchema.MAX_FIELDS);
        fields.add(TopicField.optional(2500, "one", LONG));
        assertInvalid(() -> new TopicSchema(0, fields, 3000), "too many fields");
    }

    @Test
    void typesCheckTheirParameters() {
        assertInvalid(() -> new FieldType.Decimal(39, 0), "precision=39");
        assertInvalid(() -> new FieldType.Decimal(5, 6), "scale=6");
        assertInvalid(() -> new FieldType.Decimal(5, -1), "scale=-1");
        assertInvalid(() -> new FieldType.Fixed(0), "length=0");
        assertInvalid(() -> new FieldType.Struct(List.of()), "no fields");
        assertInvalid(() -> new FieldType.ListOf(TopicField.optional(1, "item", LONG)), "expected=element");
        assertInvalid(
                () -> new FieldType.MapOf(TopicField.optional(1, "key", LONG), TopicField.optional(2, "value", LONG)),
                "key must be required");
        assertInvalid(() -> new TopicSchema(0, List.of(), 0), "at least one field");
    }

    @Test
    void partitionKeysAreTopLevelFieldsWithOneTextPerValue() {
        TopicSchema schema = Schemas.everyType();
        List<String> keys = schema.fields().stream()
                .filter(field -> field.type().canPartition())
                .map(TopicField::name)
                .toList();
        assertThat(keys)
                .containsExactly(
                        "flag", "i", "l", "price", "day", "clock", "local", "instant", "text", "bytes", "hash", "id");
        assertThat(schema.partitionKey("TEXT").id()).isEqualTo(11);
        assertThat(schema.partitionKey(11).name()).isEqualTo("text");
        assertInvalid(() -> schema.partitionKey("d"), "field=\"d\", type=double");
        assertInvalid(() -> schema.partitionKey("tags"), "field=\"tags\", type=list<string>");
        assertInvalid(
                () -> schema.partitionKey("name"), "not a field of the topic: field=\"name\", fields=flag, i, l,");
        assertInvalid(() -> schema.partitionKey(99), "field_id=99");
    }

    @Test
    void sqlTypesAreThoseOfDuckDb() {
        assertThat(Schemas.everyType().fields())
                .extracting(field -> SqlTypes.text(field.type()))
                .containsExactly(
                        "BOOLEAN",
                        "INTEGER",
                        "BIGINT",
                        "FLOAT",
                        "DOUBLE",
                        "DECIMAL(10,2)",
                        "DATE",
                        "TIME",
                        "TIMESTAMP",
                        "TIMESTAMP WITH TIME ZONE",
                        "VARCHAR",
                        "BLOB",
                        "BLOB",
                        "UUID",
                        "STRUCT(name VARCHAR, \"select\" INTEGER)",
                        "VARCHAR[]",
                        "MAP(VARCHAR, BIGINT[])");
        assertThat(SqlTypes.identifier("a \"b\"")).isEqualTo("\"a \"\"b\"\"\"");
        assertThat(SqlTypes.identifier("Mixed")).isEqualTo("\"Mixed\"");
    }

    private static TopicField nested(int depth) {
        TopicField field = TopicField.optional(depth, "f", LONG);
        for (int id = depth - 1; id >= 1; id--) {
            field = TopicField.optional(id, "f", new FieldType.Struct(List.of(field)));
        }
        return field;
    }

    private static TopicSchema schema(TopicField... fields) {
        return new TopicSchema(0, List.of(fields), 100);
    }

    static void assertInvalid(ThrowingCallable call, String message) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }
}
