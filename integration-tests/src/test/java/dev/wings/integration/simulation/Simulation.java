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
package dev.wings.integration.simulation;

import dev.wings.common.time.Scheduler;
import io.grpc.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One processor and one clock for all threads of all simulated processes.
///
/// A step is what a virtual thread does between two waits. When several threads could go on, a seeded choice
/// takes the next one; when none can, time jumps to the next timer. So the seed decides on everything, and a
/// run takes no longer than its steps do.
final class Simulation {

    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private static final Comparator<Alarm> BY_TIME =
            Comparator.<Alarm>comparingLong(alarm -> alarm.nanos).thenComparingLong(alarm -> alarm.number);

    /// The limit of the simulated time. Nothing that is simulated takes so long: at this point something waits
    /// for what never comes.
    private static final Duration LIMIT = Duration.ofHours(12);

    private static final int MONITOR_SECONDS = 60;

    private final Random random;
    private final Thread processor = Thread.currentThread();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Step> ready = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(BY_TIME);
    private final Deadline.Ticker ticker = new SimulatedTicker();
    private long nanos;
    private long alarmsSet;
    private long steps;
    private long hash = 0xcbf29ce484222325L;
    private volatile @Nullable Throwable failure;
    /// The thread whose step is being done.
    private volatile @Nullable Thread running;

    /// The rest of a step whose thread had to wait for a monitor.
    private final BlockingQueue<Runnable> entered = new LinkedBlockingQueue<>();

    /// What a thread does next, in the process that it belongs to.
    record Step(SimulatedProcess process, Thread thread, Runnable continuation) {}

    private static final class Alarm {
        final long nanos;
        final long number;
        final Runnable action;

        Alarm(long nanos, long number, Runnable action) {
            this.nanos = nanos;
            this.number = number;
            this.action = action;
        }
    }

    private final class SimulatedTicker extends Deadline.Ticker {
        @Override
        public long nanoTime() {
            return nanos;
        }
    }

    Simulation(long seed) {
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    Deadline.Ticker ticker() {
        return ticker;
    }

    Instant now() {
        return START.plusNanos(nanos);
    }

    /// Returns how many steps were done.
    long steps() {
        return steps;
    }

    /// Returns a hash that is the same for two runs in which the same happened in the same order at the same
    /// time.
    long hash() {
        return hash;
    }

    /// Adds something that happened to the hash.
    void note(String event) {
        mix(nanos);
        mix(event.hashCode());
    }

    private void mix(long value) {
        hash = (hash ^ value) * 0x100000001b3L;
        hash ^= hash >>> 29;
    }

    /// Runs `body` in a process of its own, and what it starts, until it returns. Fails as `body` does, or as
    /// any thread of any process does.
    void run(Runnable body) {
        SimulatedProcess main = new SimulatedProcess(this, "main");
        boolean[] over = new boolean[1];
        main.world().threads().start("main", () -> {
            body.run();
            over[0] = true;
        });
        try {
            while (!over[0] && failure == null) {
                step();
            }
        } finally {
            threads.stream().filter(Thread::isAlive).forEach(VirtualThreads::forget);
        }
        if (failure != null) {
            throw new AssertionError("a simulated thread failed at " + now(), failure);
        }
    }

    /// Tells of a thread that was made. One that waits when the run is over would stay in memory, and all of
    /// the run with it.
    void made(Thread thread) {
        threads.add(thread);
    }

    private void step() {
        if (!ready.isEmpty()) {
            int choice = random.nextInt(ready.size());
            mix(nanos ^ (long) choice << 32 ^ ready.size());
            Step step = ready.set(choice, ready.getLast());
            ready.removeLast();
            steps++;
            if (step.process.mayGoOn(step)) {
                run(step);
            }
            return;
        }
        Alarm next = alarms.poll();
        if (next == null) {
            throw new AssertionError("everybody waits, and nothing will ever happen");
        }
        if (next.nanos > LIMIT.toNanos()) {
            throw new AssertionError("waits for too long: limit=" + LIMIT);
        }
        nanos = next.nanos;
        next.action.run();
    }

    /// Runs a step. If it needs a monitor that a thread of the JDK or of a library has, which is not simulated,
    /// the step waits for it and goes on.
    private void run(Step step) {
        running = step.thread;
        step.continuation.run();
        while (VirtualThreads.isAtMonitor(step.thread)) {
            try {
                Runnable rest = entered.poll(MONITOR_SECONDS, TimeUnit.SECONDS);
                if (rest == null) {
                    throw new AssertionError("a monitor is kept by a thread that waits: wanted by " + step);
                }
                rest.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (VirtualThreads.waitsForAWhile(step.thread) && isAsleep(step.thread)) {
            failed(inTheTimeOfTheMachine(step.thread));
        }
    }

    /// Whether a thread sleeps. Another one may only say how long it would wait for what will happen earlier.
    private static boolean isAsleep(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(Thread.class.getName())
                        && frame.getMethodName().equals("sleep"));
    }

    private static AssertionError inTheTimeOfTheMachine(Thread thread) {
        AssertionError found = new AssertionError("something waits in the time of the machine");
        found.setStackTrace(thread.getStackTrace());
        return found;
    }

    /// Tells that a thread can go on.
    void ready(Step step) {
        if (step.thread.equals(running) && VirtualThreads.isAtMonitor(step.thread)) {
            entered.add(step.continuation);
        } else if (onProcessor()) {
            ready.add(step);
        } else {
            // a thread of the JDK that wakes sleepers has called this
            failed(inTheTimeOfTheMachine(step.thread));
        }
    }

    /// Whether a step calls this: steps run on the processor's thread, as carrier of the virtual ones.
    private boolean onProcessor() {
        return Thread.currentThread().equals(processor)
                || Thread.currentThread().isVirtual();
    }

    /// Has `action` run on the processor after `delay`. The action must not wait.
    Scheduler.Timer alarm(Duration delay, Runnable action) {
        Alarm alarm = new Alarm(nanos + Math.max(0, delay.toNanos()), alarmsSet++, action);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    /// Returns a random time up to `longest`.
    Duration upTo(Duration longest) {
        return Duration.ofNanos((long) (random.nextDouble() * longest.toNanos()));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    void failed(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
    }
}
