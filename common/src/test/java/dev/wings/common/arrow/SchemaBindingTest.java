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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.ColumnDefaults;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.Schemas;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class SchemaBindingTest {

    private static final ArrowType INT32 = new ArrowType.Int(32, true);
    private static final ArrowType INT64 = new ArrowType.Int(64, true);

    @Test
    void canonicalSchemaIsBoundAsItIs() {
        TopicSchema topic = Schemas.everyType();
        SchemaBinding binding = SchemaBinding.bind(ArrowSchemas.toArrow(topic), topic);
        assertThat(binding.isIdentity()).isTrue();
        assertThat(binding.pageSchema()).isEqualTo(ArrowSchemas.toArrow(topic));
        assertThat(binding.column(11)).hasValue(10);
        assertThat(binding.column(16)).isEmpty();
    }

    @Test
    void pagesHaveTheColumnsThatAreSentInTheirOrder() {
        TopicSchema topic = topic(
                TopicField.optional(1, "a", FieldType.Primitive.LONG),
                TopicField.optional(2, "b", FieldType.Primitive.INT),
                TopicField.optional(3, "c", FieldType.Primitive.STRING));
        SchemaBinding binding = SchemaBinding.bind(
                schema(field("C", ArrowType.Null.INSTANCE), field("B", INT32), field("a", INT32)), topic);
        assertThat(binding.pageSchema().getFields()).extracting(Field::getName).containsExactly("b", "a");
        assertThat(binding.pageSchema().getFields())
                .extracting(ArrowSchemas::fieldId)
                .allMatch(id -> id.isPresent());
        assertThat(binding.column(1)).hasValue(1);
        assertThat(binding.column(3)).isEmpty();
        assertThat(binding.isIdentity()).isFalse();
    }

    /// What is left out is stored only if it is not what is read where nothing is stored.
    @Test
    void columnsThatAreLeftOutGetTheirDefaults() {
        Optional<DefaultValue> seven = Optional.of(DefaultValue.parse(FieldType.Primitive.INT, "7"));
        Optional<DefaultValue> eight = Optional.of(DefaultValue.parse(FieldType.Primitive.INT, "8"));
        TopicSchema topic = topic(
                TopicField.optional(1, "sent", FieldType.Primitive.INT),
                defaulted(2, "same", seven, seven),
                defaulted(3, "made", Optional.empty(), seven),
                defaulted(4, "changed", seven, eight),
                defaulted(5, "taken", seven, Optional.empty()),
                defaulted(6, "none", Optional.empty(), Optional.empty()));

        SchemaBinding left = SchemaBinding.bind(schema(field("sent", INT32)), topic);
        assertThat(left.pageSchema().getFields())
                .extracting(Field::getName)
                .containsExactly("sent", "made", "changed", "taken");
        assertThat(left.isIdentity()).isFalse();

        SchemaBinding nulls = SchemaBinding.bind(
                schema(
                        field("sent", INT32),
                        field("same", ArrowType.Null.INSTANCE),
                        field("made", ArrowType.Null.INSTANCE),
                        field("changed", ArrowType.Null.INSTANCE),
                        field("taken", INT32)),
                topic);
        assertThat(nulls.pageSchema().getFields())
                .extracting(Field::getName)
                .containsExactly("sent", "taken", "same", "changed");

        SchemaBinding all = SchemaBinding.bind(ArrowSchemas.toArrow(topic), topic);
        assertThat(all.isIdentity()).isTrue();
        SchemaBinding older = SchemaBinding.bind(
                schema(field("sent", INT32)),
                topic(TopicField.optional(1, "sent", FieldType.Primitive.INT), defaulted(2, "same", seven, seven)));
        assertThat(older.isIdentity()).isTrue();
    }

    private static TopicField defaulted(
            int id, String name, Optional<DefaultValue> initial, Optional<DefaultValue> later) {
        return new TopicField(id, name, false, FieldType.Primitive.INT, "", new ColumnDefaults(initial, later));
    }

    @Test
    void requiredColumnMayBeLeftOutIfItHasADefault() {
        Optional<DefaultValue> seven = Optional.of(DefaultValue.parse(FieldType.Primitive.INT, "7"));
        TopicField sent = TopicField.optional(1, "sent", FieldType.Primitive.INT);
        ColumnDefaults defaults = new ColumnDefaults(seven, seven);
        TopicField required = new TopicField(2, "r", true, FieldType.Primitive.INT, "", defaults);
        assertThat(SchemaBinding.bind(schema(field("sent", INT32)), topic(sent, required))
                        .column(2))
                .isEmpty();
        assertInvalid(
                schema(field("sent", INT32), field("r", ArrowType.Null.INSTANCE)),
                topic(sent, required),
                "expected=int not null, found=Null");
        TopicField without =
                new TopicField(2, "r", true, FieldType.Primitive.INT, "", new ColumnDefaults(seven, Optional.empty()));
        assertInvalid(schema(field("sent", INT32)), topic(sent, without), "required field is missing: field=\"r\"");
    }

    @Test
    void columnsThatDoNotFitAreNamed() {
        TopicSchema topic = topic(
                TopicField.required(1, "a", FieldType.Primitive.INT),
                TopicField.optional(2, "b", FieldType.Primitive.STRING));
        assertInvalid(schema(field("a", INT32), field("z", INT32)), topic, "no such field: field=\"z\", fields=a, b");
        assertInvalid(
                schema(field("b", ArrowType.Utf8.INSTANCE)), topic, "required field is missing: field=\"a\", type=int");
        assertInvalid(schema(field("a", INT32), field("A", INT32)), topic, "there twice: field=\"A\"");
        assertInvalid(
                schema(field("a", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE))),
                topic,
                "without loss: field=\"a\", expected=int not null, found=FloatingPoint(DOUBLE)");
        assertInvalid(schema(field("a", ArrowType.Null.INSTANCE)), topic, "expected=int not null, found=Null");
        assertInvalid(
                schema(field("a", INT32), field("b", ArrowType.Binary.INSTANCE)),
                topic,
                "expected=string, found=Binary");
    }

    @Test
    void narrowingIsRefused() {
        assertNarrowing(FieldType.Primitive.FLOAT, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE));
        assertNarrowing(FieldType.Primitive.DOUBLE, INT64);
        assertNarrowing(FieldType.Primitive.TIMESTAMP, new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"));
        assertNarrowing(FieldType.Primitive.TIMESTAMPTZ, new ArrowType.Timestamp(TimeUnit.MICROSECOND, null));
        assertNarrowing(FieldType.Primitive.UUID, new ArrowType.FixedSizeBinary(15));
        assertNarrowing(new FieldType.Fixed(3), new ArrowType.FixedSizeBinary(4));
        assertNarrowing(new FieldType.Decimal(10, 2), new ArrowType.Decimal(11, 2, 128));
        assertNarrowing(new FieldType.Decimal(10, 2), new ArrowType.Decimal(9, 1, 128));
        assertNarrowing(new FieldType.Decimal(20, 2), INT64);
        assertNarrowing(new FieldType.Decimal(19, 0), new ArrowType.Int(64, false));
        assertThat(fits(new FieldType.Decimal(21, 2), INT64)).isTrue();
        assertThat(fits(new FieldType.Decimal(20, 0), new ArrowType.Int(64, false)))
                .isTrue();
    }

    @Test
    void nestedFieldsAreNamedWithTheirPath() {
        FieldType inner = new FieldType.Struct(List.of(TopicField.required(3, "x", FieldType.Primitive.INT)));
        TopicSchema topic =
                topic(TopicField.optional(1, "l", new FieldType.ListOf(TopicField.optional(2, "element", inner))));
        ArrowType struct = ArrowType.Struct.INSTANCE;
        ArrowType list = ArrowType.List.INSTANCE;
        assertInvalid(
                schema(field("l", list, field("item", struct, field("x", ArrowType.Utf8.INSTANCE)))),
                topic,
                "field=\"l.element.x\"");
        assertInvalid(
                schema(field("l", list, field("item", struct, field("x", INT32), field("y", INT32)))),
                topic,
                "no such field: field=\"l.element.y\"");
        assertInvalid(
                schema(field("l", list, field("item", struct))), topic, "missing: field=\"l.element.x\", type=int");
        assertInvalid(schema(field("l", list)), topic, "wrong children: field=\"l\"");
    }

    @Test
    void inferredTopicsHoldWhatIsSent() {
        Field map = field(
                "m",
                new ArrowType.Map(false),
                new Field(
                        "entries",
                        org.apache.arrow.vector.types.pojo.FieldType.notNullable(ArrowType.Struct.INSTANCE),
                        List.of(field("k", ArrowType.LargeUtf8.INSTANCE), field("v", new ArrowType.Int(8, true)))));
        Schema schema = schema(
                new Field(
                        "u32",
                        org.apache.arrow.vector.types.pojo.FieldType.notNullable(new ArrowType.Int(32, false)),
                        null),
                field("u64", new ArrowType.Int(64, false)),
                field("u16", new ArrowType.Int(16, false)),
                field("half", new ArrowType.FloatingPoint(FloatingPointPrecision.HALF)),
                field("wide", new ArrowType.Decimal(38, 3, 256)),
                field("ns", new ArrowType.Timestamp(TimeUnit.NANOSECOND, "Europe/Berlin")),
                new Field(
                        "bytes",
                        new org.apache.arrow.vector.types.pojo.FieldType(
                                true, new ArrowType.Int(8, true), null, Map.of("ARROW:extension:name", "arrow.bool8")),
                        null),
                field("views", ArrowType.LargeListView.INSTANCE, field("item", ArrowType.BinaryView.INSTANCE)),
                map);
        TopicSchema topic = ArrowSchemas.infer(schema);
        assertThat(topic.fields())
                .extracting(field -> field.type().toString())
                .containsExactly(
                        "long",
                        "decimal(20,0)",
                        "int",
                        "float",
                        "decimal(38,3)",
                        "timestamptz",
                        "boolean",
                        "list<binary>",
                        "map<string, int>");
        assertThat(topic.fields().get(0).required()).isTrue();
        assertThat(topic.lastFieldId()).isEqualTo(12);
        assertThat(SchemaBinding.bind(schema, topic).pageSchema()).isEqualTo(ArrowSchemas.toArrow(topic));
        assertThat(ArrowSchemas.infer(ArrowSchemas.toArrow(Schemas.everyType())).fields())
                .extracting(TopicField::type)
                .containsExactlyElementsOf(Schemas.everyType().fields().stream()
                        .map(TopicField::type)
                        .toList());
    }

    @Test
    void typesThatNoTopicHoldsAreNamed() {
        for (ArrowType type : List.of(
                ArrowType.Null.INSTANCE,
                new ArrowType.Duration(TimeUnit.SECOND),
                new ArrowType.Decimal(50, 0, 256),
                new ArrowType.Decimal(5, -1, 128),
                new ArrowType.FixedSizeBinary(0))) {
            assertThatExceptionOfType(WingsException.class)
                    .isThrownBy(() -> ArrowSchemas.infer(schema(field("odd", type))))
                    .withMessageContaining("field=\"odd\"");
        }
    }

    @Test
    void fieldIdsAreReadBack() {
        assertThat(ArrowSchemas.fieldId(field("a", INT32))).isEmpty();
        Map<String, String> notAnId = Map.of(ArrowSchemas.FIELD_ID_KEY, "one");
        assertThat(ArrowSchemas.fieldId(new Field(
                        "a", new org.apache.arrow.vector.types.pojo.FieldType(true, INT32, null, notAnId), null)))
                .isEmpty();
    }

    private static void assertNarrowing(FieldType target, ArrowType type) {
        assertInvalid(
                schema(field("f", type)),
                topic(TopicField.optional(1, "f", target)),
                "without loss: field=\"f\", expected=" + target + ", found=" + type);
    }

    private static boolean fits(FieldType target, ArrowType type) {
        TopicSchema topic = topic(TopicField.optional(1, "f", target));
        return !SchemaBinding.bind(schema(field("f", type)), topic).isIdentity();
    }

    private static void assertInvalid(Schema schema, TopicSchema topic, String message) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> SchemaBinding.bind(schema, topic))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }

    private static TopicSchema topic(TopicField... fields) {
        return new TopicSchema(0, List.of(fields), 100);
    }

    private static Schema schema(Field... fields) {
        return new Schema(Arrays.asList(fields));
    }

    private static Field field(String name, ArrowType type, Field... children) {
        return new Field(name, org.apache.arrow.vector.types.pojo.FieldType.nullable(type), List.of(children));
    }
}
