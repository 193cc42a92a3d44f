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
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SchemaChange.FieldPath;
import dev.wings.common.schema.SchemaChange.Position;
import dev.wings.common.schema.SchemaEvolution.Uses;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemaEvolutionTest {

    private static final TopicSchema ALL = Schemas.everyType();

    @Test
    void addedFieldsGetTheNextIdsDepthFirst() {
        TopicField added = TopicField.optional(
                1,
                "shop",
                new FieldType.Struct(List.of(
                        TopicField.required(1, "name", Primitive.STRING),
                        TopicField.optional(1, "size", Primitive.INT))));

        TopicSchema next = change(ALL, add(FieldPath.TOP, added), add(FieldPath.TOP, "last", Primitive.DATE));

        assertThat(next.version()).isEqualTo(8);
        assertThat(next.lastFieldId()).isEqualTo(27);
        assertThat(next.fields().subList(17, 19))
                .containsExactly(
                        TopicField.optional(
                                24,
                                "shop",
                                new FieldType.Struct(List.of(
                                        TopicField.required(25, "name", Primitive.STRING),
                                        TopicField.optional(26, "size", Primitive.INT)))),
                        TopicField.optional(27, "last", Primitive.DATE));
        assertThat(next.fields().subList(0, 17)).isEqualTo(ALL.fields());
    }

    @Test
    void fieldsAreAddedWhereTheyAreWanted() {
        TopicSchema next = change(
                ALL,
                new SchemaChange.Add(
                        FieldPath.TOP, TopicField.optional(1, "first", Primitive.INT), Optional.of(Position.FIRST)),
                new SchemaChange.Add(
                        FieldPath.of("PLACE"),
                        TopicField.optional(1, "zip", Primitive.STRING),
                        Optional.of(Position.after("NAME"))));

        assertThat(next.fields().getFirst()).isEqualTo(TopicField.optional(24, "first", Primitive.INT));
        assertThat(next.find("place").orElseThrow().type().children())
                .extracting(TopicField::name)
                .containsExactly("name", "zip", "select");
    }

    @Test
    void fieldsAreAddedToStructsInListsAndMaps() {
        TopicSchema lists = change(
                ALL,
                add(
                        FieldPath.TOP,
                        TopicField.optional(
                                1,
                                "stops",
                                new FieldType.ListOf(TopicField.optional(
                                        1,
                                        "element",
                                        new FieldType.Struct(
                                                List.of(TopicField.optional(1, "at", Primitive.DATE))))))));

        TopicSchema next = change(lists, add(FieldPath.of("stops", "element"), "name", Primitive.STRING));

        FieldType element =
                next.find("stops").orElseThrow().type().children().getFirst().type();
        assertThat(element.children()).extracting(TopicField::id).containsExactly(26, 27);
    }

    /// What older rows have never changes, what later rows get does, and both are as wide as the column.
    @Test
    void defaultsOfOlderAndOfLaterRowsAreTwo() {
        DefaultValue seven = DefaultValue.parse(Primitive.INT, "7");
        TopicField field = new TopicField(1, "n", true, Primitive.INT, "", ColumnDefaults.ofNew(seven));
        TopicSchema added = change(ALL, add(FieldPath.TOP, field));
        assertThat(added.find("n").orElseThrow().defaults())
                .isEqualTo(new ColumnDefaults(Optional.of(seven), Optional.of(seven)));

        TopicSchema changed = change(
                added,
                new SchemaChange.SetDefault(FieldPath.of("n"), Optional.of("8")),
                new SchemaChange.Widen(FieldPath.of("n"), Primitive.LONG),
                new SchemaChange.Rename(FieldPath.of("n"), "m"),
                new SchemaChange.SetDoc(FieldPath.of("m"), "x"),
                new SchemaChange.MakeOptional(FieldPath.of("m")),
                new SchemaChange.Move(FieldPath.of("m"), Position.FIRST));
        ColumnDefaults wide = new ColumnDefaults(
                Optional.of(DefaultValue.parse(Primitive.LONG, "7")),
                Optional.of(DefaultValue.parse(Primitive.LONG, "8")));
        assertThat(changed.fields().getFirst()).isEqualTo(new TopicField(24, "m", false, Primitive.LONG, "x", wide));
        assertThat(SchemaProtos.fromProto(SchemaProtos.toProto(changed))).isEqualTo(changed);
        assertThat(SchemaDiff.describe(ALL, added)).containsExactly("added n int, of which older rows have 7");
        assertThat(SchemaDiff.describe(
                        added, change(added, new SchemaChange.SetDefault(FieldPath.of("n"), Optional.of("8")))))
                .containsExactly("n has the default 8");

        TopicSchema dropped = change(changed, new SchemaChange.SetDefault(FieldPath.of("m"), Optional.empty()));
        assertThat(dropped.fields().getFirst().defaults())
                .isEqualTo(new ColumnDefaults(wide.initial(), Optional.empty()));

        TopicSchema again = change(
                dropped,
                new SchemaChange.Drop(FieldPath.of("m")),
                add(FieldPath.TOP, "m", Primitive.LONG),
                new SchemaChange.SetDefault(FieldPath.of("m"), Optional.of("9")));
        assertThat(again.find("m").orElseThrow().defaults())
                .isEqualTo(ColumnDefaults.ofNew(DefaultValue.parse(Primitive.LONG, "9")));
    }

    @Test
    void defaultsThatAreNoneAreRefused() {
        assertRefused(
                ErrorKind.INVALID,
                "the default is no value of the type: expected=uuid, exactly, found=\"x\", field=\"id\"",
                new SchemaChange.SetDefault(FieldPath.of("id"), Optional.of("x")));
        assertRefused(
                ErrorKind.INVALID,
                "a column of this type has no default",
                new SchemaChange.SetDefault(FieldPath.of("place"), Optional.of("x")));
        assertRefused(
                ErrorKind.INVALID,
                "only columns have defaults",
                new SchemaChange.SetDefault(FieldPath.of("place", "name"), Optional.of("x")));
        assertRefused(
                ErrorKind.INVALID,
                "only columns have defaults",
                add(
                        FieldPath.of("place"),
                        new TopicField(
                                1,
                                "zip",
                                false,
                                Primitive.INT,
                                "",
                                ColumnDefaults.ofNew(DefaultValue.parse(Primitive.INT, "1")))));
    }

    @Test
    void idsAreNeverUsedAgain() {
        TopicSchema dropped = change(ALL, new SchemaChange.Drop(FieldPath.of("id")));
        TopicSchema added = change(dropped, add(FieldPath.TOP, "id", Primitive.STRING));

        assertThat(dropped.find("id")).isEmpty();
        assertThat(added.find("id").orElseThrow().id()).isEqualTo(24);
        assertThat(change(added, new SchemaChange.Drop(FieldPath.of("id"))).lastFieldId())
                .isEqualTo(24);
    }

    @Test
    void fieldsAreRenamedMovedAndDescribed() {
        TopicSchema next = change(
                ALL,
                new SchemaChange.Rename(FieldPath.of("price"), "Price"),
                new SchemaChange.Rename(FieldPath.of("place", "select"), "chosen"),
                new SchemaChange.SetDoc(FieldPath.of("l"), ""),
                new SchemaChange.SetDoc(FieldPath.of("attributes", "value", "element"), "one of many"),
                new SchemaChange.Move(FieldPath.of("id"), Position.FIRST),
                new SchemaChange.Move(FieldPath.of("flag"), Position.after("tags")),
                new SchemaChange.Move(FieldPath.of("place", "chosen"), Position.FIRST));

        assertThat(next.fields())
                .extracting(TopicField::name)
                .startsWith("id", "i", "l")
                .endsWith("tags", "flag", "attributes");
        assertThat(next.find(6).orElseThrow().name()).isEqualTo("Price");
        assertThat(next.find("place").orElseThrow().type().children())
                .extracting(TopicField::name)
                .containsExactly("chosen", "name");
        assertThat(next.find("l").orElseThrow().doc()).isEmpty();
        assertThat(next.find("attributes").orElseThrow().type().toString()).isEqualTo("map<string, list<long>>");
    }

    @Test
    void typesBecomeWider() {
        TopicSchema next = change(
                ALL,
                new SchemaChange.Widen(FieldPath.of("i"), Primitive.LONG),
                new SchemaChange.Widen(FieldPath.of("f"), Primitive.DOUBLE),
                new SchemaChange.Widen(FieldPath.of("price"), new FieldType.Decimal(38, 2)),
                new SchemaChange.Widen(FieldPath.of("place", "select"), Primitive.LONG),
                new SchemaChange.Widen(FieldPath.of("l"), Primitive.LONG),
                new SchemaChange.MakeOptional(FieldPath.of("flag")),
                new SchemaChange.MakeOptional(FieldPath.of("tags", "element")));

        assertThat(next.find(2).orElseThrow().type()).isEqualTo(Primitive.LONG);
        assertThat(next.find(4).orElseThrow().type()).isEqualTo(Primitive.DOUBLE);
        assertThat(next.find(6).orElseThrow().type()).isEqualTo(new FieldType.Decimal(38, 2));
        assertThat(next.find(1).orElseThrow().required()).isFalse();
        assertThat(next.find("tags").orElseThrow().type().children().getFirst().required())
                .isFalse();
    }

    @Test
    void whatCouldNotBeReadAnyMoreIsRefused() {
        assertUnsafe("does not become", new SchemaChange.Widen(FieldPath.of("l"), Primitive.INT));
        assertUnsafe("does not become", new SchemaChange.Widen(FieldPath.of("i"), Primitive.STRING));
        assertUnsafe("does not become", new SchemaChange.Widen(FieldPath.of("day"), Primitive.TIMESTAMP));
        assertUnsafe("does not become", new SchemaChange.Widen(FieldPath.of("price"), new FieldType.Decimal(12, 3)));
        assertUnsafe("does not become", new SchemaChange.Widen(FieldPath.of("price"), new FieldType.Decimal(9, 2)));
        assertUnsafe("must allow null", add(FieldPath.TOP, TopicField.required(1, "x", Primitive.INT)));
        assertUnsafe("oldest member", new SchemaChange.Drop(FieldPath.of("place", "name")));
        assertUnsafe(
                "at least one field",
                new SchemaChange.Drop(FieldPath.of("place", "select")),
                new SchemaChange.Drop(FieldPath.of("place", "name")));
        assertUnsafe("the key of a map", new SchemaChange.MakeOptional(FieldPath.of("attributes", "key")));
        assertUnsafe("the key of a map", add(FieldPath.of("attributes", "key"), "x", Primitive.INT));
    }

    @Test
    void whatTheLayoutNeedsStays() {
        Uses uses = new Uses(2, Set.of(6), Set.of(3));

        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> SchemaEvolution.apply(ALL, List.of(new SchemaChange.Drop(FieldPath.of("i"))), uses))
                .withMessageContaining("rows are partitioned by it");
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(
                        () -> SchemaEvolution.apply(ALL, List.of(new SchemaChange.Drop(FieldPath.of("price"))), uses))
                .withMessageContaining("table is partitioned by it");
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> SchemaEvolution.apply(ALL, List.of(new SchemaChange.Drop(FieldPath.of("l"))), uses))
                .withMessageContaining("table is sorted by it");
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> SchemaEvolution.apply(
                        ALL,
                        List.of(new SchemaChange.Widen(FieldPath.of("price"), new FieldType.Decimal(20, 2))),
                        uses))
                .withMessageContaining("partitioned by the field");
        assertThat(SchemaEvolution.apply(ALL, List.of(new SchemaChange.Rename(FieldPath.of("i"), "n")), uses)
                        .find("n"))
                .isPresent();
    }

    @Test
    void whatIsWrongInItselfIsRefused() {
        assertRefused(ErrorKind.INVALID, "no such field", new SchemaChange.Drop(FieldPath.of("nobody")));
        assertRefused(ErrorKind.INVALID, "no such field", new SchemaChange.Drop(FieldPath.of("i", "x")));
        assertRefused(ErrorKind.INVALID, "names a field", new SchemaChange.Drop(FieldPath.TOP));
        assertRefused(ErrorKind.INVALID, "this is none", add(FieldPath.of("i"), "x", Primitive.INT));
        assertRefused(ErrorKind.INVALID, "this is none", add(FieldPath.of("tags"), "x", Primitive.INT));
        assertRefused(ErrorKind.INVALID, "element of a list", new SchemaChange.Drop(FieldPath.of("tags", "element")));
        assertRefused(
                ErrorKind.INVALID, "element of a list", new SchemaChange.Rename(FieldPath.of("tags", "element"), "x"));
        assertRefused(ErrorKind.INVALID, "reserved", add(FieldPath.TOP, "__offset__", Primitive.INT));
        assertRefused(
                ErrorKind.INVALID, "no such field", new SchemaChange.Move(FieldPath.of("i"), Position.after("i")));
        assertRefused(ErrorKind.ALREADY_EXISTS, "field=\"PRICE\"", add(FieldPath.TOP, "PRICE", Primitive.INT));
        assertRefused(ErrorKind.ALREADY_EXISTS, "field=\"L\"", new SchemaChange.Rename(FieldPath.of("price"), "L"));
        assertRefused(ErrorKind.INVALID, "bad number of changes");
    }

    @Test
    void aSchemaDoesNotOutgrowItsLimits() {
        SchemaChange[] many = new SchemaChange[TopicSchema.MAX_FIELDS];
        for (int i = 0; i < many.length; i++) {
            many[i] = add(FieldPath.TOP, "x" + i, Primitive.INT);
        }
        assertRefused(ErrorKind.INVALID, "too many fields", many);
    }

    @Test
    void aStructWithAMemberNamedElementIsAStruct() {
        TopicField odd = TopicField.optional(
                1, "odd", new FieldType.Struct(List.of(TopicField.optional(1, "element", Primitive.INT))));
        TopicSchema schema = change(ALL, add(FieldPath.TOP, odd));

        assertThat(change(schema, new SchemaChange.Rename(FieldPath.of("odd", "element"), "x"))
                        .find("odd")
                        .orElseThrow()
                        .type()
                        .toString())
                .isEqualTo("struct<x: int>");
    }

    private static SchemaChange add(FieldPath path, String name, FieldType type) {
        return add(path, TopicField.optional(1, name, type));
    }

    private static SchemaChange add(FieldPath path, TopicField field) {
        return new SchemaChange.Add(path, field, Optional.empty());
    }

    private static TopicSchema change(TopicSchema schema, SchemaChange... changes) {
        return SchemaEvolution.apply(schema, List.of(changes), Uses.NONE);
    }

    private static void assertUnsafe(String why, SchemaChange... changes) {
        assertRefused(ErrorKind.PRECONDITION, why, changes);
    }

    private static void assertRefused(ErrorKind kind, String why, SchemaChange... changes) {
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> change(ALL, changes))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
