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

import static dev.wings.controlplane.task.TaskFixture.START;
import static dev.wings.controlplane.task.TaskFixture.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TenantName;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.state.StateContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every [TaskStore] does with existing tasks. How they come about and are forgotten is in
/// [TaskMakingContract], commits to tables are in [TableCommitContract].
public abstract class TaskStoreContract extends StateContract {

    private TaskFixture acme;
    private TopicRecord topic;

    protected TaskStore store() {
        return stores().tasks();
    }

    @BeforeEach
    void createTopic() {
        acme = new TaskFixture(stores(), new NamespaceName("acme", "sales"));
        topic = acme.log().createTopic("flights", true);
    }

    @Test
    void leasedTaskIsTheWorkersUntilItIsDone() {
        TaskRecord created = acme.create(topic, TaskKind.CREATE_TABLE, START);
        assertThat(created.state()).isEqualTo(TaskState.WAITING);
        assertThat(created.name()).isEqualTo(new TaskName(new TenantName("acme"), created.uid()));

        TaskRecord leased = acme.lease(at(1)).orElseThrow();
        assertThat(leased.uid()).isEqualTo(created.uid());
        assertThat(leased.state()).isEqualTo(TaskState.RUNNING);
        assertThat(leased.epoch()).isEqualTo(1);
        assertThat(leased.attempts()).isEqualTo(1);
        assertThat(leased.lease()).isEqualTo(new TaskRecord.Lease("worker", at(1), at(31)));
        assertThat(store().load(leased.name())).isEqualTo(leased);
        assertThat(acme.lease(at(2))).isEmpty();

        store().change(leased.name(), task -> task.renewed(1, "half\0way", at(20), TaskFixture.POLICY.lease()));
        TaskRecord renewed = store().load(leased.name());
        assertThat(renewed.progress()).isEqualTo("half way");
        assertThat(renewed.lease()).isEqualTo(new TaskRecord.Lease("worker", at(1), at(50)));

        assertThat(acme.complete(leased, at(21)).state()).isEqualTo(TaskState.DONE);
        assertThat(store().load(leased.name()).updateTime()).isEqualTo(at(21));
        assertThat(acme.lease(at(100))).isEmpty();
    }

    @Test
    void nothingIsLeasedBeforeItsTime() {
        assertThat(acme.idleUntil(START)).isNull();
        acme.create(topic, TaskKind.CREATE_TABLE, at(10));
        assertThat(acme.idleUntil(at(9))).isEqualTo(at(10));
        assertThat(acme.lease(at(10))).isPresent();
        // then there is nothing until the lease may be over
        assertThat(acme.idleUntil(at(11))).isEqualTo(at(40));
    }

