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
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.resource.TopicName;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Session;
import dev.wings.integration.simulation.SimulatedCluster.RunningIngestor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// One producer's streams, one after the other: each goes on until a batch of it fails, several batches under way at
/// once. Told accepted or not, no value is ever sent twice.
final class SimulatedProducer {

    private static final int UNDER_WAY = 4;
    private static final int MAX_ROWS = 20;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Simulation simulation;
    private final RunningIngestor ingestor;
    private final WrittenRows written;
    private final int number;
    private long sent;

    /// @param number of its own, from which its values come
    SimulatedProducer(Simulation simulation, RunningIngestor ingestor, WrittenRows written, int number) {
        this.simulation = simulation;
        this.ingestor = ingestor;
        this.written = written;
        this.number = number;
    }

    private record Sent(long firstId, int rows, CompletableFuture<PartitionRange> answer) implements Session.Outcome {

        @Override
        public void accepted(List<PartitionRange> ranges) {
            answer.complete(ranges.getFirst());
        }

        @Override
        public void rejected(WingsException reason, boolean ends) {
            answer.completeExceptionally(reason);
        }
    }

    /// Runs on a thread of the ingestor's process.
    void run(int streams) {
        Schema schema = new Schema(List.of(Field.notNullable("id", new ArrowType.Int(64, true))));
        for (int stream = 0; stream < streams; stream++) {
            try (MemoryBudget.Account account = ingestor.parts().budget().open();
                    Session session = ingestor.parts()
                            .intake()
                            .openSession(TopicName.parse(SimulatedCluster.TOPIC), schema, account)) {
                List<Sent> batches = new ArrayList<>();
                for (int i = 0; i < UNDER_WAY; i++) {
                    batches.add(send(session, schema, account));
                    pause();
                }
                long last = -1;
                for (Sent batch : batches) {
                    last = take(batch, last);
                }
            } catch (WingsException e) {
                simulation.note("no session " + e);
                if (!Session.ends(e)) {
                    throw e;
                }
                pause();
            }
        }
    }

    private Sent send(Session session, Schema schema, MemoryBudget.Account account) {
        int rows = 1 + simulation.random().nextInt(MAX_ROWS);
        Sent batch = new Sent(number * 1_000_000L + sent, rows, new CompletableFuture<>());
        sent += rows;
        written.sent(batch.firstId, rows);
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, ingestor.memory())) {
            for (int row = 0; row < rows; row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, batch.firstId + row);
            }
            root.setRowCount(rows);
            try (SentBatch message = SentBatch.open(root, ingestor.memory());
                    MemoryBudget.Account.Lease memory =
                            account.hold(message.body().capacity())) {
                session.append(message.header(), message.body(), Session.Wishes.NONE, memory, batch);
            }
        }
        return batch;
    }

    /// The offset at which it ended, or `last` if it was not accepted.
    private long take(Sent batch, long last) {
        try {
            PartitionRange accepted = batch.answer.get();
            simulation.note("acknowledged " + batch.firstId + " at " + accepted.getStartOffset());
            if (accepted.getStartOffset() < last) {
                throw new AssertionError("I2: a batch came before one that was sent earlier: offset="
                        + accepted.getStartOffset() + ", earlier=" + last);
            }
            written.acknowledged(batch.firstId, batch.rows, accepted.getStartOffset());
            return accepted.getEndOffset();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            simulation.note("failed " + batch.firstId + " " + e.getCause());
            return last;
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
