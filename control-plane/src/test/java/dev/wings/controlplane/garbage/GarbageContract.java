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
package dev.wings.controlplane.garbage;

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.garbage.GarbageCollection.Found;
import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.TableName;
import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.CommitDecision.Answered;
import dev.wings.controlplane.log.CommitDecision.Outcome;
import dev.wings.controlplane.log.CommitDecision.Refused;
import dev.wings.controlplane.log.CommitRule;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.LogFixture;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.ProducerBatch;
import dev.wings.controlplane.log.ProducerKey;
import dev.wings.controlplane.log.ProducerResult;
import dev.wings.controlplane.log.ProducerRule;
import dev.wings.controlplane.state.StateContract;
import dev.wings.controlplane.task.NewTask;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TaskFixture;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskTarget;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every [GarbageStore] does under the rules of [GarbageCollection]: I8.
@Timeout(120)
public abstract class GarbageContract extends StateContract {

    private static final TaskPolicy POLICY = TaskFixture.POLICY;
    private static final Duration GRACE = POLICY.garbageGrace();

    private TaskFixture acme;
    private TopicRecord topic;
    private GarbageCollection collection;
    private TaskRecord task;
    private Instant now = TaskFixture.START;

    protected GarbageStore store() {
        return stores().garbage();
    }

    @BeforeEach
    void openCollection() {
        acme = new TaskFixture(stores(), new NamespaceName("acme", "sales"));
        topic = acme.log().createTopic("flights", true);
        collection = new GarbageCollection(tasks(), store(), POLICY, () -> now);
        task = leaseCollection(acme.log().namespaceUid());
        acme.createTable(topic, TaskFixture.START);
    }

