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

import com.google.common.util.concurrent.MoreExecutors;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.integration.simulation.Simulation.Step;
import io.grpc.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;

/// A process of a simulation. Its threads and timers end with it, wherever they are, and its own clock is wrong.
final class SimulatedProcess {

    /// The largest error of a clock. What two clocks differ by, and what a transaction takes, have to fit into
    /// half of the grace of garbage.
    static final Duration MAX_SKEW = SimulatedCluster.GRACE.dividedBy(5);

    private final Simulation simulation;
    private final String name;
    private final World world;
    private final List<Step> held = new ArrayList<>();
    private Duration skew = Duration.ZERO;
    private boolean alive = true;
    private boolean frozen;

    SimulatedProcess(Simulation simulation, String name) {
        this.simulation = simulation;
        this.name = name;
        this.world = new World(
                new SimulatedScheduler(),
                new SimulatedThreads(),
                new IdGenerator(this::now, new Random(simulation.random().nextLong())));
        setClock();
    }

    private Instant now() {
        return simulation.now().plus(skew);
    }

    /// Lets the clock of this process jump, forwards or back.
    void setClock() {
        skew = simulation.upTo(MAX_SKEW.multipliedBy(2)).minus(MAX_SKEW);
        simulation.note("clock " + name + " " + skew);
    }

    /// Stops the process for so long without its noticing, as a pause of the machine does.
    void freeze(Duration time) {
        if (!frozen) {
            simulation.note("freeze " + name);
            frozen = true;
            simulation.alarm(time, () -> {
                frozen = false;
                held.forEach(simulation::ready);
                held.clear();
            });
        }
    }

    /// Whether a step of this process is to be done now. A step of a frozen process becomes ready once more
    /// when the pause ends, and one of a dead process never does.
    boolean mayGoOn(Step step) {
        if (frozen) {
            held.add(step);
        }
        return alive && !frozen;
    }

    World world() {
        return world;
    }

    @Override
    public String toString() {
        return name;
    }

    boolean isAlive() {
        return alive;
    }

    /// Ends the process as a machine ends that loses power: no thread goes on, no timer fires, nothing is
    /// closed.
    void crash() {
        alive = false;
        simulation.note("crash " + name);
    }

    private final class SimulatedThreads implements Threads {

        @Override
        public ThreadFactory virtual(String prefix) {
            return task -> {
                Thread[] made = new Thread[1];
                made[0] = VirtualThreads.on(step -> simulation.ready(new Step(SimulatedProcess.this, made[0], step)))
                        .name(name + "/" + prefix)
                        .uncaughtExceptionHandler((thread, failure) -> simulation.failed(failure))
                        .unstarted(task);
                simulation.made(made[0]);
                return made[0];
            };
        }

        /// Gives virtual threads here, too: nothing that is simulated blocks its thread.
        @Override
        public ThreadFactory blocking(String prefix) {
            return virtual(prefix);
        }

        @Override
        public ExecutorService pool(String prefix, int threads) {
            return MoreExecutors.newDirectExecutorService();
        }
    }

    private final class SimulatedScheduler implements Scheduler {

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return simulation.alarm(delay, () -> {
                if (alive) {
                    world.threads().start("timer", action);
                }
            });
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            CountDownLatch over = new CountDownLatch(1);
            Timer timer = simulation.alarm(duration, over::countDown);
            try {
                over.await();
            } finally {
                timer.cancel();
            }
        }

        @Override
        public Deadline.Ticker ticker() {
            return simulation.ticker();
        }

        @Override
        public void close() {}
    }
}
