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

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.ConstantColumns;
import dev.wings.common.error.WingsException;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextValues;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DefaultValueTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            boolean | TRUE | true
            int | 5 | 5
            int | -2147483648 | -2147483648
            long | 1e3 | 1000
            long | 5.0 | 5
            float | 0.1 | 0.1
            float | -0 | -0.0
            float | 16777216 | 1.6777216E7
            double | 0.1 | 0.1
            double | 1e300 | 1.0E300
            decimal(5,2) | -1.5 | -1.50
            decimal(38,0) | 12345678901234567890123456789012345678 | 12345678901234567890123456789012345678
            date | 0001-01-01 | 0001-01-01
            time | 04:05 | 04:05:00
            time | 04:05:06.5 | 04:05:06.5
            timestamp | 2026-01-02 | 2026-01-02T00:00:00
            timestamp | 2026-01-02 03:04:05.000001 | 2026-01-02T03:04:05.000001
            timestamptz | 2026-01-02 03:04:05+01 | 2026-01-02T02:04:05Z
            timestamptz | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z
            timestamptz | 1969-12-31 23:59:59.999999 UTC | 1969-12-31T23:59:59.999999Z
            timestamptz | 2026-01-02 03:04:05-0130 | 2026-01-02T04:34:05Z
            string | ' it''s ' | ' it''s '
            binary | '\\x00Ff' | '\\x00ff'
            fixed(2) | '\\x0102' | '\\x0102'
            uuid | 123E4567-e89b-12d3-a456-426614174000 | 123e4567-e89b-12d3-a456-426614174000
            """)
    void textsAreCanonicalAndWhatTextMakesOfThem(String type, String text, String canonical) {
        FieldType of = TypeText.parse(type);
        DefaultValue value = DefaultValue.parse(of, text);
        assertThat(value.text()).isEqualTo(canonical);
        assertThat(DefaultValue.parse(of, canonical)).isEqualTo(value);

        // what text makes of it is the same in Arrow, in each row
        int rows = 19;
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector expected =
                        ArrowSchemas.toArrow(TopicField.optional(1, "f", of)).createVector(allocator);
                FieldVector found =
                        ArrowSchemas.toArrow(TopicField.optional(1, "f", of)).createVector(allocator)) {
            expected.setInitialCapacity(1);
            expected.allocateNew();
            TextValues.writer(of, expected, OnLoss.REJECT).write(0, canonical);
            expected.setValueCount(1);
            ConstantColumns.fill(found, value, rows);
            assertThat(found.getValueCount()).isEqualTo(rows);
            assertThat(found.getNullCount()).isZero();
            for (int row = 0; row < rows; row++) {
                assertThat(found.getObject(row)).isEqualTo(expected.getObject(0));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            boolean | 1
            int | 2147483648
            int | 1.5
            int | now()
            int | 1e999999999
            float | 0.12345678901
            float | nan
            float | 1e39
            double | 1e999
            double | infinity
            decimal(5,2) | 1000
            decimal(5,2) | 0.001
            date | 2026-02-30
            date | 10000-01-01
            date | 2026-1-2
            time | 25:00
            time | 04:05:06.0000001
            timestamp | 2026-01-02T03:04:05Z
            timestamptz | 2026-01-02 03:04:05
            timestamptz | 9999-12-31 23:59:59-01
            string | '\ud800'
            binary | 00ff
            binary | '\\x0'
            fixed(2) | '\\x01'
            uuid | 1-1-1-1-1
            """)
    void whatTheTypeDoesNotHoldExactlyIsRefused(String type, String text) {
        assertThatThrownBy(() -> DefaultValue.parse(TypeText.parse(type), text))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("the default is no value of the type: expected=");
    }

    @Test
    void textIsBounded() {
        String longest = "x".repeat(DefaultValue.MAX_LENGTH);
        assertThat(DefaultValue.parse(FieldType.Primitive.STRING, longest).text())
                .isEqualTo(longest);
        assertThatThrownBy(() -> DefaultValue.parse(FieldType.Primitive.STRING, longest + "x"))
                .hasMessageContaining("the default is too long");
        assertThatThrownBy(() -> DefaultValue.parse(FieldType.Primitive.STRING, "a\0b"))
                .hasMessageContaining("the default is no value of the type");
    }

    @Test
    void widerValuesAreThoseThatWereStored() {
        assertThat(DefaultValue.parse(FieldType.Primitive.FLOAT, "0.1")
                        .widened(FieldType.Primitive.DOUBLE)
                        .text())
                .isEqualTo(Double.toString(0.1f));
        assertThat(DefaultValue.parse(FieldType.Primitive.TIME, "04:05")
                        .kept(FieldType.Primitive.LONG)
                        .text())
                .isEqualTo("14700000000");
        assertThat(DefaultValue.parse(FieldType.Primitive.BINARY, "\\x00ff").duckDbText())
                .isEqualTo("\\x00\\xff");
        assertThat(DefaultValue.parse(FieldType.Primitive.STRING, "\\x00ff").duckDbText())
                .isEqualTo("\\x00ff");
    }
}
