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
package dev.wings.controlplane.memory;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.CommitDecision;
import dev.wings.controlplane.log.CommitDecision.CommittedFolio;
import dev.wings.controlplane.log.CommitState;
import dev.wings.controlplane.log.CommitState.KnownFolio;
import dev.wings.controlplane.log.CommitState.PartitionState;
import dev.wings.controlplane.log.CommitState.TopicState;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.PartitionKey;
import dev.wings.controlplane.log.PartitionRecord;
import dev.wings.controlplane.log.PlanSink;
import dev.wings.controlplane.log.PlanSink.CountedRows;
import dev.wings.controlplane.log.PlanSink.PlannedPage;
import dev.wings.controlplane.log.PlanSink.TopicSnapshot;
import dev.wings.controlplane.log.ProducerKey;
import dev.wings.controlplane.log.ProducerState;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.memory.MemoryDatabase.NamespaceEntry;
import dev.wings.controlplane.memory.MemoryDatabase.PartitionEntry;
import dev.wings.controlplane.memory.MemoryDatabase.StoredPage;
import dev.wings.controlplane.memory.MemoryDatabase.TopicEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The log's metadata, in memory.
final class MemoryLogMetadataStore implements LogMetadataStore {

    private static final int PLAN_CHUNK_PAGES = 1_000;

    private final MemoryDatabase database;

    MemoryLogMetadataStore(MemoryDatabase database) {
        this.database = database;
    }

    @Override
    public CommitDecision commit(CommitScope scope, Function<CommitState, CommitDecision> rule) {
        return database.transaction(() -> {
            NamespaceEntry namespace = database.loadNamespace(scope.namespaceUid());
            Map<UUID, TopicEntry> topics = topicsByUid(namespace);
            CommitDecision decision = rule.apply(state(scope, namespace, topics));
            for (CommittedFolio folio : decision.folios()) {
                write(namespace, topics, folio);
                namespace.commitTimes.add(decision.time());
            }
            decision.partitions().forEach((key, state) -> partition(topics, key).state = state);
            decision.producers()
                    .forEach((key, state) ->
                            topic(topics, key.topicUid()).producers.put(key.producerId(), state));
            if (namespace.objectKeys.size() != decision.lastCommitNumber()) {
                throw new IllegalStateException("commit numbers are dense: commits=" + namespace.objectKeys.size()
                        + ", last=" + decision.lastCommitNumber());
            }
            return decision;
        });
    }

    private CommitState state(CommitScope scope, NamespaceEntry namespace, Map<UUID, TopicEntry> topics) {
        Map<UUID, KnownFolio> folios = new HashMap<>();
        for (UUID id : scope.folioIds()) {
            Optional.ofNullable(database.folios.get(id)).ifPresent(known -> folios.put(id, known));
        }
        Map<UUID, TopicState> topicStates = new HashMap<>();
        for (UUID uid : scope.topicUids()) {
            TopicEntry entry = topics.get(uid);
            if (entry != null) {
                topicStates.put(
                        uid, new TopicState(entry.topic.schema().version(), entry.topic.partitionFieldId() != 0));
            }
        }
        Map<PartitionKey, PartitionState> partitions = new HashMap<>();
        for (PartitionKey key : scope.partitions()) {
            TopicEntry entry = topics.get(key.topicUid());
            PartitionEntry partition = entry == null ? null : entry.partitions.get(key.value());
            if (partition != null) {
                partitions.put(key, partition.state);
            }
        }
        Map<ProducerKey, ProducerState> producers = new HashMap<>();
        Map<UUID, Long> epochs = new HashMap<>();
        for (ProducerKey key : scope.producers()) {
            TopicEntry entry = topics.get(key.topicUid());
            if (entry != null) {
                Optional.ofNullable(entry.producers.get(key.producerId()))
                        .ifPresent(producer -> producers.put(key, producer));
            }
            namespace.producers.values().stream()
                    .filter(producer -> producer.producerId().equals(key.producerId()))
                    .forEach(producer -> epochs.put(key.producerId(), producer.epoch()));
        }
        return new CommitState(
                namespace.namespace.objectPrefix(),
                namespace.objectKeys.size(),
                folios,
                topicStates,
                partitions,
                producers,
                epochs);
    }

    private void write(NamespaceEntry namespace, Map<UUID, TopicEntry> topics, CommittedFolio folio) {
        KnownFolio known = new KnownFolio(namespace.namespace.uid(), folio.answer());
        if (database.folios.putIfAbsent(folio.folio().folioId(), known) != null) {
            throw new IllegalStateException(
                    "a folio is committed once: folio_id=" + folio.folio().folioId());
        }
        namespace.objectKeys.add(folio.folio().objectKey());
        for (LogPage page : folio.pages()) {
            PartitionEntry partition = partition(topics, page.partition());
            partition.pages.add(new StoredPage(page, folio.answer().commitNumber()));
        }
    }

    private static PartitionEntry partition(Map<UUID, TopicEntry> topics, PartitionKey key) {
        return topic(topics, key.topicUid()).partitions.computeIfAbsent(key.value(), value -> new PartitionEntry());
    }

    private static TopicEntry topic(Map<UUID, TopicEntry> topics, UUID uid) {
        TopicEntry topic = topics.get(uid);
        if (topic == null) {
            throw new IllegalStateException("a commit writes to topics of its namespace: topic_uid=" + uid);
        }
        return topic;
    }

