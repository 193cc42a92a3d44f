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

import dev.wings.benchmarks.load.SampleRows;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.SchemaBinding;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
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
import org.openjdk.jmh.annotations.Warmup;

/// The checks that every batch passes before anything else is done with it: bounds, offsets, text, nulls. No cast is
/// needed and no value is touched.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class BatchCheck {

    @Param({"65536", "100"})
    int rows;

    private BufferAllocator allocator;
    private SampleBatch sample;
    private BatchReader reader;

    @Setup(Level.Trial)
    public void open() throws Exception {
        allocator = new RootAllocator();
        sample = SampleBatch.open(allocator, rows);
        SchemaBinding binding =
                SchemaBinding.bind(SampleRows.arrowSchema(), ArrowSchemas.infer(SampleRows.arrowSchema()));
        reader = new BatchReader(allocator, binding, new BatchLimits(1 << 20, 64L << 20));
    }

    @TearDown(Level.Trial)
    public void close() {
        reader.close();
        sample.close();
        allocator.close();
    }

    @Benchmark
    public int check() {
        try (Batch batch = reader.openBatch(sample.header(), sample.body())) {
            return batch.rows();
        }
    }

    /// The same, and what a folio's footer says of the batch.
    @Benchmark
    public int checkAndBound() {
        try (Batch batch = reader.openBatch(sample.header(), sample.body())) {
            return batch.bounds().size();
        }
    }
}
