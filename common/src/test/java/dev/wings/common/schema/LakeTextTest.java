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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LakeTextTest {

    @Test
    void partitioningIsReadAndWritten() {
        assertThat(LakeText.parsePartitioning("origin, DAY( \"at, \"\"utc\"\"\" ), hours(x)")
                        .getFieldsList())
                .containsExactly(
                        partition("origin", PartitionTransform.IDENTITY),
                        partition("at, \"utc\"", PartitionTransform.DAY),
                        partition("x", PartitionTransform.HOUR));
        for (String text :
                new String[] {"none", "origin", "origin, day(ts)", "month(\"a b\")", "\"1\", __timestamp__"}) {
            assertThat(LakeText.formatPartitioning(LakeText.parsePartitioning(text)))
                    .isEqualTo(text);
        }
    }

    private static TablePartitionField partition(String field, PartitionTransform transform) {
        return TablePartitionField.newBuilder()
                .setField(field)
                .setTransform(transform)
                .build();
    }

    @Test
    void sortOrderIsReadAndNullsStayWithTheServerUnlessSaid() {
        assertThat(LakeText.parseSortOrder("a, b DESC nulls last, \"c,d\" asc"))
                .containsExactly(
                        SortField.newBuilder().setField("a").build(),
                        SortField.newBuilder()
                                .setField("b")
                                .setDescending(true)
                                .setNullsLast(true)
                                .build(),
                        SortField.newBuilder().setField("c,d").build());
        assertThat(LakeText.parseSortOrder("a").getFirst().hasNullsLast()).isFalse();
        for (String text : new String[] {"a", "a, b desc", "a nulls last", "a desc nulls first, \"b c\""}) {
            assertThat(LakeText.formatSortOrder(LakeText.parseSortOrder(text))).isEqualTo(text);
        }
    }

    @Test
    void freshnessAndBytesHaveUnits() {
        assertThat(LakeText.formatFreshness(LakeText.parseFreshness("30s"))).isEqualTo("30s");
        assertThat(LakeText.formatFreshness(LakeText.parseFreshness("2m"))).isEqualTo("120s");
        assertThat(LakeText.formatFreshness(LakeText.parseFreshness("1500ms"))).isEqualTo("1500ms");
        assertThat(LakeText.parseBytes("64MiB")).isEqualTo(64 << 20);
        assertThat(LakeText.parseBytes("4096")).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,", "week(a)", "day(a", "day()", "a b", "bucket(4, a)", "none, a b"})
    void badPartitioningIsInvalid(String text) {
        assertThatThrownBy(() -> LakeText.parsePartitioning(text))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("partitioning");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,,b", "a up", "a nulls", "a nulls last desc", "day(a)"})
    void badSortOrderIsInvalid(String text) {
        assertThatThrownBy(() -> LakeText.parseSortOrder(text))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("sort order");
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "s", "-1s", "1w", "30 s", "1.5s"})
    void badFreshnessIsInvalid(String text) {
        assertThatThrownBy(() -> LakeText.parseFreshness(text))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("freshness");
    }
}
