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
package dev.wings.ingestor.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.ingestor.batch.Partitioner.Partition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PartitionerTest {

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    @Test
    void rowsAreSortedByValueInTheirOrder() {
        Random random = new Random(3);
        Map<String, Integer> expected = new TreeMap<>();
        try (VarCharVector column = new VarCharVector("key", allocator)) {
            for (int row = 0; row < 10_000; row++) {
                String value = "value " + random.nextInt(1000);
                column.setSafe(row, new Text(value));
                expected.merge(value, 1, Integer::sum);
            }
            column.setValueCount(10_000);

            List<Partition> partitions = partition(Primitive.STRING, column);

            assertThat(partitions).extracting(Partition::value).containsExactlyElementsOf(expected.keySet());
            for (Partition partition : partitions) {
                assertThat(partition.rows()).isSorted().hasSize(expected.getOrDefault(partition.value(), 0));
                for (int row : partition.rows()) {
                    assertThat(String.valueOf(column.getObject(row))).isEqualTo(partition.value());
                }
            }
        }
    }

    @Test
    void numbersAndBooleansAreKeysToo() {
        try (BigIntVector numbers = new BigIntVector("key", allocator);
                BitVector flags = new BitVector("key", allocator)) {
            for (int row = 0; row < 9; row++) {
                numbers.setSafe(row, -(row % 2));
                flags.setSafe(row, row % 3 == 0 ? 1 : 0);
            }
            numbers.setValueCount(9);
            flags.setValueCount(9);

            assertThat(counts(partition(Primitive.LONG, numbers))).isEqualTo(Map.of("-1", 4, "0", 5));
            assertThat(counts(partition(Primitive.BOOLEAN, flags))).isEqualTo(Map.of("false", 6, "true", 3));
        }
    }

    @Test
    void aNullIsRefusedWithItsRow() {
        try (BigIntVector column = new BigIntVector("key", allocator)) {
            column.setSafe(0, 1);
            column.setSafe(1, 1);
            column.setNull(2);
            column.setValueCount(3);

            assertThatThrownBy(() -> partition(Primitive.LONG, column))
                    .hasMessageContaining("null in the partition key")
                    .hasMessageContaining("row=2");
        }
    }

    @Test
    void tooManyPartitionsAreRefused() {
        try (BigIntVector column = new BigIntVector("key", allocator)) {
            for (int row = 0; row <= Partitioner.MAX_PARTITIONS; row++) {
                column.setSafe(row, row);
            }
            column.setValueCount(Partitioner.MAX_PARTITIONS);
            assertThat(partition(Primitive.LONG, column)).hasSize(Partitioner.MAX_PARTITIONS);

            column.setValueCount(Partitioner.MAX_PARTITIONS + 1);
            assertThatThrownBy(() -> partition(Primitive.LONG, column)).hasMessageContaining("too many partitions");
        }
    }

    @Test
    void partitionsOfWideBatchesAndLongValuesAreFewer() {
        TopicField key = TopicField.optional(1, "key", Primitive.STRING);
        try (VarCharVector column = new VarCharVector("key", allocator)) {
            for (int row = 0; row < 1000; row++) {
                column.setSafe(row, new Text("x".repeat(1000) + row));
            }
            column.setValueCount(1000);
            assertThatThrownBy(() -> Partitioner.partition(key, column, 1, new MurmurHasher(1)))
                    .hasMessageContaining("too many partitions");
            column.setValueCount(200);
            assertThat(Partitioner.partition(key, column, 100, new MurmurHasher(1)))
                    .hasSize(200);
            assertThatThrownBy(() -> Partitioner.partition(key, column, 2000, new MurmurHasher(1)))
                    .hasMessageContaining("limit=65");
        }
    }

    private static List<Partition> partition(Primitive type, FieldVector column) {
        return Partitioner.partition(TopicField.optional(1, "key", type), column, 10, new MurmurHasher(42));
    }

    private static Map<String, Integer> counts(List<Partition> partitions) {
        Map<String, Integer> counts = new HashMap<>();
        partitions.forEach(partition -> counts.put(partition.value(), partition.rows().length));
        return counts;
    }
}
