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
package dev.wings.benchmarks.figures;

import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.IngestLoad;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.process.DevProcess;
import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.SqlSession;
import dev.wings.common.resource.ResourceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// How fast rows get into topics through the SQL server, next to a DoPut of the same rows to the ingestor.
public final class WriteBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String DIRECT = "bench_direct";
    private static final String INGESTED = "bench_ingested";
    private static final String SELECTED = "bench_selected";
    private static final String INSERTED = "bench_inserted";
    private static final String PREPARED = "bench_prepared";

    /// Who waits for each statement waits for its folio, which is what `ack-p50` measures.
    private static final Map<String, String> SHORT_LINGER = Map.of("WINGS_INGESTOR_FLUSH_LINGER", "5ms");

    private static final int PREPARED_SESSIONS = 4;
    private static final int PREPARED_ROWS = 1_000;

    private final Bench bench;

    public WriteBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (bench.wants(FigureKind.ADBC_INGEST, FigureKind.INSERT_SELECT)) {
            try (DevProcess wings = DevProcess.start(bench.root(), Lake.WITHOUT_COMPACTION)) {
                create(wings, DIRECT);
                if (bench.wants(FigureKind.ADBC_INGEST)) {
                    ingest(wings);
                }
                if (bench.wants(FigureKind.INSERT_SELECT)) {
                    insertSelect(wings);
                }
            }
        }
        if (bench.wants(FigureKind.PREPARED_INSERT)) {
            try (DevProcess wings = DevProcess.start(bench.root(), SHORT_LINGER)) {
                create(wings, DIRECT);
                prepared(wings);
            }
        }
    }

    private void ingest(DevProcess wings) throws Exception {
        create(wings, INGESTED);
        FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, Scale.LARGE_BATCH_ROWS);
        int batches = bench.scale().largeBatches();
        double megabytes = batches * messages.bytesPerBatch() / 1e6;
        Rounds rounds = new Rounds();
        List<Double> cores = new ArrayList<>();
        List<Double> directCores = new ArrayList<>();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            Timed direct = timed(wings, () -> direct(wings, messages, 1, batches));
            wings.removeFolios();
            Timed through = timed(wings, () -> IngestLoad.push(wings.serverPort(), INGESTED, messages, batches, LIMIT));
            wings.removeFolios();
            bench.tell("adbc-ingest, round %d: %.0f MB/s, floor %.0f MB/s"
                    .formatted(round, megabytes / through.seconds(), megabytes / direct.seconds()));
            if (round > 0) {
                rounds.add(megabytes / through.seconds(), megabytes / direct.seconds());
                cores.add(through.cpuSeconds() / megabytes * 1e3);
                directCores.add(direct.cpuSeconds() / megabytes * 1e3);
            }
        }
        bench.report(new Figure(
                FigureKind.ADBC_INGEST,
                rounds,
                Map.of(
                        "wings_cpu_s_per_gb", Rounds.median(cores),
                        "floor_wings_cpu_s_per_gb", Rounds.median(directCores))));
    }

    private void insertSelect(DevProcess wings) throws Exception {
        create(wings, SELECTED);
        create(wings, INSERTED);
        FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, Scale.LARGE_BATCH_ROWS);
        int batches = bench.scale().largeBatches();
        long rows = bench.scale().largeRows();
        bench.tell("pushing %,d rows".formatted(rows));
        PutLoad.push(PutPlan.exactly(wings.ingestorPort(), SELECTED, messages, 1, batches), LIMIT);
        Rounds rounds = new Rounds();
        try (SqlClient sql = SqlClient.open(wings.serverPort())) {
            for (int round = 0; round <= bench.scale().rounds(); round++) {
                double direct =
                        timed(wings, () -> direct(wings, messages, 1, batches)).seconds();
                double inserted = timed(wings, () -> {
                            long count = Lake.number(sql, "insert into " + INSERTED + " select * from " + SELECTED);
                            if (count != rows) {
                                throw new IllegalStateException("other rows were inserted than there are: inserted="
                                        + count + ", rows=" + rows);
                            }
                        })
                        .seconds();
                bench.tell("insert-select, round %d: %.2f M rows/s, floor %.2f M rows/s"
                        .formatted(round, rows / inserted / 1e6, rows / direct / 1e6));
                if (round > 0) {
                    rounds.add(rows / inserted / 1e6, rows / direct / 1e6);
                }
            }
        }
        bench.report(new Figure(FigureKind.INSERT_SELECT, rounds, Map.of()));
    }

    private void prepared(DevProcess wings) throws Exception {
        create(wings, PREPARED);
        FlightMessages messages = FlightMessages.ofSampleRows(0, Scale.DISTINCT_BATCHES, PREPARED_ROWS);
        int statements = bench.scale().preparedInserts();
        double thousands = (double) PREPARED_SESSIONS * statements * PREPARED_ROWS / 1e3;
        Rounds rounds = new Rounds();
        List<Double> alone = new ArrayList<>();
        for (int round = 0; round <= bench.scale().rounds(); round++) {
            double direct = timed(wings, () -> direct(wings, messages, PREPARED_SESSIONS, statements))
                    .seconds();
            double inserted = timed(wings, () -> insert(wings, PREPARED_SESSIONS, statements))
                    .seconds();
            double one = timed(wings, () -> insert(wings, 1, statements)).seconds();
            bench.tell("prepared-insert, round %d: %.0f k rows/s, floor %.0f k rows/s"
                    .formatted(round, thousands / inserted, thousands / direct));
            if (round > 0) {
                rounds.add(thousands / inserted, thousands / direct);
                alone.add(thousands / PREPARED_SESSIONS / one);
            }
        }
        bench.report(new Figure(
                FigureKind.PREPARED_INSERT, rounds, Map.of("one_session_k_rows_per_s", Rounds.median(alone))));
    }

    /// Each session prepares the statement once, and runs it one time after the other.
    private static void insert(DevProcess wings, int sessions, int statements) throws Exception {
        List<Future<Void>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(sessions)) {
            for (int session = 0; session < sessions; session++) {
                Callable<Void> work = () -> insert(wings, statements);
                results.add(threads.submit(work));
            }
        }
        for (Future<Void> result : results) {
            result.get();
        }
    }

    private static Void insert(DevProcess wings, int statements) {
        Endpoint server = Endpoint.of(new Address("SQL server", "127.0.0.1", wings.serverPort()), ResourceId.DEFAULT);
        try (BufferAllocator allocator = new RootAllocator();
                SqlSession session = SqlSession.open(server);
                VectorSchemaRoot rows = DataSet.SENSORS.openBatch(allocator, 0, PREPARED_ROWS);
                FlightSqlClient.PreparedStatement statement = new FlightSqlClient(
                                session.connection().client())
                        .prepare(
                                "insert into " + PREPARED + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                                session.connection().options())) {
            for (int number = 0; number < statements; number++) {
                statement.setParameters(rows.slice(0));
                long count = statement.executeUpdate(session.connection().options());
                if (count != PREPARED_ROWS) {
                    throw new IllegalStateException("other rows were inserted than were sent: inserted=" + count);
                }
            }
        }
        return null;
    }

    private static void direct(DevProcess wings, FlightMessages messages, int streams, int batches) throws Exception {
        PutLoad.push(PutPlan.exactly(wings.ingestorPort(), DIRECT, messages, streams, batches), LIMIT);
    }

    private static void create(DevProcess wings, String topic) {
        Topics.create(wings.controlPlanePort(), topic, DataSet.SENSORS, Lake.freshness(Duration.ofDays(1)));
    }

    private interface Work {
        void run() throws Exception;
    }

    /// @param cpuSeconds of `wings dev` and its PostgreSQL
    private record Timed(double seconds, double cpuSeconds) {}

    private static Timed timed(DevProcess wings, Work work) throws Exception {
        double cpu = wings.processes().usage().cpuSeconds();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Timed(seconds, wings.processes().usage().cpuSeconds() - cpu);
    }
}
