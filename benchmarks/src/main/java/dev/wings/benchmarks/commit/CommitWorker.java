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
package dev.wings.benchmarks.commit;

import com.google.protobuf.Duration;
import com.google.protobuf.UnsafeByteOperations;
import dev.wings.benchmarks.load.DataSet;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.WatermarkMove;
import dev.wings.common.rpc.Retries;
import dev.wings.common.time.Threads;
import dev.wings.compactor.compact.CreateTable;
import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskClient;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;

/// Does the tasks of one topic as a compactor does, except the rows: its pages and segments are made up, and
/// each commit moves one page to one segment.
public final class CommitWorker implements AutoCloseable {

    private static final String NAMESPACE = "tenants/default/namespaces/default";
    private static final java.time.Duration CALL_TIMEOUT = java.time.Duration.ofSeconds(30);
    private static final long PAGE_BYTES = 100_000;
    private static final long PAGE_ROWS = 1_000;
    private static final int ROW_GROUP_BYTES = 8 << 20;

    private final OwnControlPlane server;
    private final ManagedChannel channel;
    private final Topics topics;
    private final ExecutorService helpers;
    private final TaskTables tables;
    private final Topic topic;
    private long watermark;

    private CommitWorker(OwnControlPlane server, ManagedChannel channel, Topic topic) {
        Retries calls = Retries.defaults(server.scheduler(), server.ids().random());
        TaskClient client = new TaskClient(TasksGrpc.newBlockingStub(channel), calls, CALL_TIMEOUT);
        this.server = server;
        this.channel = channel;
        this.topic = topic;
        this.topics = new Topics(channel, calls, CALL_TIMEOUT, CALL_TIMEOUT);
        this.helpers = Threads.system().pool("manifest-reader", 2);
        this.tables = new TaskTables(client, server.stores()::open, server.ids(), helpers);
    }

    /// Makes a topic with so many pages, and its empty table.
    public static CommitWorker open(int pages) throws IOException {
        OwnControlPlane server = OwnControlPlane.open();
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1", server.controlPlane().grpcPort())
                .usePlaintext()
                .build();
        Topic topic = ClusterMetadataGrpc.newBlockingStub(channel)
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent(NAMESPACE)
                        .setTopicId("bench_commits")
                        .setTopic(Topic.newBuilder().setSchema(DataSet.EVENTS.topicSchema()))
                        .build());
        CommitWorker worker = new CommitWorker(server, channel, topic);
        Lease creation = worker.lease(TaskKind.CREATE_TABLE);
        TaskHandler.Result created =
                new CreateTable(worker.topics, worker.tables, server.ids()).run(new TaskLease(creation.getTask()));
        worker.complete(creation, created);
        worker.commitPages(pages);
        return worker;
    }

    /// Commits one task.
    ///
    /// @return nanoseconds from reading the table's metadata to the answer of the control plane
    public long commit() {
        Lease granted = lease(TaskKind.COMPACT);
        TaskLease lease = new TaskLease(granted.getTask());
        TopicTarget target = topics.load(granted.getTask());
        String location = topics.snapshot(target).getTableMetadataLocation();
        WatermarkMove move = WatermarkMove.newBuilder()
                .setStartOffset(watermark)
                .setEndOffset(watermark + PAGE_ROWS)
                .build();
        long start = System.nanoTime();
        LeasedTable table = tables.open(lease, target, location);
        TableSummary before = TableSummary.of(table.current());
        AppendFiles append = table.prepare(table.table().newAppend(), List.of(move));
        before.plus(0, 0).properties().forEach(append::set);
        append.appendFile(segment(table, target));
        append.commit();
        long nanos = System.nanoTime() - start;
        watermark += PAGE_ROWS;
        complete(granted, new TaskHandler.Result(Optional.of(TableSummary.stats(table.current())), true));
        return nanos;
    }

    /// How large the newest metadata file is.
    public long metadataBytes() throws IOException {
        TopicTarget target = topics.load(dev.wings.common.proto.Task.newBuilder()
                .setTarget(topic.getName())
                .setTargetUid(topic.getUid())
                .build());
        return Files.size(Path.of(URI.create(topics.snapshot(target).getTableMetadataLocation())));
    }

    private void commitPages(int pages) {
        LogMetadataGrpc.LogMetadataBlockingStub log = LogMetadataGrpc.newBlockingStub(channel);
        Namespace namespace = ClusterMetadataGrpc.newBlockingStub(channel)
                .getNamespace(
                        GetNamespaceRequest.newBuilder().setName(NAMESPACE).build());
        for (int page = 0; page < pages; page++) {
            UUID id = server.ids().next();
            ByteBuffer bytes = ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .flip();
            log.commitFolio(CommitFolioRequest.newBuilder()
                    .setNamespaceUid(namespace.getUid())
                    .setFolioId(UnsafeByteOperations.unsafeWrap(bytes))
                    .setObjectKey(namespace.getObjectPrefix() + "/folios/2026/01/01/" + id + ".folio")
                    .setObjectBytes(2 * PAGE_BYTES)
                    .addPages(PageCommit.newBuilder()
                            .setTopicUid(topic.getUid())
                            .setByteOffset(64)
                            .setByteLength(PAGE_BYTES)
                            .addBatches(BatchCommit.newBuilder().setRows(PAGE_ROWS)))
                    .build());
        }
    }

    private Lease lease(TaskKind kind) {
        return TasksGrpc.newBlockingStub(channel)
                .leaseTask(LeaseTaskRequest.newBuilder()
                        .addKinds(kind)
                        .setWorker("benchmark")
                        .setWait(Duration.newBuilder().setSeconds(20))
                        .build())
                .getLease();
    }

    private void complete(Lease lease, TaskHandler.Result result) {
        CompleteTaskRequest.Builder request = CompleteTaskRequest.newBuilder()
                .setLease(new TaskLease(lease.getTask()).ref())
                .setMore(result.more());
        result.table().ifPresent(request::setTable);
        TasksGrpc.newBlockingStub(channel).completeTask(request.build());
    }

    /// A segment that is made up, with sizes, counts and bounds of each column, as a real one has them.
    private DataFile segment(LeasedTable table, TopicTarget target) {
        Map<Integer, Long> counts = new HashMap<>();
        Map<Integer, ByteBuffer> bounds = new HashMap<>();
        Schema schema = table.current().schema();
        for (Types.NestedField column : schema.columns()) {
            counts.put(column.fieldId(), PAGE_ROWS);
            bounds.put(column.fieldId(), bound(column));
        }
        bounds.put(LakeTable.OFFSET_FIELD_ID, Conversions.toByteBuffer(Types.LongType.get(), watermark));
        return DataFiles.builder(table.current().spec())
                .withPath(target.locations().segment(server.ids().next()))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(PAGE_BYTES)
                .withMetrics(new Metrics(PAGE_ROWS, counts, counts, counts, Map.of(), bounds, bounds))
                .withSplitOffsets(List.of(4L, (long) ROW_GROUP_BYTES))
                .build();
    }

    private ByteBuffer bound(Types.NestedField column) {
        return switch (column.type().typeId()) {
            case STRING -> Conversions.toByteBuffer(column.type(), "0123456789ab");
            case INTEGER -> Conversions.toByteBuffer(column.type(), (int) watermark);
            case DOUBLE -> Conversions.toByteBuffer(column.type(), (double) watermark);
            default -> Conversions.toByteBuffer(Types.LongType.get(), watermark);
        };
    }

    @Override
    public void close() {
        helpers.close();
        channel.shutdownNow();
        server.close();
    }
}
