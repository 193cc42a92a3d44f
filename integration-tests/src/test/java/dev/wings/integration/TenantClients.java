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
package dev.wings.integration;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.WatchCommitsRequest;
import dev.wings.common.proto.WatchCommitsResponse;
import dev.wings.common.schema.SchemaProtos;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.List;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.PreparedStatement;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// What a client of one tenant does with its topic `numbers`, of one column `n`: small and large pushes, queries.
final class TenantClients implements AutoCloseable {

    private static final Schema SCHEMA = new Schema(List.of(Field.nullable("n", new ArrowType.Int(64, true))));

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient ingestor;
    private final FlightSqlClient sql;
    private final ManagedChannel controlPlane;
    private final String tenantName;
    private final CallOption tenant;

    TenantClients(WingsPorts ports, String tenant) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-tenant", tenant);
        this.tenantName = tenant;
        this.tenant = new HeaderCallOption(headers);
        this.controlPlane = channel(ports);
        this.ingestor =
                FlightClient.builder(allocator, location(ports.ingestor())).build();
        this.sql = new FlightSqlClient(
                FlightClient.builder(allocator, location(ports.server())).build());
    }

    private static ManagedChannel channel(WingsPorts ports) {
        return NettyChannelBuilder.forAddress("127.0.0.1", ports.controlPlane())
                .usePlaintext()
                .build();
    }

    private static Location location(int port) {
        return Location.forGrpcInsecure("127.0.0.1", port);
    }

    /// Makes a tenant with a store below `stores`, and its topic.
    static void create(WingsPorts ports, String tenant, URI stores) {
        ManagedChannel channel = channel(ports);
        try {
            ClusterMetadataGrpc.ClusterMetadataBlockingStub cluster = ClusterMetadataGrpc.newBlockingStub(channel);
            String parent = "tenants/" + tenant;
            cluster.createTenant(
                    CreateTenantRequest.newBuilder().setTenantId(tenant).build());
            cluster.createObjectStore(CreateObjectStoreRequest.newBuilder()
                    .setParent(parent)
                    .setObjectStoreId("default")
                    .setObjectStore(ObjectStore.newBuilder().setUri(stores + tenant))
                    .build());
            cluster.createNamespace(CreateNamespaceRequest.newBuilder()
                    .setParent(parent)
                    .setNamespaceId("default")
                    .setNamespace(Namespace.newBuilder().setObjectStore(parent + "/objectStores/default"))
                    .build());
            cluster.createTopic(CreateTopicRequest.newBuilder()
                    .setParent(parent + "/namespaces/default")
                    .setTopicId("numbers")
                    .setTopic(Topic.newBuilder().setSchema(schema()))
                    .build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static dev.wings.common.proto.Schema schema() {
        return SchemaProtos.toProto(ArrowSchemas.infer(SCHEMA));
    }

    /// Pushes so many rows on a stream of their own; returns when they are durable.
    void push(int rows) {
        try (VectorSchemaRoot root = numbers(rows)) {
            AsyncPutListener answers = new AsyncPutListener();
            FlightClient.ClientStreamListener stream =
                    ingestor.startPut(FlightDescriptor.path("numbers"), root, answers, tenant);
            stream.putNext();
            stream.completed();
            answers.getResult();
        }
    }

    private VectorSchemaRoot numbers(int rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
        BigIntVector column = (BigIntVector) root.getVector(0);
        column.allocateNew(rows);
        for (int row = 0; row < rows; row++) {
            column.set(row, row);
        }
        root.setRowCount(rows);
        return root;
    }

    /// Runs a query to its last row, and returns how many there were.
    long query(String text) throws Exception {
        long rows = 0;
        FlightInfo info = sql.execute(text, tenant);
        try (FlightStream stream = sql.getStream(info.getEndpoints().getFirst().getTicket(), tenant)) {
            while (stream.next()) {
                rows += stream.getRoot().getRowCount();
            }
        }
        return rows;
    }

    /// Asks for rows and takes only the first. The caller closes.
    FlightStream openUnread(String text) {
        FlightInfo info = sql.execute(text, tenant);
        FlightStream stream = sql.getStream(info.getEndpoints().getFirst().getTicket(), tenant);
        stream.next();
        return stream;
    }

    /// Asks with so many rows of parameters for those that equal one.
    void queryWithParameters(int rows) throws Exception {
        try (PreparedStatement statement = sql.prepare("select n from numbers where n = ?", tenant);
                VectorSchemaRoot parameters = numbers(rows)) {
            statement.setParameters(parameters);
            FlightInfo info = statement.execute(tenant);
            try (FlightStream stream =
                    sql.getStream(info.getEndpoints().getFirst().getTicket(), tenant)) {
                while (stream.next()) {
                    stream.getRoot().getRowCount();
                }
            }
        }
    }

    /// Makes a topic, and deletes it.
    void changeTopics(String topic) {
        ClusterMetadataGrpc.ClusterMetadataBlockingStub cluster = ClusterMetadataGrpc.newBlockingStub(controlPlane);
        cluster.createTopic(CreateTopicRequest.newBuilder()
                .setParent(namespace())
                .setTopicId(topic)
                .setTopic(Topic.newBuilder().setSchema(schema()))
                .build());
        cluster.deleteTopic(DeleteTopicRequest.newBuilder()
                .setName(namespace() + "/topics/" + topic)
                .build());
    }

    /// Follows the commits of the namespace until this is closed.
    ///
    /// @param heard runs when the watch has begun, for each answer, and when it failed
    void follow(Runnable heard) {
        String uid = ClusterMetadataGrpc.newBlockingStub(controlPlane)
                .getNamespace(
                        GetNamespaceRequest.newBuilder().setName(namespace()).build())
                .getUid();
        LogMetadataGrpc.newStub(controlPlane)
                .watchCommits(
                        WatchCommitsRequest.newBuilder().setNamespaceUid(uid).build(), new StreamObserver<>() {
                            @Override
                            public void onNext(WatchCommitsResponse commits) {
                                heard.run();
                            }

                            @Override
                            public void onError(Throwable failure) {
                                heard.run();
                            }

                            @Override
                            public void onCompleted() {
                                heard.run();
                            }
                        });
    }

    /// Follows the commits of the namespace until the watch has begun, for as long as a client would wait.
    void awaitFollower() {
        ClusterMetadataGrpc.ClusterMetadataBlockingStub cluster = ClusterMetadataGrpc.newBlockingStub(controlPlane);
        String uid = cluster.getNamespace(
                        GetNamespaceRequest.newBuilder().setName(namespace()).build())
                .getUid();
        Context.CancellableContext watching = Context.current().withCancellation();
        try {
            watching.run(() -> LogMetadataGrpc.newBlockingStub(controlPlane)
                    .watchCommits(WatchCommitsRequest.newBuilder()
                            .setNamespaceUid(uid)
                            .build())
                    .next());
        } finally {
            watching.cancel(null);
        }
    }

    private String namespace() {
        return "tenants/" + tenantName + "/namespaces/default";
    }

    /// Lists all tables with their schemas.
    void listTables() throws Exception {
        FlightInfo info = sql.getTables(null, null, "%", null, true, tenant);
        try (FlightStream stream = sql.getStream(info.getEndpoints().getFirst().getTicket(), tenant)) {
            while (stream.next()) {
                stream.getRoot().getRowCount();
            }
        }
    }

    @Override
    public void close() throws Exception {
        controlPlane.shutdownNow();
        ingestor.close();
        sql.close();
        allocator.close();
    }
}
