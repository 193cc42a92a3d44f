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

import com.google.protobuf.ByteString;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.resource.TopicName;
import dev.wings.ingestor.batch.PageLayout;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.Producer;
import dev.wings.ingestor.folio.Submission;
import dev.wings.ingestor.topic.TopicTarget;
import dev.wings.integration.simulation.SimulatedCluster.RunningIngestor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
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

    private record Sent(long firstId, int rows, CompletableFuture<AcceptedBatch> answer) {}

    /// Runs on a thread of the ingestor's process.
    void run(int streams) {
        for (int stream = 0; stream < streams; stream++) {
            Producer producer = new Producer();
            List<Sent> batches = new java.util.ArrayList<>();
            for (int i = 0; i < UNDER_WAY; i++) {
                send(producer, batches);
                pause();
            }
            long last = -1;
            for (Sent batch : batches) {
                last = take(batch, last);
            }
        }
    }

    private void send(Producer producer, List<Sent> batches) {
        TopicTarget topic;
        try {
            topic = ingestor.parts().topics().load(TopicName.parse(SimulatedCluster.TOPIC));
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.UNAVAILABLE) {
                return;
            }
            throw e;
        }
        int rows = 1 + simulation.random().nextInt(MAX_ROWS);
        Sent batch = new Sent(number * 1_000_000L + sent, rows, new CompletableFuture<>());
        sent += rows;
        batches.add(batch);
        written.sent(batch.firstId, rows);
        MemoryBudget.Account.Lease memory = ingestor.parts().budget().open().hold(1);
        Submission submission =
                new Submission(producer, topic, List.of(batch(topic, batch)), 0, memory, new Submission.Answer() {
                    @Override
                    public void committed(List<BatchResult> results) {
                        batch.answer.complete(results.getFirst().getAccepted());
                    }

                    @Override
                    public void failed(WingsException reason) {
                        batch.answer.completeExceptionally(reason);
                    }
                });
        ingestor.parts().pipelines().open(topic.namespace()).append(submission);
    }

    private PartitionBatch batch(TopicTarget topic, Sent sent) {
        Schema schema = ArrowSchemas.toArrow(topic.schema());
        PageLayout layout =
                new PageLayout(topic.schema().version(), ByteString.copyFrom(PageBuilder.schemaMessage(schema)));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, ingestor.memory())) {
            for (int row = 0; row < sent.rows; row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, sent.firstId + row);
            }
            root.setRowCount(sent.rows);
            return new PartitionBatch(layout, "", sent.rows, IpcMessage.open(root));
        }
    }

    /// The offset at which it ended, or `last` if it was not accepted.
    private long take(Sent batch, long last) {
        try {
            AcceptedBatch accepted = batch.answer.get();
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
