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
import dev.wings.common.folio.FolioWriter;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.folio.PageKey;
import dev.wings.common.folio.SealedFolio;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
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

/// A folio of one page with a single batch, from checked batches to the bytes that are stored: framing, checksum and
/// footer.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class PageEncode {

    private static final PageKey KEY = new PageKey("topic", "", 0);
    private static final UUID FOLIO = new UUID(0x7000, 0x8000_0000_0000_0000L);

    @Param({"65536", "100"})
    int rows;

    private BufferAllocator allocator;
    private SampleBatch sample;
    private byte[] schema;
    private ByteBuffer header;
    private List<ByteBuffer> body;

    @Setup(Level.Trial)
    public void open() throws Exception {
        allocator = new RootAllocator();
        sample = SampleBatch.open(allocator, rows);
        schema = PageBuilder.schemaMessage(ArrowSchemas.toArrow(ArrowSchemas.infer(SampleRows.arrowSchema())));
        header = sample.headerBytes().asReadOnlyByteBuffer();
        body = List.of(sample.body().nioBuffer());
    }

    @TearDown(Level.Trial)
    public void close() {
        sample.close();
        allocator.close();
    }

    @Benchmark
    public SealedFolio encode() {
        PageBuilder page = new PageBuilder(KEY, schema);
        page.add(header, body, 0, List.of());
        return FolioWriter.seal(FOLIO, "namespace", List.of(page));
    }
}
