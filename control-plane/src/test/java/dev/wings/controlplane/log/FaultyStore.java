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

import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A store whose commits can be held up and made to fail.
final class FaultyStore implements LogMetadataStore {

    private final LogMetadataStore store;
    private final List<Integer> groups = new CopyOnWriteArrayList<>();
    private final Semaphore allowed = new Semaphore(Integer.MAX_VALUE / 2);
    private volatile Consumer<CommitScope> fault = scope -> {};
    private volatile Runnable afterRead = () -> {};

    FaultyStore(LogMetadataStore store) {
        this.store = store;
    }

    /// Commits wait from now on.
    void hold() {
        allowed.drainPermits();
    }

    void release() {
        allowed.release(Integer.MAX_VALUE / 2);
    }

    /// Called before each commit; may throw.
    void failWith(Consumer<CommitScope> failure) {
        this.fault = failure;
    }

    /// Called each time after commits were read, before they are returned.
    void afterRead(Runnable action) {
        this.afterRead = action;
    }

    /// How many folios each transaction was asked to commit.
    List<Integer> groups() {
        return new ArrayList<>(groups);
    }

    @Override
    public CommitDecision commit(CommitScope scope, Function<CommitState, CommitDecision> rule) {
        groups.add(scope.folioIds().size());
        allowed.acquireUninterruptibly();
        fault.accept(scope);
        return store.commit(scope, rule);
    }

    @Override
    public NamedProducer initProducer(NamespaceName namespace, String name, UUID newId, Instant now, int limit) {
        return store.initProducer(namespace, name, newId, now, limit);
    }

    @Override
    public void plan(List<TopicScan> scans, PlanSink sink) {
        store.plan(scans, sink);
    }

    @Override
    public List<PartitionRecord> listPartitions(TopicName topic, @Nullable String after, int limit) {
        return store.listPartitions(topic, after, limit);
    }

    @Override
    public List<Commit> readCommits(UUID namespaceUid, long start, int pageLimit) {
        List<Commit> commits = store.readCommits(namespaceUid, start, pageLimit);
        afterRead.run();
        return commits;
    }

    @Override
    public Optional<String> tenant(UUID namespaceUid) {
        return store.tenant(namespaceUid);
    }

    @Override
    public Map<UUID, Long> lastCommitNumbers(Set<UUID> namespaceUids) {
        return store.lastCommitNumbers(namespaceUids);
    }
}
