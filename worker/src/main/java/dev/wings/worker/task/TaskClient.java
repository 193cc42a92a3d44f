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
package dev.wings.worker.task;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.CommitTableResponse;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.CompleteTaskResponse;
import dev.wings.common.proto.FailTaskRequest;
import dev.wings.common.proto.FailTaskResponse;
import dev.wings.common.proto.FailureCause;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.RenewLeaseResponse;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TasksGrpc.TasksBlockingStub;
import dev.wings.common.rpc.Retries;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/// The control plane's service Tasks. Failures are `WingsException`.
///
/// @param calls repeats calls that may be made twice
/// @param callTimeout how long one call may take
public record TaskClient(TasksBlockingStub stub, Retries calls, Duration callTimeout) {

    /// Waits at most `wait` for a task.
    Optional<Lease> lease(Collection<TaskKind> kinds, String worker, Duration wait) {
        LeaseTaskRequest request = LeaseTaskRequest.newBuilder()
                .addAllKinds(kinds)
                .setWorker(worker)
                .setWait(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(wait.toSeconds())
                        .setNanos(wait.toNanosPart()))
                .build();
        LeaseTaskResponse response =
                Retries.once(() -> within(wait.plus(callTimeout)).leaseTask(request));
        return response.hasLease() ? Optional.of(response.getLease()) : Optional.empty();
    }

    /// Returns how long the lease now lasts.
    Duration renew(TaskLease lease) {
        RenewLeaseRequest request = RenewLeaseRequest.newBuilder()
                .setLease(lease.ref())
                .setProgress(lease.progress())
                .build();
        RenewLeaseResponse response = Retries.once(() -> within(callTimeout).renewLease(request));
        return duration(response.getDuration());
    }

    /// Commits, and repeats the same call while its outcome is unknown. Fails with CONFLICT or NOT_FOUND if nothing
    /// was changed and nothing of this commit ever will be; with UNAVAILABLE or DEADLINE if the outcome stayed
    /// unknown.
    public CommitTableResponse commit(CommitTableRequest request) {
        return calls.idempotent(() -> repeatable(() -> within(callTimeout).commitTable(request)));
    }

    void complete(TaskLease lease, TaskHandler.Result result) {
        CompleteTaskRequest.Builder request =
                CompleteTaskRequest.newBuilder().setLease(lease.ref()).setMore(result.more());
        result.table().ifPresent(request::setTable);
        CompleteTaskResponse ignored =
                calls.idempotent(() -> repeatable(() -> within(callTimeout).completeTask(request.build())));
    }

    void fail(TaskLease lease, String failure, FailureCause cause) {
        FailTaskRequest request = FailTaskRequest.newBuilder()
                .setLease(lease.ref())
                .setFailure(failure)
                .setCause(cause)
                .build();
        FailTaskResponse ignored =
                calls.idempotent(() -> repeatable(() -> within(callTimeout).failTask(request)));
    }

    static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    private TasksBlockingStub within(Duration timeout) {
        return stub.withDeadline(calls.scheduler().deadline(timeout));
    }

    /// Makes a call that may be repeated: no answer in time is as good a reason to ask again as none at all.
    private static <T> T repeatable(java.util.function.Supplier<T> call) {
        try {
            return Retries.once(call);
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.DEADLINE) {
                throw WingsException.unavailable(e.getMessage(), e);
            }
            throw e;
        }
    }
}
