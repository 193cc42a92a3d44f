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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A task as it is stored, and what can become of it. Nothing here does I/O: each method answers the task as it
/// is afterwards, or fails.
///
/// @param bytes the bytes of pages that were waiting when the task was made or grew, for COMPACT
/// @param epoch counts up with each lease; whoever holds an older one is a zombie
/// @param attempts leases since the task was made or retried by hand, without those that were given back
/// @param transientFailures so many of these attempts failed for a reason that no task is to blame for
/// @param failure why the newest failed attempt failed; empty for none
/// @param progress what the worker said last, for people
/// @param lease the newest one, also when it is over
/// @param updateTime when the state changed last
/// @param sinceTime when what is to be done came up: for COMPACT, the time of the oldest page
/// @param dueTime when it should be done: the tasks of a tenant are done in this order
/// @param nextRunTime the task is not leased before
public record TaskRecord(
        UUID uid,
        TaskKind kind,
        TaskTarget target,
        long bytes,
        TaskState state,
        long epoch,
        int attempts,
        int transientFailures,
        String failure,
        String progress,
        @Nullable Lease lease,
        Instant createTime,
        Instant updateTime,
        Instant sinceTime,
        Instant dueTime,
        Instant nextRunTime) {

    private static final int MAX_FAILURE_LENGTH = 2_000;
    private static final int MAX_PROGRESS_LENGTH = 500;
    private static final int MAX_WORKER_LENGTH = 200;

    public TaskRecord {
        if (state == TaskState.RUNNING && lease == null) {
            throw new IllegalStateException("a task runs under a lease: task=" + uid);
        }
    }

    /// @param worker its name, for people
    /// @param start when this lease began, renewals aside
    public record Lease(String worker, Instant start, Instant end) {}

    /// `tenants/{tenant}/tasks/{task}`
    public TaskName name() {
        return new TaskName(target.tenant(), uid);
    }

    /// A new task that waits.
    public static TaskRecord of(NewTask task, Instant now) {
        return new TaskRecord(
                task.uid(),
                task.kind(),
                task.target(),
                task.bytes(),
                TaskState.WAITING,
                0,
                0,
                0,
                "",
                "",
                null,
                now,
                now,
                task.sinceTime(),
                task.dueTime(),
                task.nextRunTime());
    }

    /// Whether it may run, as far as the task alone tells.
    public boolean isWaiting(Instant now) {
        return state == TaskState.WAITING && !nextRunTime.isAfter(now);
    }

    /// The task after a worker has leased it.
    public TaskRecord leased(String worker, Instant now, Duration duration) {
        if (state != TaskState.WAITING) {
            throw new IllegalStateException("only a task that waits is leased: task=" + uid + ", state=" + state);
        }
        Lease next = new Lease(printable(worker, MAX_WORKER_LENGTH), now, now.plus(duration));
        return with(TaskState.RUNNING, epoch + 1, attempts + 1, transientFailures, failure, "", next, now, nextRunTime);
    }

    /// Fails with CONFLICT unless `epochHeld` is that of the lease that runs. A lease whose time is over still
    /// counts until another worker has the task.
    public Lease checkLease(long epochHeld) {
        if (state != TaskState.RUNNING || epoch != epochHeld || lease == null) {
            throw new WingsException(
                    ErrorKind.CONFLICT,
                    "the lease was lost: task=" + uid + ", epoch=" + epochHeld + ", newest_epoch=" + epoch + ", state="
                            + state);
        }
        return lease;
    }

    TaskRecord renewed(long epochHeld, String said, Instant now, Duration duration) {
        Lease held = checkLease(epochHeld);
        Instant end = now.plus(duration);
        Lease longer = new Lease(held.worker(), held.start(), end.isAfter(held.end()) ? end : held.end());
        return with(
                state,
                epoch,
                attempts,
                transientFailures,
                failure,
                printable(said, MAX_PROGRESS_LENGTH),
                longer,
                updateTime,
                nextRunTime);
    }

    TaskRecord completed(long epochHeld, Instant now) {
        checkLease(epochHeld);
        return with(TaskState.DONE, epoch, attempts, transientFailures, "", progress, lease, now, nextRunTime);
    }

    /// The task after an attempt failed: it waits for its next attempt, or is dead.
    TaskRecord failed(
            long epochHeld, String why, FailureCause cause, Instant now, TaskPolicy policy, RandomGenerator random) {
        checkLease(epochHeld);
        if (cause == FailureCause.GIVEN_BACK) {
            return givenBack(epochHeld, now);
        }
        boolean dead = dies(cause, policy);
        Instant next = dead ? nextRunTime : now.plus(policy.backoff(attempts, random));
        return with(
                dead ? TaskState.DEAD : TaskState.WAITING,
                epoch,
                attempts,
                cause == FailureCause.TRANSIENT ? transientFailures + 1 : transientFailures,
                printable(why, MAX_FAILURE_LENGTH),
                progress,
                lease,
                now,
                next);
    }

    private boolean dies(FailureCause cause, TaskPolicy policy) {
        return kind.canDie()
                && switch (cause) {
                    case PERMANENT -> true;
                    case TASK -> attempts - transientFailures >= policy.maxAttempts();
                    case TRANSIENT, GIVEN_BACK -> false;
                };
    }

    /// The task after its worker has not been heard of for too long. The lease was pause enough: the next
    /// attempt may come at once.
    public TaskRecord lapsed(Instant now, TaskPolicy policy) {
        if (state != TaskState.RUNNING || lease == null || lease.end().isAfter(now)) {
            throw new IllegalStateException("the lease is not over: task=" + uid);
        }
        String why = "the lease lapsed: worker=" + lease.worker() + ", epoch=" + epoch
                + (progress.isEmpty() ? "" : ", progress=" + progress);
        TaskState next = dies(FailureCause.TASK, policy) ? TaskState.DEAD : TaskState.WAITING;
        return with(
                next,
                epoch,
                attempts,
                transientFailures,
                printable(why, MAX_FAILURE_LENGTH),
                progress,
                lease,
                now,
                now);
    }

    /// The task after its worker is gone, or stops: it is as if it had never been leased, except for the epoch.
    TaskRecord givenBack(long epochHeld, Instant now) {
        checkLease(epochHeld);
        return with(
                TaskState.WAITING, epoch, attempts - 1, transientFailures, failure, progress, lease, now, nextRunTime);
    }

    /// The task when it is to run again now. Fails with PRECONDITION for a task that is running or done.
    TaskRecord retried(Instant now) {
        return switch (state) {
            case WAITING, DEAD -> with(TaskState.WAITING, epoch, 0, 0, failure, progress, lease, now, now);
            case RUNNING, DONE ->
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "only a task that waits or is dead can be retried: task=" + uid + ", state=" + state);
        };
    }

    /// The task after its topic was deleted. The epoch moves on, so that whoever works on it finds out.
    public TaskRecord ended(Instant now) {
        return with(
                TaskState.DONE,
                epoch + 1,
                attempts,
                transientFailures,
                failure,
                "the topic was deleted",
                lease,
                now,
                nextRunTime);
    }

    /// The task after more of the same has come up: pages, or an earlier time. A pause after a failure is not
    /// cut short.
    public TaskRecord joined(NewTask more, long dueBytes, Instant now) {
        long sum = bytes + more.bytes();
        boolean moves = state == TaskState.WAITING && attempts == 0;
        Instant wanted = sum >= dueBytes ? min(more.nextRunTime(), now) : more.nextRunTime();
        return new TaskRecord(
                uid,
                kind,
                target,
                sum,
                state,
                epoch,
                attempts,
                transientFailures,
                failure,
                progress,
                lease,
                createTime,
                updateTime,
                min(sinceTime, more.sinceTime()),
                moves ? min(dueTime, wanted.plus(kind.patience())) : dueTime,
                moves ? min(nextRunTime, wanted) : nextRunTime);
    }

    private TaskRecord with(
            TaskState newState,
            long newEpoch,
            int newAttempts,
            int newTransientFailures,
            String newFailure,
            String newProgress,
            @Nullable Lease newLease,
            Instant newUpdateTime,
            Instant newNextRunTime) {
        return new TaskRecord(
                uid,
                kind,
                target,
                bytes,
                newState,
                newEpoch,
                newAttempts,
                newTransientFailures,
                newFailure,
                newProgress,
                newLease,
                createTime,
                newUpdateTime,
                sinceTime,
                dueTime,
                newNextRunTime);
    }

    private static Instant min(Instant left, Instant right) {
        return left.isBefore(right) ? left : right;
    }

    /// The text, fit for a line of a log and for every store.
    private static String printable(String text, int maxLength) {
        String clean = text.replaceAll("[\\p{Cntrl}\\p{Cs}]", " ").strip();
        return clean.length() <= maxLength ? clean : clean.substring(0, maxLength) + "...";
    }
}
