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

import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SchemaChange.FieldPath;
import dev.wings.common.schema.SchemaChange.Position;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaDiffTest {

    @Test
    void eachChangeIsALine() {
        TopicSchema before = Schemas.everyType();
        TopicSchema after = SchemaEvolution.apply(
                before,
                List.of(
                        new SchemaChange.Add(
                                FieldPath.of("place"), TopicField.optional(1, "zip", Primitive.INT), Optional.empty()),
                        new SchemaChange.Drop(FieldPath.of("d")),
                        new SchemaChange.Rename(FieldPath.of("place", "name"), "city"),
                        new SchemaChange.Widen(FieldPath.of("i"), Primitive.LONG),
                        new SchemaChange.MakeOptional(FieldPath.of("flag")),
                        new SchemaChange.SetDoc(FieldPath.of("f"), "a float"),
                        new SchemaChange.SetDoc(FieldPath.of("l"), "")),
                SchemaEvolution.Uses.NONE);

        assertThat(SchemaDiff.describe(before, after))
                .containsExactly(
                        "dropped d",
                        "flag may be null",
                        "widened i from int to long",
                        "took the comment of l away",
                        "commented f",
                        "renamed name to place.city",
                        "added place.zip int");
    }

    @Test
    void orderAloneIsNoLine() {
        TopicSchema before = Schemas.everyType();
        TopicSchema after = SchemaEvolution.apply(
                before, List.of(new SchemaChange.Move(FieldPath.of("l"), Position.FIRST)), SchemaEvolution.Uses.NONE);

        assertThat(SchemaDiff.describe(before, after)).isEmpty();
    }
}
