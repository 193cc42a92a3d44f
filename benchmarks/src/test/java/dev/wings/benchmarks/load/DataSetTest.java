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
package dev.wings.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataSetTest {

    @ParameterizedTest
    @EnumSource
    void sameIdsAlwaysHaveTheSameRows(DataSet rows) {
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot first = rows.openBatch(allocator, 1_000, 500);
                VectorSchemaRoot again = rows.openBatch(allocator, 1_000, 500);
                VectorSchemaRoot other = rows.openBatch(allocator, 1_500, 500)) {
            assertThat(first.equals(again)).isTrue();
            assertThat(first.equals(other)).isFalse();
        }
    }
}
