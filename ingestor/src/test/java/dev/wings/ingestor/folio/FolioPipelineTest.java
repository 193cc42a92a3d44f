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
package dev.wings.ingestor.folio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.ProducerResult;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.ManualTime;
import dev.wings.ingestor.batch.PageLayout;
import dev.wings.ingestor.batch.PartitionBatch;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.testing.MemoryControlPlane;
import dev.wings.ingestor.topic.NamespaceTarget;
import dev.wings.ingestor.topic.TopicTarget;
import io.grpc.Status;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolioPipelineTest {

    private static final String TOPIC = "tenants/default/namespaces/default/topics/events";
    private static final URI STORE = URI.create("file:///memory");
    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(1, "id", Primitive.LONG)), 1);
    private static final int BATCH_ROWS = 100;
    private static final int UPLOADS = 16;
    private static final NamespaceTarget HANGING = new NamespaceTarget(
            new NamespaceName("default", "hanging"), "hanging-uid", URI.create("file:///hanging"), "prefix");
    private static final Duration LINGER = Duration.ofMillis(100);
    private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(1);

    private final ManualTime scheduler = new ManualTime();
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final MemoryControlPlane controlPlane = new MemoryControlPlane("file:///memory");
    private final BufferAllocator allocator = new RootAllocator();
    private final MemoryBudget budget = new MemoryBudget(1 << 20, new ManualTime());
    private final StreamOrder producer = new StreamOrder();
    private FolioPipelines pipelines = open(Long.MAX_VALUE, 4);
    private final NamespaceTarget namespace = namespace("default");
    private Topic topic = Topic.getDefaultInstance();

    @BeforeEach
    void createTopic() {
        topic = controlPlane.createTopic(TOPIC, SCHEMA, "");
    }

    @AfterEach
    void close() {
        pipelines.close();
        controlPlane.close();
        // fails if any batch was not given back
        allocator.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aBatchAfterAQuietMomentWaitsForNobody() {
        assertThat(offset(append(producer))).isZero();

        scheduler.advance(LINGER);

        assertThat(scheduler.pending()).as("nothing gathers").isZero();
        assertThat(offset(append(producer))).isEqualTo(100);
        assertThat(scheduler.pending()).as("what comes now gathers").isEqualTo(1);
    }

    @Test
    void batchesThatComeWithinTheLingerShareAFolio() {
        startLinger();
        List<CompletableFuture<Long>> answers = List.of(append(producer), append(producer), append(new StreamOrder()));
        assertThat(controlPlane.commits()).hasSize(1);

        scheduler.advance(LINGER);

        assertThat(offsets(answers)).containsExactly(100L, 200L, 300L);
        assertThat(controlPlane.commits()).hasSize(2);
        assertThat(controlPlane.commits().getLast().getPagesList())
                .singleElement()
                .extracting(PageCommit::getBatchesCount)
                .isEqualTo(3);
    }

    @Test
    void foliosThatAreNotFullAreALingerApart() {
        startLinger();
        CompletableFuture<Long> second = append(producer);
        scheduler.advance(LINGER);
        assertThat(offset(second)).isEqualTo(100);

        CompletableFuture<Long> third = append(producer);
        assertThat(controlPlane.commits()).hasSize(2);
        scheduler.advance(LINGER);

        assertThat(offset(third)).isEqualTo(200);
    }

    /// A timer may fire just while a full folio is sealed.
    @Test
    void aLingerThatWasStartedAnewIsNotEndedByTheOneBefore() {
        reopen(2 * batchBytes(), 4);
        scheduler.ignoreCancels();
        startLinger();
        assertThat(offsets(List.of(append(producer), append(producer)))).containsExactly(100L, 200L);
        CompletableFuture<Long> answer = append(producer);
        scheduler.fireFirst();
        assertThat(controlPlane.commits()).hasSize(2);

        scheduler.advance(LINGER);

        assertThat(offset(answer)).isEqualTo(300);
    }

    @Test
    void aFullFolioWaitsForNobody() {
        reopen(1, 4);

        CompletableFuture<Long> answer = append(producer);

        assertThat(offset(answer)).isZero();
        assertThat(offset(append(producer))).isEqualTo(100);
    }

    @Test
    void drainingSealsWhatIsThereAndWhatComes() {
        startLinger();
        CompletableFuture<Long> before = append(producer);
        pipelines.drain();
        CompletableFuture<Long> after = append(producer);

        assertThat(offset(before)).isEqualTo(100);
        assertThat(offset(after)).isEqualTo(200);
    }

    @Test
    void laterFoliosAreStoredButNotCommittedBeforeEarlierOnes() throws Exception {
        reopen(1, 4);
        CountDownLatch storeFirst = new CountDownLatch(1);
        CountDownLatch othersStored = new CountDownLatch(2);
        AtomicInteger uploads = new AtomicInteger();
        store.beforeCreate(key -> {
            if (uploads.getAndIncrement() == 0) {
                storeFirst.await();
            } else {
                othersStored.countDown();
            }
        });
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        answers.add(append(producer));
        awaitTrue(() -> uploads.get() == 1);
        answers.add(append(producer));
        answers.add(append(producer));
        othersStored.await();
        assertThat(controlPlane.commits()).isEmpty();

        storeFirst.countDown();

        assertThat(offsets(answers)).containsExactly(0L, 100L, 200L);
    }

    @Test
    void whileFoliosAreUnderWayBatchesGather() throws Exception {
        reopen(1, 1);
        CountDownLatch storeFirst = new CountDownLatch(1);
        store.beforeCreate(key -> storeFirst.await());
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(append(producer));
        }
        assertThat(controlPlane.commits()).isEmpty();

        storeFirst.countDown();

        assertThat(offsets(answers)).containsExactly(0L, 100L, 200L, 300L);
    }

    /// I2: what a producer sent after a batch that failed must not come before it when that is sent again.
    @Test
    void afterAFailureNothingOfThatProducerIsCommitted() {
        reopen(1, 4);
        CountDownLatch laterAppended = new CountDownLatch(1);
        AtomicInteger uploads = new AtomicInteger();
        store.beforeCreate(key -> {
            if (uploads.getAndIncrement() == 0) {
                laterAppended.await();
                throw new WingsException(ErrorKind.FORBIDDEN, "no such bucket");
            }
        });
        CompletableFuture<Long> first = append(producer);
        awaitTrue(() -> uploads.get() == 1);
        CompletableFuture<Long> second = append(producer);
        CompletableFuture<Long> other = append(new StreamOrder());
        laterAppended.countDown();

        assertThat(failure(first).kind()).isEqualTo(ErrorKind.FORBIDDEN);
        assertThat(failure(second).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(offset(other)).isZero();
        assertThat(producer.broken()).isPresent();
    }

    /// I2 for the broken producer, and no harm to those that share a folio, even a page, with it.
    @Test
    void othersInTheFolioOfABrokenProducerAreCommittedWithoutIt() throws Exception {
        reopen(2 * batchBytes(), 2);
        StreamOrder other = new StreamOrder();
        CountDownLatch fail = new CountDownLatch(1);
        CountDownLatch mixedStored = new CountDownLatch(1);
        AtomicInteger uploads = new AtomicInteger();
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        store.beforeCreate(key -> {
            keys.add(key);
            switch (uploads.getAndIncrement()) {
                case 0 -> {
                    fail.await();
                    throw new WingsException(ErrorKind.FORBIDDEN, "no such bucket");
                }
                case 1 -> mixedStored.countDown();
                default -> {}
            }
        });
        CompletableFuture<Long> first = append(producer);
        awaitTrue(() -> uploads.get() == 1);
        List<CompletableFuture<Long>> brokenOnes = List.of(append(producer));
        List<CompletableFuture<Long>> soundOnes = new ArrayList<>(List.of(append(other)));
        mixedStored.await();
        brokenOnes = List.of(brokenOnes.getFirst(), append(producer));
        soundOnes.add(append(other));
        fail.countDown();

        assertThat(failure(first).kind()).isEqualTo(ErrorKind.FORBIDDEN);
        for (CompletableFuture<Long> broken : brokenOnes) {
            assertThat(failure(broken))
                    .hasMessageContaining("an earlier batch was not")
                    .hasMessageContaining("no such bucket")
                    .extracting(WingsException::kind)
                    .isEqualTo(ErrorKind.UNAVAILABLE);
        }
        assertThat(offsets(soundOnes)).containsExactly(0L, 100L);
        assertThat(other.broken()).isEmpty();
        assertThat(keys).hasSize(5).doesNotHaveDuplicates();
        // the second folio is made again while the third, still mixed, is uploaded: either may be first
        List<String> committed = controlPlane.commits().stream()
                .map(CommitFolioRequest::getObjectKey)
                .toList();
        assertThat(committed).hasSize(2).endsWith(keys.get(4));
        assertThat(committed.getFirst()).isIn(keys.get(2), keys.get(3));
        assertThat(controlPlane.commits())
                .flatExtracting(CommitFolioRequest::getPagesList)
                .extracting(PageCommit::getBatchesCount)
                .as("the broken producer's batches are left out")
                .containsExactly(1, 1);
    }

    @Test
    void aStoreThatIsAwayForAMomentIsTriedAgain() {
        AtomicInteger failures = new AtomicInteger(3);
        store.beforeCreate(key -> {
            if (failures.getAndDecrement() > 0) {
                throw WingsException.unavailable("slow down", null);
            }
        });
        CompletableFuture<Long> answer = append(producer);
        scheduler.advance(LINGER);

        assertThat(offset(answer)).isZero();
        assertThat(scheduler.sleeps()).isEqualTo(3);
    }

    @Test
    void aSlowUploadIsMadeASecondTimeAndTheFirstToFinishCounts() throws Exception {
        reopen(1, 4);
        for (int i = 0; i < 20; i++) {
            offset(append(producer));
        }
        CountDownLatch slow = new CountDownLatch(1);
        AtomicInteger uploads = new AtomicInteger();
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        store.beforeCreate(key -> {
            keys.add(key);
            if (uploads.getAndIncrement() == 0) {
                slow.await();
            }
        });
        CompletableFuture<Long> answer = append(producer);
        // the upload's time limit, the hedge's timer and the linger's
        awaitTrue(() -> uploads.get() == 1 && scheduler.pending() == 3);
        scheduler.advance(LINGER);

        assertThat(offset(answer)).isEqualTo(20 * BATCH_ROWS);
        assertThat(keys).doesNotHaveDuplicates().hasSize(2);
        assertThat(controlPlane.commits().getLast().getObjectKey()).isEqualTo(keys.getLast());
        // the batch's memory is still being read; closing fails if it were given back twice or never
        assertThat(allocator.getAllocatedMemory()).isPositive();
        assertThat(budget.usedBytes())
                .as("it counts for as long as it is there")
                .isEqualTo(1);
        slow.countDown();
    }

    @Test
    void anUploadFailsOnlyWhenItsHedgeFailsToo() {
        reopen(1, 4);
        for (int i = 0; i < 20; i++) {
            offset(append(producer));
        }
        CountDownLatch hedged = new CountDownLatch(1);
        AtomicInteger uploads = new AtomicInteger();
        store.beforeCreate(key -> {
            if (uploads.getAndIncrement() == 0) {
                hedged.await();
                throw WingsException.invalid("the first one is refused");
            }
            hedged.countDown();
        });
        CompletableFuture<Long> answer = append(producer);
        // the upload's time limit, the hedge's timer and the linger's
        awaitTrue(() -> uploads.get() == 1 && scheduler.pending() == 3);
        scheduler.advance(LINGER);

        assertThat(offset(answer)).isEqualTo(20 * BATCH_ROWS);
    }

    @Test
    void aStoreThatHangsKeepsNoOtherFromStoring() {
        MemoryObjectStore hanging = new MemoryObjectStore();
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        hanging.beforeCreate(key -> {
            begun.incrementAndGet();
            never.await();
        });
        pipelines.close();
        pipelines = open(1, 64, UPLOAD_TIMEOUT, uri -> uri.equals(STORE) ? store : hanging);
        List<CompletableFuture<Long>> stuck = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stuck.add(append(new StreamOrder(), 0, HANGING));
        }
        awaitTrue(() -> begun.get() == UPLOADS);

        assertThat(offset(append(producer))).isZero();
        assertThat(stuck).noneMatch(CompletableFuture::isDone);
    }

    /// I11: tenants may have, and delete, any number of namespaces.
    @Test
    void namespacesThatAreIdleMakeRoomForOthers() {
        assertThat(offset(append(producer))).isZero();
        scheduler.advance(LINGER);
        FolioPipeline idle = pipelines.open(namespace);
        NamespaceTarget busy = namespace("busy");
        Topic inDefault = topic;
        topic = controlPlane.createTopic(TOPIC.replace("namespaces/default", "namespaces/busy"), SCHEMA, "");
        assertThat(offset(append(new StreamOrder(), 0, busy))).isZero();
        CompletableFuture<Long> gathering = append(new StreamOrder(), 0, busy);
        FolioPipeline ofBusy = pipelines.open(busy);

        for (int i = 0; i < 3000; i++) {
            pipelines.open(
                    new NamespaceTarget(new NamespaceName("default", "other"), "other-" + i, STORE, "other-" + i));
        }

        assertThat(pipelines.size()).isEqualTo(1000);
        assertThat(pipelines.open(busy)).as("one that has something to do").isSameAs(ofBusy);
        assertThat(pipelines.open(namespace)).isNotSameAs(idle);
        scheduler.advance(LINGER);
        assertThat(offset(gathering)).isEqualTo(100);
        topic = inDefault;
        assertThat(offset(append(producer))).isEqualTo(100);
    }

    private NamespaceTarget namespace(String id) {
        Namespace found = controlPlane.namespace(id);
        return new NamespaceTarget(new NamespaceName("default", id), found.getUid(), STORE, found.getObjectPrefix());
    }

    @Test
    void anUploadThatTakesTooLongFailsAndTheNextOneGoes() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger uploads = new AtomicInteger();
        store.beforeCreate(key -> {
            if (uploads.getAndIncrement() == 0) {
                never.await();
            }
        });
        pipelines.close();
        pipelines = open(1, 4, Duration.ofMillis(50), uri -> store);

        CompletableFuture<Long> late = append(producer);
        awaitTrue(() -> uploads.get() == 1);
        scheduler.advance(Duration.ofMillis(50));
        assertThat(failure(late).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        awaitTrue(() -> budget.usedBytes() == 0);
        assertThat(offset(append(new StreamOrder()))).isZero();
    }

    @Test
    void aCommitIsAskedForUntilItsOutcomeIsKnown() {
        AtomicInteger lost = new AtomicInteger(20);
        controlPlane.afterCommit(request -> {
            if (lost.getAndDecrement() > 0) {
                throw Status.UNAVAILABLE.asRuntimeException();
            }
        });
        CompletableFuture<Long> answer = append(producer);
        scheduler.advance(LINGER);

        assertThat(offset(answer)).isZero();
        assertThat(controlPlane.commits()).hasSize(1);
        assertThat(scheduler.sleeps()).isEqualTo(20);
    }

    @Test
    void aCommitThatIsRefusedFailsItsBatches() {
        controlPlane.beforeCommit(request -> {
            throw Status.FAILED_PRECONDITION
                    .withDescription("namespace is gone")
                    .asRuntimeException();
        });
        CompletableFuture<Long> answer = append(producer);
        scheduler.advance(LINGER);

        assertThat(failure(answer))
                .hasMessage("namespace is gone")
                .extracting(WingsException::kind)
                .isEqualTo(ErrorKind.PRECONDITION);
        assertThat(scheduler.sleeps()).isZero();
    }

    /// The first call may still be committed after all others were refused: nobody may take that for a refusal.
    @ParameterizedTest
    @CsvSource({"0, EXHAUSTED", "1, UNAVAILABLE"})
    void aCommitThatIsRefusedAfterItsOutcomeGotLostIsUnknown(int lost, ErrorKind told) {
        AtomicInteger left = new AtomicInteger(lost);
        controlPlane.beforeCommit(request -> {
            Status status = left.getAndDecrement() > 0 ? Status.DEADLINE_EXCEEDED : Status.RESOURCE_EXHAUSTED;
            throw status.withDescription("too much").asRuntimeException();
        });
        CompletableFuture<Long> answer = append(producer);
        scheduler.advance(LINGER);

        assertThat(failure(answer))
                .hasMessageContaining("too much")
                .extracting(WingsException::kind)
                .isEqualTo(told);
    }

    @Test
    void closingAnswersWhatIsUnderWayAndWhatWaits() throws Exception {
        reopen(1, 1);
        CountDownLatch uploading = new CountDownLatch(1);
        store.beforeCreate(key -> {
            uploading.countDown();
            new CountDownLatch(1).await();
        });
        CompletableFuture<Long> underWay = append(producer);
        CompletableFuture<Long> waiting = append(producer);
        uploading.await();

        pipelines.close();

        assertThat(failure(underWay).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(failure(waiting).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(controlPlane.commits()).isEmpty();
        assertThat(failure(append(producer)).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
    }

    @Test
    void pagesOfAPartitionAreOrderedByTheVersionOfTheirSchema() {
        startLinger();
        // another producer brings the newer version first
        CompletableFuture<Long> newer = append(new StreamOrder(), 1);
        CompletableFuture<Long> old = append(producer, 0);
        CompletableFuture<Long> afterOld = append(producer, 1);
        scheduler.advance(LINGER);

        // those of a version that the control plane has not heard of are answered, but not accepted: they have no
        // offset
        assertThat(offset(old)).isEqualTo(100);
        assertThat(offset(newer)).isZero();
        assertThat(offset(afterOld)).isZero();
        CommitFolioRequest commit = controlPlane.commits().getLast();
        assertThat(commit.getPagesList())
                .extracting(PageCommit::getSchemaVersion, PageCommit::getBatchesCount)
                .containsExactly(tuple(0, 1), tuple(1, 2));
    }

    private void reopen(long flushBytes, int maxInFlight) {
        pipelines.close();
        pipelines = open(flushBytes, maxInFlight);
    }

    private FolioPipelines open(long flushBytes, int maxInFlight) {
        return open(flushBytes, maxInFlight, UPLOAD_TIMEOUT, uri -> store);
    }

    private FolioPipelines open(
            long flushBytes, int maxInFlight, Duration uploadTimeout, Function<URI, ObjectStore> stores) {
        return new FolioPipelines(
                new FolioPipeline.Limits(flushBytes, LINGER, maxInFlight),
                UPLOADS,
                Duration.ofMillis(1),
                uploadTimeout,
                Duration.ofSeconds(10),
                stores,
                LogMetadataGrpc.newBlockingStub(controlPlane.channel()),
                scheduler,
                new IdGenerator(InstantSource.system(), new Random(1)),
                Executors.newVirtualThreadPerTaskExecutor());
    }

    /// From now on batches gather. Takes the first hundred offsets.
    private void startLinger() {
        assertThat(offset(append(new StreamOrder()))).isZero();
    }

    private long batchBytes() {
        try (PartitionBatch batch = batch(0)) {
            return batch.bytes();
        }
    }

    private CompletableFuture<Long> append(StreamOrder from) {
        return append(from, 0);
    }

    /// Appends a batch; the answer is its start offset.
    private CompletableFuture<Long> append(StreamOrder from, int schemaVersion) {
        return append(from, schemaVersion, namespace);
    }

    private CompletableFuture<Long> append(StreamOrder from, int schemaVersion, NamespaceTarget namespace) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        TopicTarget target = new TopicTarget(
                TopicName.parse(TOPIC), topic.getUid(), SCHEMA, Optional.empty(), SchemaPolicy.STRICT, namespace);
        MemoryBudget.Account.Lease memory = budget.open().hold(1);
        Submission submission =
                new Submission(from, target, List.of(batch(schemaVersion)), 0, memory, new Submission.Answer() {
                    @Override
                    public void topicChanged() {}

                    @Override
                    public void committed(List<BatchResult> results, Optional<ProducerResult> numbered) {
                        answer.complete(results.getFirst().getAccepted().getStartOffset());
                    }

                    @Override
                    public void failed(WingsException reason) {
                        answer.completeExceptionally(reason);
                    }
                });
        pipelines.open(namespace).append(submission);
        return answer;
    }

    private PartitionBatch batch(int schemaVersion) {
        PageLayout layout = new PageLayout(
                schemaVersion, ByteString.copyFrom(PageBuilder.schemaMessage(ArrowSchemas.toArrow(SCHEMA))));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(SCHEMA), allocator)) {
            for (int row = 0; row < BATCH_ROWS; row++) {
                ((BigIntVector) root.getVector(0)).setSafe(row, row);
            }
            root.setRowCount(BATCH_ROWS);
            return new PartitionBatch(layout, "", BATCH_ROWS, IpcMessage.open(root), List.of());
        }
    }

    private static List<Long> offsets(List<CompletableFuture<Long>> answers) {
        return answers.stream().map(FolioPipelineTest::offset).toList();
    }

    private static long offset(CompletableFuture<Long> answer) {
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static WingsException failure(CompletableFuture<Long> answer) {
        return (WingsException) answer.orTimeout(30, TimeUnit.SECONDS)
                .handle((offset, failure) -> failure)
                .join();
    }

    private static void awaitTrue(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
