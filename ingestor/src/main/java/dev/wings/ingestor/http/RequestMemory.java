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
package dev.wings.ingestor.http;

import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import dev.wings.ingestor.budget.MemoryBudget;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.memory.BufferAllocator;

/// The memory that the values of one request take, which counts as that of batches does.
final class RequestMemory implements AutoCloseable {

    /// How long a request waits for others to give memory back.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemoryBudget.Account account;
    private final BufferAllocator values;
    private long counted;

    /// @param limitBytes of the values
    RequestMemory(MemoryBudget budget, String tenant, BufferAllocator parent, long limitBytes) {
        this.account = budget.open();
        account.joinTenant(tenant);
        this.values = parent.newChildAllocator("http-rows", 0, limitBytes);
    }

    MemoryBudget.Account account() {
        return account;
    }

    BufferAllocator values() {
        return values;
    }

    /// Waits until the tenant and the namespace may have more. Fails with EXHAUSTED if that takes long.
    void awaitRoom(Scheduler scheduler) throws InterruptedException {
        CompletableFuture<Void> admitted = new CompletableFuture<>();
        account.whenAdmitted(() -> admitted.complete(null));
        if (admitted.isDone()) {
            return;
        }
        Scheduler.Timer patience = scheduler.schedule(
                PATIENCE,
                () -> admitted.completeExceptionally(
                        WingsException.exhausted("no memory for the rows of the request: waited=" + PATIENCE)));
        try {
            admitted.get();
        } catch (ExecutionException e) {
            throw WingsException.exhausted(
                    "the ingestor has no memory for the rows of the request, send them again later: waited="
                            + PATIENCE);
        } finally {
            patience.cancel();
        }
    }

    /// Counts what the values take by now. Fails with EXHAUSTED if it is too much.
    void count() {
        long bytes = values.getAllocatedMemory();
        if (bytes <= counted) {
            return;
        }
        long grown = bytes - counted;
        counted = bytes;
        if (!account.receive(grown)) {
            throw WingsException.exhausted("the ingestor has no memory for the rows of the request, send fewer at once,"
                    + " or send them again later: bytes=" + bytes);
        }
    }

    /// Whether the request itself is what there is no memory for. What grows doubles.
    boolean isMostlyUsed() {
        return values.getAllocatedMemory() > values.getLimit() / 4;
    }

    /// Turns what was counted into a lease on a batch of so many bytes.
    MemoryBudget.Account.Lease take(long bytes) {
        MemoryBudget.Account.Lease lease = account.take();
        counted = 0;
        lease.resize(bytes);
        return lease;
    }

    /// Gives back what is left; batches that were taken go their way.
    @Override
    public void close() {
        values.close();
        account.close();
    }
}
