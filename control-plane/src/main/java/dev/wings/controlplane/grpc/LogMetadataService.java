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
package dev.wings.controlplane.grpc;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.CommittedPage;
import dev.wings.common.proto.InitProducerRequest;
import dev.wings.common.proto.InitProducerResponse;
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.ListPartitionsResponse;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Partition;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.WatchCommitsRequest;
import dev.wings.common.proto.WatchCommitsResponse;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.time.World;
import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.CommitFeed;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.LogMetadata;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.LogProtos;
import dev.wings.controlplane.log.NamedProducer;
import dev.wings.controlplane.log.PartitionKey;
import dev.wings.controlplane.log.PartitionRecord;
import dev.wings.controlplane.log.ProducerKey;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.paging.ResultPage;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The service `LogMetadata`.
public final class LogMetadataService extends LogMetadataGrpc.LogMetadataImplBase {

    private static final int MESSAGE_BYTES = 1 << 20;

    private final LogMetadata log;
    private final FairPlaces planBufferBytes;
    private final Duration stallLimit;
    private final Duration garbageGrace;
    private final World world;

    /// @param planBufferBytes how many bytes of plans may wait for their callers to take them
    /// @param stallLimit a caller that takes nothing of a stream for so long is ended with EXHAUSTED
    /// @param garbageGrace how long an object stays that nothing refers to any more
    public LogMetadataService(
            LogMetadata log, int planBufferBytes, Duration stallLimit, Duration garbageGrace, World world) {
        this.log = log;
        this.planBufferBytes = new FairPlaces("bytes of plans", planBufferBytes);
        this.stallLimit = stallLimit;
        this.garbageGrace = garbageGrace;
        this.world = world;
    }

    @Override
    public void commitFolio(CommitFolioRequest request, StreamObserver<CommitFolioResponse> answer) {
        UUID namespaceUid = Uuids.parse("namespace_uid", request.getNamespaceUid());
        FolioCommit folio = new FolioCommit(
                Uuids.parse("folio_id", request.getFolioId()),
                request.getObjectKey(),
                request.getObjectBytes(),
                request.getPagesList().stream()
                        .map(LogMetadataService::fromProto)
                        .toList(),
                request.getProducerBatchesList().stream()
                        .map(batch -> LogProtos.fromProto(
                                batch,
                                new ProducerKey(
                                        Uuids.parse("producer_id", batch.getProducerId()),
                                        Uuids.parse("topic_uid", batch.getTopicUid()))))
                        .toList());
        answer.onNext(LogProtos.toProto(log.commit(namespaceUid, folio, request.getSerializedSize())));
        answer.onCompleted();
    }

    @Override
    public void initProducer(InitProducerRequest request, StreamObserver<InitProducerResponse> answer) {
        NamedProducer producer = log.initProducer(NamespaceName.parse(request.getParent()), request.getProducer());
        answer.onNext(InitProducerResponse.newBuilder()
                .setProducerId(Uuids.format(producer.producerId()))
                .setEpoch(producer.epoch())
                .build());
        answer.onCompleted();
    }

    private static FolioCommit.Page fromProto(dev.wings.common.proto.PageCommit page) {
        return new FolioCommit.Page(
                new PartitionKey(Uuids.parse("topic_uid", page.getTopicUid()), page.getPartitionValue()),
                page.getSchemaVersion(),
                page.getByteOffset(),
                page.getByteLength(),
                page.getCrc32C(),
                page.getBatchesList().stream()
                        .map(LogMetadataService::fromProto)
                        .toList());
    }

