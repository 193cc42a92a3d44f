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
package dev.wings.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.FailTaskRequest;
import dev.wings.common.proto.FailureCause;
import dev.wings.common.proto.GetTaskRequest;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseRef;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.ListTasksResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.RetryTaskRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TaskState;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tasks from outside, at two replicas.
@Timeout(120)
final class TasksIT {

    private final DatabaseConfig database = TestPostgres.shared().createDatabase();
    private final TestControlPlane here = new TestControlPlane(database);
    private final TestControlPlane there = new TestControlPlane(database);

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void rowsOfATopicReachItsTableOneTaskAfterTheOther() {
        LakeSpec fresh = LakeSpec.newBuilder()
                .setFreshness(Duration.newBuilder().setSeconds(1))
                .build();
        // a worker that waits at the other replica
        CompletableFuture<Lease> waiting = CompletableFuture.supplyAsync(() -> lease(there, TaskKind.CREATE_TABLE));
        Topic topic = here.createTopic("flights", "origin", fresh);
        assertThat(topic.getLake().getFreshness().getSeconds()).isEqualTo(1);

        Lease creation = waiting.join();
        assertThat(creation.getTask().getTarget()).isEqualTo(topic.getName());
        assertThat(creation.getTask().getTargetUid()).isEqualTo(topic.getUid());
        assertThat(creation.getTask().getState()).isEqualTo(TaskState.RUNNING);
        assertThat(creation.getDuration().getSeconds()).isEqualTo(30);
        here.tasks().commitTable(commit(topic, creation, "", "00000"));
        complete(there, creation);

        here.log()
                .commitFolio(TestControlPlane.folio(
                        here.namespace(), new TestPage(topic, "AMS", 5), new TestPage(topic, "JFK", 10)));
        Lease compaction = lease(there, TaskKind.COMPACT);
        there.tasks()
                .renewLease(RenewLeaseRequest.newBuilder()
                        .setLease(ref(compaction))
                        .setProgress("reading pages: 1 of 2")
                        .build());
        assertThat(get(here, compaction).getProgress()).isEqualTo("reading pages: 1 of 2");
        CommitTableRequest commit = commit(topic, compaction, "00000", "00001").toBuilder()
                .addWatermarks(
                        WatermarkMove.newBuilder().setPartitionValue("JFK").setEndOffset(10))
                .build();
        assertThat(here.tasks().commitTable(commit).getRows()).isEqualTo(10);
        assertThat(there.tasks().commitTable(commit).getRows()).isEqualTo(10);
        assertThat(here.plan(topic)).extracting(PlannedPage::getPartitionValue).containsExactly("AMS");
        assertThat(tableOf(topic)).isEqualTo(location(topic, "00001"));
        complete(here, compaction);

        // what was left is next
        Lease rest = lease(here, TaskKind.COMPACT);
        assertThat(rest.getTask().getName()).isNotEqualTo(compaction.getTask().getName());
        complete(here, rest);
        assertThat(get(here, rest).getState()).isEqualTo(TaskState.DONE);
    }

    @Test
    void taskOutlivesAnOutageAndWorkersThatStop() {
        here.createTopic("flights", "origin");
        Lease back = lease(here, TaskKind.CREATE_TABLE);
        fail(back, FailureCause.GIVEN_BACK);
        assertThat(get(there, back).getAttempts()).isZero();
        assertThat(get(there, back).getFailure()).isEmpty();

        Lease away = lease(here, TaskKind.CREATE_TABLE);
        fail(away, FailureCause.TRANSIENT);
        Task waiting = get(there, away);
        assertThat(waiting.getState()).isEqualTo(TaskState.WAITING);
        assertThat(waiting.getAttempts()).isEqualTo(1);
        assertThat(waiting.getFailure()).isEqualTo("for a reason");
    }

    private void fail(Lease lease, FailureCause cause) {
        here.tasks()
                .failTask(FailTaskRequest.newBuilder()
                        .setLease(ref(lease))
                        .setFailure("for a reason")
                        .setCause(cause)
                        .build());
    }

