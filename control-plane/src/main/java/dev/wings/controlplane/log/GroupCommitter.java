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
package dev.wings.controlplane.log;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.World;
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.CommitDecision.Refused;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

/// Gathers the folios that arrive while a namespace is being committed, and commits them together next.
///
/// A namespace has at most one transaction at a time, since its row is the sequencer and a second one would
/// only wait for it; namespaces do not wait for each other beyond [CommitLimits#transactions]. A folio that
/// fails does not fail those it shares a transaction with.
public final class GroupCommitter implements AutoCloseable {

    /// How often a group that lost against another transaction is tried again.
    private static final int CONFLICT_RETRIES = 3;

    /// How many namespaces of one tenant wait for a turn at most.
    private static final int MAX_NAMESPACES = 1_000_000;

    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final LogMetadataStore store;
    private final InstantSource clock;
    private final CommitLimits limits;
    private final CommitPublisher publisher;
    private final CommitMetrics metrics;
    private final FairPlaces transactions;
    private final FairPlaces queueBytes;
    private final ExecutorService threads;

    private final ReentrantLock lock = new ReentrantLock();
    /// The namespaces that have something to commit or are being committed.
    private final Map<UUID, Queue> queues = new HashMap<>();
    private long queuedBytes;
    private boolean closed;

    /// Hears of commits, in the order of their numbers within a namespace.
    public interface CommitPublisher {
        void published(UUID namespaceUid, List<Commit> commits);
    }

    /// @param place the place of its bytes among those of all; none if its queue was empty, which takes
    ///     anything
    private record Pending(
            FolioCommit folio, long bytes, Optional<FairPlaces.Place> place, CompletableFuture<FolioAnswer> answer) {}

    private static final class Queue {
        final Deque<Pending> waiting = new ArrayDeque<>();
        /// The folios that have no answer yet, by their ids.
        final Map<UUID, Pending> open = new HashMap<>();
        long bytes;
    }

    public GroupCommitter(
            LogMetadataStore store,
            World world,
            CommitLimits limits,
            CommitPublisher publisher,
            MeterRegistry registry) {
        this.store = store;
        this.threads = world.threads().executor("commit");
        this.clock = world.clock();
        this.limits = limits;
        this.publisher = publisher;
        this.metrics = new CommitMetrics(registry, this::queuedBytes);
        // The turns are shared so that a tenant with busy namespaces does not keep the others from committing.
        this.transactions = new FairPlaces(
                "transactions",
                new FairPlaces.Limits(limits.transactions(), MAX_NAMESPACES, FOR_EVER),
                world.scheduler());
        this.queueBytes = new FairPlaces("bytes of commits", limits.queueBytes());
    }

    /// Commits a folio and waits until it is durable. Idempotent by the folio's id, so after UNAVAILABLE, when
    /// the outcome may be unknown, the same call is to be made again; it joins the first one while that waits.
    /// Fails with EXHAUSTED if too much is waiting.
    ///
    /// @param bytes how large the request was
    public FolioAnswer commit(UUID namespaceUid, FolioCommit folio, long bytes) {
        return metrics.timeCommit(() -> await(enqueue(namespaceUid, folio, bytes)));
    }

