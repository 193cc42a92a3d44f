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

import static dev.wings.controlplane.log.LogFixture.batch;
import static dev.wings.controlplane.log.LogFixture.page;
import static dev.wings.controlplane.task.TaskFixture.START;
import static dev.wings.controlplane.task.TaskFixture.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.state.StateContract;
import dev.wings.controlplane.task.TaskStore.TaskCount;
import dev.wings.controlplane.task.TaskStore.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How every [TaskStore] has tasks come about, counts what they are made for, and forgets them.
@Timeout(120)
public abstract class TaskMakingContract extends StateContract {

    private TaskFixture acme;
    private TopicRecord topic;

    private TaskStore store() {
        return stores().tasks();
    }

    @BeforeEach
    void createTopic() {
        acme = new TaskFixture(stores(), new NamespaceName("acme", "sales"));
        topic = acme.log().createTopic("flights", true);
    }

    @Test
    void pagesAreCompactedWhenTheOldestIsAsOldAsTheFreshness() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(5)));
        acme.push(at(9), page(topic, "JFK", batch(5)), page(topic, "AMS", batch(5)));
        acme.grow(at(10));
        TaskRecord task = acme.only(TaskState.WAITING);
        assertThat(task.kind()).isEqualTo(TaskKind.COMPACT);
        assertThat(task.sinceTime()).isEqualTo(at(1));
        assertThat(task.nextRunTime()).isEqualTo(at(31));
        assertThat(task.bytes()).isEqualTo(3 * 128);

        // counted once
        assertThat(store().findNamespacesWithNewPages()).isEmpty();
        acme.grow(at(11));
        assertThat(acme.only(TaskState.WAITING)).isEqualTo(task);
        acme.push(at(12), page(topic, "JFK", batch(5)));
        assertThat(store().findNamespacesWithNewPages())
                .containsExactly(acme.log().namespaceUid());
        acme.grow(at(12));
        assertThat(acme.only(TaskState.WAITING).bytes()).isEqualTo(4 * 128);
        assertThat(acme.only(TaskState.WAITING).nextRunTime()).isEqualTo(at(31));
    }

    @Test
    void manyBytesAreCompactedAtOnce() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(5)));
        acme.grow(at(1));
        acme.push(at(2), pages(7));
        acme.grow(at(3));
        assertThat(acme.only(TaskState.WAITING).bytes()).isEqualTo(8 * 128);
        assertThat(acme.only(TaskState.WAITING).nextRunTime()).isEqualTo(at(3));
        assertThat(acme.lease(at(3))).isPresent();
    }

    @Test
    void pagesThatCameDuringACompactionAreCompactedNext() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(5)));
        acme.grow(at(1));
        TaskRecord task = acme.lease(at(31)).orElseThrow();
        acme.push(at(32), page(topic, "JFK", batch(5)));
        acme.grow(at(32));
        acme.push(at(33), page(topic, "AMS", batch(5)));
        acme.commit(acme.compaction(topic, task, 0, new TableCommit.WatermarkMove("JFK", 0, 5)), at(34));
        acme.complete(task, at(35));

        TaskRecord next = acme.only(TaskState.WAITING);
        assertThat(next.uid()).isNotEqualTo(task.uid());
        assertThat(next.sinceTime()).isEqualTo(at(32));
        assertThat(next.nextRunTime()).isEqualTo(at(62));
        assertThat(next.bytes()).isEqualTo(128);
        acme.grow(at(36));
        assertThat(acme.only(TaskState.WAITING).bytes()).isEqualTo(2 * 128);
        assertThat(acme.only(TaskState.WAITING).sinceTime()).isEqualTo(at(32));
    }

    @Test
    void nothingFollowsFromACompactionThatLeftNothing() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(5)));
        acme.grow(at(1));
        TaskRecord task = acme.lease(at(31)).orElseThrow();
        acme.commit(acme.compaction(topic, task, 0, new TableCommit.WatermarkMove("JFK", 0, 5)), at(34));
        acme.complete(task, at(35));
        assertThat(acme.list(TaskState.WAITING)).isEmpty();
    }

    @Test
    void housekeepingFollowsFromHowTheTableIs() {
        TaskRecord task = acme.createTable(topic, START);
        TaskRecord compaction = acme.leaseCompaction(topic, at(1));
        acme.complete(compaction, new TableCondition(8, 101, at(-100)), false, at(2));
        assertThat(acme.list(TaskState.WAITING))
                .extracting(TaskRecord::kind)
                .containsExactlyInAnyOrder(TaskKind.REWRITE, TaskKind.EXPIRE_SNAPSHOTS);
        assertThat(acme.list(TaskState.WAITING))
                .extracting(TaskRecord::nextRunTime)
                .containsOnly(at(2));
        assertThat(acme.list(TaskState.DONE)).extracting(TaskRecord::uid).contains(task.uid());

        TaskRecord rewrite = acme.lease(Set.of(TaskKind.REWRITE), at(3)).orElseThrow();
        acme.complete(rewrite, new TableCondition(8, 101, at(-100)), false, at(4));
        assertThat(acme.only(TaskState.WAITING).kind()).isEqualTo(TaskKind.EXPIRE_SNAPSHOTS);
        TaskRecord expiry = acme.lease(at(5)).orElseThrow();
        acme.complete(expiry, new TableCondition(0, 50, at(-100)), false, at(6));
        // old ones are expired when they are old
        assertThat(acme.only(TaskState.WAITING).nextRunTime())
                .isEqualTo(at(-100).plus(TaskFixture.POLICY.snapshotAge()));
    }

    private List<Wanted> wanted() {
        return store().findWanted(10);
    }

    @Test
    void newTopicsAndNamespacesWantTheirFirstTasks() {
        assertThat(wanted())
                .extracting(Wanted::kind, each -> each.target().name())
                .containsExactlyInAnyOrder(
                        tuple(TaskKind.COLLECT_GARBAGE, "tenants/acme/namespaces/sales"),
                        tuple(TaskKind.CREATE_TABLE, topic.name().toString()));
        assertThat(wanted()).contains(new Wanted(TaskKind.CREATE_TABLE, acme.target(topic)));
        assertThat(store().findWanted(1)).containsExactly(wanted().getFirst());
        // another kind of the same target is not what is wanted
        acme.create(topic, TaskKind.COMPACT, at(1_000));
        assertThat(wanted()).hasSize(2);
        acme.create(topic, TaskKind.CREATE_TABLE, at(1_000));
        assertThat(wanted()).extracting(Wanted::kind).containsExactly(TaskKind.COLLECT_GARBAGE);

        TopicRecord second = acme.log().createTopic("second", false);
        TopicRecord third = acme.log().createTopic("third", false);
        assertThatThrownBy(() -> acme.log().createTopic("third", false)).isInstanceOf(WingsException.class);
        stores().cluster().deleteTopic(second.name(), START, START);
        assertThat(wanted())
                .extracting(each -> each.target().uid())
                .containsExactlyInAnyOrder(third.namespaceUid(), third.uid());
        store().prune(START, 10);
        assertThat(wanted()).hasSize(2);

        Wanted first = wanted().stream()
                .filter(each -> each.kind() == TaskKind.COLLECT_GARBAGE)
                .findFirst()
                .orElseThrow();
        store().create(
                        List.of(new NewTask(
                                acme.ids().next(), TaskKind.COLLECT_GARBAGE, first.target(), 0, START, at(5))),
                        START);
        assertThat(wanted()).extracting(each -> each.target().uid()).containsExactly(third.uid());
        TaskRecord collection =
                acme.lease(Set.of(TaskKind.COLLECT_GARBAGE), at(5)).orElseThrow();
        acme.complete(collection, at(6));
        assertThat(acme.list(TaskState.WAITING))
                .filteredOn(task -> task.kind() == TaskKind.COLLECT_GARBAGE)
                .extracting(TaskRecord::nextRunTime)
                .containsExactly(at(6).plus(TaskFixture.POLICY.garbageInterval()));
    }

    @Test
    void whatIsDoneIsForgottenAfterAWhile() {
        TaskRecord done = acme.createTable(topic, START);
        TaskRecord waiting = acme.create(topic, TaskKind.REWRITE, START);
        store().prune(START, 100);
        assertThat(store().load(done.name())).isNotNull();
        assertThat(store().prune(at(1), 100)).isEqualTo(1);
        TaskStoreContract.assertFails(
                () -> store().load(done.name()),
                ErrorKind.NOT_FOUND,
                done.name().toString());
        assertThat(store().load(waiting.name())).isEqualTo(waiting);
    }

    @Test
    void openTasksAreCounted() {
        acme.createTable(topic, START);
        acme.create(topic, TaskKind.REWRITE, at(5));
        acme.create(acme.log().createTopic("second", false), TaskKind.CREATE_TABLE, at(5));
        assertThat(store().count())
                .containsExactlyInAnyOrder(
                        new TaskCount(TaskKind.REWRITE, TaskState.WAITING, 1, START),
                        new TaskCount(TaskKind.CREATE_TABLE, TaskState.WAITING, 1, START));
    }

    /// If there are very many pages, that is all that matters: a store may stop counting.
    @Test
    void pagesThatAreLeftAreCountedAtLeastInPart() {
        acme.createTable(topic, START);
        acme.push(at(1), page(topic, "JFK", batch(5)));
        acme.push(at(2), pages(12_000));
        acme.grow(at(2));
        TaskRecord task = acme.lease(at(2)).orElseThrow();
        assertThat(task.bytes()).isEqualTo(12_001 * 128L);
        acme.commit(acme.compaction(topic, task, 0, new TableCommit.WatermarkMove("JFK", 0, 5)), at(3));
        acme.complete(task, at(4));
        TaskRecord next = acme.only(TaskState.WAITING);
        assertThat(next.bytes()).isBetween(TaskFixture.POLICY.compactBytes(), 12_000 * 128L);
        assertThat(next.sinceTime()).isEqualTo(at(2));
        assertThat(next.nextRunTime()).isEqualTo(at(4));
        // however much was left out, it is found in the end
        assertThat(acme.lease(at(4)).orElseThrow().uid()).isEqualTo(next.uid());
    }

    @Test
    void pruningForgetsSomeAtATimeUntilNothingIsLeft() {
        List<TaskRecord> done = new ArrayList<>();
        List<TableCommit> commits = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            TopicRecord made = acme.log().createTopic("topic-" + i, false);
            acme.create(made, TaskKind.CREATE_TABLE, START);
            TaskRecord task = acme.lease(START).orElseThrow();
            commits.add(acme.creation(made, task));
            acme.commit(commits.getLast(), START);
            done.add(acme.complete(task, START));
        }
        assertThat(store().prune(START, 10)).as("nothing is older").isZero();
        int forgotten = 0;
        int some;
        do {
            some = store().prune(at(1), 10);
            assertThat(some).isLessThanOrEqualTo(10);
            forgotten += some;
            assertThat(acme.list(TaskState.DONE)).hasSizeBetween(0, 25 - Math.min(25, forgotten));
        } while (some >= 10);
        assertThat(forgotten).isEqualTo(25);
        assertThat(acme.list(TaskState.DONE)).isEmpty();
        TableCommit repeated = commits.getLast();
        TaskStoreContract.assertFails(
                () -> acme.commit(repeated, at(2)),
                ErrorKind.NOT_FOUND,
                repeated.task().toString());
        assertThat(done).extracting(TaskRecord::state).containsOnly(TaskState.DONE);
    }

    private FolioCommit.Page[] pages(int count) {
        FolioCommit.Page[] pages = new FolioCommit.Page[count];
        for (int i = 0; i < count; i++) {
            pages[i] = page(topic, "P" + i, batch(1));
        }
        return pages;
    }
}
