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
package dev.wings.cli.push;

import dev.wings.cli.output.Human;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.RowNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;

/// Sends batches to one topic, and counts the answers. One thread sends; any may ask for the status.
public final class Pusher implements AutoCloseable {

    private static final int REMEMBERED_LATENCIES = 2048;
    private static final int REMEMBERED_REASONS = 10;

    private final Producer producer;
    private final Latencies latencies = new Latencies(REMEMBERED_LATENCIES);
    private final List<String> reasons = new ArrayList<>();
    private long sentRows;
    private long sentBytes;
    private long acknowledgedRows;
    private long acknowledgedBatches;
    private long deadLetterRows;
    private long rejectedRows;
    private long rejectedBatches;

    /// Opens a stream of batches with this schema. The caller closes it, before `connection`.
    ///
    /// @param inFlight so many batches may be sent and not answered at once; beyond, [#send] waits
    public Pusher(
            FlightConnection connection,
            BufferAllocator allocator,
            TopicName topic,
            Schema schema,
            DictionaryProvider dictionaries,
            int inFlight) {
        this.producer = Producer.open(connection, allocator, topic.toString(), schema, dictionaries, inFlight);
    }

    /// Sends the rows as one batch; they stay the caller's. Waits while too many batches are under way. Fails
    /// if the stream has ended.
    public void send(VectorSchemaRoot rows) throws InterruptedException {
        int count = rows.getRowCount();
        CompletableFuture<IngestResponse> answer = producer.send(rows);
        long sentNanos = System.nanoTime();
        synchronized (this) {
            sentRows += count;
            sentBytes += rows.getFieldVectors().stream()
                    .mapToLong(FieldVector::getBufferSize)
                    .sum();
        }
        CompletableFuture<Void> ignored = answer.thenAccept(response -> answered(response, count, sentNanos));
    }

    /// Says that no more rows come and waits for the remaining answers. Fails if the stream broke; what was
    /// acknowledged before stays so.
    public void finish() throws InterruptedException {
        producer.finish();
    }

    public synchronized PushStatus status() {
        return new PushStatus(
                sentRows,
                sentBytes,
                acknowledgedRows,
                acknowledgedBatches,
                deadLetterRows,
                rejectedRows,
                rejectedBatches,
                reasons,
                latencies.percentile(50),
                latencies.percentile(99));
    }

    /// Whether the ingestor refused the stream as a whole, so that no row is stored.
    public boolean isRefused() {
        return producer.isRefused();
    }

    @Override
    public void close() {
        producer.close();
    }

    private synchronized void answered(IngestResponse response, int rows, long sentNanos) {
        latencies.add(System.nanoTime() - sentNanos);
        if (response.hasRejected()) {
            long firstRow = acknowledgedRows + deadLetterRows + rejectedRows + 1;
            rejectedRows += rows;
            rejectedBatches++;
            if (reasons.size() < REMEMBERED_REASONS) {
                reasons.add("batch " + response.getBatchIndex() + ", " + Human.rows(rows) + ": "
                        + RowNumber.inFile(response.getRejected().getMessage(), firstRow));
            }
        } else {
            long letters = response.getAccepted().getDeadLetterRows();
            acknowledgedRows += rows - letters;
            deadLetterRows += letters;
            acknowledgedBatches++;
        }
    }
}
