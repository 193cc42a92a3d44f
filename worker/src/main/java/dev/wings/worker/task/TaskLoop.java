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
import dev.wings.common.proto.FailureCause;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.rpc.Retries;
import dev.wings.common.time.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.OutOfMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leases tasks while it has room for one, and runs each on a thread of its own. One call waits at the control plane;
/// nothing is asked again and again.
public final class TaskLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskLoop.class);

    private static final Duration LEASE_WAIT = Duration.ofSeconds(20);

    /// How long a task that was told to end may take to do so.
    private static final Duration BREAK_OFF_TIME = Duration.ofSeconds(20);

    private final TaskClient client;
    private final Map<TaskKind, TaskHandler> handlers;
    private final String worker;
    private final int workers;
    private final Duration drainTimeout;
    private final World world;
    private final ThreadFactory threads;
    private final TaskMetrics metrics;
    private final Lock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    /// The tasks that run. Guarded by [#lock].
    private final Set<TaskLease> running = new LinkedHashSet<>();

    private final Thread poller;
    private volatile boolean stopping;

    /// @param service the service that the worker is of: the worker's name, and its figures, begin with it
    /// @param workers how many tasks run at once
    /// @param drainTimeout how long [#close] lets tasks go on
    public TaskLoop(
            TaskClient client,
            Map<TaskKind, TaskHandler> handlers,
            String service,
            int workers,
            Duration drainTimeout,
            World world,
            MeterRegistry registry) {
        this.client = client;
        // The kinds are asked for in one order, whatever the map's is.
        this.handlers = new EnumMap<>(handlers);
        this.worker = service + "-" + ProcessHandle.current().pid() + "-"
                + world.ids().next();
        this.workers = workers;
        this.drainTimeout = drainTimeout;
        this.world = world;
        // Virtual threads would be pinned to their carriers by DuckDB's native calls.
        this.threads = world.threads().blocking("task");
        this.metrics = new TaskMetrics(service, registry);
        this.poller = world.threads().virtual("task-poller").newThread(this::poll);
    }

    public void start() {
        poller.start();
    }

    /// How many tasks run now.
    public int running() {
        return leases().size();
    }

    private List<TaskLease> leases() {
        lock.lock();
        try {
            return List.copyOf(running);
        } finally {
            lock.unlock();
        }
    }

    private void poll() {
        Retries retries = new Retries(
                world.scheduler(), world.random(), Integer.MAX_VALUE, Duration.ofMillis(100), Duration.ofSeconds(5));
        Retries.Pauses pauses = retries.pauses();
        try {
            while (!stopping) {
                awaitRoom();
                try {
                    client.lease(handlers.keySet(), worker, LEASE_WAIT).ifPresent(this::startTask);
                    pauses = retries.pauses();
                } catch (RuntimeException | Error e) {
                    // Whatever it is, it is survived: a worker without its poller would look healthy and do
                    // nothing.
                    if (stopping) {
                        return;
                    }
                    warn(e, pauses.attempt());
                    pauses.await();
                }
            }
        } catch (InterruptedException e) {
            // the loop stops
        }
    }

    private static void warn(Throwable failure, int attempt) {
        if (failure instanceof WingsException known) {
            LOG.warn("no tasks can be had, trying again: attempt={}, cause={}", attempt, known.getMessage());
        } else {
            LOG.warn("no task could be started, trying again: attempt={}", attempt, failure);
        }
    }

    private void startTask(Lease granted) {
        TaskLease lease = new TaskLease(granted.getTask());
        begin(lease);
        if (stopping) {
            lease.stop("the worker stops");
        }
        try {
            Thread thread = threads.newThread(() -> {
                try {
                    run(lease, TaskClient.duration(granted.getDuration()));
                } finally {
                    end(lease);
                }
            });
            thread.setName("task-" + granted.getTask().getKind().name().toLowerCase(Locale.ROOT));
            thread.start();
        } catch (RuntimeException | Error e) {
            end(lease);
            giveBackUnstarted(lease, e);
            throw e;
        }
    }

    private void awaitRoom() throws InterruptedException {
        lock.lock();
        try {
            while (running.size() >= workers) {
                ended.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(TaskLease lease) {
        lock.lock();
        try {
            running.add(lease);
        } finally {
            lock.unlock();
        }
    }

    private void end(TaskLease lease) {
        lock.lock();
        try {
            running.remove(lease);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void giveBackUnstarted(TaskLease lease, Throwable failure) {
        try {
            client.fail(lease, "given back: the worker could not start it", FailureCause.GIVEN_BACK);
        } catch (WingsException e) {
            // the lease lapses
            failure.addSuppressed(e);
        }
    }

    private void run(TaskLease lease, Duration duration) {
        Instant start = world.clock().instant();
        metrics.started();
        TaskMetrics.Outcome outcome = TaskMetrics.Outcome.FAILED;
        Heartbeat.start(lease, duration, client, world.scheduler(), world.clock());
        try {
            outcome = runAndReport(lease);
        } catch (WingsException e) {
            // the lease lapses, and another worker gets the task
            LOG.warn(
                    "result of a task not taken: task={}, cause={}",
                    lease.task().getName(),
                    e.getMessage());
            outcome = TaskMetrics.Outcome.LOST;
        } finally {
            lease.end();
            metrics.ended(
                    lease.task().getKind(),
                    outcome,
                    Duration.between(start, world.clock().instant()));
        }
        LOG.info(
                "task ended: task={}, kind={}, target={}, outcome={}",
                lease.task().getName(),
                lease.task().getKind(),
                lease.task().getTarget(),
                outcome);
    }

    private TaskMetrics.Outcome runAndReport(TaskLease lease) {
        TaskHandler.Result result;
        try {
            lease.begin();
            lease.check();
            TaskHandler handler = handlers.get(lease.task().getKind());
            if (handler == null) {
                throw WingsException.invalid(
                        "this worker does no such tasks: kind=" + lease.task().getKind());
            }
            result = handler.run(lease);
        } catch (BrokenOffException e) {
            return brokenOff(lease, e);
        } catch (RuntimeException | Error e) {
            if (lease.isBrokenOff()) {
                return brokenOff(lease, e);
            }
            lease.end();
            LOG.warn(
                    "task failed: task={}, kind={}, target={}",
                    lease.task().getName(),
                    lease.task().getKind(),
                    lease.task().getTarget(),
                    e);
            client.fail(lease, reason(e), cause(e));
            return TaskMetrics.Outcome.FAILED;
        }
        lease.end();
        client.complete(lease, result);
        return TaskMetrics.Outcome.DONE;
    }

    private TaskMetrics.Outcome brokenOff(TaskLease lease, Throwable cause) {
        lease.end();
        if (!lease.isStopped()) {
            return TaskMetrics.Outcome.LOST;
        }
        LOG.info("task given back: task={}, cause={}", lease.task().getName(), cause.getMessage());
        client.fail(lease, "given back: the worker was stopped", FailureCause.GIVEN_BACK);
        return TaskMetrics.Outcome.RETURNED;
    }

    /// What the failure says about further attempts. Iceberg wraps what the store of its files says.
    private static FailureCause cause(Throwable failure) {
        if (failure instanceof WingsException known && known.kind() == ErrorKind.NOT_FOUND) {
            return FailureCause.PERMANENT;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryException || cause instanceof OutOfMemoryError) {
                // The memory that the task may have for rows is used up, or what it shares with others.
                return FailureCause.TRANSIENT;
            }
            if (cause instanceof WingsException known) {
                return switch (known.kind()) {
                    case UNAVAILABLE, DEADLINE, EXHAUSTED -> FailureCause.TRANSIENT;
                    default -> FailureCause.FAILURE_CAUSE_UNSPECIFIED;
                };
            }
        }
        return FailureCause.FAILURE_CAUSE_UNSPECIFIED;
    }

    /// What failed, for people: `data_loss: page is damaged: key=..., bytes=[...)`.
    private static String reason(Throwable failure) {
        String text = failure instanceof WingsException known
                ? known.kind().name().toLowerCase(Locale.ROOT) + ": " + known.getMessage()
                : "internal: " + failure;
        return text.length() <= 2000 ? text : text.substring(0, 2000) + "...";
    }

    /// Drains: takes no more tasks, lets those that run go on for the configured time, then breaks them off and gives
    /// them back.
    @Override
    public void close() {
        stopping = true;
        poller.interrupt();
        try {
            poller.join();
            if (!awaitIdle(drainTimeout)) {
                LOG.warn("tasks are broken off and given back: waited={}, running={}", drainTimeout, running());
                leases().forEach(lease -> lease.stop("the worker stops"));
                awaitIdle(BREAK_OFF_TIME);
            }
        } catch (InterruptedException e) {
            leases().forEach(lease -> lease.stop("the worker stops"));
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until no task runs. Returns whether that was so within `time`.
    private boolean awaitIdle(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long nanos = time.toNanos();
            while (!running.isEmpty()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = world.scheduler().awaitNanos(lock, ended, nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
