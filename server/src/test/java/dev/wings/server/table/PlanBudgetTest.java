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
package dev.wings.server.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// I11, I9: what queries are about is bounded for all of them, and shared.
class PlanBudgetTest {

    private static final long LIMIT_BYTES = 3 << 20;

    private final PlanBudget budget = new PlanBudget(LIMIT_BYTES);

    @Test
    void oneQueryMayHaveAllOfItsTenant() {
        try (PlanMemory memory = budget.open("a")) {
            for (long bytes = 0; bytes < LIMIT_BYTES; bytes += 1000) {
                memory.add(Math.min(1000, LIMIT_BYTES - bytes), "pages");
            }
            assertRefused(() -> memory.add(1, "pages"), "limit_bytes=");
        }
        assertThat(budget.heldBytes()).isZero();
    }

    /// Alone each of them would be within its limit.
    @Test
    void queriesOfATenantShare() {
        try (PlanMemory first = budget.open("a");
                PlanMemory second = budget.open("a")) {
            first.add(2 << 20, "pages");
            second.add(1 << 20, "pages");
            assertRefused(() -> second.add(1 << 19, "pages"), "limit_bytes_of_a_tenant=");
            first.close();
            try (PlanMemory third = budget.open("a")) {
                third.add(2 << 20, "pages");
            }
        }
        assertThat(budget.heldBytes()).isZero();
    }

    @Test
    void otherTenantsFindSomethingLeft() {
        try (PlanMemory noisy = budget.open("noisy")) {
            noisy.add(LIMIT_BYTES, "pages");
            try (PlanMemory quiet = budget.open("quiet")) {
                quiet.add(700 << 10, "pages");
                assertRefused(() -> quiet.add(1 << 20, "pages"), "limit_bytes_of_a_tenant=");
            }
        }
    }

    /// However many tenants there are.
    @Test
    void allTogetherAreBounded() {
        List<PlanMemory> open = new ArrayList<>();
        long granted = 0;
        for (int tenant = 0; tenant < 100; tenant++) {
            PlanMemory memory = budget.open("tenant-" + tenant);
            open.add(memory);
            try {
                for (int i = 0; i < 100; i++) {
                    memory.add(100 << 10, "pages");
                    granted += 100 << 10;
                }
            } catch (WingsException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED);
            }
            assertThat(granted).isLessThanOrEqualTo(4 * LIMIT_BYTES / 3);
        }
        open.forEach(PlanMemory::close);
        assertThat(budget.heldBytes()).isZero();
    }

    private static void assertRefused(ThrowingCallable adding, String limit) {
        assertThatThrownBy(adding)
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED))
                .hasMessageContaining("WINGS_SERVER_PLAN_MEMORY_BYTES")
                .hasMessageContaining(limit + LIMIT_BYTES);
    }
}
