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

import dev.wings.common.proto.TaskKind;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// How many tasks run, how long they took, and how they ended.
final class TaskMetrics {

    private final String name;
    private final MeterRegistry registry;
    private final AtomicInteger running = new AtomicInteger();

    TaskMetrics(String service, MeterRegistry registry) {
        this.name = "wings." + service + ".tasks";
        this.registry = registry;
        Gauge.builder(name + ".running", running, AtomicInteger::get)
                .description("tasks that this worker has in hand")
                .register(registry);
    }

    enum Outcome {
        DONE,
        FAILED,
        /// Another worker has, or will get, the task.
        LOST,
        /// The task was given back because the worker stops.
        RETURNED
    }

    void started() {
        running.incrementAndGet();
    }

    void ended(TaskKind kind, Outcome outcome, Duration time) {
        running.decrementAndGet();
        Timer.builder(name)
                .description("tasks that ended, by kind and how")
                .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .record(time);
    }
}