    private static FolioAnswer await(CompletableFuture<FolioAnswer> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted, the commit may or may not happen", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WingsException known) {
                // The exception is made anew, since the folios of a group share the failure and each caller
                // adds its own trace.
                throw new WingsException(known.kind(), known.getMessage(), known);
            }
            throw new IllegalStateException("a commit failed", e.getCause());
        }
    }

    private CompletableFuture<FolioAnswer> enqueue(UUID namespaceUid, FolioCommit folio, long bytes) {
        lock.lock();
        try {
            if (closed) {
                throw WingsException.unavailable("the control plane is stopping", null);
            }
            Queue queue = queues.get(namespaceUid);
            Pending known = queue == null ? null : queue.open.get(folio.folioId());
            if (known != null && known.folio.equals(folio)) {
                return known.answer;
            }
            long ofNamespace = queue == null ? 0 : queue.bytes;
            // An empty queue takes anything, so that a limit below the size of one request stops nobody for
            // ever.
            String owner = owner(namespaceUid);
            boolean full = ofNamespace > 0 && ofNamespace + bytes > limits.namespaceQueueBytes();
            Optional<FairPlaces.Place> place = full ? Optional.empty() : queueBytes.tryAcquire(owner, bytes);
            if (ofNamespace > 0 && place.isEmpty()) {
                throw WingsException.exhausted("too many commits are waiting: namespace_uid=" + namespaceUid
                        + ", waiting_bytes=" + ofNamespace + ", waiting_bytes_of_all=" + queuedBytes);
            }
            if (queue == null) {
                // The thread is started first, and then waits for our lock: a queue without a thread would
                // never be emptied.
                threads.execute(() -> commitAll(namespaceUid, owner));
                queue = new Queue();
                queues.put(namespaceUid, queue);
            }
            Pending pending = new Pending(folio, bytes, place, new CompletableFuture<>());
            queue.waiting.add(pending);
            queue.open.putIfAbsent(folio.folioId(), pending);
            queue.bytes += bytes;
            queuedBytes += bytes;
            return pending.answer;
        } finally {
            lock.unlock();
        }
    }

    /// Commits one group after the other until nothing of the namespace waits.
    private void commitAll(UUID namespaceUid, String owner) {
        while (true) {
            try (FairPlaces.Place turn = acquireTurn(owner)) {
                // The group is taken only now: what arrived while this waited for its turn joins it.
                List<Pending> group = takeGroup(namespaceUid);
                if (group.isEmpty()) {
                    return;
                }
                commitGroup(namespaceUid, group);
            }
        }
    }

    /// The owner of a namespace's turns: a tenant's namespaces share its turns; where the call does not say
    /// whose a namespace is, it is on its own.
    private static String owner(UUID namespaceUid) {
        String tenant = ActingTenant.current();
        return tenant.isEmpty() ? namespaceUid.toString() : tenant;
    }

    private FairPlaces.Place acquireTurn(String owner) {
        try {
            return transactions.acquire(owner);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the threads of commits", e);
        }
    }

    /// Removes the folios before they are answered: a caller who has an answer and calls again, after
    /// UNAVAILABLE say, is not to get the same answer again.
    private void beforeAnswers(UUID namespaceUid, List<Pending> group) {
        lock.lock();
        try {
            Map<UUID, Pending> open = queue(namespaceUid).open;
            group.forEach(each -> open.remove(each.folio.folioId(), each));
        } finally {
            lock.unlock();
        }
    }

    private Queue queue(UUID namespaceUid) {
        Queue queue = queues.get(namespaceUid);
        if (queue == null) {
            throw new IllegalStateException("a namespace has one committer: namespace_uid=" + namespaceUid);
        }
        return queue;
    }

    private List<Pending> takeGroup(UUID namespaceUid) {
        lock.lock();
        try {
            Queue queue = queue(namespaceUid);
            List<Pending> group = new ArrayList<>();
            long bytes = 0;
            while (!queue.waiting.isEmpty() && group.size() < limits.groupFolios()) {
                Pending next = queue.waiting.peek();
                if (!group.isEmpty() && bytes + next.bytes > limits.groupBytes()) {
                    break;
                }
                group.add(queue.waiting.remove());
                next.place.ifPresent(FairPlaces.Place::close);
                bytes += next.bytes;
            }
            queue.bytes -= bytes;
            queuedBytes -= bytes;
            if (group.isEmpty()) {
                queues.remove(namespaceUid);
            }
            return group;
        } finally {
            lock.unlock();
        }
    }

    private void commitGroup(UUID namespaceUid, List<Pending> group) {
        for (int attempt = 0; ; attempt++) {
            try {
                CommitDecision decision = transact(namespaceUid, group);
                beforeAnswers(namespaceUid, group);
                finish(group, decision);
                return;
            } catch (Throwable e) {
                ErrorKind kind = e instanceof WingsException known ? known.kind() : ErrorKind.INTERNAL;
                boolean retry = kind == ErrorKind.CONFLICT && attempt < CONFLICT_RETRIES;
                // One member of a group may be at fault; what concerns the namespace or the database concerns
                // all of them.
                boolean apart = group.size() > 1 && kind != ErrorKind.UNAVAILABLE && kind != ErrorKind.NOT_FOUND;
                if (retry || apart) {
                    metrics.retried();
                }
                if (!retry) {
                    if (apart) {
                        group.forEach(member -> commitGroup(namespaceUid, List.of(member)));
                    } else {
                        beforeAnswers(namespaceUid, group);
                        group.forEach(member -> member.answer.completeExceptionally(e));
                    }
                    return;
                }
            }
        }
    }

    private CommitDecision transact(UUID namespaceUid, List<Pending> group) {
        List<FolioCommit> folios = group.stream().map(Pending::folio).toList();
        CommitDecision decision = metrics.timeTransaction(() -> store.commit(
                CommitScope.of(namespaceUid, folios),
                // The clock is read behind all locks: a folio must not grow too old while it waits for them
                // (I8).
                state -> CommitRule.decide(namespaceUid, folios, state, nowMicros(), limits.maxFolioAge())));
        metrics.committed(decision);
        List<Commit> commits = decision.folios().stream()
                .map(committed -> new Commit(
                        committed.answer().commitNumber(), committed.folio().objectKey(), committed.pages()))
                .toList();
        if (!commits.isEmpty()) {
            publisher.published(namespaceUid, commits);
        }
        return decision;
    }

    private long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    private static void finish(List<Pending> group, CommitDecision decision) {
        for (int i = 0; i < group.size(); i++) {
            CompletableFuture<FolioAnswer> answer = group.get(i).answer;
            switch (decision.outcomes().get(i)) {
                case Answered answered -> answer.complete(answered.answer());
                case Refused refused -> answer.completeExceptionally(refused.reason());
            }
        }
    }

    private long queuedBytes() {
        lock.lock();
        try {
            return queuedBytes;
        } finally {
            lock.unlock();
        }
    }

    /// Refuses new folios and waits for those that are under way.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        threads.close();
    }
}
