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
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.topic.NamespaceTarget;
import dev.wings.ingestor.topic.TopicTarget;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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

/// A batch, checked and split into 64 partitions by the column `site`, whose values come in no order: the
/// dearest way through the ingestor.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class Split {

    private static final NamespaceName NAMESPACE = new NamespaceName("default", "default");

    @Param({"65536", "100"})
    int rows;

    private BufferAllocator allocator;
    private SampleBatch sample;
    private BatchIntake intake;

    @Setup(Level.Trial)
    public void open() throws Exception {
        allocator = new RootAllocator();
        sample = SampleBatch.open(allocator, rows);
        TopicSchema schema = ArrowSchemas.infer(SampleRows.arrowSchema());
        TopicTarget topic = new TopicTarget(
                NAMESPACE.topic("sample"),
                "topic",
                schema,
                Optional.of(schema.partitionKey("site")),
                SchemaPolicy.STRICT,
                new NamespaceTarget(NAMESPACE, "namespace", Path.of("/nowhere").toUri(), "prefix"));
        BatchLimits limits = new BatchLimits(1 << 20, 64L << 20);
        intake = BatchIntake.open(
                new BatchIntake.Settings(allocator, limits, 7, InstantSource.system()),
                SampleRows.arrowSchema(),
                topic);
    }

    @TearDown(Level.Trial)
    public void close() {
        intake.close();
        sample.close();
        allocator.close();
    }

    @Benchmark
    public int split() {
        List<PartitionBatch> partitions = intake.openBatches(sample.header(), sample.body(), Optional.empty());
        partitions.forEach(PartitionBatch::close);
        return partitions.size();
    }
}