    private TaskRecord leaseCollection(UUID namespace) {
        TaskTarget target = new TaskTarget(
                acme.target(topic).tenantUid(),
                namespace,
                namespace,
                acme.log().namespace().name().toString());
        NewTask collecting = new NewTask(acme.ids().next(), TaskKind.COLLECT_GARBAGE, target, 0, now, now);
        tasks().create(List.of(collecting), now);
        return acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), now).orElseThrow();
    }

    /// I11: a call looks at some folios, and the next goes on from there.
    @Test
    void aCallLooksAtSomeFoliosOnly() {
        for (int i = 0; i < 25; i++) {
            commit(page(topic, "AMS", batch(1)));
        }
        GarbageCollection small = new GarbageCollection(tasks(), store(), POLICY, () -> now, 1);
        int calls = 1;
        while (small.list(task.name(), task.epoch(), 0).more()) {
            calls++;
        }
        // ten, ten, and five
        assertThat(calls).isEqualTo(3);
        assertThat(small.list(task.name(), task.epoch(), 0).more()).isTrue();
    }

    private List<String> due() {
        return collection.list(task.name(), task.epoch(), 0).garbage().stream()
                .map(Garbage::location)
                .toList();
    }

    private void removeAll() {
        List<Garbage> garbage = collection.list(task.name(), task.epoch(), 0).garbage();
        collection.remove(
                task.name(),
                task.epoch(),
                garbage.stream().map(item -> item.id().toString()).toList());
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private FolioCommit commit(FolioCommit.Page... pages) {
        FolioCommit folio = acme.log().folio(pages);
        assertThat(outcome(folio)).isInstanceOf(Answered.class);
        return folio;
    }

    private Outcome outcome(FolioCommit folio) {
        UUID namespace = acme.log().namespaceUid();
        List<FolioCommit> folios = List.of(folio);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        return log().commit(
                        CommitScope.of(namespace, folios),
                        state -> CommitRule.decide(namespace, folios, state, micros, POLICY.maxCommitAge()))
                .outcomes()
                .getFirst();
    }

    private static String location(FolioCommit folio) {
        return "file:///data/" + folio.objectKey();
    }

    @Test
    void folioIsGarbageAGraceAfterItWasSeenWithoutPages() {
        FolioCommit folio = commit(page(topic, "AMS", batch(3)), page(topic, "JFK", batch(5)));
        Outcome answer = outcome(folio);
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0, new WatermarkMove("AMS", 0, 3)), now);
        assertThat(due()).isEmpty();
        pass(GRACE);
        removeAll();
        assertThat(due()).as("it has a page").isEmpty();

        acme.complete(compaction, now);
        TaskRecord next = acme.leaseCompaction(topic, now);
        // its lease was over
        task = acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), now).orElseThrow();
        acme.commit(acme.compaction(topic, next, 1, new WatermarkMove("JFK", 0, 5)), now);
        assertThat(due()).isEmpty();
        pass(GRACE.minusSeconds(1));
        assertThat(due()).isEmpty();
        assertThat(outcome(folio)).as("still remembered").isEqualTo(answer);
        pass(Duration.ofSeconds(1));
        assertThat(due()).contains(location(folio));
        assertThat(store().findFolios(Set.of(folio.folioId()))).containsExactly(folio.objectKey());

        removeAll();
        assertThat(due()).isEmpty();
        assertThat(store().findFolios(Set.of(folio.folioId()))).isEmpty();
        assertThat(outcome(folio)).as("never again").isInstanceOf(Refused.class);
    }

    @Test
    void followersSeeACommitWithoutPagesWhereAFolioWas() {
        commit(page(topic, "AMS", batch(3)));
        FolioCommit kept = commit(page(topic, "JFK", batch(3)));
        commit(page(topic, "AMS", batch(2)));
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0, new WatermarkMove("AMS", 0, 5)), now);
        assertThat(due()).isEmpty();
        pass(GRACE);
        removeAll();
        UUID namespace = acme.log().namespaceUid();
        List<Commit> commits = log().readCommits(namespace, 1, 100);
        assertThat(commits).extracting(Commit::number).containsExactly(1L, 2L, 3L);
        assertThat(commits).extracting(Commit::objectKey).containsExactly("", kept.objectKey(), "");
        assertThat(commits.get(1).pages()).hasSize(1);
        assertThat(log().readCommits(namespace, 3, 100))
                .extracting(Commit::number)
                .containsExactly(3L);
        assertThat(log().readCommits(namespace, 1, 2))
                .extracting(Commit::number)
                .containsExactly(1L, 2L);
        assertThat(log().readCommits(namespace, 4, 2)).isEmpty();
    }

    @Test
    void whatATableLeftBehindIsGarbageAfterTheGrace() {
        commit(page(topic, "AMS", batch(3)));
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0, new WatermarkMove("AMS", 0, 3)), now);
        String obsolete = acme.location(topic, "metadata/00000");
        String file = acme.location(topic, "data/a");
        assertThat(store().findListed(acme.log().namespaceUid(), Set.of(obsolete, file)))
                .containsExactly(obsolete);
        pass(GRACE.minusSeconds(1));
        assertThat(due()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(due()).containsExactly(obsolete);
        assertThat(store().findTable(acme.log().namespaceUid(), topic.uid()))
                .contains(acme.location(topic, "metadata/00001"));
    }

    @Test
    void deletedTopicIsGarbageWithItsFoliosAfterTheGrace() {
        FolioCommit folio = commit(page(topic, "AMS", batch(3)));
        cluster().deleteTopic(topic.name(), now, now.plus(GRACE));
        String directory = acme.location(topic, "");
        assertThat(due()).isEmpty();
        assertThat(store().findTable(acme.log().namespaceUid(), topic.uid())).isEmpty();
        String below = acme.location(topic, "data/a");
        assertThat(store().findListed(acme.log().namespaceUid(), Set.of(below))).containsExactly(below);
        pass(GRACE);
        assertThat(due()).containsExactlyInAnyOrder(directory, location(folio));
        removeAll();
        assertThat(due()).isEmpty();
        assertThat(store().findListed(acme.log().namespaceUid(), Set.of(below))).isEmpty();
    }

    /// However many pages there are: some go at a time, and only those of deleted topics.
    @Test
    void deletedTopicLosesItsPagesLater() {
        TopicRecord other = acme.log().createTopic("orders", true);
        for (String value : List.of("AMS", "JFK", "JFK", "OSL", "JFK")) {
            commit(page(topic, value, batch(2)), page(other, value, batch(1)));
        }
        UUID namespace = acme.log().namespaceUid();
        assertThat(store().removeDeletedTopics(namespace, 3)).isFalse();
        cluster().deleteTopic(topic.name(), now, now);
        List<Long> left = new ArrayList<>();
        do {
            left.add(pages(topic));
        } while (store().removeDeletedTopics(namespace, 3));
        assertThat(left.subList(0, 3)).containsExactly(5L, 2L, 0L);
        assertThat(left.size()).as("partitions go a few at a time, too").isBetween(3, 6);
        assertThat(left.getLast()).isZero();
        assertThat(acme.plan(other).rows()).isEqualTo(5);
        assertThat(pages(other)).isEqualTo(5);
        assertThat(store().removeDeletedTopics(namespace, 3)).isFalse();
    }

    @Test
    void producersThatWriteNoMoreAreForgotten() {
        UUID namespace = acme.log().namespaceUid();
        NamespaceName name = acme.log().namespace().name();
        UUID anonymous = new UUID(1, 1);
        NamedProducer silent = log().initProducer(name, "silent", new UUID(1, 2), now, 10);
        NamedProducer busy = log().initProducer(name, "busy", new UUID(1, 3), now, 10);
        assertThat(write(busy.producerId(), 1, 0)).isEqualTo(ProducerResult.Outcome.NEW);
        pass(Duration.ofDays(1));
        assertThat(write(anonymous, 0, 0)).isEqualTo(ProducerResult.Outcome.NEW);
        assertThat(write(busy.producerId(), 1, 1)).isEqualTo(ProducerResult.Outcome.NEW);
        pass(ProducerRule.LIFE.minusMinutes(1));
        forgetProducers(namespace);
        assertThat(write(anonymous, 0, 0)).isEqualTo(ProducerResult.Outcome.REPEATED);
        assertThat(write(silent.producerId(), 1, 0)).isEqualTo(ProducerResult.Outcome.REFUSED);
        assertThat(write(busy.producerId(), 1, 2)).isEqualTo(ProducerResult.Outcome.NEW);
        pass(Duration.ofMinutes(1));
        forgetProducers(namespace);
        assertThat(write(anonymous, 0, 0)).as("it was forgotten").isEqualTo(ProducerResult.Outcome.NEW);
        assertThat(log().initProducer(name, "busy", new UUID(1, 4), now, 10).epoch())
                .isEqualTo(2);
        assertThat(log().initProducer(name, "silent", new UUID(1, 5), now, 10).producerId())
                .isEqualTo(new UUID(1, 5));
    }

    private void forgetProducers(UUID namespace) {
        int calls = 0;
        while (store().removeProducers(namespace, now, now.minus(ProducerRule.LIFE), 1)) {
            assertThat(calls++).isLessThan(10);
        }
    }

    private ProducerResult.Outcome write(UUID producer, long epoch, long sequence) {
        FolioCommit folio = acme.log()
                .folio(
                        List.of(new ProducerBatch(
                                new ProducerKey(producer, topic.uid()),
                                epoch,
                                sequence,
                                false,
                                0,
                                Optional.empty(),
                                List.of(new ProducerBatch.Part(0, 0)))),
                        page(topic, "AMS", batch(1)));
        UUID namespace = acme.log().namespaceUid();
        List<FolioCommit> folios = List.of(folio);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        Outcome outcome = log().commit(
                        CommitScope.of(namespace, folios),
                        state -> CommitRule.decide(namespace, folios, state, micros, LogFixture.ANY_AGE))
                .outcomes()
                .getFirst();
        return ((Answered) outcome).answer().producerResults().getFirst().outcome();
    }

    /// How many pages of a topic are in commits that followers read.
    private long pages(TopicRecord wanted) {
        return log().readCommits(acme.log().namespaceUid(), 1, 1_000).stream()
                .flatMap(commit -> commit.pages().stream())
                .filter(page -> page.partition().topicUid().equals(wanted.uid()))
                .count();
    }

    @Test
    void deletedNamespaceIsCollectedUntilNothingIsLeft() {
        FolioCommit folio = commit(page(topic, "AMS", batch(3)));
        cluster().deleteTopic(topic.name(), now, now.plus(GRACE));
        cluster().deleteNamespace(topic.name().parent(), now, now.plus(GRACE.multipliedBy(2)));
        cluster().deleteObjectStore(acme.log().namespace().objectStore(), now);
        assertThat(due()).isEmpty();
        collectAgainAfterTheGrace();
        assertThat(due()).containsExactlyInAnyOrder(acme.location(topic, ""), location(folio));
        removeAll();
        assertThat(due()).isEmpty();
        collectAgainAfterTheGrace();
        String prefix = "file:///data/" + acme.log().namespace().objectPrefix();
        assertThat(due()).containsExactlyInAnyOrder(prefix + "/folios/", prefix + "/tables/");
        assertThat(wanted(TaskKind.COLLECT_GARBAGE)).isEmpty();
        removeAll();
        acme.complete(task, now);
        pass(GRACE);
        assertThat(acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), now)).isEmpty();
        assertThat(wanted(TaskKind.COLLECT_GARBAGE)).isEmpty();
    }

    private List<TaskTarget> wanted(TaskKind kind) {
        return tasks().findWanted(10).stream()
                .filter(wanted -> wanted.kind() == kind)
                .map(wanted -> wanted.target())
                .toList();
    }

    private void collectAgainAfterTheGrace() {
        acme.complete(task, now);
        pass(GRACE);
        task = acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), now).orElseThrow();
    }

    @Test
    void pagesAreBoundedAndListedAgainUntilTheyAreRemoved() {
        for (int i = 0; i < 5; i++) {
            commit(page(topic, "AMS", batch(1)));
        }
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0, new WatermarkMove("AMS", 0, 5)), now);
        assertThat(due()).isEmpty();
        pass(GRACE);
        Set<String> removed = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            List<Garbage> page = collection.list(task.name(), task.epoch(), 2).garbage();
            assertThat(page).hasSize(2);
            assertThat(collection.list(task.name(), task.epoch(), 2).garbage()).isEqualTo(page);
            page.forEach(item -> removed.add(item.location()));
            List<String> ids = page.stream().map(item -> item.id().toString()).toList();
            collection.remove(task.name(), task.epoch(), ids);
            collection.remove(task.name(), task.epoch(), ids);
        }
        assertThat(removed).hasSize(6);
        assertThat(due()).isEmpty();
    }

    /// What one table has done with may be what another one is, if it was registered with the same file.
    @Test
    void metadataFileOfATableIsNotDue() {
        LakeEntry kept = createTable("kept", Kind.TABLE);
        LakeEntry base = createTable("copy", Kind.TABLE, kept.metadataLocation());
        String obsolete = kept.metadataLocation().replace("0.json", "1.json");
        LakeChange.Move listing =
                new LakeChange.Move(base, kept.metadataLocation() + "x", List.of(kept.metadataLocation(), obsolete));
        lake().commit(List.of(listing), now, now.plus(GRACE));
        pass(GRACE);
        assertThat(due()).containsExactly(obsolete);
        TableName moved = TableName.of(new NamespaceName("acme", "moved"), "kept");
        lake().createNamespace(
                        new NamespaceRecord(
                                moved.parent(),
                                acme.ids().next(),
                                now,
                                acme.log().namespace().objectStore(),
                                "acme/moved"),
                        Map.of());
        lake().rename(Kind.TABLE, kept.name(), moved, now);
        assertThat(due()).as("wherever the table is").containsExactly(obsolete);
        LakeChange.Move on = new LakeChange.Move(kept, kept.metadataLocation() + "y", List.of());
        lake().commit(List.of(on), now, now.plus(GRACE));
        assertThat(due()).containsExactlyInAnyOrder(kept.metadataLocation(), obsolete);
    }

    @Test
    void purgedTableIsListedAfterTheGraceUntilItIsForgotten() {
        LakeEntry kept = createTable("kept", Kind.TABLE);
        LakeEntry purged = createTable("purged", Kind.TABLE);
        lake().drop(Kind.TABLE, kept.name(), false, now);
        lake().drop(Kind.TABLE, purged.name(), true, now);
        PurgedTable listed = new PurgedTable(purged.uid(), purged.metadataLocation());
        pass(GRACE.minusSeconds(1));
        assertThat(purged()).isEmpty();
        collection.forgetPurged(task.name(), task.epoch(), purged.uid());
        pass(Duration.ofSeconds(1));
        assertThat(purged()).as("not forgotten before").containsExactly(listed);
        assertThat(purged()).containsExactly(listed);
        assertThat(collection.listPurged(task.name(), task.epoch(), Optional.of(purged.uid())))
                .isEmpty();
        store().forgetPurged(new UUID(0, 1), purged.uid(), now);
        collection.forgetPurged(task.name(), task.epoch(), kept.uid());
        assertThat(purged()).containsExactly(listed);
        assertThat(store().findPurged(new UUID(0, 1), now, new UUID(0, 0), 10)).isEmpty();
        collection.forgetPurged(task.name(), task.epoch(), purged.uid());
        collection.forgetPurged(task.name(), task.epoch(), purged.uid());
        assertThat(purged()).isEmpty();
        assertFails(() -> collection.listPurged(task.name(), task.epoch() - 1, Optional.empty()), ErrorKind.CONFLICT);
        assertFails(() -> collection.forgetPurged(task.name(), 0, purged.uid()), ErrorKind.CONFLICT);
        assertFails(() -> collection.listEngineTables(task.name(), 0, Optional.empty()), ErrorKind.CONFLICT);
    }

    /// Tables that were moved to another namespace have their files where they were made; topics' tables do not
    /// count.
    @Test
    void tablesOfEnginesAreListedWhereTheirFilesAre() {
        LakeEntry table = createTable("orders", Kind.TABLE);
        LakeEntry view = createTable("view", Kind.VIEW);
        LakeEntry moved = createTable("moved", Kind.TABLE);
        NamespaceName other = new NamespaceName("acme", "other");
        lake().createNamespace(
                        new NamespaceRecord(
                                other,
                                acme.ids().next(),
                                now,
                                acme.log().namespace().objectStore(),
                                "acme/other"),
                        Map.of());
        TableName target = TableName.of(other, "moved");
        lake().rename(Kind.TABLE, moved.name(), target, now);
        List<EngineTable> expected = Stream.of(
                        new EngineTable(table.uid(), table.metadataLocation(), false),
                        new EngineTable(view.uid(), view.metadataLocation(), true),
                        new EngineTable(moved.uid(), moved.metadataLocation(), false))
                .sorted(Comparator.comparing(found -> found.uid().toString()))
                .toList();
        UUID first = expected.getFirst().uid();
        assertThat(collection.listEngineTables(task.name(), task.epoch(), Optional.empty()))
                .isEqualTo(expected);
        assertThat(collection.listEngineTables(task.name(), task.epoch(), Optional.of(first)))
                .isEqualTo(expected.subList(1, 3));
        UUID namespace = acme.log().namespaceUid();
        assertThat(store().findEngineTables(namespace, first, 1)).isEqualTo(expected.subList(1, 2));
        UUID otherUid = lake().loadNamespace(other).namespace().uid();
        assertThat(store().findEngineTables(otherUid, new UUID(0, 0), 10)).isEmpty();
        lake().drop(Kind.TABLE, target, true, now);
        assertThat(store().findPurged(otherUid, now, new UUID(0, 0), 10)).isEmpty();
        assertThat(store().findPurged(namespace, now, new UUID(0, 0), 10))
                .containsExactly(new PurgedTable(moved.uid(), moved.metadataLocation()));
    }

    @Test
    void deletedNamespaceIsCollectedUntilItsTablesArePurged() {
        LakeEntry table = createTable("orders", Kind.TABLE);
        cluster().deleteTopic(topic.name(), now, now);
        lake().drop(Kind.TABLE, table.name(), true, now);
        cluster().deleteNamespace(topic.name().parent(), now, now);
        removeAll();
        assertThat(due()).isEmpty();
        collectAgainAfterTheGrace();
        assertThat(purged()).hasSize(1);
        collection.forgetPurged(task.name(), task.epoch(), table.uid());
        acme.complete(task, now);
        pass(GRACE);
        assertThat(acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), now)).isEmpty();
        assertThat(wanted(TaskKind.COLLECT_GARBAGE)).isEmpty();
    }

    private List<PurgedTable> purged() {
        return collection.listPurged(task.name(), task.epoch(), Optional.empty());
    }

    private LakeEntry createTable(String id, Kind kind) {
        String prefix = acme.log().namespace().objectPrefix();
        return createTable(id, kind, "file:///data/" + prefix + "/external/" + id + "/metadata/0.json");
    }

    private LakeEntry createTable(String id, Kind kind, String location) {
        TableName name = TableName.of(acme.log().namespace().name(), id);
        UUID uid = acme.ids().next();
        LakeEntry entry = new LakeEntry(
                name,
                kind,
                uid,
                Optional.empty(),
                uid,
                location,
                1,
                store().loadHome(acme.log().namespaceUid()));
        lake().commit(List.of(new LakeChange.Create(entry)), now, now);
        return entry;
    }

    /// I9.
    @Test
    void garbageOfOthersAndWhatIsNotDueIsNotForgotten() {
        commit(page(topic, "AMS", batch(1)));
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0, new WatermarkMove("AMS", 0, 1)), now);
        assertThat(due()).isEmpty();
        Instant later = now.plus(GRACE);
        List<Garbage> all = store().findDue(acme.log().namespaceUid(), later, 10);
        assertThat(all).hasSize(2);
        Set<GarbageId> ids = Set.copyOf(all.stream().map(Garbage::id).toList());
        store().remove(acme.log().namespaceUid(), ids, later.minusSeconds(1));
        store().remove(new UUID(0, 1), ids, later);
        assertThat(store().findDue(acme.log().namespaceUid(), later, 10)).isEqualTo(all);
        assertFails(() -> store().findDue(new UUID(0, 1), later, 10), ErrorKind.NOT_FOUND);
        assertThat(store().findListed(new UUID(0, 1), Set.of(acme.location(topic, "metadata/00000"))))
                .isEmpty();
        assertThat(store().findTable(new UUID(0, 1), topic.uid())).isEmpty();
        assertFails(() -> store().loadHome(new UUID(0, 1)), ErrorKind.NOT_FOUND);
    }

    @Test
    void onlyTheHolderOfTheLeaseIsAnswered() {
        assertFails(() -> collection.list(task.name(), task.epoch() - 1, 0), ErrorKind.CONFLICT);
        assertFails(() -> collection.remove(task.name(), 0, List.of()), ErrorKind.CONFLICT);
        TaskRecord other = acme.leaseCompaction(topic, now);
        assertFails(() -> collection.list(other.name(), other.epoch(), 0), ErrorKind.INVALID);
        assertFails(() -> collection.remove(task.name(), task.epoch(), List.of("x-1")), ErrorKind.INVALID);
        Found elsewhere = new Found("acme/other/folios/x", now);
        assertFails(() -> collection.findOrphans(task.name(), task.epoch(), List.of(elsewhere)), ErrorKind.INVALID);
    }

    @Test
    void orphansAreWhatNobodyKnowsAndIsOlderThanTheGrace() {
        FolioCommit known = commit(page(topic, "AMS", batch(3)));
        FolioCommit lost = acme.log().folio(page(topic, "AMS", batch(3)));
        String prefix = acme.log().namespace().objectPrefix();
        String file = acme.location(topic, "data/lost.parquet").substring("file:///data/".length());
        String listed = acme.location(topic, "metadata/00000").substring("file:///data/".length());
        TaskRecord compaction = acme.leaseCompaction(topic, now);
        acme.commit(acme.compaction(topic, compaction, 0), now);
        Instant found = now;
        List<Found> objects = new ArrayList<>();
        String uploadedTwice = FolioKey.of(prefix, known.folioId(), 1);
        for (String key : List.of(
                known.objectKey(), uploadedTwice, lost.objectKey(), prefix + "/folios/notes.txt", file, listed)) {
            objects.add(new Found(key, found));
        }
        assertThat(orphans(objects)).isEmpty();
        pass(GRACE.minusMillis(1));
        assertThat(orphans(objects)).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(orphans(objects)).containsExactlyInAnyOrder(uploadedTwice, lost.objectKey(), file);
        // an old id in an object that was stored just now
        assertThat(orphans(List.of(new Found(lost.objectKey(), now), new Found(file, now))))
                .isEmpty();
    }

    private List<String> orphans(List<Found> objects) {
        return collection.findOrphans(task.name(), task.epoch(), objects);
    }

    /// Whatever clocks say: a folio that was called an orphan is never committed from then on.
    @Test
    void orphanIsNeverCommitted() {
        Random random = new Random(5);
        Instant start = now;
        int orphaned = 0;
        for (int i = 0; i < 300; i++) {
            long skewMillis = random.nextLong(-3 * GRACE.toMillis(), 3 * GRACE.toMillis());
            UUID id = new IdGenerator(() -> start.plusMillis(skewMillis), random).next();
            FolioCommit.Page page = page(topic, "AMS", batch(1));
            FolioCommit folio = new FolioCommit(
                    id, FolioKey.of(acme.log().namespace().objectPrefix(), id), page.byteLength(), List.of(page));
            now = start.plusMillis(random.nextLong(4 * GRACE.toMillis()));
            boolean orphan =
                    !orphans(List.of(new Found(folio.objectKey(), start))).isEmpty();
            now = now.plusMillis(random.nextLong(GRACE.toMillis()));
            if (orphan) {
                orphaned++;
                assertThat(outcome(folio)).isInstanceOf(Refused.class);
            } else if (outcome(folio) instanceof Answered) {
                now = now.plus(GRACE.multipliedBy(5));
                assertThat(orphans(List.of(new Found(folio.objectKey(), start))))
                        .isEmpty();
            }
        }
        assertThat(orphaned).isGreaterThan(20);
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind())
                                .as(failure.getMessage())
                                .isEqualTo(kind));
    }
}
