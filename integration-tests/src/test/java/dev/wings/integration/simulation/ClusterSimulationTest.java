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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// I1, I2, I4 to I6, I8: what producers and readers were told stays true, whatever gets lost, crashes, freezes or is
/// told
/// wrong times on the way.
///
/// Two control planes over one database in memory, and ingestors over one object store are the real ones; the
/// network, the store and the time are not.
@ExtendWith(Silence.class)
final class ClusterSimulationTest {

    @SeededTest(100)
    void promisesAreKept(long seed) {
        assertThat(SimulatedRun.of(seed, Flaw.NONE).steps()).isPositive();
    }

    /// Else nothing could be lost.
    @Test
    void rowsAreAcknowledged() {
        assertThat(LongStream.rangeClosed(1, 5)
                        .map(seed -> SimulatedRun.of(seed, Flaw.NONE).acknowledgedRows())
                        .sum())
                .isGreaterThan(500);
    }

    @Test
    void sameSeedIsTheSameRun() {
        assertThat(SimulatedRun.of(7, Flaw.NONE))
                .isEqualTo(SimulatedRun.of(7, Flaw.NONE))
                .isNotEqualTo(SimulatedRun.of(8, Flaw.NONE));
    }

    /// So what one machine has found another can look at: nothing depends on where objects are in memory, or on what a
    /// JVM draws when it starts.
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
                        "5")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        other.getOutputStream().close();
        List<String> there;
        try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
            there = output.lines().toList();
        }
        assertThat(other.waitFor()).isZero();
        assertThat(there)
                .isEqualTo(LongStream.rangeClosed(1, 5)
                        .mapToObj(SimulationProgram::report)
                        .toList());
    }

    @Test
    void waitingInTheTimeOfTheMachineIsFound() {
        assertThatThrownBy(() -> new Simulation(1).run(() -> LockSupport.parkNanos(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wait");
    }
}
