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

import dev.wings.controlplane.task.TaskStore.TaskCount;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/// What is measured about tasks. Gauges show the state as it was last looked at, which is the same at every
/// replica.
final class TaskMetrics {

    private static final Set<TaskState> COUNTED = EnumSet.of(TaskState.WAITING, TaskState.RUNNING, TaskState.DEAD);

    private final MeterRegistry registry;
    private final Timer commits;
    private volatile List<TaskCount> counts = List.of();
    private volatile Instant countTime = Instant.EPOCH;

    TaskMetrics(MeterRegistry registry, Supplier<Number> waitingWorkers) {
        this.registry = registry;
        this.commits = Timer.builder("wings.table.commit.latency")
                .description("transactions that commit to a table, failed ones included")
                .publishPercentileHistogram()
                .register(registry);
        Gauge.builder("wings.task.workers.waiting", waitingWorkers)
                .description("workers of this replica that wait for a task")
                .register(registry);
        for (TaskKind kind : TaskKind.values()) {
            for (TaskState state : COUNTED) {
                Gauge.builder("wings.tasks", () -> count(kind, state))
                        .description("tasks that are not done")
                        .tag("kind", tag(kind))
                        .tag("state", tag(state))
                        .register(registry);
            }
        }
        Gauge.builder("wings.compaction.lag.max", this::maxLagSeconds)
                .description("age of the oldest rows that are in no table yet, over all topics")
                .baseUnit("seconds")
                .register(registry);
    }

    /// Takes the state as it was just looked at.
    void counted(List<TaskCount> found, Instant now) {
        counts = List.copyOf(found);
        countTime = now;
    }

    private long count(TaskKind kind, TaskState state) {
        return counts.stream()
                .filter(count -> count.kind() == kind && count.state() == state)
                .mapToLong(TaskCount::tasks)
                .sum();
    }

    private double maxLagSeconds() {
        return counts.stream()
                        .filter(count -> count.kind().movesWatermarks())
                        .map(count -> Duration.between(count.oldestSince(), countTime))
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElse(0)
                / 1e3;
    }

    void leased(TaskRecord task) {
        Duration waited = Duration.between(task.nextRunTime(), task.updateTime());
        Timer.builder("wings.task.wait")
                .description("from when a task may run to its lease")
                .tag("kind", tag(task.kind()))
                .register(registry)
                .record(waited.isNegative() ? Duration.ZERO : waited);
    }

    /// Counts an attempt that is over: the task is done, to be tried again, or dead.
    void ended(TaskRecord task) {
        Counter.builder("wings.task.attempts")
                .description("attempts at tasks that ended")
                .tag("kind", tag(task.kind()))
                .tag("state", tag(task.state()))
                .register(registry)
                .increment();
    }

    <T> T timeCommit(Supplier<T> commit) {
        Timer.Sample sample = Timer.start();
        try {
            return commit.get();
        } finally {
            sample.stop(commits);
        }
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
