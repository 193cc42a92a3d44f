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
package dev.wings.ingestor.testing;

import com.google.protobuf.ByteString;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.proto.AcceptedBatch;
import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.ErrorKind;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.GetObjectStoreRequest;
import dev.wings.common.proto.GetTenantRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.PageResult;
import dev.wings.common.proto.Rejection;
import dev.wings.common.proto.Tenant;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// As much of the control plane as an ingestor calls, kept in memory and served over real gRPC. Commits follow the
/// same rules: one at a time for a namespace, dense offsets, idempotent by folio id.
public final class MemoryControlPlane implements AutoCloseable {

    /// Sees each commit. Whatever it throws is what the caller gets.
    public interface CommitHook {
        void run(CommitFolioRequest request) throws StatusRuntimeException;
    }

    private final Map<String, Topic> topics = new HashMap<>();
    private final Map<String, Long> nextOffsets = new HashMap<>();
    private final Map<ByteString, CommitFolioResponse> answers = new LinkedHashMap<>();
    private final List<CommitFolioRequest> commits = new ArrayList<>();
    private final String storeUri;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final ManagedChannel channel;
    private volatile CommitHook beforeCommit = request -> {};
    private volatile CommitHook afterCommit = request -> {};
    private volatile Runnable afterLookup = () -> {};
    private int lookups;

    /// @param storeUri of the object store of all namespaces
    public MemoryControlPlane(String storeUri) {
        this.storeUri = storeUri;
        try {
            this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .executor(executor)
                    .addService(new Cluster())
                    .addService(new Log())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    public int port() {
        return server.getPort();
    }

    public ManagedChannel channel() {
        return channel;
    }

    public void beforeCommit(CommitHook hook) {
        beforeCommit = hook;
    }

    /// The hook's failure is an answer that got lost: the commit has happened.
    public void afterCommit(CommitHook hook) {
        afterCommit = hook;
    }

    /// Runs when a topic was looked up, before it is answered.
    public void afterLookup(Runnable hook) {
        afterLookup = hook;
    }

    /// Creates a topic, or replaces it with another that has its name.
    ///
    /// @param name full resource name
    /// @param partitionBy name of the partition key, empty for none
    public synchronized Topic createTopic(String name, TopicSchema schema, String partitionBy) {
        Topic topic = Topic.newBuilder()
                .setName(name)
                .setUid(UUID.randomUUID().toString())
                .setSchema(SchemaProtos.toProto(schema))
                .setPartitionFieldId(
                        partitionBy.isEmpty()
                                ? 0
                                : schema.partitionKey(partitionBy).id())
                .setNamespaceUid(namespaceUid(name.substring(0, name.indexOf("/topics/"))))
                .build();
        topics.put(name, topic);
        return topic;
    }

    public synchronized void deleteTopic(String name) {
        topics.remove(name);
    }

    /// All commits that went through, in order, each once.
    public synchronized List<CommitFolioRequest> commits() {
        return List.copyOf(commits);
    }

    public synchronized int lookups() {
        return lookups;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        executor.close();
    }

    private static String namespaceUid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toString();
    }

    private synchronized Topic lookUp(String name) {
        lookups++;
        Topic topic = topics.get(name);
        if (topic == null) {
            throw notFound(name);
        }
        return topic;
    }

    private synchronized CommitFolioResponse commit(CommitFolioRequest request) {
        CommitFolioResponse before = answers.get(request.getFolioId());
        if (before != null) {
            return before;
        }
        String key = request.getObjectKey();
        ByteBuffer id = request.getFolioId().asReadOnlyByteBuffer();
        if (!FolioKey.isOf(key.substring(0, key.indexOf("/folios/")), new UUID(id.getLong(), id.getLong()), key)) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("the folio's object is not one of the namespace: key=" + key)
                    .asRuntimeException();
        }
        CommitFolioResponse.Builder response = CommitFolioResponse.newBuilder().setCommitNumber(commits.size() + 1);
        for (PageCommit page : request.getPagesList()) {
            PageResult.Builder result = response.addPagesBuilder();
            boolean exists =
                    topics.values().stream().anyMatch(topic -> topic.getUid().equals(page.getTopicUid()));
            String partition = page.getTopicUid() + "/" + page.getPartitionValue();
            for (BatchCommit batch : page.getBatchesList()) {
                if (!exists) {
                    result.addBatches(BatchResult.newBuilder()
                            .setRejected(Rejection.newBuilder()
                                    .setKind(ErrorKind.NOT_FOUND)
                                    .setMessage("the topic was deleted")));
                    continue;
                }
                long start = nextOffsets.getOrDefault(partition, 0L);
                nextOffsets.put(partition, start + batch.getRows());
                result.addBatches(BatchResult.newBuilder()
                        .setAccepted(AcceptedBatch.newBuilder()
                                .setStartOffset(start)
                                .setEndOffset(start + batch.getRows())
                                .setTimestampMicros(Math.max(1, batch.getRequestedTimestampMicros()))));
            }
        }
        commits.add(request);
        CommitFolioResponse answer = response.build();
        answers.put(request.getFolioId(), answer);
        return answer;
    }

    private static <T> void answer(StreamObserver<T> observer, java.util.function.Supplier<T> result) {
        T value;
        try {
            value = result.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(value);
        observer.onCompleted();
    }

    private static StatusRuntimeException notFound(String name) {
        return Status.NOT_FOUND.withDescription("not found: name=" + name).asRuntimeException();
    }

    private final class Cluster extends ClusterMetadataGrpc.ClusterMetadataImplBase {

        /// All but those whose names say that they are none.
        @Override
        public void getTenant(GetTenantRequest request, StreamObserver<Tenant> observer) {
            if (request.getName().startsWith("tenants/none")) {
                observer.onError(GrpcErrors.toStatus(WingsException.notFound("no such tenant: " + request.getName())));
                return;
            }
            observer.onNext(Tenant.newBuilder().setName(request.getName()).build());
            observer.onCompleted();
        }

        @Override
        public void getTopic(GetTopicRequest request, StreamObserver<Topic> observer) {
            answer(observer, () -> {
                Topic topic = lookUp(request.getName());
                afterLookup.run();
                return topic;
            });
        }

        @Override
        public void getNamespace(GetNamespaceRequest request, StreamObserver<Namespace> observer) {
            answer(
                    observer,
                    () -> Namespace.newBuilder()
                            .setName(request.getName())
                            .setUid(namespaceUid(request.getName()))
                            .setObjectStore("tenants/default/objectStores/default")
                            .setObjectPrefix("ns/" + namespaceUid(request.getName()))
                            .build());
        }

        @Override
        public void getObjectStore(GetObjectStoreRequest request, StreamObserver<ObjectStore> observer) {
            answer(
                    observer,
                    () -> ObjectStore.newBuilder()
                            .setName(request.getName())
                            .setUri(storeUri)
                            .build());
        }
    }

    private final class Log extends LogMetadataGrpc.LogMetadataImplBase {

        @Override
        public void commitFolio(CommitFolioRequest request, StreamObserver<CommitFolioResponse> observer) {
            answer(observer, () -> {
                beforeCommit.run(request);
                CommitFolioResponse response = commit(request);
                afterCommit.run(request);
                return response;
            });
        }
    }
}
