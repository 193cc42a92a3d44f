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
import com.google.protobuf.FieldMask;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ResolveTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.ControlPlane;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The real control plane, with its state in memory, on a clock that stands still; and a channel to it on which
/// tests see what an ingestor asks, and get in its way.
public final class MemoryControlPlane implements AutoCloseable {

    private static final String OBJECT_STORE = "tenants/default/objectStores/default";

    /// Sees each commit. Whatever it throws is what the caller gets.
    public interface CommitHook {
        void run(CommitFolioRequest request) throws StatusRuntimeException;
    }

    /// A commit that went through.
    public record Committed(CommitFolioRequest request, CommitFolioResponse response) {

        /// Whether a batch of a page is in the log.
        boolean hasBatch(int page, int batch) {
            return response.getPages(page).getBatches(batch).hasAccepted();
        }
    }

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private final Resources resources = new Resources();
    private final ControlPlane controlPlane;
    private final Channel channel;
    private final ClusterMetadataBlockingStub cluster;
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private final Map<ByteString, Committed> commits = new HashMap<>();
    private volatile CommitHook beforeCommit = request -> {};
    private volatile CommitHook afterCommit = request -> {};
    private volatile Runnable afterLookup = () -> {};
    private int lookups;

    /// @param storeUri of the object store of all namespaces
    public MemoryControlPlane(String storeUri) {
        controlPlane = resources.add(ControlPlane.openInMemory(new ControlPlane.Surroundings(
                resources.add(new ObjectStores()),
                new World(
                        resources.add(Scheduler.system()),
                        Threads.system(),
                        new IdGenerator(InstantSource.fixed(now), new Random(2))),
                resources.add(Telemetry.open("control-plane")))));
        controlPlane.createDefaults(URI.create(storeUri));
        GrpcClient client = resources.add(GrpcClient.open(
                URI.create("http://127.0.0.1:" + controlPlane.grpcPort()), Duration.ofSeconds(60), 64 << 20));
        channel = ClientInterceptors.intercept(client.channel(), new Hooks());
        cluster = ClusterMetadataGrpc.newBlockingStub(client.channel());
    }

    /// The timestamp of all batches that want none, or a later one.
    public long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, now);
    }

    public Channel channel() {
        return channel;
    }

    public void beforeCommit(CommitHook hook) {
        beforeCommit = hook;
    }

    /// The hook's failure is an answer that got lost: the commit has happened.
    public void afterCommit(CommitHook hook) {
        afterCommit = hook;
    }

    /// Runs when a topic was looked up, before the caller learns of it.
    public void afterLookup(Runnable hook) {
        afterLookup = hook;
    }

    public void createTenant(String id) {
        cluster.createTenant(CreateTenantRequest.newBuilder().setTenantId(id).build());
    }

    /// Creates a topic of the tenant `default`, with its namespace, or replaces it with another that has its
    /// name.
    ///
    /// @param name full resource name
    /// @param partitionBy name of the partition key, empty for none
    public Topic createTopic(String name, TopicSchema schema, String partitionBy) {
        TopicName topic = TopicName.parse(name);
        namespace(topic.parent().namespace());
        try {
            cluster.deleteTopic(DeleteTopicRequest.newBuilder().setName(name).build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
        }
        return cluster.createTopic(CreateTopicRequest.newBuilder()
                .setParent(topic.parent().toString())
                .setTopicId(topic.topic())
                .setTopic(Topic.newBuilder().setSchema(SchemaProtos.toProto(schema)))
                .setPartitionBy(partitionBy)
                .build());
    }

    /// Changes which rows a topic takes.
    ///
    /// @param name full resource name
    /// @param mask the fields that are changed, as `intake.on_error`
    public Topic changeIntake(String name, IntakeSpec intake, String... mask) {
        return cluster.updateTopic(UpdateTopicRequest.newBuilder()
                .setTopic(Topic.newBuilder().setName(name).setIntake(intake))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(mask)))
                .build());
    }

    /// Fails with NOT_FOUND if there is no such topic.
    public Topic topic(String name) {
        return cluster.getTopic(GetTopicRequest.newBuilder().setName(name).build());
    }

    public void deleteTopic(String name) {
        cluster.deleteTopic(DeleteTopicRequest.newBuilder().setName(name).build());
    }

    /// One of the tenant `default`, which is created if there is none.
    public Namespace namespace(String id) {
        if (!id.equals("default") && namespaces.add(id)) {
            return cluster.createNamespace(CreateNamespaceRequest.newBuilder()
                    .setParent("tenants/default")
                    .setNamespaceId(id)
                    .setNamespace(Namespace.newBuilder().setObjectStore(OBJECT_STORE))
                    .build());
        }
        return cluster.getNamespace(GetNamespaceRequest.newBuilder()
                .setName("tenants/default/namespaces/" + id)
                .build());
    }

    /// All commits that went through, in order, each once.
    public synchronized List<CommitFolioRequest> commits() {
        return answeredCommits().stream().map(Committed::request).toList();
    }

    /// As [#commits], with their answers.
    public synchronized List<Committed> answeredCommits() {
        return commits.values().stream()
                .sorted(Comparator.comparingLong(commit -> commit.response.getCommitNumber()))
                .toList();
    }

    public synchronized int lookups() {
        return lookups;
    }

    @Override
    public void close() {
        resources.close();
    }

    private synchronized void committed(CommitFolioRequest request, CommitFolioResponse response) {
        commits.put(request.getFolioId(), new Committed(request, response));
    }

    private synchronized void lookedUp() {
        lookups++;
    }

    private void asked(Object request) {
        if (request instanceof CommitFolioRequest commit) {
            beforeCommit.run(commit);
        }
    }

    private void answered(@Nullable Object request, Object answer) {
        if (request instanceof CommitFolioRequest commit && answer instanceof CommitFolioResponse response) {
            committed(commit, response);
            afterCommit.run(commit);
        } else if (request instanceof ResolveTopicRequest) {
            lookedUp();
            afterLookup.run();
        }
    }

    private final class Hooks implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new HookedCall<>(next.newCall(method, options));
        }
    }

    /// A call whose failure a hook may decide.
    private final class HookedCall<Q, A> extends SimpleForwardingClientCall<Q, A> {
        private @Nullable Q request;
        private @Nullable Status failure;

        HookedCall(ClientCall<Q, A> call) {
            super(call);
        }

        @Override
        public void sendMessage(Q message) {
            request = message;
            if (isSound(() -> asked(message))) {
                super.sendMessage(message);
            } else {
                cancel("a hook failed", null);
            }
        }

        @Override
        public void halfClose() {
            if (failure == null) {
                super.halfClose();
            }
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            super.start(
                    new SimpleForwardingClientCallListener<A>(listener) {
                        @Override
                        public void onMessage(A answer) {
                            if (isSound(() -> answered(request, answer))) {
                                super.onMessage(answer);
                            }
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            super.onClose(failure == null ? status : failure, trailers);
                        }
                    },
                    headers);
        }

        private boolean isSound(Runnable hook) {
            try {
                hook.run();
                return true;
            } catch (StatusRuntimeException e) {
                failure = e.getStatus();
                return false;
            }
        }
    }
}
