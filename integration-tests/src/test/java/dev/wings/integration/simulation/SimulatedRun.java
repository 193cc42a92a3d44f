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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.integration.simulation.SimulatedCluster.RunningIngestor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/// One run of a cluster for a seed: producers write and readers read while processes crash, freeze and are told wrong
/// times. In the end everything has to come to rest.
final class SimulatedRun {

    private static final Duration CALM = Duration.ofSeconds(3);
    private static final Duration FREEZE = Duration.ofSeconds(30);
    private static final Duration LATE = Duration.ofSeconds(30);
    private static final int LATE_TROUBLES = 2;

    /// How long collecting everything may take: a few times the grace.
    private static final Duration REST = SimulatedCluster.GRACE.multipliedBy(10);

    static {
        IcebergPool.runOnCallers();
    }

    private static final int INGESTORS = 4;
    private static final int PRODUCERS = 2;
    private static final int READERS = 2;
    private static final List<String> LASTING = List.of(SimulatedCluster.EVENTS, SimulatedCluster.COPIES);
    private static final List<String> ALL =
            List.of(SimulatedCluster.BRIEF, SimulatedCluster.EVENTS, SimulatedCluster.COPIES);

    private final Simulation simulation;
    private final SimulatedProcess client;
    private final SimulatedCluster cluster;
    private final WrittenTopics written = new WrittenTopics();
    private int producers;
    private boolean briefNamespaceExists;
    private boolean briefExists;
    private boolean over;

    private SimulatedRun(Simulation simulation, Flaw flaw) {
        this.simulation = simulation;
        this.client = new SimulatedProcess(simulation, "client");
        this.cluster = new SimulatedCluster(simulation, flaw);
    }

    /// What came of a run.
    ///
    /// @param hash the hash of everything that happened
    record Outcome(long hash, long steps, long acknowledgedRows) {}

    /// Fails if any promise was broken.
    static Outcome of(long seed, Flaw flaw) {
        return of(new Simulation(seed), flaw);
    }

    static Outcome of(Simulation simulation, Flaw flaw) {
        SimulatedRun run = new SimulatedRun(simulation, flaw);
        try {
            simulation.run(run::run);
        } finally {
            run.cluster.release();
        }
        return new Outcome(simulation.hash(), simulation.steps(), run.written.acknowledgedRows());
    }

    /// Runs on the thread of a client, which makes the trouble.
    private void run() {
        cluster.openControlPlanes(2);
        cluster.createTenant(client);
        cluster.createNamespace(client, SimulatedCluster.NAMESPACE);
        cluster.createTopic(client, SimulatedCluster.EVENTS, "key");
        cluster.createTopic(client, SimulatedCluster.COPIES, "");
        cluster.openCompactors(2);
        turnBrief();
        List<Thread> readers = startReaders();
        for (int i = 0; i < INGESTORS; i++) {
            RunningIngestor ingestor = cluster.openIngestor();
            List<Thread> threads = startProducers(ingestor);
            sleep(simulation.upTo(CALM));
            makeTrouble();
            if (simulation.chance(0.5)) {
                sleep(simulation.upTo(CALM));
                cluster.crash(ingestor);
            } else {
                join(threads);
                cluster.close(ingestor);
            }
        }
        for (int i = 0; i < LATE_TROUBLES; i++) {
            sleep(simulation.upTo(LATE));
            makeTrouble();
        }
        over = true;
        join(readers);
        settle();
        simulation.note("acknowledged " + written.acknowledgedRows());
        cluster.close();
    }

    private void makeTrouble() {
        if (simulation.chance(0.6)) {
            cluster.crashControlPlane();
        }
        if (simulation.chance(0.5)) {
            cluster.crashCompactor();
        }
        if (simulation.chance(0.6)) {
            cluster.anyProcess().setClock();
        }
        if (simulation.chance(0.5)) {
            cluster.anyProcess().freeze(simulation.upTo(FREEZE));
        }
        if (simulation.chance(0.5)) {
            turnBrief();
        }
    }

    /// Checks I7 and I8: in the end all rows are in tables, once, and nothing is left that nobody can find.
    private void settle() {
        SimulatedReader reader = cluster.openReliableReader();
        List<String> topics = briefExists ? ALL : LASTING;
        Instant end = simulation.now().plus(REST);
        Set<String> left = left(reader, topics);
        while (!left.isEmpty()) {
            if (simulation.now().isAfter(end)) {
                throw new AssertionError("I8: is never collected, or never moved to a table: " + left);
            }
            sleep(LATE.multipliedBy(2));
            left = left(reader, topics);
        }
        Map<String, SortedMap<Position, StoredRow>> before = written.acknowledged();
        reader.read(topics, Duration.ZERO).ifPresent(found -> written.check(before, found));
    }

    /// Returns the keys of objects that are in nobody's table. Folios mostly go last, so that tables are read
    /// only when no folio is left.
    private Set<String> left(SimulatedReader reader, List<String> topics) {
        Set<String> left = cluster.objects();
        if (left.stream().noneMatch(key -> key.endsWith(".folio"))) {
            left.removeAll(reader.filesOfTables(topics));
        }
        return left;
    }

    /// Makes the topic that does not stay for long, or deletes it, now and then together with its namespace.
    private void turnBrief() {
        if (briefExists) {
            cluster.deleteTopic(client, SimulatedCluster.BRIEF);
            if (simulation.chance(0.5)) {
                cluster.deleteNamespace(client, SimulatedCluster.BRIEF_NAMESPACE);
                briefNamespaceExists = false;
            }
        } else {
            if (!briefNamespaceExists) {
                cluster.createNamespace(client, SimulatedCluster.BRIEF_NAMESPACE);
                briefNamespaceExists = true;
            }
            cluster.createTopic(client, SimulatedCluster.BRIEF, "");
        }
        briefExists = !briefExists;
    }

    private List<Thread> startReaders() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            SimulatedReader reader = cluster.openReader();
            threads.add(reader.process().world().threads().start("reader", () -> {
                // the reader reads once more when everything is written
                boolean last;
                do {
                    last = over;
                    read(reader);
                    sleep(simulation.upTo(CALM));
                } while (!last);
            }));
        }
        return threads;
    }

    private void read(SimulatedReader reader) {
        Map<String, SortedMap<Position, StoredRow>> before = written.acknowledged();
        Duration pause = simulation.chance(0.2) ? longPause() : Duration.ZERO;
        try {
            reader.read(simulation.chance(0.5) ? ALL : LASTING, pause).ifPresent(found -> written.check(before, found));
        } catch (WingsException e) {
            // the brief topic may be gone, and no control plane may answer
            if (e.kind() != ErrorKind.NOT_FOUND && e.kind() != ErrorKind.UNAVAILABLE) {
                throw e;
            }
        }
    }

    /// Returns a long pause; often it is just shorter than a query may be.
    private Duration longPause() {
        return simulation.chance(0.5)
                ? simulation.upTo(SimulatedCluster.GRACE)
                : SimulatedCluster.GRACE.minus(simulation.upTo(CALM));
    }

    private List<Thread> startProducers(RunningIngestor ingestor) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            SimulatedProducer producer = new SimulatedProducer(simulation, ingestor, written, ++producers);
            threads.add(ingestor.process().world().threads().start("producer", () -> producer.run(3)));
        }
        return threads;
    }

    private void sleep(Duration time) {
        try {
            client.world().scheduler().sleep(time);
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
