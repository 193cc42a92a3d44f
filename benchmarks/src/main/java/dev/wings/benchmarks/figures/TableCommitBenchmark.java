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

import dev.wings.benchmarks.commit.CommitWorker;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// How long a commit of a compaction takes once a table has many snapshots, none of which expires: reading the newest
/// metadata file, writing the manifests and the next metadata file, and the transaction that moves the table's
/// pointer.
public final class TableCommitBenchmark {

    private static final int FEW_SNAPSHOTS = 100;
    private static final int COMMITS_PER_ROUND = 10;

    private final Bench bench;

    public TableCommitBenchmark(Bench bench) {
        this.bench = bench;
    }

    public void run() throws Exception {
        if (!bench.wants(FigureKind.TABLE_COMMIT)) {
            return;
        }
        int snapshots = bench.scale().snapshots();
        Rounds rounds = new Rounds();
        Histogram nanos = new Histogram(3);
        Histogram first = new Histogram(3);
        try (CommitWorker worker = CommitWorker.open(snapshots + bench.scale().rounds() * COMMITS_PER_ROUND)) {
            long few = 0;
            for (int snapshot = 1; snapshot <= snapshots; snapshot++) {
                long taken = worker.commit();
                if (snapshot > FEW_SNAPSHOTS / 2 && snapshot <= FEW_SNAPSHOTS) {
                    first.recordValue(taken);
                }
                if (snapshot == FEW_SNAPSHOTS) {
                    few = worker.metadataBytes();
                }
            }
            long many = worker.metadataBytes();
            bench.tell("table-commit: metadata.json has %,d bytes with %d snapshots, %,d with %d"
                    .formatted(few, FEW_SNAPSHOTS, many, snapshots));
            for (int round = 1; round <= bench.scale().rounds(); round++) {
                Histogram ofRound = new Histogram(3);
                for (int commit = 0; commit < COMMITS_PER_ROUND; commit++) {
                    ofRound.recordValue(worker.commit());
                }
                nanos.add(ofRound);
                rounds.add(ofRound.getValueAtPercentile(50) / 1e6);
                bench.tell("table-commit, round %d: p50 %.1f ms"
                        .formatted(round, rounds.values().getLast()));
            }
            bench.report(new Figure(
                    FigureKind.TABLE_COMMIT,
                    rounds,
                    Map.of(
                            "snapshots", (double) snapshots,
                            "max_ms", nanos.getMaxValue() / 1e6,
                            "p50_ms_below_100_snapshots", first.getValueAtPercentile(50) / 1e6,
                            "metadata_bytes_100_snapshots", (double) few,
                            "metadata_bytes", (double) many)));
        }
    }
}
