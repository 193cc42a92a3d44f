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

import com.google.protobuf.Timestamp;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CommitTableRequest;
import dev.wings.common.proto.TableStats;
import dev.wings.common.proto.Task;
import dev.wings.controlplane.task.FailureCause;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommit.WatermarkMove;
import dev.wings.controlplane.task.TableCondition;
import dev.wings.controlplane.task.TaskKind;
import dev.wings.controlplane.task.TaskName;
import dev.wings.controlplane.task.TaskRecord;
import dev.wings.controlplane.task.TaskState;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Tasks in protobuf, and back.
final class TaskProtos {

    private TaskProtos() {}

    static Task toProto(TaskRecord task) {
        Task.Builder proto = Task.newBuilder()
                .setName(task.name().toString())
                .setKind(toProto(task.kind()))
                .setState(toProto(task.state()))
                .setTarget(task.target().name())
                .setTargetUid(task.target().uid().toString())
                .setEpoch(task.epoch())
                .setAttempts(task.attempts())
                .setFailure(task.failure())
                .setProgress(task.progress())
                .setCreateTime(ResourceProtos.toProto(task.createTime()))
                .setUpdateTime(ResourceProtos.toProto(task.updateTime()))
                .setNextRunTime(ResourceProtos.toProto(task.nextRunTime()));
        TaskRecord.@Nullable Lease lease = task.lease();
        if (lease != null) {
            proto.setWorker(lease.worker()).setLeaseEndTime(ResourceProtos.toProto(lease.end()));
        }
        return proto.build();
    }

    static TableCommit fromProto(CommitTableRequest request) {
        String base = request.getBaseMetadataLocation();
        return new TableCommit(
                TaskName.parse(request.getLease().getTask()),
                request.getLease().getEpoch(),
                Uuids.parse("commit_id", request.getCommitId()),
                Uuids.parse("topic_uid", request.getTopicUid()),
                base.isEmpty() ? null : base,
                request.getMetadataLocation(),
                Uuids.parse("table_uuid", request.getTableUuid()),
                request.getWatermarksList().stream()
                        .map(move ->
                                new WatermarkMove(move.getPartitionValue(), move.getStartOffset(), move.getEndOffset()))
                        .toList(),
                request.getObsoleteLocationsList());
    }

    static TableCondition fromProto(TableStats stats) {
        return new TableCondition(
                stats.getSmallSegments(),
                stats.getSnapshots(),
                stats.hasOldestSnapshotTime()
                        ? fromProto("oldest_snapshot_time", stats.getOldestSnapshotTime())
                        : null);
    }

    static Instant fromProto(String field, Timestamp time) {
        try {
            return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
        } catch (DateTimeException | ArithmeticException e) {
            throw outOfRange(field);
        }
    }

    static Duration fromProto(String field, com.google.protobuf.Duration duration) {
        try {
            return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
        } catch (ArithmeticException e) {
            throw outOfRange(field);
        }
    }

    private static WingsException outOfRange(String field) {
        return WingsException.invalid("bad " + field + ": out of range");
    }

    static TaskKind fromProto(dev.wings.common.proto.TaskKind kind) {
        return switch (kind) {
            case TASK_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw WingsException.invalid("a kind of task that is not known here: kind=" + kind);
            // each has the name that it has here
            default -> TaskKind.valueOf(kind.name());
        };
    }

    static dev.wings.common.proto.TaskKind toProto(TaskKind kind) {
        return dev.wings.common.proto.TaskKind.valueOf(kind.name());
    }

    static FailureCause fromProto(dev.wings.common.proto.FailureCause cause) {
        return switch (cause) {
            case PERMANENT -> FailureCause.PERMANENT;
            case TRANSIENT -> FailureCause.TRANSIENT;
            case GIVEN_BACK -> FailureCause.GIVEN_BACK;
            case FAILURE_CAUSE_UNSPECIFIED, UNRECOGNIZED -> FailureCause.TASK;
        };
    }

    static TaskState fromProto(dev.wings.common.proto.TaskState state) {
        return switch (state) {
            case WAITING -> TaskState.WAITING;
            case RUNNING -> TaskState.RUNNING;
            case DONE -> TaskState.DONE;
            case DEAD -> TaskState.DEAD;
            case TASK_STATE_UNSPECIFIED, UNRECOGNIZED ->
                throw WingsException.invalid("a state of tasks that is not known here: state=" + state);
        };
    }

    private static dev.wings.common.proto.TaskState toProto(TaskState state) {
        return switch (state) {
            case WAITING -> dev.wings.common.proto.TaskState.WAITING;
            case RUNNING -> dev.wings.common.proto.TaskState.RUNNING;
            case DONE -> dev.wings.common.proto.TaskState.DONE;
            case DEAD -> dev.wings.common.proto.TaskState.DEAD;
        };
    }
}
