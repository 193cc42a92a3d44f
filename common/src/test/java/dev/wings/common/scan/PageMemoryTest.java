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
package dev.wings.common.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageMemoryTest {

    private static final long PAGE = 1 << 16;

    private final BufferAllocator root = new RootAllocator();
    private final BufferAllocator counted = root.newChildAllocator("scan", 0, 4 * PAGE);
    private final PageMemory memory = new PageMemory(counted, 2 * PAGE);

    @AfterEach
    void nothingLeaks() {
        memory.close();
        counted.close();
        root.close();
    }

    @Test
    void memoryIsUsedAgainOnlyWhenNobodyReadsIt() {
        ArrowBuf first = memory.take(PAGE);
        long address = first.memoryAddress();
        ArrowBuf slice = first.slice(10, 20);
        slice.getReferenceManager().retain();
        first.close();
        try (ArrowBuf second = memory.take(PAGE)) {
            assertThat(second.memoryAddress()).isNotEqualTo(address);
        }
        slice.close();
        try (ArrowBuf third = memory.take(PAGE)) {
            assertThat(third.memoryAddress()).isEqualTo(address);
        }
    }

    @Test
    void anotherAllocatorsHoldCounts() {
        try (BufferAllocator other = root.newChildAllocator("reader", 0, PAGE)) {
            ArrowBuf first = memory.take(PAGE);
            long address = first.memoryAddress();
            ArrowBuf held = first.getReferenceManager().retain(first, other);
            first.close();
            try (ArrowBuf second = memory.take(PAGE)) {
                assertThat(second.memoryAddress()).isNotEqualTo(address);
            }
            held.close();
        }
    }

    @Test
    void whatIsUsedIsCounted() {
        ArrowBuf first = memory.take(PAGE);
        assertThat(counted.getAllocatedMemory()).isEqualTo(PAGE);
        assertThatThrownBy(() -> memory.take(4 * PAGE)).isInstanceOf(OutOfMemoryException.class);
        first.close();
        assertThat(counted.getAllocatedMemory()).isZero();
        memory.take(4 * PAGE).close();
    }

    @Test
    void muchLargerMemoryIsNotTaken() {
        ArrowBuf large = memory.take(2 * PAGE);
        large.close();
        try (ArrowBuf small = memory.take(100)) {
            assertThat(small.capacity()).isLessThan(PAGE);
        }
    }

    @Test
    void pagesOutliveTheirScan() {
        ArrowBuf page = memory.take(PAGE);
        memory.close();
        page.setLong(0, 42);
        assertThat(page.getLong(0)).isEqualTo(42);
        page.close();
    }
}