    @Test
    void failedTaskKeepsItsReasonAndCanBeRetried() {
        Topic topic = here.createTopic("flights", "origin");
        Lease lease = lease(here, TaskKind.CREATE_TABLE);
        here.tasks()
                .failTask(FailTaskRequest.newBuilder()
                        .setLease(ref(lease))
                        .setFailure("no such bucket: name=nowhere")
                        .setCause(FailureCause.PERMANENT)
                        .build());
        Task dead = get(there, lease);
        assertThat(dead.getState()).isEqualTo(TaskState.DEAD);
        assertThat(dead.getFailure()).isEqualTo("no such bucket: name=nowhere");
        ListTasksResponse listed = there.tasks()
                .listTasks(ListTasksRequest.newBuilder()
                        .setParent("tenants/default")
                        .addStates(TaskState.DEAD)
                        .build());
        assertThat(listed.getTasksList()).containsExactly(dead);

        CompletableFuture<Lease> waiting = CompletableFuture.supplyAsync(() -> lease(there, TaskKind.CREATE_TABLE));
        RetryTaskRequest retry =
                RetryTaskRequest.newBuilder().setName(dead.getName()).build();
        assertThat(here.tasks().retryTask(retry).getState()).isEqualTo(TaskState.WAITING);
        Lease again = waiting.join();
        assertThat(again.getTask().getName()).isEqualTo(dead.getName());
        assertThat(again.getTask().getEpoch()).isEqualTo(2);
        assertThat(again.getTask().getAttempts()).isEqualTo(1);
        assertFails(
                Status.Code.FAILED_PRECONDITION, "RUNNING", () -> here.tasks().retryTask(retry));

        assertFails(Status.Code.ABORTED, "lease was lost", () -> complete(here, lease));
        assertFails(
                Status.Code.ABORTED,
                "lease was lost",
                () -> here.tasks().commitTable(commit(topic, lease, "", "00000")));
    }

