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
package dev.wings.ingestor.intake;

import static dev.wings.ingestor.testing.SampleRows.ID;
import static dev.wings.ingestor.testing.SampleRows.NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.wings.common.arrow.SentBatch;
import dev.wings.common.config.Settings;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.testing.MemoryControlPlane;
import dev.wings.ingestor.testing.SampleRows;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every door of an ingestor can rely on. No socket is open here.
class SessionTest {

    private static final TopicName TOPIC = TopicName.parse("tenants/default/namespaces/default/topics/events");
    private static final Schema SCHEMA = new Schema(SampleRows.fields(ID, NAME));
    private static final Session.Wishes OF_NAME_0 =
            new Session.Wishes(Optional.of("name 0"), OptionalLong.of(1_000_000), Optional.empty(), Optional.empty());

    private final Resources resources = new Resources();
    private final RootAllocator allocator = resources.add(new RootAllocator());
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final MemoryControlPlane controlPlane = resources.add(new MemoryControlPlane("file:///memory"));
    private final World world = World.system(new Random(1));
    private final Ingestor.Parts parts = Ingestor.parts(
            Settings.read(IngestorConfig.SERVICE, Map.of("WINGS_INGESTOR_FLUSH_LINGER", "2ms"), IngestorConfig::from),
            new Surroundings(
                    controlPlane.channel(), uri -> store, allocator, world, resources.add(Telemetry.open("ingestor"))),
            resources);
    private final MemoryBudget.Account account = parts.budget().open();

    @BeforeEach
    void createTopic() {
        controlPlane.createTopic(TOPIC.toString(), new TopicSchema(0, List.of(ID, NAME), 1000), "name");
    }

    @AfterEach
    void close() {
        account.close();
        parts.intake().pipelines().close();
        assertThat(parts.budget().usedBytes()).isZero();
        world.scheduler().close();
        // fails if any batch was not given back
        resources.close();
    }

    private record Told(CompletableFuture<List<PartitionRange>> ranges, CompletableFuture<Boolean> ends)
            implements Session.Outcome {

        Told() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }

        @Override
        public void accepted(List<PartitionRange> accepted) {
            assertThat(ranges.complete(accepted)).as("told once").isTrue();
        }

        @Override
        public void rejected(WingsException reason, boolean last) {
            assertThat(ranges.completeExceptionally(reason)).as("told once").isTrue();
            ends.complete(last);
        }

        List<PartitionRange> awaitRanges() {
            return ranges.orTimeout(60, TimeUnit.SECONDS).join();
        }

        ErrorKind awaitRejection(boolean last) {
            assertThat(ends.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(last);
            return ((WingsException) ranges.exceptionNow()).kind();
        }
    }

    private Session open() {
        return parts.intake().openSession(TOPIC, SCHEMA, account);
    }

    /// Appends rows `[start, start + count)`.
    private Told append(Session session, int start, int count, Session.Wishes wishes) {
        Told told = new Told();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
            SampleRows.rows(start, count).accept(root);
            try (SentBatch batch = SentBatch.open(root, allocator);
                    MemoryBudget.Account.Lease memory =
                            account.hold(batch.body().capacity())) {
                session.append(batch.header(), batch.body(), wishes, memory, told);
            }
        }
        return told;
    }

    @Test
    void eachBatchHasItsOwnOutcome() {
        try (Session session = open()) {
            Told split = append(session, 0, 7, Session.Wishes.NONE);
            Told elsewhere = append(session, 7, 2, OF_NAME_0);
            Told empty = append(session, 0, 0, Session.Wishes.NONE);
            Told wished = append(session, 9, 1, OF_NAME_0);

            assertThat(split.awaitRanges())
                    .extracting(PartitionRange::getPartitionValue, PartitionRange::getEndOffset)
                    .containsExactly(tuple("name 0", 3L), tuple("name 1", 2L), tuple("name 2", 2L));
            assertThat(elsewhere.awaitRejection(false)).isEqualTo(ErrorKind.INVALID);
            assertThat(empty.awaitRanges()).isEmpty();
            PartitionRange range = wished.awaitRanges().getFirst();
            assertThat(range.getStartOffset()).isEqualTo(3);
            assertThat(range.getTimestampMicros())
                    .as("not before those of its partition")
                    .isEqualTo(controlPlane.nowMicros());
        }
    }

    @Test
    void topicThatIsGoneRejectsAndTheSessionGoesOn() {
        try (Session session = open()) {
            append(session, 0, 1, Session.Wishes.NONE).awaitRanges();
            createTopic();
            assertThat(append(session, 0, 1, Session.Wishes.NONE).awaitRejection(false))
                    .isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(append(session, 0, 1, Session.Wishes.NONE).awaitRanges()).hasSize(1);
        }
    }

    /// I2: what comes after a batch that failed must not come before it when it is sent again.
    @Test
    void nothingIsTakenAfterABatchThatFailed() {
        CountDownLatch sent = new CountDownLatch(1);
        store.beforeCreate(key -> {
            sent.await();
            throw WingsException.invalid("the bucket is gone");
        });
        try (Session session = open();
                Session other = open()) {
            Told failed = append(session, 0, 1, Session.Wishes.NONE);
            Told underWay = append(session, 1, 1, Session.Wishes.NONE);
            sent.countDown();
            // whatever it is that failed, the batch was not at fault
            assertThat(failed.awaitRejection(true)).isEqualTo(ErrorKind.INVALID);
            underWay.awaitRejection(true);
            store.beforeCreate(key -> {});

            assertThat(append(session, 2, 1, Session.Wishes.NONE).awaitRejection(true))
                    .isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(append(other, 3, 1, Session.Wishes.NONE).awaitRanges()).hasSize(1);
        }
        assertThat(controlPlane.commits()).hasSize(1);
    }

    @Test
    void batchesOutliveTheirSession() {
        CountDownLatch closed = new CountDownLatch(1);
        controlPlane.beforeCommit(request -> awaitClosed(closed));
        Told told;
        try (Session session = open()) {
            told = append(session, 0, 3, Session.Wishes.NONE);
        }
        account.close();
        assertThat(parts.budget().usedBytes()).isPositive();
        closed.countDown();
        assertThat(told.awaitRanges()).hasSize(3);
    }

    private static void awaitClosed(CountDownLatch closed) {
        try {
            closed.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void topicThatDoesNotExistIsSaid() {
        TopicName nowhere = TOPIC.parent().topic("nowhere");
        assertThatThrownBy(() -> parts.intake().openSession(nowhere, SCHEMA, account))
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND));
    }

    @Test
    void onlyABatchAtFaultLeavesTheSessionAsItWas() {
        assertThat(List.of(ErrorKind.values()))
                .filteredOn(kind -> !Session.ends(new WingsException(kind, "so")))
                .containsExactlyInAnyOrder(
                        ErrorKind.INVALID,
                        ErrorKind.UNAUTHENTICATED,
                        ErrorKind.FORBIDDEN,
                        ErrorKind.NOT_FOUND,
                        ErrorKind.ALREADY_EXISTS,
                        ErrorKind.PRECONDITION);
    }
}
