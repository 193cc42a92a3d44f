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
package dev.wings.server.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetadataStreamsTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Test
    void clientThatDoesNotReadHoldsItsPlaceUntilItsTimeIsOver() throws Exception {
        try (Timers timers = new Timers();
                BufferAllocator allocator = new RootAllocator()) {
            MetadataStreams streams = new MetadataStreams(1, 1, LIMIT, world(timers));
            TestStream idle = TestStream.notReading();
            streams.send("t", rows(allocator), idle);
            Runnable timeOver = timers.next();
            TestStream refused = TestStream.reading();
            streams.send("t", rows(allocator), refused);
            assertThat(refused.awaitEnd()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED);
            assertThat(idle.isEnded()).isFalse();
            timeOver.run();
            assertThat(idle.awaitEnd()).isEqualTo(FlightStatusCode.TIMED_OUT);
            assertThat(endWithFreePlace(streams, allocator)).isEqualTo(FlightStatusCode.OK);
        }
    }

    /// I9: what takes long to list for one tenant keeps no other one waiting.
    @Test
    void listingsAreMadeForTenantsInTurn() throws Exception {
        try (Timers timers = new Timers();
                BufferAllocator allocator = new RootAllocator()) {
            MetadataStreams streams = new MetadataStreams(40, 2, LIMIT, world(timers));
            CountDownLatch released = new CountDownLatch(1);
            AtomicInteger begun = new AtomicInteger();
            Supplier<VectorSchemaRoot> slow = () -> {
                begun.incrementAndGet();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return rows(allocator).get();
            };
            List<TestStream> noisy = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                TestStream stream = TestStream.reading();
                noisy.add(stream);
                streams.send("noisy", slow, stream);
            }
            TestStream quiet = TestStream.reading();
            streams.send("quiet", rows(allocator), quiet);
            assertThat(quiet.awaitEnd()).isEqualTo(FlightStatusCode.OK);
            assertThat(begun).hasValueLessThanOrEqualTo(1);
            released.countDown();
            for (TestStream stream : noisy) {
                assertThat(stream.awaitEnd()).isEqualTo(FlightStatusCode.OK);
            }
        }
    }

    /// A place is given back right after its stream has ended.
    private static FlightStatusCode endWithFreePlace(MetadataStreams streams, BufferAllocator allocator)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            TestStream stream = TestStream.reading();
            streams.send("t", rows(allocator), stream);
            FlightStatusCode end = stream.awaitEnd();
            if (end != FlightStatusCode.RESOURCE_EXHAUSTED || System.nanoTime() > deadline) {
                return end;
            }
        }
    }

    private static Supplier<VectorSchemaRoot> rows(BufferAllocator allocator) {
        return () -> {
            BigIntVector column = new BigIntVector("n", allocator);
            column.allocateNew(1);
            return new VectorSchemaRoot(List.of(column));
        };
    }

    private static World world(Scheduler scheduler) {
        return new World(scheduler, Threads.system(), new IdGenerator(InstantSource.system(), new Random(1)));
    }

    /// Whose time is over when the test says so.
    private static final class Timers implements Scheduler {

        private final BlockingQueue<Runnable> pending = new LinkedBlockingQueue<>();

        Runnable next() throws InterruptedException {
            Runnable action = pending.poll(10, TimeUnit.SECONDS);
            assertThat(action).as("a timer").isNotNull();
            return action;
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            assertThat(delay).isEqualTo(LIMIT);
            pending.add(action);
            return () -> pending.remove(action);
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // the caller's part
        public long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
            // who waits for a place does so in the machine's time
            return condition.awaitNanos(nanos);
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // what is pending never runs
        }
    }
}
