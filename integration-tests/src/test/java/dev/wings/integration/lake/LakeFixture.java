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
package dev.wings.integration.lake;

import com.google.protobuf.Empty;
import dev.wings.common.process.Resources;
import dev.wings.common.process.Scratch;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.CompleteTaskResponse;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.FailTaskRequest;
import dev.wings.common.proto.FailTaskResponse;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.ListTasksResponse;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.RetryTaskRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TaskState;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.rpc.Retries;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.compactor.compact.Compaction;
import dev.wings.compactor.compact.CreateTable;
import dev.wings.compactor.maintain.GarbageClient;
import dev.wings.compactor.maintain.GarbageCollector;
import dev.wings.compactor.maintain.SnapshotExpiry;
import dev.wings.compactor.rewrite.SegmentRewrite;
import dev.wings.compactor.segment.DuckDbSegments;
import dev.wings.compactor.segment.SegmentEngine;
import dev.wings.compactor.segment.SegmentMaker;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskClient;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.Topics;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// A control plane, an object store in memory, and handlers of tasks: each task is run by the test, on its
/// thread.
public final class LakeFixture implements AutoCloseable {

    public static final URI STORE = URI.create("file:///lake");

    /// Tasks are tried again soon, and follow from each other early.
    static final TaskPolicy POLICY = new TaskPolicy(
            Duration.ofSeconds(30),
            100,
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofHours(1),
            1,
            2,
            100,
            Duration.ofDays(1),
            Duration.ofDays(1),
            Duration.ofDays(1));

    /// Until there is a task whose time has come: the control plane notices every 100 ms that the clock has
    /// moved.
    static final Duration SOON = Duration.ofMillis(300);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

    private final Resources resources = new Resources();
    private final TestClock clock = new TestClock();
    private final IdGenerator ids = new IdGenerator(clock, new Random(11));
    private final MemoryObjectStore store = new MemoryObjectStore(clock);
    private final Steps steps = new Steps();
    private final BufferAllocator allocator = resources.add(new RootAllocator());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TestControlPlane controlPlane;
    private final Channel direct;
    private final Channel patient;
    private final Channel stepped;
    private final Scratch scratch;
    private final ExecutorService threads;
    private final Scheduler scheduler;
    private Namespace namespace = Namespace.getDefaultInstance();
    private Compaction.Limits limits = new Compaction.Limits(64 << 20, 10_000);
    private long memoryBytes = 256 << 20;
    private long droppedBytes = 1 << 20;
    private dev.wings.common.store.ObjectStore removable = store;

    public LakeFixture(Path directory) {
        this(directory, TestControlPlane.State.inMemory(), POLICY);
    }

