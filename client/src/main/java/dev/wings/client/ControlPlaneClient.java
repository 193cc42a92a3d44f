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
package dev.wings.client;

import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.proto.TasksGrpc.TasksBlockingStub;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Caller;
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

/// Calls the control plane about resources and tasks. Each call fails when no answer comes within 30 seconds.
/// The caller closes it.
public final class ControlPlaneClient implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final Endpoint endpoint;
    private final GrpcClient client;
    private final ClusterMetadataBlockingStub resources;
    private final TasksBlockingStub tasks;

    private ControlPlaneClient(
            Endpoint endpoint, GrpcClient client, ClusterMetadataBlockingStub resources, TasksBlockingStub tasks) {
        this.endpoint = endpoint;
        this.client = client;
        this.resources = resources;
        this.tasks = tasks;
    }

    /// Makes a client, which connects at the first call.
    public static ControlPlaneClient open(Endpoint endpoint) {
        GrpcClient client = GrpcClient.open(URI.create("http://" + endpoint.address()), DEADLINE, MAX_MESSAGE_BYTES);
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of(Caller.HEADER, Metadata.ASCII_STRING_MARSHALLER), endpoint.tenant());
        Channel channel =
                ClientInterceptors.intercept(client.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
        return new ControlPlaneClient(
                endpoint, client, ClusterMetadataGrpc.newBlockingStub(channel), TasksGrpc.newBlockingStub(channel));
    }

    /// Makes one call about resources.
    public <T> T call(Function<ClusterMetadataBlockingStub, T> call) {
        return call(resources, call);
    }

    /// Makes one call about tasks.
    public <T> T callTasks(Function<TasksBlockingStub, T> call) {
        return call(tasks, call);
    }

    /// The current schema of a topic.
    public TopicSchema schema(TopicName topic) {
        GetTopicRequest request =
                GetTopicRequest.newBuilder().setName(topic.toString()).build();
        return SchemaProtos.fromProto(call(stub -> stub.getTopic(request)).getSchema());
    }

    private <S, T> T call(S stub, Function<S, T> call) {
        try {
            return call.apply(stub);
        } catch (StatusRuntimeException e) {
            throw endpoint.failure(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