    private static FolioCommit.Batch fromProto(dev.wings.common.proto.BatchCommit batch) {
        return new FolioCommit.Batch(
                batch.getRows(),
                batch.getRequestedTimestampMicros(),
                batch.getWithTopicUid().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Uuids.parse("with_topic_uid", batch.getWithTopicUid())));
    }

    @Override
    public void planScan(PlanScanRequest request, StreamObserver<PlanScanResponse> answers) {
        checkReader(request.getReadMillis());
        List<TopicScan> scans = request.getTopicsList().stream()
                .map(LogMetadataService::fromProto)
                .toList();
        StreamWriter.start("plan", answers, stallLimit, world, stream -> {
            try (PlanWriter writer = new PlanWriter(stream, planBufferBytes)) {
                log.plan(scans, writer);
                writer.finish();
            }
        });
    }

    /// Checks how long a reader wants to read. The collector does not know what is being read: it waits for
    /// longer than anybody may read (I8).
    private void checkReader(long millis) {
        if (millis < 0) {
            throw WingsException.invalid("bad read_millis: 0 or more is expected: found=" + millis);
        }
        if (millis > garbageGrace.toMillis()) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "the query may outlive the objects that it reads: lower WINGS_SERVER_QUERY_TIMEOUT or raise"
                            + " WINGS_CONTROL_PLANE_GARBAGE_GRACE: query_seconds=" + millis / 1000 + ", grace_seconds="
                            + garbageGrace.toSeconds());
        }
    }

    private static TopicScan fromProto(dev.wings.common.proto.TopicScan scan) {
        Optional<Set<String>> partitions =
                scan.getAllPartitions() ? Optional.empty() : Optional.of(Set.copyOf(scan.getPartitionValuesList()));
        return new TopicScan(
                TopicName.parse(scan.getTopic()),
                partitions,
                scan.hasStartOffset() ? scan.getStartOffset() : 0,
                scan.hasEndOffset() ? scan.getEndOffset() : Long.MAX_VALUE,
                scan.hasStartTimestampMicros() ? scan.getStartTimestampMicros() : Long.MIN_VALUE,
                scan.hasEndTimestampMicros() ? scan.getEndTimestampMicros() : Long.MAX_VALUE,
                scan.getRowsOnly(),
                scan.getCountPages());
    }

    @Override
    public void listPartitions(ListPartitionsRequest request, StreamObserver<ListPartitionsResponse> answer) {
        ResultPage<PartitionRecord> page =
                log.listPartitions(TopicName.parse(request.getTopic()), request.getPageSize(), request.getPageToken());
        ListPartitionsResponse.Builder response =
                ListPartitionsResponse.newBuilder().setNextPageToken(page.nextToken());
        for (PartitionRecord partition : page.items()) {
            response.addPartitions(Partition.newBuilder()
                    .setValue(partition.value())
                    .setNextOffset(partition.nextOffset())
                    .setWatermark(partition.watermark())
                    .setLastTimestampMicros(partition.lastTimestampMicros()));
        }
        answer.onNext(response.build());
        answer.onCompleted();
    }

    @Override
    public void watchCommits(WatchCommitsRequest request, StreamObserver<WatchCommitsResponse> answers) {
        UUID namespaceUid = Uuids.parse("namespace_uid", request.getNamespaceUid());
        long start = request.getStartCommitNumber();
        if (start < 0) {
            throw WingsException.invalid("bad start_commit_number: 0 or more is expected: found=" + start);
        }
        StreamWriter.start("watch", answers, stallLimit, world, stream -> {
            try (CommitFeed.Watch watch = log.openWatch(namespaceUid, start)) {
                stream.onCancel(watch::close);
                // the empty answer says that from here on nothing is missed
                stream.write(WatchCommitsResponse.getDefaultInstance());
                for (List<Commit> commits = watch.next(); !commits.isEmpty(); commits = watch.next()) {
                    write(commits, stream);
                }
            }
        });
    }

    private static void write(List<Commit> commits, StreamWriter<WatchCommitsResponse> stream)
            throws InterruptedException {
        WatchCommitsResponse.Builder message = WatchCommitsResponse.newBuilder();
        int bytes = 0;
        for (Commit commit : commits) {
            dev.wings.common.proto.Commit proto = toProto(commit);
            if (bytes > 0 && bytes + proto.getSerializedSize() > MESSAGE_BYTES) {
                stream.write(message.build());
                message = WatchCommitsResponse.newBuilder();
                bytes = 0;
            }
            message.addCommits(proto);
            bytes += proto.getSerializedSize();
        }
        stream.write(message.build());
    }

    private static dev.wings.common.proto.Commit toProto(Commit commit) {
        dev.wings.common.proto.Commit.Builder proto = dev.wings.common.proto.Commit.newBuilder()
                .setCommitNumber(commit.number())
                .setFolioKey(commit.objectKey());
        for (LogPage page : commit.pages()) {
            proto.addPages(CommittedPage.newBuilder()
                    .setTopicUid(page.partition().topicUid().toString())
                    .setPage(PlanWriter.toProto(page, commit.number())));
        }
        return proto.build();
    }
}
