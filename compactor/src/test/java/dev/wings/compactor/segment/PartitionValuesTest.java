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
package dev.wings.compactor.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.schema.FieldType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/// The other way round, every canonical text is what `PartitionValue` makes of the value.
final class PartitionValuesTest {

    @Test
    void textsBecomeTheValuesThatTheyName() {
        assertThat(PartitionValues.parse(FieldType.Primitive.BOOLEAN, "true")).isEqualTo(true);
        assertThat(PartitionValues.parse(FieldType.Primitive.INT, "-2147483648"))
                .isEqualTo(Integer.MIN_VALUE);
        assertThat(PartitionValues.parse(FieldType.Primitive.LONG, "9223372036854775807"))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(PartitionValues.parse(new FieldType.Decimal(10, 2), "10.50")).isEqualTo(new BigDecimal("10.50"));
        assertThat(PartitionValues.parse(FieldType.Primitive.DATE, "1969-12-31"))
                .isEqualTo(-1);
        assertThat(PartitionValues.parse(FieldType.Primitive.DATE, "-0001-01-01"))
                .isEqualTo(-719893);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIME, "00:00:00.25"))
                .isEqualTo(250_000L);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIME, Types.LongType.get(), "00:00:00.25"))
                .isEqualTo(250_000L);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIME, Types.StringType.get(), "00:00:00.25"))
                .isEqualTo("00:00:00.25");
        assertThat(PartitionValues.parse(FieldType.Primitive.TIMESTAMP, "1969-12-31T23:59:59.999999"))
                .isEqualTo(-1L);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIMESTAMPTZ, "1970-01-01T00:00:01Z"))
                .isEqualTo(1_000_000L);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIMESTAMP, "+294247-01-10T04:00:54.775807"))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(PartitionValues.parse(FieldType.Primitive.TIMESTAMP, "-290308-12-21T19:59:05.224192"))
                .isEqualTo(Long.MIN_VALUE);
        assertThat(PartitionValues.parse(FieldType.Primitive.STRING, "a/b=c\n")).isEqualTo("a/b=c\n");
        assertThat(PartitionValues.parse(FieldType.Primitive.BINARY, "00ff"))
                .isEqualTo(ByteBuffer.wrap(new byte[] {0, -1}));
        assertThat(PartitionValues.parse(new FieldType.Fixed(2), "00ff"))
                .isEqualTo(ByteBuffer.wrap(new byte[] {0, -1}));
        String uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        assertThat(PartitionValues.parse(FieldType.Primitive.UUID, uuid)).isEqualTo(UUID.fromString(uuid));
    }
}
