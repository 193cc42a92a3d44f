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
package dev.wings.controlplane.task;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.TenantName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A store that counts how often it is asked for a task, and may refuse to count the pages of a namespace.
final class CountingTaskStore implements TaskStore {

    private final TaskStore store;
    private final AtomicInteger leases = new AtomicInteger();
    private final AtomicInteger searches = new AtomicInteger();
    private volatile @Nullable UUID refused;
    private volatile Runnable whileSearching = () -> {};

    CountingTaskStore(TaskStore store) {
        this.store = store;
    }

    int leases() {
        return leases.get();
    }

    /// Looks at all namespaces.
    int searches() {
        return searches.get();
    }

    void refuseToCount(UUID namespaceUid) {
        refused = namespaceUid;
    }

    /// Looks at all namespaces take as long as this.
    void whileSearching(Runnable work) {
        whileSearching = work;
    }

    @Override
    public Turn lease(LeaseWish wish, Instant now, TaskPolicy policy) {
        leases.incrementAndGet();
        return store.lease(wish, now, policy);
    }

    @Override
    public TaskRecord change(TaskName name, UnaryOperator<TaskRecord> rule) {
        return store.change(name, rule);
    }

    @Override
    public TaskRecord complete(TaskName name, Function<CompletionState, Completion> rule) {
        return store.complete(name, rule);
    }

    @Override
    public TaskRecord load(TaskName name) {
        return store.load(name);
    }

    @Override
    public List<TaskRecord> list(TenantName tenant, Set<TaskState> states, @Nullable UUID after, int limit) {
        return store.list(tenant, states, after, limit);
    }

    @Override
    public long commitTable(TableCommit commit, Function<TableCommitState, TableCommitDecision> rule) {
        return store.commitTable(commit, rule);
    }

    @Override
    public List<Wanted> findWanted(int limit) {
        return store.findWanted(limit);
    }

    @Override
    public List<UUID> findNamespacesWithNewPages() {
        searches.incrementAndGet();
        whileSearching.run();
        return store.findNamespacesWithNewPages();
    }

    @Override
    public Optional<Integer> growBacklog(
            UUID namespaceUid,
            int commitLimit,
            Function<List<TopicGrowth>, List<NewTask>> rule,
            long dueBytes,
            Instant now) {
        if (namespaceUid.equals(refused)) {
            throw WingsException.unavailable("not counted: namespace_uid=" + namespaceUid, null);
        }
        return store.growBacklog(namespaceUid, commitLimit, rule, dueBytes, now);
    }

    @Override
    public void create(List<NewTask> tasks, Instant now) {
        store.create(tasks, now);
    }

    @Override
    public int prune(Instant before, int limit) {
        return store.prune(before, limit);
    }

    @Override
    public List<TaskCount> count() {
        return store.count();
    }
}
