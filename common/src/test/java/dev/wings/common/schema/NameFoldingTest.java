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

import dev.wings.common.error.WingsException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Names are the same if any reader of a topic takes them for the same.
class NameFoldingTest {

    /// Characters with another form of upper, lower or title case, each form of each of them.
    @Test
    void allFormsOfACharacterAreOneName() {
        Set<String> apart = new TreeSet<>();
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .forEach(c -> {
                    String name = "x" + Character.toString(c) + "y";
                    for (String form : forms(c)) {
                        if (!form.equals(Character.toString(c))
                                && !TopicField.folded(name).equals(TopicField.folded("x" + form + "y"))) {
                            apart.add(name + " " + form);
                        }
                    }
                });
        assertThat(apart).isEmpty();
    }

    /// Java, Spark and Iceberg fold a whole name, and what a character becomes depends on those beside it.
    @Test
    void wholeNamesFoldAsTheirCharactersDo() {
        for (String name :
                List.of("ΟΔΟΣ", "ὈΔΥΣΣΕΎΣ", "İSTANBUL", "I\u0307", "ıİiI", "STRAẞE", "ŉ", "ǅ", "\u1FB7", "Ⱦ")) {
            assertThat(List.of(name.toLowerCase(Locale.ROOT), name.toUpperCase(Locale.ROOT)))
                    .as(name)
                    .allSatisfy(form -> assertThat(TopicField.folded(form)).isEqualTo(TopicField.folded(name)));
        }
    }

    @Test
    void aFoldedNameStaysAsItIs() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .mapToObj(c -> TopicField.folded("i" + Character.toString(c) + "\u0307"))
                .forEach(folded -> assertThat(TopicField.folded(folded)).isEqualTo(folded));
    }

    @ParameterizedTest
    @CsvSource({"a, b", "é, e", "n, ñ", "o, ø", "s, z", "i, j", "ο, o", "а, a", "１, 1", "e\u0307, e", "名, 前"})
    void otherNamesStayApart(String one, String other) {
        assertThat(TopicField.folded(one)).isNotEqualTo(TopicField.folded(other));
    }

    @ParameterizedTest
    @CsvSource({
        "İ, i",
        "İ, i\u0307",
        "ı, I",
        "ſ, s",
        "ς, σ",
        "Σ, ς",
        "\u212A, k",
        "\u212B, å",
        "ß, SS",
        "ẞ, ss",
        "ǅ, ǆ",
        "ﬁ, FI",
        "__OFF\u017Fet__, __offset__"
    })
    void columnsAndMembersMustHaveDifferentNames(String one, String other) {
        List<TopicField> fields = List.of(
                TopicField.optional(1, one, FieldType.Primitive.LONG),
                TopicField.optional(2, other, FieldType.Primitive.LONG));
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> new TopicSchema(0, fields, 2))
                .withMessageContaining("unique without regard to case");
        assertThatExceptionOfType(WingsException.class)
                .isThrownBy(() -> new FieldType.Struct(fields))
                .withMessageContaining("unique without regard to case");
        assertThat(new TopicSchema(0, List.of(TopicField.optional(1, "x" + one, FieldType.Primitive.LONG)), 1)
                        .find("X" + other))
                .isPresent();
    }

    private static List<String> forms(int c) {
        String name = Character.toString(c);
        return List.of(
                name.toLowerCase(Locale.ROOT),
                name.toUpperCase(Locale.ROOT),
                Character.toString(Character.toLowerCase(c)),
                Character.toString(Character.toUpperCase(c)),
                Character.toString(Character.toTitleCase(c)),
                Character.toString(Character.toLowerCase(Character.toUpperCase(c))));
    }
}
