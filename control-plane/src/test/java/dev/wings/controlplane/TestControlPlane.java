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
package dev.wings.controlplane;

import com.google.protobuf.ByteString;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.LogMetadataGrpc.LogMetadataBlockingStub;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.TasksGrpc.TasksBlockingStub;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.Type;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.rpc.GrpcLimits;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.task.TaskFixture;
import io.grpc.Channel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A control plane on free ports with a client, and what tests ask of it.
public final class TestControlPlane implements AutoCloseable {

    static final String NAMESPACE = "tenants/default/namespaces/default";
    /// Long enough to tell what waits for it from what a slow machine takes.
    static final Duration DRAIN_TIME = Duration.ofSeconds(30);

    static final IdGenerator IDS = new IdGenerator(InstantSource.system(), new SecureRandom());

    private final Resources resources = new Resources();
    private final ControlPlane controlPlane;
    private final GrpcClient client;

    public TestControlPlane(DatabaseConfig database) {
        this(database, 0);
    }

    TestControlPlane(DatabaseConfig database, int grpcPort) {
        this(database, grpcPort, IDS);
    }

    /// @param ids also the clock of this replica
    TestControlPlane(DatabaseConfig database, int grpcPort, IdGenerator ids) {
        ControlPlaneConfig config = new ControlPlaneConfig(
                "127.0.0.1",
                grpcPort,
                0,
                0,
                database.url(),
                database.user(),
                database.password(),
                8,
                3,
                3,
                Duration.ofSeconds(5),
                256,
                4 << 20,
                64 << 20,
                64 << 20,
                16 << 20,
                GrpcLimits.DEFAULTS,
                100,
                Duration.ofSeconds(2),
                4,
                1 << 20,
                Duration.ofSeconds(20),
                32 << 20,
                DRAIN_TIME,
                TaskFixture.POLICY);
        try {
            controlPlane = open(config, ids);
            client = resources.add(GrpcClient.open(
                    URI.create("http://127.0.0.1:" + controlPlane.grpcPort()), Duration.ofSeconds(30), 64 << 20));
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private ControlPlane open(ControlPlaneConfig config, IdGenerator ids) {
        Telemetry telemetry = resources.add(Telemetry.open("test"));
        ObjectStores objectStores = resources.add(new ObjectStores());
        Scheduler scheduler = resources.add(Scheduler.system());
        ControlPlane opened = resources.add(ControlPlane.open(
                config,
                new ControlPlane.Surroundings(objectStores, new World(scheduler, Threads.system(), ids), telemetry)));
        opened.createDefaults(URI.create("file:///tmp/wings-test"));
        return opened;
    }

    public ControlPlane controlPlane() {
        return controlPlane;
    }

    ClusterMetadataBlockingStub cluster() {
        return ClusterMetadataGrpc.newBlockingStub(client.channel());
    }

    public LogMetadataBlockingStub log() {
        return LogMetadataGrpc.newBlockingStub(client.channel());
    }

    TasksBlockingStub tasks() {
        return TasksGrpc.newBlockingStub(client.channel());
    }

    /// Status and text of a management endpoint.
    String management(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + controlPlane.managementPort() + path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        }
    }

    /// Whether the server has ended all calls, whatever of them their callers have taken.
    boolean hasNoCalls() throws IOException, InterruptedException {
        return management("/metrics").contains("wings_grpc_server_active_calls{service=\"test\"} 0.0");
    }

    Channel channel() {
        return client.channel();
    }

    Namespace namespace() {
        return cluster()
                .getNamespace(
                        GetNamespaceRequest.newBuilder().setName(NAMESPACE).build());
    }

    /// A topic of two columns, `origin` and `delay`.
    public Topic createTopic(String id, String partitionBy) {
        return createTopic(id, partitionBy, LakeSpec.getDefaultInstance());
    }

    Topic createTopic(String id, String partitionBy, LakeSpec lake) {
        return cluster()
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent(NAMESPACE)
                        .setTopicId(id)
                        .setTopic(Topic.newBuilder().setSchema(schema()).setLake(lake))
                        .setPartitionBy(partitionBy)
                        .build());
    }

    static Schema schema() {
        return Schema.newBuilder()
                .addFields(Field.newBuilder()
                        .setName("origin")
                        .setRequired(true)
                        .setType(Type.newBuilder().setPrimitive(Primitive.STRING)))
                .addFields(Field.newBuilder()
                        .setName("delay")
                        .setType(Type.newBuilder().setPrimitive(Primitive.LONG)))
                .build();
    }

    /// A folio of these pages, each of one batch.
    public static CommitFolioRequest folio(Namespace namespace, TestPage... pages) {
        UUID id = IDS.next();
        CommitFolioRequest.Builder folio = CommitFolioRequest.newBuilder()
                .setNamespaceUid(namespace.getUid())
                .setFolioId(bytes(id))
                .setObjectKey(namespace.getObjectPrefix() + "/folios/2026/01/01/" + id + ".folio")
                .setObjectBytes(64L * pages.length);
        for (int i = 0; i < pages.length; i++) {
            folio.addPages(PageCommit.newBuilder()
                    .setTopicUid(pages[i].topic().getUid())
                    .setPartitionValue(pages[i].partition())
                    .setByteOffset(64L * i)
                    .setByteLength(64)
                    .addBatches(BatchCommit.newBuilder().setRows(pages[i].rows())));
        }
        return folio.build();
    }

    /// A page to commit.
    public record TestPage(Topic topic, String partition, long rows) {}

    /// All pages of these topics, in the order of the plan.
    public List<PlannedPage> plan(Topic... topics) {
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder();
        for (Topic topic : topics) {
            request.addTopics(TopicScan.newBuilder().setTopic(topic.getName()).setAllPartitions(true));
        }
        List<PlannedPage> pages = new ArrayList<>();
        for (PlanScanResponse response : (Iterable<PlanScanResponse>) () -> log().planScan(request.build())) {
            pages.addAll(response.getPagesList());
        }
        return pages;
    }

    static ByteString bytes(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }

    @Override
    public void close() {
        resources.close();
    }
}