    @Test
    void workerThatIsGoneGetsNoTask() throws InterruptedException {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> TasksGrpc.newStub(here.channel())
                .leaseTask(
                        LeaseTaskRequest.newBuilder()
                                .addKinds(TaskKind.CREATE_TABLE)
                                .setWait(Duration.newBuilder().setSeconds(60))
                                .build(),
                        new StreamObserver<LeaseTaskResponse>() {
                            @Override
                            public void onNext(LeaseTaskResponse response) {}

                            @Override
                            public void onError(Throwable failure) {}

                            @Override
                            public void onCompleted() {}
                        }));
        while (!metrics().contains("wings_task_workers_waiting{service=\"test\"} 1.0")) {
            Thread.sleep(10);
        }
        context.cancel(null);
        while (!metrics().contains("wings_task_workers_waiting{service=\"test\"} 0.0")) {
            Thread.sleep(10);
        }
        here.createTopic("flights", "origin");
        Lease lease = lease(here, TaskKind.CREATE_TABLE);
        assertThat(lease.getTask().getAttempts()).isEqualTo(1);
    }

    @Test
    void workerIsToldWhenThereIsNothing() {
        Instant start = Instant.now();
        LeaseTaskResponse nothing = here.tasks()
                .leaseTask(LeaseTaskRequest.newBuilder()
                        .addKinds(TaskKind.REWRITE)
                        .setWait(Duration.newBuilder().setNanos(200_000_000))
                        .build());
        assertThat(nothing.hasLease()).isFalse();
        assertThat(java.time.Duration.between(start, Instant.now()))
                .isGreaterThanOrEqualTo(java.time.Duration.ofMillis(200));
        assertThat(here.tasks()
                        .leaseTask(LeaseTaskRequest.newBuilder()
                                .addKinds(TaskKind.REWRITE)
                                .build())
                        .hasLease())
                .isFalse();
    }

    @Test
    void waitingWorkersDoNotHoldUpADrain() {
        CompletableFuture<Lease> waiting = CompletableFuture.supplyAsync(() -> lease(there, TaskKind.REWRITE));
        Instant start = Instant.now();
        there.close();
        assertThat(java.time.Duration.between(start, Instant.now()))
                .isLessThan(TestControlPlane.DRAIN_TIME.dividedBy(2));
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void badRequestsAreInvalid() {
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "bad resource name: expected=tenants/{tenant}/tasks/{uuid}, found=\"tasks/1\"",
                () -> here.tasks()
                        .getTask(GetTaskRequest.newBuilder().setName("tasks/1").build()));
        String unknown = "tenants/default/tasks/00000000-0000-7000-8000-000000000000";
        assertFails(
                Status.Code.NOT_FOUND,
                unknown,
                () -> here.tasks()
                        .getTask(GetTaskRequest.newBuilder().setName(unknown).build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "commit_id",
                () -> here.tasks()
                        .commitTable(CommitTableRequest.newBuilder()
                                .setLease(LeaseRef.newBuilder().setTask(unknown))
                                .build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "kind=",
                () -> here.tasks()
                        .leaseTask(
                                LeaseTaskRequest.newBuilder().addKindsValue(77).build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "page_token",
                () -> here.tasks()
                        .listTasks(ListTasksRequest.newBuilder()
                                .setParent("tenants/default")
                                .setPageToken("nonsense")
                                .build()));
        LakeSpec bad = LakeSpec.newBuilder().setTargetSegmentBytes(1).build();
        assertFails(Status.Code.INVALID_ARGUMENT, "target_segment_bytes", () -> here.createTopic("bad", "", bad));
    }

    private String metrics() {
        try {
            return here.management("/metrics");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Lease lease(TestControlPlane replica, TaskKind kind) {
        LeaseTaskResponse response = replica.tasks()
                .leaseTask(LeaseTaskRequest.newBuilder()
                        .addKinds(kind)
                        .setWorker("test")
                        .setWait(Duration.newBuilder().setSeconds(20))
                        .build());
        assertThat(response.hasLease()).isTrue();
        return response.getLease();
    }

    private static LeaseRef ref(Lease lease) {
        return LeaseRef.newBuilder()
                .setTask(lease.getTask().getName())
                .setEpoch(lease.getTask().getEpoch())
                .build();
    }

    private static void complete(TestControlPlane replica, Lease lease) {
        replica.tasks()
                .completeTask(
                        CompleteTaskRequest.newBuilder().setLease(ref(lease)).build());
    }

    private static Task get(TestControlPlane replica, Lease lease) {
        return replica.tasks()
                .getTask(GetTaskRequest.newBuilder()
                        .setName(lease.getTask().getName())
                        .build());
    }

    private CommitTableRequest commit(Topic topic, Lease lease, String base, String file) {
        return CommitTableRequest.newBuilder()
                .setLease(ref(lease))
                .setCommitId(TestControlPlane.bytes(TestControlPlane.IDS.next()))
                .setTopicUid(topic.getUid())
                .setBaseMetadataLocation(base.isEmpty() ? "" : location(topic, base))
                .setMetadataLocation(location(topic, file))
                .setTableUuid(topic.getUid())
                .build();
    }

    private String location(Topic topic, String file) {
        Namespace namespace = here.namespace();
        return "file:///tmp/wings-test/" + namespace.getObjectPrefix() + "/tables/flights-" + topic.getUid()
                + "/metadata/" + file + ".metadata.json";
    }

    private String tableOf(Topic topic) {
        PlanScanRequest request = PlanScanRequest.newBuilder()
                .addTopics(TopicScan.newBuilder().setTopic(topic.getName()).setAllPartitions(true))
                .build();
        return here.log().planScan(request).next().getTopics(0).getTableMetadataLocation();
    }

    private static void assertFails(Status.Code code, String part, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getCode()).as(failure.getMessage()).isEqualTo(code);
            assertThat(failure.getStatus().getDescription()).contains(part);
        });
    }
}
