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

import dev.wings.common.seed.SeededTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/// The nulls and bounds of vectors against those of their values, one by one.
final class VectorFactsTest {

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    @SeededTest(200)
    void textsAreThoseOfTheirBytes(long seed) {
        RandomGenerator random = new Random(seed);
        // few bytes that differ, so that beginnings are often the same
        int alphabet = random.nextInt(1, 5);
        int longest = random.nextInt(ColumnFacts.MAX_TEXT_BYTES + 1);
        List<byte @Nullable []> values = new ArrayList<>();
        int rows = random.nextInt(1, 60);
        for (int i = 0; i < rows; i++) {
            byte[] value = new byte[random.nextInt(longest + 1)];
            for (int j = 0; j < value.length; j++) {
                value[j] = (byte) (random.nextInt(alphabet) * 0x55);
            }
            values.add(random.nextInt(5) == 0 ? null : value);
        }
        int from = random.nextInt(rows);
        int count = random.nextInt(1, rows - from + 1);
        try (VarBinaryVector whole = new VarBinaryVector("f1", allocator)) {
            whole.allocateNew();
            for (int i = 0; i < rows; i++) {
                byte[] value = values.get(i);
                if (value != null) {
                    whole.setSafe(i, value);
                }
            }
            whole.setValueCount(rows);
            TransferPair part = whole.getTransferPair(allocator);
            part.splitAndTransfer(from, count);
            try (VarBinaryVector vector = (VarBinaryVector) part.getTo()) {
                VectorFacts facts = VectorFacts.of(vector, null).orElseThrow();

                List<byte[]> present = values.subList(from, from + count).stream()
                        .filter(Objects::nonNull)
                        .sorted((a, b) -> Arrays.compareUnsigned(a, b))
                        .toList();
                assertThat(facts.nulls()).isEqualTo(count - present.size());
                assertThat(facts.bounded()).isTrue();
                assertThat((byte[]) facts.min()).isEqualTo(present.isEmpty() ? null : present.getFirst());
                assertThat((byte[]) facts.max()).isEqualTo(present.isEmpty() ? null : present.getLast());
            }
        }
    }

    @SeededTest(20)
    void numbersAreThoseOfTheirValues(long seed) {
        RandomGenerator random = new Random(seed);
        int rows = random.nextInt(1, 60);
        List<@Nullable Long> values = new ArrayList<>();
        try (BigIntVector vector = new BigIntVector("f1", allocator)) {
            vector.allocateNew(rows);
            for (int i = 0; i < rows; i++) {
                values.add(random.nextInt(5) == 0 ? null : random.nextLong());
                Long value = values.getLast();
                if (value == null) {
                    vector.setNull(i);
                } else {
                    vector.set(i, value);
                }
            }
            vector.setValueCount(rows);

            VectorFacts facts = VectorFacts.of(vector, null).orElseThrow();

            List<Long> present = values.stream().filter(Objects::nonNull).toList();
            assertThat(facts.nulls()).isEqualTo(rows - present.size());
            assertThat(facts.min())
                    .isEqualTo(present.stream().min(Comparator.naturalOrder()).orElse(null));
            assertThat(facts.max())
                    .isEqualTo(present.stream().max(Comparator.naturalOrder()).orElse(null));
        }
    }
}
