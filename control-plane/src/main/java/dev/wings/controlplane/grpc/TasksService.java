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
package dev.wings.controlplane.grpc;

import com.google.protobuf.Duration;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.CommitTableResponse;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.CompleteTaskResponse;
import dev.wings.common.proto.FailTaskRequest;
import dev.wings.common.proto.FailTaskResponse;
import dev.wings.common.proto.GetTaskRequest;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.ListTasksResponse;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.RenewLeaseResponse;
import dev.wings.common.proto.RetryTaskRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.resource.TenantName;
import dev.wings.common.time.Threads;
import dev.wings.controlplane.paging.ResultPage;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskName;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import dev.wings.controlplane.task.Tasks;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The service `Tasks`.
public final class TasksService extends TasksGrpc.TasksImplBase {

    private final Tasks tasks;
    private final Threads threads;

    public TasksService(Tasks tasks, Threads threads) {
        this.tasks = tasks;
        this.threads = threads;
    }

    /// Waits on a thread of its own: the news that the caller is gone comes only once this method has returned.
    @Override
    public void leaseTask(LeaseTaskRequest request, StreamObserver<LeaseTaskResponse> answer) {
        Set<TaskKind> kinds = EnumSet.noneOf(TaskKind.class);
        request.getKindsList().forEach(kind -> kinds.add(TaskProtos.fromProto(kind)));
        Tasks.LeaseCall lease =
                tasks.lease(kinds, request.getWorker(), TaskProtos.fromProto("wait", request.getWait()));
        ServerCallStreamObserver<LeaseTaskResponse> call = (ServerCallStreamObserver<LeaseTaskResponse>) answer;
        call.setOnCancelHandler(lease::cancel);
        threads.start("lease", () -> {
            try {
                Optional<TaskRecord> leased = lease.await();
                answer(answer, leased.map(this::leased).orElse(LeaseTaskResponse.getDefaultInstance()));
            } catch (InterruptedException e) {
                answer.onError(WingsException.unavailable("the control plane is stopping", e));
            } catch (RuntimeException | Error e) {
                answer.onError(e);
            }
        });
    }

    private LeaseTaskResponse leased(TaskRecord task) {
        return LeaseTaskResponse.newBuilder()
                .setLease(Lease.newBuilder().setTask(TaskProtos.toProto(task)).setDuration(leaseDuration()))
                .build();
    }

    private Duration leaseDuration() {
        return Duration.newBuilder()
                .setSeconds(tasks.leaseDuration().toSeconds())
                .setNanos(tasks.leaseDuration().toNanosPart())
                .build();
    }

    @Override
    public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> answer) {
        tasks.renew(
                TaskName.parse(request.getLease().getTask()), request.getLease().getEpoch(), request.getProgress());
        answer(
                answer,
                RenewLeaseResponse.newBuilder().setDuration(leaseDuration()).build());
    }

    @Override
    public void commitTable(CommitTableRequest request, StreamObserver<CommitTableResponse> answer) {
        TableCommit commit = TaskProtos.fromProto(request);
        answer(
                answer,
                CommitTableResponse.newBuilder()
                        .setRows(tasks.commitTable(commit))
                        .build());
    }

    @Override
    public void completeTask(CompleteTaskRequest request, StreamObserver<CompleteTaskResponse> answer) {
        tasks.complete(
                TaskName.parse(request.getLease().getTask()),
                request.getLease().getEpoch(),
                request.hasTable() ? TaskProtos.fromProto(request.getTable()) : null,
                request.getMore());
        answer(answer, CompleteTaskResponse.getDefaultInstance());
    }

    @Override
    public void failTask(FailTaskRequest request, StreamObserver<FailTaskResponse> answer) {
        tasks.fail(
                TaskName.parse(request.getLease().getTask()),
                request.getLease().getEpoch(),
                request.getFailure(),
                TaskProtos.fromProto(request.getCause()));
        answer(answer, FailTaskResponse.getDefaultInstance());
    }

    @Override
    public void getTask(GetTaskRequest request, StreamObserver<Task> answer) {
        answer(answer, TaskProtos.toProto(tasks.load(TaskName.parse(request.getName()))));
    }

    @Override
    public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> answer) {
        Set<TaskState> states = EnumSet.noneOf(TaskState.class);
        request.getStatesList().forEach(state -> states.add(TaskProtos.fromProto(state)));
        ResultPage<TaskRecord> page = tasks.list(
                TenantName.parse(request.getParent()), states, request.getPageSize(), request.getPageToken());
        ListTasksResponse.Builder response = ListTasksResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(task -> response.addTasks(TaskProtos.toProto(task)));
        answer(answer, response.build());
    }

    @Override
    public void retryTask(RetryTaskRequest request, StreamObserver<Task> answer) {
        answer(answer, TaskProtos.toProto(tasks.retry(TaskName.parse(request.getName()))));
    }

    private static <A> void answer(StreamObserver<A> observer, A answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }
}
