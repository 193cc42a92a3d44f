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
package dev.wings.integration;

import com.google.protobuf.ByteString;
import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.ResourceId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;

/// Pushes numbered batches on one stream, a few in flight, until the platform goes away, or all are sent.
/// Another one with its id goes on after it, with the first batch that has no answer.
final class EventProducer {

    private static final int IN_FLIGHT = 8;
    private static final String[] KEYS = {"a", "b", "c", "d"};
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("batch", new ArrowType.Int(64, true)),
            Field.notNullable("row_in_batch", new ArrowType.Int(32, true)),
            Field.notNullable("key", new ArrowType.Utf8()),
            Field.nullable("payload", new ArrowType.Utf8())));

    private final List<AcknowledgedBatch> acknowledged = new ArrayList<>();
    private final List<IngestResponse> rejected = new ArrayList<>();
    private final int port;
    private final Source source;
    private final long end;
    private final CountDownLatch firstAnswer;
    private volatile long next;
    private final Thread thread;

    /// @param number the number of the batch, unique in the test
    /// @param ranges offsets by key
    record AcknowledgedBatch(long number, Map<String, OffsetRange> ranges) {}

    /// `[start, end)`
    record OffsetRange(long start, long end) {}

    /// What is sent: batches that are numbered `first`, `first + step` and so on in the test, each of so many
    /// rows.
    ///
    /// @param producerId by which their numbers from 0 on are told from those of others
    record Source(UUID producerId, long first, int step, int rows) {

        long batch(long sequence) {
            return first + sequence * step;
        }
    }

    private EventProducer(int port, Source source, long start, long end, CountDownLatch firstAnswer) {
        this.port = port;
        this.source = source;
        this.end = end;
        this.firstAnswer = firstAnswer;
        this.next = start;
        this.thread = Thread.ofVirtual().name("producer-" + source.first).unstarted(this::produce);
    }

    /// Sends the batches `[start, end)` of a source; counts `firstAnswer` down at its first answer.
    static EventProducer start(int port, Source source, long start, long end, CountDownLatch firstAnswer) {
        EventProducer producer = new EventProducer(port, source, start, end, firstAnswer);
        producer.thread.start();
        return producer;
    }

    /// Waits for the stream's end; what was acknowledged, in order. Fails if a batch was rejected.
    List<AcknowledgedBatch> awaitEnd() throws InterruptedException {
        thread.join();
        synchronized (acknowledged) {
            if (!rejected.isEmpty()) {
                throw new IllegalStateException("rejected: " + rejected);
            }
            return List.copyOf(acknowledged);
        }
    }

    /// The first batch of the source that was not sent; those before it may be there, acknowledged or not.
    long next() {
        return next;
    }

    private void produce() {
        try (BufferAllocator allocator = new RootAllocator();
                FlightConnection ingestor = FlightConnection.open(
                        Endpoint.of(new Address("ingestor", "127.0.0.1", port), ResourceId.DEFAULT), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
                Producer producer = Producer.open(ingestor, allocator, "events", SCHEMA, IN_FLIGHT)) {
            while (next < end) {
                long sequence = next;
                long batch = source.batch(sequence);
                fill(root, batch);
                next = sequence + 1;
                CompletableFuture<Void> ignored =
                        producer.send(root, number(sequence)).thenAccept(response -> acknowledged(batch, response));
            }
            producer.finish();
        } catch (WingsException | IllegalStateException e) {
            // the platform was killed: what was not acknowledged may be there or not
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private IngestRequest number(long sequence) {
        return IngestRequest.newBuilder()
                .setProducerId(ByteString.copyFrom(ByteBuffer.allocate(16)
                        .putLong(source.producerId.getMostSignificantBits())
                        .putLong(source.producerId.getLeastSignificantBits())
                        .flip()))
                .setSequence(sequence)
                .build();
    }

    private void acknowledged(long batch, IngestResponse response) {
        Map<String, OffsetRange> ranges = new HashMap<>();
        response.getAccepted()
                .getRangesList()
                .forEach(range -> ranges.put(
                        range.getPartitionValue(), new OffsetRange(range.getStartOffset(), range.getEndOffset())));
        synchronized (acknowledged) {
            if (response.hasAccepted()) {
                acknowledged.add(new AcknowledgedBatch(batch, ranges));
            } else {
                rejected.add(response);
            }
        }
        firstAnswer.countDown();
    }

    private void fill(VectorSchemaRoot root, long batch) {
        root.allocateNew();
        for (int row = 0; row < source.rows; row++) {
            ((BigIntVector) root.getVector(0)).setSafe(row, batch);
            ((IntVector) root.getVector(1)).setSafe(row, row);
            ((VarCharVector) root.getVector(2)).setSafe(row, new Text(KEYS[(int) ((batch + row) % KEYS.length)]));
            ((VarCharVector) root.getVector(3)).setSafe(row, new Text("payload of row " + row + " in batch " + batch));
        }
        root.setRowCount(source.rows);
    }
}
