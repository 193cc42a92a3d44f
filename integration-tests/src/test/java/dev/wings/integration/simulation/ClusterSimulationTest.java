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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.seed.SeededTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks I1, I2 and I4 to I8: what producers and readers were told stays true, whatever gets lost, crashes,
/// stands still or is told wrong times on the way, and in the end nothing is left behind.
///
/// Two control planes over one database in memory are the real ones, and so are the ingestors and compactors
/// over one object store. The network, the store, the time, and what writes the files of tables are simulated.
@ExtendWith(Silence.class)
final class ClusterSimulationTest {

    @SeededTest(60)
    void promisesAreKept(long seed) {
        assertThat(SimulatedRun.of(seed, Flaw.NONE).steps()).isPositive();
    }

    /// Each of these seeds has found a fault that was mended since.
    @ParameterizedTest
    @ValueSource(longs = {20109, 20275})
    void promisesAreKeptWhereTheyWereBroken(long seed) {
        promisesAreKept(seed);
    }

    /// If no row were acknowledged, none could be lost.
    @Test
    void rowsAreAcknowledged() {
        assertThat(SimulatedRun.of(1, Flaw.NONE).acknowledgedRows()
                        + SimulatedRun.of(2, Flaw.NONE).acknowledgedRows())
                .isGreaterThan(500);
    }

    @Test
    void sameSeedIsTheSameRun() {
        assertThat(SimulatedRun.of(7, Flaw.NONE))
                .isEqualTo(SimulatedRun.of(7, Flaw.NONE))
                .isNotEqualTo(SimulatedRun.of(8, Flaw.NONE));
    }

    /// Memory is enough for as many seeds as one likes, although processes that crash close nothing.
    @Test
    void runsThatAreOverAreForgotten() {
        List<WeakReference<Simulation>> over = LongStream.rangeClosed(1, 3)
                .mapToObj(ClusterSimulationTest::over)
                .toList();
        for (int i = 0; i < 10 && over.stream().anyMatch(run -> run.get() != null); i++) {
            System.gc();
        }
        assertThat(over).allSatisfy(run -> assertThat(run.get()).isNull());
    }

    private static WeakReference<Simulation> over(long seed) {
        Simulation simulation = new Simulation(seed);
        SimulatedRun.of(simulation, Flaw.NONE);
        return new WeakReference<>(simulation);
    }

    /// What one machine has found can be looked at on another: nothing depends on where objects are in memory,
    /// or on what a JVM draws when it starts.
    @Test
    void sameSeedIsTheSameRunInAnotherJvm() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + Path.of(System.getProperty("wings.root"), "jvm.options"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SimulationProgram.class.getName(),
                        "1",
                        "2")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        other.getOutputStream().close();
        List<String> there;
        try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
            there = output.lines().toList();
        }
        assertThat(other.waitFor()).isZero();
        assertThat(there)
                .isEqualTo(LongStream.rangeClosed(1, 2)
                        .mapToObj(seed -> SimulationProgram.report(seed, Flaw.NONE))
                        .toList());
    }

    /// Threads of the JDK and of libraries are not simulated. Their locks may be met, which changes nothing.
    @Test
    void monitorsOfThreadsThatAreNotSimulatedArePassed() throws InterruptedException {
        Object monitor = new Object();
        CountDownLatch kept = new CountDownLatch(1);
        List<String> passed = new ArrayList<>();
        Simulation simulation = new Simulation(1);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        Thread outside = Thread.ofPlatform().start(() -> {
            synchronized (monitor) {
                kept.countDown();
                while (waiting.get() == null || waiting.get().getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
            }
        });
        kept.await();
        simulation.run(() -> {
            waiting.set(Thread.currentThread());
            synchronized (monitor) {
                passed.add("inside");
            }
        });
        outside.join();
        assertThat(passed).containsExactly("inside");
        assertThat(simulation.steps()).isEqualTo(1);
    }

    @Test
    void waitingInTheTimeOfTheMachineIsFound() {
        // This is long enough that it cannot be over before the thread is seen to wait.
        assertThatThrownBy(() -> new Simulation(1).run(() -> LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wait");
    }
}
