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
package dev.wings.cli.demo;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.push.Pace;
import dev.wings.cli.push.PushStatus;
import dev.wings.cli.push.Pusher;
import dev.wings.cli.push.RowFile;
import dev.wings.client.FlightConnection;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/// Pushes a file at a steady rate, once or again and again, on a thread of its own.
final class Feeder implements AutoCloseable {

    private static final int BATCHES_PER_SECOND = 10;
    private static final int IN_FLIGHT = 32;
    private static final int READ_ROWS = 65_536;

    private final String file;
    private final TopicSchema schema;
    private final long rowsPerSecond;
    private final boolean once;
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightConnection ingestor;
    private final Pusher pusher;
    private final Thread thread = Thread.ofVirtual().name("demo-feeder").unstarted(this::feed);
    private volatile Optional<RuntimeException> failure = Optional.empty();

    /// Starts to push. The caller closes it.
    Feeder(Connection connection, TopicName topic, TopicSchema schema, String file, long rowsPerSecond, boolean once) {
        this.file = file;
        this.schema = schema;
        this.rowsPerSecond = rowsPerSecond;
        this.once = once;
        this.ingestor = FlightConnection.open(connection.endpoint(Port.INGESTOR), allocator);
        try (RowFile rows = RowFile.open(file, Optional.empty());
                ArrowReader reader = rows.read(allocator, READ_ROWS, schema, OnLoss.REJECT)) {
            this.pusher = new Pusher(
                    ingestor, allocator, topic, reader.getVectorSchemaRoot().getSchema(), reader, IN_FLIGHT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread.start();
    }

    PushStatus status() {
        return pusher.status();
    }

    /// Waits, but no longer than `time`. Returns whether there is nothing left to push. Fails as the push did.
    boolean awaitDone(Duration time) throws InterruptedException {
        boolean done = thread.join(time);
        failure.ifPresent(reason -> {
            throw reason;
        });
        return done;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pusher.close();
        ingestor.close();
        allocator.close();
    }

    private void feed() {
        try {
            Pace pace = new Pace(rowsPerSecond);
            do {
                feedOnce(pace);
            } while (!once);
            pusher.finish();
        } catch (InterruptedException e) {
            // the feeder is closed
        } catch (IOException e) {
            failure = Optional.of(new UncheckedIOException(e));
        } catch (RuntimeException e) {
            failure = Optional.of(e);
        }
    }

    private void feedOnce(Pace pace) throws IOException, InterruptedException {
        int batchRows = Math.clamp(rowsPerSecond / BATCHES_PER_SECOND, 1, READ_ROWS);
        try (RowFile rows = RowFile.open(file, Optional.empty());
                ArrowReader reader = rows.read(allocator, READ_ROWS, schema, OnLoss.REJECT)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                for (int start = 0; start < root.getRowCount(); start += batchRows) {
                    int count = Math.min(batchRows, root.getRowCount() - start);
                    pace.await(count);
                    try (VectorSchemaRoot slice = root.slice(start, count)) {
                        pusher.send(slice);
                    }
                }
            }
        }
    }
}
