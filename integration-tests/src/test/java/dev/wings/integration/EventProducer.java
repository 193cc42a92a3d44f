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

import dev.wings.common.proto.IngestResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
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

/// Pushes batches with numbers of its own on one stream, a few in flight, until the platform goes away.
final class EventProducer {

    private static final int IN_FLIGHT = 8;
    private static final String[] KEYS = {"a", "b", "c", "d"};
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("batch", new ArrowType.Int(64, true)),
            Field.notNullable("row_in_batch", new ArrowType.Int(32, true)),
            Field.notNullable("key", new ArrowType.Utf8()),
            Field.nullable("payload", new ArrowType.Utf8())));

    private final List<AcknowledgedBatch> acknowledged = new ArrayList<>();
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final int port;
    private final int step;
    private final int rows;
    private final CountDownLatch firstAnswer;
    private final List<Long> sent = new ArrayList<>();
    private volatile long nextBatch;
    private volatile boolean ended;
    private final Thread thread;

    /// @param number of the batch, unique in the test
    /// @param ranges offsets by key
    record AcknowledgedBatch(long number, Map<String, OffsetRange> ranges) {}

    /// `[start, end)`
    record OffsetRange(long start, long end) {}

    private EventProducer(int port, long firstBatch, int step, int rows, CountDownLatch firstAnswer) {
        this.port = port;
        this.step = step;
        this.rows = rows;
        this.firstAnswer = firstAnswer;
        this.nextBatch = firstBatch;
        this.thread = Thread.ofVirtual().name("producer-" + firstBatch).unstarted(this::produce);
    }

    /// Sends batches number `firstBatch`, `firstBatch + step`, ...; counts `firstAnswer` down at its first answer.
    static EventProducer start(int port, long firstBatch, int step, int rows, CountDownLatch firstAnswer) {
        EventProducer producer = new EventProducer(port, firstBatch, step, rows, firstAnswer);
        producer.thread.start();
        return producer;
    }

    /// Waits for the stream's end; what was acknowledged, in order.
    List<AcknowledgedBatch> awaitEnd() throws InterruptedException {
        thread.join();
        synchronized (acknowledged) {
            return List.copyOf(acknowledged);
        }
    }

    long nextBatch() {
        return nextBatch;
    }

    private void produce() {
        try (BufferAllocator allocator = new RootAllocator();
                FlightClient client = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                        .build();
                VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
            FlightClient.ClientStreamListener stream =
                    client.startPut(FlightDescriptor.path("events"), root, new Answers());
            while (!ended) {
                inFlight.acquire();
                if (ended) {
                    break;
                }
                long batch = nextBatch;
                fill(root, batch);
                synchronized (acknowledged) {
                    sent.add(batch);
                }
                nextBatch = batch + step;
                stream.putNext();
            }
        } catch (Exception e) {
            // the platform was killed: what was not acknowledged may be there or not
            ended = true;
        }
    }

    private void fill(VectorSchemaRoot root, long batch) {
        root.allocateNew();
        for (int row = 0; row < rows; row++) {
            ((BigIntVector) root.getVector(0)).setSafe(row, batch);
            ((IntVector) root.getVector(1)).setSafe(row, row);
            ((VarCharVector) root.getVector(2)).setSafe(row, new Text(KEYS[(int) ((batch + row) % KEYS.length)]));
            ((VarCharVector) root.getVector(3)).setSafe(row, new Text("payload of row " + row + " in batch " + batch));
        }
        root.setRowCount(rows);
    }

    /// Takes the answers of the stream; they come in the order of its batches.
    private final class Answers implements FlightClient.PutListener {

        private int answers;

        @Override
        public void onNext(PutResult result) {
            try {
                byte[] metadata = new byte[(int) result.getApplicationMetadata().readableBytes()];
                result.getApplicationMetadata().getBytes(0, metadata);
                IngestResponse response = IngestResponse.parseFrom(metadata);
                if (!response.hasAccepted()) {
                    throw new IllegalStateException("rejected: " + response);
                }
                Map<String, OffsetRange> ranges = new HashMap<>();
                response.getAccepted()
                        .getRangesList()
                        .forEach(range -> ranges.put(
                                range.getPartitionValue(),
                                new OffsetRange(range.getStartOffset(), range.getEndOffset())));
                synchronized (acknowledged) {
                    acknowledged.add(new AcknowledgedBatch(sent.get(answers++), ranges));
                }
                firstAnswer.countDown();
                inFlight.release();
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void getResult() {}

        @Override
        public boolean isCancelled() {
            return ended;
        }

        @Override
        public void onError(Throwable failure) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            ended = true;
            inFlight.release(IN_FLIGHT);
        }
    }
}
