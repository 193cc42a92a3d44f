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
package dev.wings.benchmarks.hot;

import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import dev.wings.controlplane.log.CommitLimits;
import dev.wings.controlplane.log.FolioAnswer;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.GroupCommitter;
import dev.wings.controlplane.log.PartitionKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// Commits of 16 callers at once to one namespace, each a folio of one page with 8 batches: commits per
/// second. With PostgreSQL, which syncs, the callers share transactions.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(16)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class Commits {

    private static final int BATCHES = 8;
    private static final int BATCH_ROWS = 100;
    private static final long PAGE_BYTES = 100_000;
    private static final long REQUEST_BYTES = 300;
    private static final CommitLimits LIMITS = new CommitLimits(8, 256, 4 << 20, 64 << 20);

    @Param({"memory", "postgresql"})
    String store;

    private final IdGenerator ids = new IdGenerator(InstantSource.system(), new SecureRandom());
    private CommitStore metadata;
    private GroupCommitter committer;
    private List<FolioCommit.Page> pages;

    @Setup(Level.Trial)
    public void open() {
        MeterRegistry meters = new SimpleMeterRegistry();
        metadata = store.equals("memory") ? CommitStore.openMemory(ids) : CommitStore.openPostgres(ids, meters);
        committer = new GroupCommitter(
                metadata.log(),
                new World(Scheduler.system(), dev.wings.common.time.Threads.system(), ids),
                LIMITS,
                (namespace, commits) -> {},
                meters);
        FolioCommit.Batch batch = new FolioCommit.Batch(BATCH_ROWS, 0);
        PartitionKey partition = new PartitionKey(metadata.topic().uid(), "");
        List<FolioCommit.Batch> batches = Collections.nCopies(BATCHES, batch);
        pages = List.of(new FolioCommit.Page(partition, 0, 64, PAGE_BYTES, 0, batches));
    }

    @TearDown(Level.Trial)
    public void close() {
        committer.close();
        metadata.close();
    }

    @Benchmark
    public FolioAnswer commit() {
        UUID id = ids.next();
        String key = metadata.namespace().objectPrefix() + "/folios/2026/01/01/" + id + ".folio";
        FolioCommit folio = new FolioCommit(id, key, 2 * PAGE_BYTES, pages);
        return committer.commit(metadata.namespace().uid(), folio, REQUEST_BYTES);
    }
}