    LakeFixture(Path directory, TestControlPlane.State state, TaskPolicy policy) {
        scheduler = resources.add(Scheduler.system());
        // not virtual ones: a step may run a whole task of another worker, whose native calls would pin the carrier
        threads = resources.add(Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("lake-io-", 0).daemon().factory()));
        controlPlane = resources.add(new TestControlPlane(state, policy, scheduler, ids, meters));
        GrpcClient client = resources.add(
                GrpcClient.open(URI.create("http://127.0.0.1:" + controlPlane.port()), CALL_TIMEOUT, 64 << 20));
        direct = client.channel();
        patient = ClientInterceptors.intercept(client.channel(), new PatientCalls(CALL_TIMEOUT));
        stepped = ClientInterceptors.intercept(client.channel(), new SteppedCalls(steps));
        scratch = resources.add(Scratch.open(Optional.of(directory), "compactor"));
        createNamespace();
    }

    private void createNamespace() {
        ClusterMetadataGrpc.ClusterMetadataBlockingStub stub = ClusterMetadataGrpc.newBlockingStub(patient);
        stub.createTenant(
                CreateTenantRequest.newBuilder().setTenantId("default").build());
        stub.createObjectStore(CreateObjectStoreRequest.newBuilder()
                .setParent("tenants/default")
                .setObjectStoreId("main")
                .setObjectStore(ObjectStore.newBuilder().setUri(STORE.toString()))
                .build());
        namespace = stub.createNamespace(CreateNamespaceRequest.newBuilder()
                .setParent("tenants/default")
                .setNamespaceId("default")
                .setNamespace(Namespace.newBuilder().setObjectStore("tenants/default/objectStores/main"))
                .build());
    }

    public IdGenerator ids() {
        return ids;
    }

    public TestClock clock() {
        return clock;
    }

    TestControlPlane controlPlane() {
        return controlPlane;
    }

    public Steps steps() {
        return steps;
    }

    public MemoryObjectStore store() {
        return store;
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    public SimpleMeterRegistry meters() {
        return meters;
    }

    public String objectPrefix() {
        return namespace.getObjectPrefix();
    }

    /// What a compaction takes at most, from now on.
    public void limit(long pageBytes, int pages) {
        limits = new Compaction.Limits(pageBytes, pages);
    }

    /// What the engine of a task may use, from now on.
    public void memory(long bytes) {
        memoryBytes = bytes;
    }

    /// What the locations come to that an expiry of snapshots drops, from now on.
    public void limitDropped(long bytes) {
        droppedBytes = bytes;
    }

    /// The object store as a collector of garbage sees it, from now on.
    public void collectFrom(dev.wings.common.store.ObjectStore seen) {
        removable = seen;
    }

    public void deleteTopic(TestTopic topic) {
        Empty ignored = ClusterMetadataGrpc.newBlockingStub(patient)
                .deleteTopic(DeleteTopicRequest.newBuilder()
                        .setName(topic.name().toString())
                        .build());
    }

    public TestTopic createTopic(String id, TopicSchema schema, String partitionBy, LakeSpec lake) {
        Topic topic = ClusterMetadataGrpc.newBlockingStub(patient)
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent(namespace.getName())
                        .setTopicId(id)
                        .setPartitionBy(partitionBy)
                        .setTopic(Topic.newBuilder()
                                .setSchema(SchemaProtos.toProto(schema))
                                .setLake(lake))
                        .build());
        return new TestTopic(this, topic);
    }

    /// Changes the schema of a topic, and gives the topic as it is now.
    public TestTopic changeSchema(TestTopic topic, List<dev.wings.common.proto.SchemaChange> changes) {
        return new TestTopic(
                this,
                ClusterMetadataGrpc.newBlockingStub(patient)
                        .updateTopic(UpdateTopicRequest.newBuilder()
                                .setTopic(
                                        Topic.newBuilder().setName(topic.name().toString()))
                                .addAllSchemaChanges(changes)
                                .build()));
    }

    void commit(CommitFolioRequest request) {
        clock.advance(Duration.ofSeconds(1));
        CommitFolioResponse ignored = LogMetadataGrpc.newBlockingStub(patient).commitFolio(request);
    }

    /// Leases the next task of a kind; empty if there is none. Tasks are made behind the back of who commits
    /// pages.
    public Optional<Task> lease(TaskKind kind) {
        return lease(kind, Duration.ofSeconds(10));
    }

    Optional<Task> lease(TaskKind kind, Duration wait) {
        LeaseTaskResponse response = TasksGrpc.newBlockingStub(patient)
                .leaseTask(LeaseTaskRequest.newBuilder()
                        .addKinds(kind)
                        .setWorker("test")
                        .setWait(com.google.protobuf.Duration.newBuilder()
                                .setSeconds(wait.toSeconds())
                                .setNanos(wait.toNanosPart()))
                        .build());
        return response.hasLease() ? Optional.of(response.getLease().getTask()) : Optional.empty();
    }

    /// Does the next task of a kind, which there must be.
    public TaskHandler.Result run(TaskKind kind) {
        clock.advance(Duration.ofMinutes(2));
        Task task = lease(kind).orElseThrow(() -> new AssertionError("there is no such task: " + kind));
        return run(task);
    }

    /// Does a task that was leased, and reports its result, good or bad.
    public TaskHandler.Result run(Task task) {
        TaskLease lease = new TaskLease(task);
        TaskHandler.Result result;
        try {
            result = handler(task.getKind()).run(lease);
        } catch (RuntimeException e) {
            FailTaskResponse ignored = TasksGrpc.newBlockingStub(patient)
                    .failTask(FailTaskRequest.newBuilder()
                            .setLease(lease.ref())
                            .setFailure(String.valueOf(e.getMessage()))
                            .build());
            throw e;
        }
        CompleteTaskRequest.Builder complete =
                CompleteTaskRequest.newBuilder().setLease(lease.ref()).setMore(result.more());
        result.table().ifPresent(complete::setTable);
        CompleteTaskResponse ignored = TasksGrpc.newBlockingStub(patient).completeTask(complete.build());
        return result;
    }

    /// Compacts until no page is left; returns how many tasks that took.
    public int compactAll(TestTopic topic) {
        int tasks = 0;
        for (; !plan(topic).pages().isEmpty(); tasks++) {
            run(TaskKind.COMPACT);
        }
        return tasks;
    }

    /// Does tasks of a kind until there are none; such tasks as follow from others, at once.
    public void runAll(TaskKind kind) {
        while (true) {
            clock.advance(Duration.ofMinutes(2));
            Optional<Task> task = lease(kind, Duration.ofMillis(20));
            if (task.isEmpty()) {
                return;
            }
            run(task.get());
        }
    }

    /// A worker's handlers, as the compactor puts them together; their calls are steps.
    public TaskHandler handler(TaskKind kind) {
        Retries calls = calls();
        TaskClient client = new TaskClient(TasksGrpc.newBlockingStub(stepped), calls, CALL_TIMEOUT);
        Topics topics = new Topics(stepped, calls, CALL_TIMEOUT, CALL_TIMEOUT);
        TaskTables tables = new TaskTables(client, uri -> new SteppedStore(store, steps), ids, threads);
        SegmentMaker segments = new DuckDbSegments(
                new DuckDbSegments.Limits(
                        new SegmentEngine.Limits(memoryBytes, 1L << 30), 256 << 20, new ReadAhead(4, 16 << 20), 2),
                scratch,
                allocator,
                ids,
                calls,
                threads,
                meters);
        return switch (kind) {
            case CREATE_TABLE -> new CreateTable(topics, tables, ids);
            case COMPACT -> new Compaction(topics, tables, segments, limits, meters);
            case REWRITE -> new SegmentRewrite(topics, tables, segments, 1L << 30);
            case EXPIRE_SNAPSHOTS ->
                new SnapshotExpiry(
                        topics, tables, new SnapshotExpiry.Retention(Duration.ofDays(1), 1, 2, 3, droppedBytes), clock);
            case COLLECT_GARBAGE -> collecting(Duration.ZERO);
            default -> throw new AssertionError("not done here: " + kind);
        };
    }

    private Retries calls() {
        return new Retries(scheduler, ids.random(), 4, Duration.ofMillis(1), Duration.ofMillis(4));
    }

    /// A collector of garbage.
    ///
    /// @param orphanInterval so long it does not look for orphans again
    TaskHandler collecting(Duration orphanInterval) {
        Retries calls = calls();
        return new GarbageCollector(
                new GarbageClient(GarbageCollectionGrpc.newBlockingStub(direct), calls, CALL_TIMEOUT),
                uri -> removable,
                calls,
                orphanInterval,
                ids,
                meters);
    }

    /// What a reader is told of a topic.
    public record Plan(String metadataLocation, List<PlannedPage> pages) {}

    public Plan plan(TestTopic topic) {
        List<PlannedPage> pages = new ArrayList<>();
        String[] location = {""};
        LogMetadataGrpc.newBlockingStub(patient)
                .planScan(PlanScanRequest.newBuilder()
                        .addTopics(TopicScan.newBuilder()
                                .setTopic(topic.name().toString())
                                .setAllPartitions(true))
                        .build())
                .forEachRemaining((PlanScanResponse answer) -> {
                    answer.getTopicsList().forEach(it -> location[0] = it.getTableMetadataLocation());
                    pages.addAll(answer.getPagesList());
                });
        return new Plan(location[0], pages);
    }

    /// A SQL server over the same state. The caller closes it.
    LakeSql openSql(Path directory) {
        return new LakeSql(direct, store, directory);
    }

    /// An ingestor over the same state. The caller closes it.
    LakeIngestor openIngestor() {
        return new LakeIngestor(direct, store, ids);
    }

    /// Keys of the folios that have pages of a topic.
    public Set<String> folioKeys(TestTopic topic) {
        Set<String> keys = new HashSet<>();
        LogMetadataGrpc.newBlockingStub(patient)
                .planScan(PlanScanRequest.newBuilder()
                        .addTopics(TopicScan.newBuilder()
                                .setTopic(topic.name().toString())
                                .setAllPartitions(true))
                        .build())
                .forEachRemaining(answer -> keys.addAll(answer.getFolioKeysList()));
        return keys;
    }

    /// A compactor that takes tasks by itself. The caller closes it.
    LakeCompactor openCompactor(dev.wings.common.store.ObjectStore objects, Path directory) {
        return new LakeCompactor(direct, objects, directory);
    }

    /// Retries dead tasks, as a person does who has mended what killed them.
    void retryDeadTasks() {
        ListTasksResponse dead = TasksGrpc.newBlockingStub(patient)
                .listTasks(ListTasksRequest.newBuilder()
                        .setParent("tenants/default")
                        .addStates(TaskState.DEAD)
                        .build());
        for (Task task : dead.getTasksList()) {
            Task ignored = TasksGrpc.newBlockingStub(patient)
                    .retryTask(RetryTaskRequest.newBuilder()
                            .setName(task.getName())
                            .build());
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
