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
package dev.wings.benchmarks.load;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// Producers at work: from [#open] to [#finish] they push; [#measure] counts what is acknowledged meanwhile. Every
/// answer must accept exactly the rows of its batch, else the load fails.
public final class PutLoad implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);
    private static final long CHECK_NANOS = 10_000_000;

    private final PutPlan plan;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<PutStream> streams = new ArrayList<>();

    private PutLoad(PutPlan plan) {
        this.plan = plan;
        for (int number = 0; number < plan.streams(); number++) {
            ManagedChannel channel = RawFlight.openChannel(plan.port());
            channels.add(channel);
            streams.add(new PutStream(channel, plan, number));
        }
    }

    /// What was acknowledged within a window of time.
    ///
    /// @param seconds length of the window
    /// @param batches how many batches
    /// @param rows how many rows they have
    /// @param bytes how many bytes their bodies have
    /// @param ackNanos the time from sending a batch (or from when it was due, if the load is paced) to its
    ///     acknowledgement
    public record Sample(double seconds, long batches, long rows, double bytes, Histogram ackNanos) {

        public double megabytesPerSecond() {
            return bytes / seconds / 1e6;
        }

        public double batchesPerSecond() {
            return batches / seconds;
        }
    }

    /// Starts to push.
    public static PutLoad open(PutPlan plan) {
        PutLoad load = new PutLoad(plan);
        load.streams.forEach(PutStream::start);
        return load;
    }

    /// Pushes a plan that has an end, to its end.
    public static void push(PutPlan plan, Duration limit) throws Exception {
        try (PutLoad load = open(plan)) {
            for (PutStream stream : load.streams) {
                stream.await(limit);
            }
        }
    }

    /// Runs full speed for `warmUp` and then measures `window`.
    public static Sample run(PutPlan plan, Duration warmUp, Duration window) throws Exception {
        try (PutLoad load = open(plan)) {
            load.measure(warmUp);
            Sample sample = load.measure(window);
            load.finish();
            return sample;
        }
    }

    /// Counts what is acknowledged within `window`.
    public Sample measure(Duration window) {
        streams.forEach(PutStream::takeLatencies);
        long start = System.nanoTime();
        long before = acknowledged();
        long end = start + window.toNanos();
        while (System.nanoTime() < end && streams.stream().noneMatch(PutStream::isDone)) {
            LockSupport.parkNanos(Math.min(CHECK_NANOS, Math.max(1, end - System.nanoTime())));
        }
        long batches = acknowledged() - before;
        double seconds = (System.nanoTime() - start) / 1e9;
        if (System.nanoTime() < end) {
            throw new IllegalStateException("a DoPut ended early: topic=" + plan.topic(), failure());
        }
        Histogram latencies = new Histogram(3);
        streams.forEach(stream -> latencies.add(stream.takeLatencies()));
        return new Sample(
                seconds,
                batches,
                batches * plan.messages().rowsPerBatch(),
                batches * plan.messages().bytesPerBatch(),
                latencies);
    }

    /// Sends nothing more; returns when every batch has its answer.
    public void finish() throws Exception {
        for (PutStream stream : streams) {
            stream.finish(ANSWER_LIMIT);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        for (ManagedChannel channel : channels) {
            channel.awaitTermination(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private long acknowledged() {
        return streams.stream().mapToLong(PutStream::acknowledged).sum();
    }

    private Exception failure() {
        for (PutStream stream : streams) {
            if (stream.isDone()) {
                try {
                    stream.await(ANSWER_LIMIT);
                } catch (Exception e) {
                    return e;
                }
            }
        }
        return new IllegalStateException("the service ended it without an error");
    }
}
