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
package dev.wings.server.engine;

import dev.wings.common.duckdb.ArrowTable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A table whose rows the server has: each batch is asked for, a few ahead of the engine.
final class PulledTable implements ArrowTable {

    /// How many bytes are asked for ahead, roughly.
    private static final long AHEAD_BYTES = 2 << 20;

    private static final int MAX_AHEAD = 8;

    private final int number;
    private final Schema columns;
    private final BufferAllocator allocator;
    private final Frames frames;
    private final List<PulledScan> scans = new ArrayList<>();

    /// What the server has said about a scan.
    sealed interface Delivery {
        Delivery END = new End();

        record Rows(DataInputStream head, ArrowBuf body) implements Delivery {}

        record End() implements Delivery {}

        record Failure() implements Delivery {}
    }

    PulledTable(int number, Schema columns, BufferAllocator allocator, Frames frames) {
        this.number = number;
        this.columns = columns;
        this.allocator = allocator;
        this.frames = frames;
    }

    @Override
    public Schema schema() {
        return columns;
    }

    @Override
    public synchronized Scan openScan() {
        PulledScan scan = new PulledScan(scans.size());
        scans.add(scan);
        return scan;
    }

    void deliver(int scan, Delivery delivery) {
        PulledScan of;
        synchronized (this) {
            of = scans.get(scan);
        }
        of.deliver(delivery);
    }

    private final class PulledScan implements Scan {

        private final int scan;
        private final VectorSchemaRoot root = VectorSchemaRoot.create(columns, allocator);
        private final BlockingQueue<Delivery> delivered = new LinkedBlockingQueue<>();
        private int asked;
        private long batchBytes = AHEAD_BYTES;
        private boolean ended;
        private boolean closed;

        PulledScan(int scan) {
            this.scan = scan;
        }

        @Override
        public @Nullable VectorSchemaRoot next() {
            try {
                while (!ended && asked < 1 + Math.clamp(AHEAD_BYTES / Math.max(batchBytes, 1), 1, MAX_AHEAD)) {
                    asked++;
                    frames.write(FrameType.PULL, out -> {
                        out.writeInt(number);
                        out.writeInt(scan);
                    });
                }
                if (ended) {
                    return null;
                }
                Delivery next = delivered.take();
                asked--;
                switch (next) {
                    case Delivery.Rows rows -> {
                        batchBytes = rows.body().capacity();
                        Batch.load(rows.head(), rows.body(), root);
                        return root;
                    }
                    case Delivery.End end -> {
                        ended = true;
                        return null;
                    }
                    case Delivery.Failure failure -> {
                        ended = true;
                        throw new IllegalStateException("the server cannot read the rows");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        /// Takes a delivery. What comes after the end was asked for ahead of it.
        void deliver(Delivery delivery) {
            synchronized (this) {
                if (!closed) {
                    delivered.add(delivery);
                    return;
                }
            }
            release(delivery);
        }

        @Override
        public void close() {
            synchronized (this) {
                closed = true;
            }
            root.close();
            List<Delivery> left = new ArrayList<>();
            delivered.drainTo(left);
            left.forEach(PulledScan::release);
        }

        private static void release(Delivery delivery) {
            if (delivery instanceof Delivery.Rows rows) {
                rows.body().close();
            }
        }
    }
}
