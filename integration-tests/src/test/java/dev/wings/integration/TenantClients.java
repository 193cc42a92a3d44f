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

import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.client.SqlResult;
import dev.wings.client.SqlSession;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.IngestResponse;
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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.PreparedStatement;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// What a client of one tenant does with its topic `numbers`, of one column `n`: small and large pushes,
/// queries.
final class TenantClients implements AutoCloseable {

    private static final Schema SCHEMA = new Schema(List.of(Field.nullable("n", new ArrowType.Int(64, true))));

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightConnection ingestor;
    private final SqlSession session;
    private final FlightSqlClient sql;
    private final ManagedChannel controlPlane;
    private final String tenantName;
    private final int serverHttp;

    TenantClients(WingsPorts ports, String tenant) {
        this.tenantName = tenant;
        this.serverHttp = ports.serverHttp();
        this.controlPlane = channel(ports);
        this.ingestor = FlightConnection.open(
                Endpoint.of(new Address("ingestor", "127.0.0.1", ports.ingestor()), tenant), allocator);
        this.session = SqlSession.open(Endpoint.of(new Address("SQL server", "127.0.0.1", ports.server()), tenant));
        this.sql = new FlightSqlClient(session.connection().client());
    }

    private static ManagedChannel channel(WingsPorts ports) {
        return NettyChannelBuilder.forAddress("127.0.0.1", ports.controlPlane())
                .usePlaintext()
                .build();
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
    void push(int rows) throws Exception {
        try (VectorSchemaRoot root = numbers(rows);
                Producer producer = Producer.open(ingestor, allocator, "numbers", SCHEMA, 1)) {
            CompletableFuture<IngestResponse> answer = producer.send(root);
            producer.finish();
            answer.get();
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

    /// Runs a statement over HTTP, and returns the status of the answer.
    int queryOverHttp(String statement) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + serverHttp + "/v1/sql"))
                .timeout(Duration.ofSeconds(60))
                .header("wings-tenant", tenantName)
                .header("Content-Type", "application/sql")
                .POST(HttpRequest.BodyPublishers.ofString(statement))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /// Runs a query to its last row, and returns how many there were.
    long query(String text) {
        long rows = 0;
        try (SqlResult result = session.query(text)) {
            while (result.next()) {
                rows += result.rows().getRowCount();
            }
        }
        return rows;
    }

    /// Asks for rows and takes only the first. The caller closes.
    SqlResult openUnread(String text) {
        SqlResult result = session.query(text);
        result.next();
        return result;
    }

    /// Asks with so many rows of parameters for those that equal one.
    void queryWithParameters(int rows) throws Exception {
        try (PreparedStatement statement = sql.prepare("select n from numbers where n = ?", options());
                VectorSchemaRoot parameters = numbers(rows)) {
            statement.setParameters(parameters);
            FlightInfo info = statement.execute(options());
            try (FlightStream stream =
                    sql.getStream(info.getEndpoints().getFirst().getTicket(), options())) {
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
        FlightInfo info = sql.getTables(null, null, "%", null, true, options());
        try (FlightStream stream = sql.getStream(info.getEndpoints().getFirst().getTicket(), options())) {
            while (stream.next()) {
                stream.getRoot().getRowCount();
            }
        }
    }

    private CallOption[] options() {
        return session.connection().options();
    }

    @Override
    public void close() {
        controlPlane.shutdownNow();
        ingestor.close();
        session.close();
        allocator.close();
    }
}
