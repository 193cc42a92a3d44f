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

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.wings.common.proto.Topic;
import dev.wings.common.seed.SeededTest;
import dev.wings.integration.simulation.SimulatedCluster.RunningIngestor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/// I1, I2, I5: what producers were told stays true, whatever gets lost or crashes on the way.
///
/// Two control planes over one database in memory, and ingestors over one object store, are the real ones; the network,
/// the store and the time are not.
final class LogSimulationTest {

    private static final Duration CALM = Duration.ofSeconds(3);
    private static final int SEEDS_PER_FLAW = 20;
    private static final int INGESTORS = 4;
    private static final int PRODUCERS = 2;

    /// What a line is written to is shared with threads that are not simulated: who waits for them waits in the time of
    /// the machine, and who crashes meanwhile keeps it for ever.
    private static final TurboFilter SILENCE = new TurboFilter() {
        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable failure) {
            return FilterReply.DENY;
        }
    };

    private static LoggerContext logs() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    @BeforeAll
    static void silence() {
        logs().addTurboFilter(SILENCE);
    }

    @AfterAll
    static void speak() {
        logs().getTurboFilterList().remove(SILENCE);
    }

    @SeededTest(100)
    void acknowledgedRowsStayInTheirPlaces(long seed) {
        assertThat(simulate(seed, Flaw.NONE).simulation.steps()).isPositive();
    }

    /// The canaries.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void flawsAreFound(Flaw flaw) {
        assertThat(LongStream.rangeClosed(1, SEEDS_PER_FLAW)
                        .filter(seed -> finds(seed, flaw))
                        .findFirst())
                .as("the first seed that finds it")
                .isPresent();
    }

    @Test
    void waitingInTheTimeOfTheMachineIsFound() {
        assertThatThrownBy(() -> new Simulation(1).run(() -> LockSupport.parkNanos(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wait");
    }

    /// Else nothing could be lost.
    @Test
    void rowsAreAcknowledged() {
        assertThat(LongStream.rangeClosed(1, 5)
                        .map(seed -> simulate(seed, Flaw.NONE).written.acknowledged())
                        .sum())
                .isGreaterThan(500);
    }

    private static boolean finds(long seed, Flaw flaw) {
        try {
            simulate(seed, flaw);
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }

    @Test
    void sameSeedIsTheSameRun() {
        assertThat(simulate(7, Flaw.NONE).simulation.hash())
                .isEqualTo(simulate(7, Flaw.NONE).simulation.hash())
                .isNotEqualTo(simulate(8, Flaw.NONE).simulation.hash());
    }

    private static Run simulate(long seed, Flaw flaw) {
        Simulation simulation = new Simulation(seed);
        Run run = new Run(simulation, flaw);
        simulation.run(run::run);
        return run;
    }

    /// One run, on the thread of a client that makes trouble.
    private static final class Run {
        private final Simulation simulation;
        private final SimulatedProcess client;
        private final SimulatedCluster cluster;
        private final WrittenRows written = new WrittenRows();
        private int producers;

        Run(Simulation simulation, Flaw flaw) {
            this.simulation = simulation;
            this.client = new SimulatedProcess(simulation, "client");
            this.cluster = new SimulatedCluster(simulation, flaw);
        }

        void run() {
            cluster.openControlPlanes(2);
            Topic topic = cluster.createTopic(client);
            for (int i = 0; i < INGESTORS; i++) {
                RunningIngestor ingestor = cluster.openIngestor();
                List<Thread> threads = startProducers(ingestor);
                sleep();
                cluster.crashControlPlane();
                written.check(topic, cluster.reliableChannel(client), cluster.objects());
                if (simulation.chance(0.5)) {
                    cluster.crash(ingestor);
                } else {
                    join(threads);
                    ingestor.close();
                }
                written.check(topic, cluster.reliableChannel(client), cluster.objects());
            }
            simulation.note("acknowledged " + written.acknowledged());
            cluster.close();
        }

        private List<Thread> startProducers(RunningIngestor ingestor) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                SimulatedProducer producer = new SimulatedProducer(simulation, ingestor, written, ++producers);
                threads.add(ingestor.process().world().threads().start("producer", () -> producer.run(3)));
            }
            return threads;
        }

        private void sleep() {
            try {
                client.world().scheduler().sleep(simulation.upTo(CALM));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void join(List<Thread> threads) {
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