    @Test
    void onlyWantedKindsAreLeased() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        assertThat(acme.lease(Set.of(TaskKind.COMPACT), START)).isEmpty();
        assertThat(acme.lease(Set.of(TaskKind.CREATE_TABLE), START)).isPresent();
    }

    @Test
    void tasksOfOneTableExcludeEachOther() {
        acme.createTable(topic, START);
        acme.create(topic, TaskKind.COMPACT, START);
        acme.create(topic, TaskKind.REWRITE, START);
        acme.create(topic, TaskKind.EXPIRE_SNAPSHOTS, START);
        Set<TaskKind> done = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            TaskRecord task = acme.lease(at(i)).orElseThrow();
            assertThat(acme.lease(at(i))).isEmpty();
            acme.complete(task, at(i));
            done.add(task.kind());
        }
        assertThat(done).containsExactlyInAnyOrder(TaskKind.COMPACT, TaskKind.REWRITE, TaskKind.EXPIRE_SNAPSHOTS);
    }

    @Test
    void nothingIsCompactedBeforeThereIsATable() {
        acme.create(topic, TaskKind.COMPACT, START);
        assertThat(acme.lease(at(1))).isEmpty();
        acme.createTable(topic, at(2));
        assertThat(acme.lease(at(3))).map(TaskRecord::kind).contains(TaskKind.COMPACT);
    }

    @Test
    void whatIsDueFirstIsLeasedFirstAndHousekeepingLater() {
        List<TopicRecord> topics = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            topics.add(acme.log().createTopic("topic-" + i, true));
            acme.createTable(topics.get(i), START);
        }
        acme.create(topics.get(0), TaskKind.REWRITE, at(1));
        acme.create(topics.get(1), TaskKind.COMPACT, at(3));
        acme.create(topics.get(2), TaskKind.COMPACT, at(2));
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            order.add(acme.lease(at(10)).orElseThrow().target().name());
        }
        assertThat(order)
                .containsExactly(
                        topics.get(2).name().toString(),
                        topics.get(1).name().toString(),
                        topics.get(0).name().toString());
    }

    /// I9.
    @Test
    void tenantWithManyTasksDelaysNoOther() {
        for (int i = 0; i < 20; i++) {
            acme.create(acme.log().createTopic("many-" + i, false), TaskKind.CREATE_TABLE, START);
        }
        TaskFixture other = new TaskFixture(stores(), new NamespaceName("other", "one"));
        TaskFixture third = new TaskFixture(stores(), new NamespaceName("third", "one"));
        assertThat(acme.lease(at(1))).isPresent();
        for (int i = 0; i < 2; i++) {
            other.create(other.log().createTopic("few-" + i, false), TaskKind.CREATE_TABLE, at(1));
            third.create(third.log().createTopic("few-" + i, false), TaskKind.CREATE_TABLE, at(1));
        }

        // those that have no worker come first, one each; then it goes round
        List<String> tenants = new ArrayList<>();
        for (int i = 2; i < 8; i++) {
            tenants.add(acme.lease(at(i)).orElseThrow().target().tenant().tenant());
        }
        assertThat(tenants.subList(0, 2)).containsExactlyInAnyOrder("other", "third");
        assertThat(tenants.subList(2, 5)).containsExactlyInAnyOrder("acme", "other", "third");
        assertThat(tenants.getLast()).isEqualTo("acme");
    }

    @Test
    void oneWorkerServesTenantsInTurn() {
        TaskFixture other = new TaskFixture(stores(), new NamespaceName("other", "one"));
        for (int i = 0; i < 5; i++) {
            acme.create(acme.log().createTopic("many-" + i, false), TaskKind.CREATE_TABLE, START);
            other.create(other.log().createTopic("many-" + i, false), TaskKind.CREATE_TABLE, at(5));
        }
        List<String> tenants = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TaskRecord task = acme.lease(at(10 + i)).orElseThrow();
            acme.complete(task, at(10 + i));
            tenants.add(task.target().tenant().tenant());
        }
        assertThat(tenants).containsExactly("acme", "other", "acme", "other", "acme", "other");
    }

    @Test
    void lapsedLeaseIsTakenOverAndItsHolderIsAZombie() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        TaskRecord first = acme.lease(START).orElseThrow();
        assertThat(acme.lease(at(29))).isEmpty();
        TaskRecord second = acme.lease(at(30)).orElseThrow();
        assertThat(second.uid()).isEqualTo(first.uid());
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(second.attempts()).isEqualTo(2);
        assertThat(second.failure()).contains("lapsed").contains("epoch=1");

        assertFails(() -> acme.complete(first, at(31)), ErrorKind.CONFLICT, "lease was lost");
        assertFails(() -> acme.fail(first, "late", at(31)), ErrorKind.CONFLICT, "lease was lost");
        assertThat(store().load(first.name())).isEqualTo(second);
        assertThat(acme.complete(second, at(32)).failure()).isEmpty();
        assertFails(() -> acme.complete(second, at(33)), ErrorKind.CONFLICT, "state=DONE");
    }

    /// A database keeps microseconds, rounded.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void lapsedLeaseIsTakenOverAtATimeWithNanoseconds() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        assertThat(acme.lease(START)).isPresent();
        assertThat(acme.lease(at(40).plusNanos(1_700))).isPresent();
    }

    @Test
    void taskWhoseWorkersDieIsDeadInTheEndWithTheReasonKept() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        for (int i = 0; i < 3; i++) {
            assertThat(acme.lease(at(100L * i))).isPresent();
        }
        assertThat(acme.lease(at(300))).isEmpty();
        TaskRecord dead = acme.only(TaskState.DEAD);
        assertThat(dead.failure()).contains("lapsed").contains("worker=worker");
        assertThat(dead.attempts()).isEqualTo(3);
    }

    @Test
    void failedTaskIsTriedAgainLaterAndEachTimeAfterALongerPause() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        TaskRecord first = acme.lease(START).orElseThrow();
        TaskRecord failed = acme.fail(first, "no such bucket", at(1));
        assertThat(failed.state()).isEqualTo(TaskState.WAITING);
        assertThat(failed.failure()).isEqualTo("no such bucket");
        assertThat(failed.nextRunTime()).isBetween(at(1).plusMillis(500), at(2));
        assertThat(acme.idleUntil(at(1))).isEqualTo(failed.nextRunTime());

        TaskRecord second = acme.lease(at(2)).orElseThrow();
        TaskRecord again = acme.fail(second, "no such bucket", at(3));
        assertThat(again.nextRunTime()).isBetween(at(4), at(5));
        TaskRecord third = acme.lease(at(5)).orElseThrow();
        assertThat(acme.fail(third, "still no such bucket", at(6)).state()).isEqualTo(TaskState.DEAD);
        assertThat(acme.lease(at(1_000))).isEmpty();
        assertThat(acme.only(TaskState.DEAD).failure()).isEqualTo("still no such bucket");

        TaskRecord retried = store().change(third.name(), task -> task.retried(at(1_001)));
        assertThat(retried.attempts()).isZero();
        TaskRecord fourth = acme.lease(at(1_001)).orElseThrow();
        assertThat(fourth.epoch()).isEqualTo(4);
        assertFails(
                () -> store().change(third.name(), task -> task.retried(at(1_002))),
                ErrorKind.PRECONDITION,
                "state=RUNNING");
    }

    /// An outage is longer than all attempts that a task has.
    @Test
    void transientFailuresPauseButDoNotKill() {
        acme.create(topic, TaskKind.CREATE_TABLE, START);
        Instant now = START;
        for (int i = 1; i <= 5 * TaskFixture.POLICY.maxAttempts(); i++) {
            TaskRecord failed =
                    acme.fail(acme.lease(now).orElseThrow(), "unavailable: no store", FailureCause.TRANSIENT, now);
            assertThat(failed).isEqualTo(acme.only(TaskState.WAITING));
            assertThat(failed.attempts()).isEqualTo(i);
            assertThat(failed.failure()).isEqualTo("unavailable: no store");
            Duration whole = Duration.ofSeconds(Math.min(60, 1L << Math.min(i - 1, 10)));
            assertThat(Duration.between(now, failed.nextRunTime())).isBetween(whole.dividedBy(2), whole);
            now = failed.nextRunTime();
        }

        // what the task itself may be the reason of still counts, and leases that lapse do
        TaskRecord failed = acme.fail(acme.lease(now).orElseThrow(), "a bug", now);
        assertThat(failed.state()).isEqualTo(TaskState.WAITING);
        now = failed.nextRunTime();
        assertThat(acme.lease(now)).isPresent();
        now = now.plus(TaskFixture.POLICY.lease());
        TaskRecord last = acme.lease(now).orElseThrow();
        assertThat(acme.fail(last, "a bug", now).state()).isEqualTo(TaskState.DEAD);

        Instant retry = now;
        store().change(last.name(), task -> task.retried(retry));
        assertThat(acme.only(TaskState.WAITING).transientFailures()).isZero();
    }

    @Test
    void taskOfAStoppedWorkerIsAsIfItHadNotBeenLeased() {
        TaskRecord created = acme.create(topic, TaskKind.CREATE_TABLE, START);
        for (int i = 1; i <= 2 * TaskFixture.POLICY.maxAttempts(); i++) {
            TaskRecord leased = acme.lease(at(i)).orElseThrow();
            assertThat(leased.epoch()).isEqualTo(i);
            assertThat(leased.attempts()).isEqualTo(1);
            acme.fail(leased, "the worker was stopped", FailureCause.GIVEN_BACK, at(i));
            TaskRecord back = acme.only(TaskState.WAITING);
            assertThat(back.attempts()).isZero();
            assertThat(back.failure()).isEmpty();
            assertThat(back.nextRunTime()).isEqualTo(created.nextRunTime());
        }
    }

    @Test
    void targetHasOneTaskOfAKindThatIsNotDone() {
        TaskRecord first = acme.create(topic, TaskKind.CREATE_TABLE, at(10));
        NewTask earlier = new NewTask(acme.ids().next(), TaskKind.CREATE_TABLE, acme.target(topic), 7, at(-5), at(3));
        store().create(List.of(earlier), at(1));
        TaskRecord joined = acme.only(TaskState.WAITING);
        assertThat(joined.uid()).isEqualTo(first.uid());
        assertThat(joined.bytes()).isEqualTo(7);
        assertThat(joined.sinceTime()).isEqualTo(at(-5));
        assertThat(joined.nextRunTime()).isEqualTo(at(3));

        TaskRecord leased = acme.lease(at(3)).orElseThrow();
        acme.fail(leased, "failed", at(4));
        store().create(List.of(earlier), at(4));
        // the pause after a failure is not cut short
        assertThat(acme.only(TaskState.WAITING).nextRunTime()).isAfter(at(4));
    }

    @Test
    void tasksOfADeletedTopicAreOverAndItsTableIsGarbage() {
        acme.createTable(topic, START);
        acme.create(topic, TaskKind.REWRITE, START);
        TaskRecord running = acme.leaseCompaction(topic, START);
        cluster().deleteTopic(topic.name(), at(1), at(100));

        assertThat(acme.lease(at(1_000))).isEmpty();
        assertThat(acme.list(TaskState.WAITING)).isEmpty();
        assertThat(acme.list(TaskState.RUNNING)).isEmpty();
        assertThat(store().load(running.name()).progress()).contains("deleted");
        assertFails(() -> acme.complete(running, at(2)), ErrorKind.CONFLICT, "lease was lost");
        assertThat(dueFrom(acme.log().namespaceUid(), at(100))).containsExactly(acme.location(topic, ""));

        // made by somebody who did not know
        acme.create(topic, TaskKind.COMPACT, START);
        assertThat(acme.lease(at(3))).isEmpty();
        store().prune(START, 100);
        assertThat(acme.list(TaskState.WAITING)).isEmpty();
    }

    @Test
    void tasksAreListedByTenantNewestFirst() {
        TaskFixture other = new TaskFixture(stores(), new NamespaceName("other", "one"));
        TaskRecord foreign = other.create(other.log().createTopic("foreign", false), TaskKind.CREATE_TABLE, START);
        List<TaskRecord> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.addFirst(acme.create(acme.log().createTopic("t" + i, false), TaskKind.CREATE_TABLE, START));
        }
        all.sort((left, right) -> right.uid().toString().compareTo(left.uid().toString()));
        TenantName tenant = new TenantName("acme");
        Set<TaskState> any = EnumSet.allOf(TaskState.class);
        assertThat(store().list(tenant, any, null, 10)).isEqualTo(all);
        assertThat(store().list(tenant, any, all.get(1).uid(), 2)).isEqualTo(all.subList(2, 4));
        assertThat(store().list(tenant, EnumSet.of(TaskState.DEAD), null, 10)).isEmpty();
        assertFails(() -> store().list(new TenantName("nobody"), any, null, 10), ErrorKind.NOT_FOUND, "tenants/nobody");
        // I9: not under the name of another tenant
        TaskName stolen = new TaskName(tenant, foreign.uid());
        assertFails(() -> store().load(stolen), ErrorKind.NOT_FOUND, stolen.toString());
        assertFails(() -> store().change(stolen, task -> task), ErrorKind.NOT_FOUND, stolen.toString());
    }

    static void assertFails(ThrowingCallable call, ErrorKind kind, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(WingsException.class, failure -> {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
            assertThat(failure.getMessage()).contains(part);
        });
    }
}
