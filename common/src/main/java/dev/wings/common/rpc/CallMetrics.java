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
package dev.wings.common.rpc;

import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicInteger;

/// Times calls, by method and outcome, and counts those that run.
final class CallMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger active = new AtomicInteger();

    CallMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("wings.grpc.server.active.calls", active, AtomicInteger::get)
                .description("calls that have started and not ended")
                .register(registry);
    }

    Call start(String method) {
        active.incrementAndGet();
        return new Call(method, Timer.start(registry));
    }

    final class Call {
        private final String method;
        private final Timer.Sample sample;
        private boolean ended;

        private Call(String method, Timer.Sample sample) {
            this.method = method;
            this.sample = sample;
        }

        /// Counts the first end of a call, and no other.
        synchronized void end(Status.Code code) {
            if (ended) {
                return;
            }
            ended = true;
            active.decrementAndGet();
            sample.stop(Timer.builder("wings.grpc.server.calls")
                    .description("time from the start of a call to its end")
                    .tags(Tags.of("method", method, "code", code.name()))
                    .register(registry));
        }
    }
}
