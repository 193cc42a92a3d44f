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
package dev.wings.cli.connect;

import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.TasksGrpc.TasksBlockingStub;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.function.Function;

/// Calls the control plane. The caller closes it.
public final class ControlPlaneClient implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final Address address;
    private final GrpcClient client;
    private final ClusterMetadataBlockingStub stub;
    private final TasksBlockingStub tasks;

    private ControlPlaneClient(
            Address address, GrpcClient client, ClusterMetadataBlockingStub stub, TasksBlockingStub tasks) {
        this.address = address;
        this.client = client;
        this.stub = stub;
        this.tasks = tasks;
    }

    public static ControlPlaneClient open(Connection connection) {
        Address address = connection.address(Port.CONTROL_PLANE);
        GrpcClient client = GrpcClient.open(URI.create("http://" + address), DEADLINE, MAX_MESSAGE_BYTES);
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of(Connection.TENANT_HEADER, Metadata.ASCII_STRING_MARSHALLER),
                connection.tenant().tenant());
        Channel channel =
                ClientInterceptors.intercept(client.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
        return new ControlPlaneClient(
                address, client, ClusterMetadataGrpc.newBlockingStub(channel), TasksGrpc.newBlockingStub(channel));
    }

    /// Runs one call; a failure is a `WingsException` that says what to do about it.
    public <T> T call(Function<ClusterMetadataBlockingStub, T> call) {
        try {
            return call.apply(stub);
        } catch (StatusRuntimeException e) {
            throw MissingNames.explain(address.failure(e), stub);
        }
    }

    /// As [#call], about tasks.
    public <T> T callTasks(Function<TasksBlockingStub, T> call) {
        try {
            return call.apply(tasks);
        } catch (StatusRuntimeException e) {
            throw MissingNames.explain(address.failure(e), stub);
        }
    }

    /// The current schema of a topic.
    public TopicSchema schema(TopicName topic) {
        GetTopicRequest request =
                GetTopicRequest.newBuilder().setName(topic.toString()).build();
        return SchemaProtos.fromProto(call(client -> client.getTopic(request)).getSchema());
    }

    @Override
    public void close() {
        client.close();
    }
}