    @Override
    public NamedProducer initProducer(NamespaceName namespace, String name, UUID newId, Instant now, int limit) {
        return database.transaction(() -> {
            Map<String, NamedProducer> producers = database.load(namespace).producers;
            NamedProducer known = producers.get(name);
            if (known == null && producers.size() >= limit) {
                throw WingsException.exhausted("the namespace has too many producers that have a name, those that write"
                        + " no more are forgotten after a week: namespace=" + namespace + ", limit=" + limit);
            }
            NamedProducer next = known == null
                    ? new NamedProducer(newId, 1, now)
                    : new NamedProducer(known.producerId(), known.epoch() + 1, now);
            producers.put(name, next);
            return next;
        });
    }

    private static Map<UUID, TopicEntry> topicsByUid(NamespaceEntry namespace) {
        Map<UUID, TopicEntry> topics = new HashMap<>();
        namespace.topics.values().forEach(entry -> topics.put(entry.topic.uid(), entry));
        return topics;
    }

    @Override
    public void plan(List<TopicScan> scans, PlanSink sink) {
        List<TopicSnapshot> snapshots = new ArrayList<>();
        List<List<PlannedPage>> pages = new ArrayList<>();
        database.transaction(() -> {
            for (TopicScan scan : scans) {
                TopicEntry topic = database.load(scan.topic());
                NamespaceEntry namespace = database.load(scan.topic().parent());
                snapshots.add(new TopicSnapshot(
                        topic.topic.uid(),
                        topic.topic.schema().version(),
                        namespace.namespace.uid(),
                        namespace.objectKeys.size(),
                        tableLocation(topic),
                        scan.rowsOnly() || scan.countPages() ? Optional.of(rows(topic)) : Optional.empty(),
                        scan.countPages() ? Optional.of(topic.pages().count()) : Optional.empty()));
                pages.add(topic.pages()
                        .filter(stored -> scan.wants(stored.page()))
                        .map(stored -> new PlannedPage(
                                stored.page(),
                                namespace.objectKeys.get(Math.toIntExact(stored.commitNumber() - 1)),
                                stored.commitNumber()))
                        .toList());
            }
            return pages;
        });
        sink.topics(snapshots);
        for (int i = 0; i < pages.size(); i++) {
            List<PlannedPage> all = pages.get(i);
            for (int from = 0; from < all.size(); from += PLAN_CHUNK_PAGES) {
                sink.pages(i, all.subList(from, Math.min(from + PLAN_CHUNK_PAGES, all.size())));
            }
        }
    }

    private static CountedRows rows(TopicEntry topic) {
        List<LogPage> pages = topic.pages().map(StoredPage::page).toList();
        return new CountedRows(
                pages.stream()
                        .mapToLong(page -> page.endOffset() - page.startOffset())
                        .sum(),
                pages.stream().mapToLong(LogPage::startOffset).min().orElse(0));
    }

    private String tableLocation(TopicEntry topic) {
        LakeEntry table = database.tableOf(topic.topic);
        return table == null ? "" : table.metadataLocation();
    }

    @Override
    public List<PartitionRecord> listPartitions(TopicName topic, @Nullable String after, int limit) {
        return database.transaction(() -> {
            NavigableMap<String, PartitionEntry> all = database.load(topic).partitions;
            return (after == null ? all : all.tailMap(after, false))
                    .entrySet().stream()
                            .limit(limit)
                            .map(entry -> new PartitionRecord(
                                    entry.getKey(),
                                    entry.getValue().state.nextOffset(),
                                    entry.getValue().watermark,
                                    entry.getValue().state.lastTimestampMicros()))
                            .toList();
        });
    }

    @Override
    public List<Commit> readCommits(UUID namespaceUid, long start, int pageLimit) {
        return database.transaction(() -> {
            NamespaceEntry namespace = database.loadNamespace(namespaceUid);
            Map<Long, List<LogPage>> pages = pagesByCommit(namespace);
            List<Commit> commits = new ArrayList<>();
            long count = 0;
            for (long number = start; number <= namespace.objectKeys.size() && count < pageLimit; number++) {
                List<LogPage> ofCommit = pages.getOrDefault(number, List.of());
                commits.add(new Commit(number, namespace.objectKeys.get(Math.toIntExact(number - 1)), ofCommit));
                count += Math.max(1, ofCommit.size());
            }
            return commits;
        });
    }

    private static Map<Long, List<LogPage>> pagesByCommit(NamespaceEntry namespace) {
        Map<Long, List<LogPage>> pages = new HashMap<>();
        namespace
                .pages()
                .forEach(stored -> pages.computeIfAbsent(stored.commitNumber(), number -> new ArrayList<>())
                        .add(stored.page()));
        pages.values().forEach(ofCommit -> ofCommit.sort(Comparator.comparingLong(LogPage::byteOffset)));
        return pages;
    }

    @Override
    public Optional<String> tenant(UUID namespaceUid) {
        return database.transaction(() -> Optional.ofNullable(database.namespaces.get(namespaceUid))
                .map(entry -> entry.namespace.name().tenant()));
    }

    @Override
    public Map<UUID, Long> lastCommitNumbers(Set<UUID> namespaceUids) {
        return database.transaction(() -> {
            Map<UUID, Long> numbers = new HashMap<>();
            for (UUID uid : namespaceUids) {
                NamespaceEntry namespace = database.namespaces.get(uid);
                if (namespace != null) {
                    numbers.put(uid, (long) namespace.objectKeys.size());
                }
            }
            return numbers;
        });
    }
}
