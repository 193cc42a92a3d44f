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
package dev.wings.integration.simulation;

import dev.wings.common.arrow.SentBatch;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.resource.TopicName;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Session;
import dev.wings.integration.simulation.SimulatedCluster.RunningIngestor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// One producer's streams, one after the other. Each stream has several batches under way at once, and goes on
/// until one of them fails. Whether a value was accepted or not, it is never sent twice to a topic.
///
/// What the topic of events has accepted is sent to that of copies after that. Some batches are sent to a topic
/// that may be gone.
final class SimulatedProducer {

    private static final int UNDER_WAY = 4;
    private static final int MAX_ROWS = 20;
    private static final int KEYS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Schema COLUMNS = new Schema(List.of(
            Field.notNullable("id", new ArrowType.Int(64, true)),
            Field.notNullable("key", new ArrowType.Int(64, true))));

    private final Simulation simulation;
    private final RunningIngestor ingestor;
    private final WrittenTopics written;
    private final int number;
    private long drawn;

    /// @param number the producer's own number, from which its values come
    SimulatedProducer(Simulation simulation, RunningIngestor ingestor, WrittenTopics written, int number) {
        this.simulation = simulation;
        this.ingestor = ingestor;
        this.written = written;
        this.number = number;
    }

    /// Rows with the ids from `firstId` on.
    ///
    /// @param keys the keys of the rows
    private record Rows(long firstId, List<Long> keys) {

        /// Returns the ids of the rows in one partition, or those of all rows for a topic without partitions.
        List<Long> ids(String partition) {
            List<Long> ids = new ArrayList<>();
            for (int row = 0; row < keys.size(); row++) {
                if (partition.isEmpty() || keys.get(row).toString().equals(partition)) {
                    ids.add(firstId + row);
                }
            }
            return ids;
        }
    }

    private record Sent(String topicUid, Rows rows, CompletableFuture<List<PartitionRange>> answer)
            implements Session.Outcome {

        @Override
        public void accepted(List<PartitionRange> ranges) {
            answer.complete(ranges);
        }

        @Override
        public void rejected(WingsException reason, boolean ends) {
            answer.completeExceptionally(reason);
        }
    }

    /// Writes so many streams, on a thread of the ingestor's process.
    void run(int streams) {
        for (int stream = 0; stream < streams; stream++) {
            write(SimulatedCluster.COPIES, write(SimulatedCluster.EVENTS, draw()));
            if (simulation.chance(0.3)) {
                write(SimulatedCluster.BRIEF, draw());
            }
        }
    }

    private List<Rows> draw() {
        List<Rows> batches = new ArrayList<>();
        for (int i = 0; i < UNDER_WAY; i++) {
            List<Long> keys = new ArrayList<>();
            for (int row = 1 + simulation.random().nextInt(MAX_ROWS); row > 0; row--) {
                keys.add((long) simulation.random().nextInt(KEYS));
            }
            batches.add(new Rows(number * 1_000_000L + drawn, keys));
            drawn += keys.size();
        }
        return batches;
    }

    /// Writes one stream. Returns the batches that were accepted.
    private List<Rows> write(String topic, List<Rows> batches) {
        TopicName name = TopicName.parse(topic);
        List<Rows> accepted = new ArrayList<>();
        try (MemoryBudget.Account account = ingestor.parts().budget().open();
                Session session = ingestor.parts().intake().openSession(name, COLUMNS, account)) {
            List<Sent> sent = new ArrayList<>();
            for (Rows batch : batches) {
                sent.add(send(name, session, batch, account));
                pause();
            }
            Map<String, Long> ends = new HashMap<>();
            for (Sent batch : sent) {
                if (take(batch, ends)) {
                    accepted.add(batch.rows);
                }
            }
        } catch (WingsException e) {
            simulation.note("no session " + e);
            if (!Session.ends(e) && e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            pause();
        }
        return accepted;
    }

    private Sent send(TopicName name, Session session, Rows rows, MemoryBudget.Account account) {
        // a moment later the session takes the topic with the same uid
        String topicUid = ingestor.parts().intake().topics().load(name).uid();
        Sent batch = new Sent(topicUid, rows, new CompletableFuture<>());
        written.of(topicUid).sent(rows.firstId, rows.keys.size());
        try (VectorSchemaRoot root = VectorSchemaRoot.create(COLUMNS, ingestor.memory())) {
            for (int row = 0; row < rows.keys.size(); row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, rows.firstId + row);
                ((BigIntVector) root.getVector(1)).setSafe(row, rows.keys.get(row));
            }
            root.setRowCount(rows.keys.size());
            try (SentBatch message = SentBatch.open(root, ingestor.memory());
                    MemoryBudget.Account.Lease memory =
                            account.hold(message.body().capacity())) {
                session.append(message.header(), message.body(), Session.Wishes.NONE, memory, batch);
            }
        }
        return batch;
    }

    /// Waits for the answer to a batch. Returns whether it was accepted.
    ///
    /// @param ends the end of what was accepted of the stream so far, by partition
    private boolean take(Sent batch, Map<String, Long> ends) {
        try {
            for (PartitionRange range : batch.answer.get()) {
                simulation.note("acknowledged " + batch.rows.firstId + " at " + range.getStartOffset());
                Long last = ends.put(batch.topicUid + "/" + range.getPartitionValue(), range.getEndOffset());
                if (last != null && range.getStartOffset() < last) {
                    throw new AssertionError("I2: a batch came before one that was sent earlier: offset="
                            + range.getStartOffset() + ", earlier=" + last);
                }
                written.of(batch.topicUid).acknowledged(range, batch.rows.ids(range.getPartitionValue()));
            }
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            simulation.note("failed " + batch.rows.firstId + " " + e.getCause());
            return false;
        }
    }

    private void pause() {
        try {
            ingestor.process().world().scheduler().sleep(simulation.upTo(PAUSE));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
