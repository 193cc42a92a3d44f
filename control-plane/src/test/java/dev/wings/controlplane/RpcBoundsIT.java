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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.wings.common.proto.Audience;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseRef;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.rpc.Caller;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// I11: the bounds that the protocol's table states are those that calls have. Calls are found by their
/// descriptors, so that a new one has to keep to its row; there is more of everything than one call may say.
@Timeout(180)
final class RpcBoundsIT {

    /// More than any call may tell, or be told.
    private static final int MANY = 2_500;

    private static final String TENANT = "tenants/default";

    /// Has many namespaces and object stores, of which no collector is wanted.
    private static final String OF_MANY = "tenants/t1";

    /// A text that no field needs.
    private static final int LONG_TEXT = 100_000;

    private static TestControlPlane wings;
    private static LeaseRef lease = LeaseRef.getDefaultInstance();
    private static RpcBounds bounds;

    @BeforeAll
    static void open() throws Exception {
        bounds = RpcBounds.read();
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        wings = new TestControlPlane(database);
        wings.createTopic("topic-0", "origin");
        fill(database);
    }

    @AfterAll
    static void close() {
        wings.close();
    }

    private static void fill(DatabaseConfig database) throws Exception {
        String password = database.password().map(secret -> secret.reveal()).orElse("");
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), password);
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to wings");
            for (String insert : List.of(
                    "insert into tenants (tenant_uid, tenant_id, create_time)"
                            + " select gen_random_uuid(), 't' || i, now() from many",
                    "insert into object_stores (object_store_uid, tenant_uid, object_store_id, uri, create_time)"
                            + " select gen_random_uuid(), tenant_uid, 's' || i, 'file:///tmp/s' || i, now()"
                            + " from many, tenants where tenant_id = 't1'",
                    "insert into namespaces (namespace_uid, tenant_uid, namespace_id, object_store_uid, object_prefix,"
                            + " create_time, cleaned) select gen_random_uuid(), tenant_uid, 'n' || i, object_store_uid,"
                            + " 'prefix-' || i, now(), true from many, tenants join object_stores using (tenant_uid)"
                            + " where tenant_id = 't1' and object_store_id = 's1'",
                    "insert into topics (topic_uid, namespace_uid, topic_id, create_time, schema, schema_version)"
                            + " select gen_random_uuid(), namespace_uid, 'more-' || i, create_time, schema,"
                            + " schema_version from many, topics",
                    "insert into topic_schemas (topic_uid, version, schema, create_time)"
                            + " select topic_uid, i, schema, create_time from many, topics where topic_id = 'topic-0'",
                    "insert into partitions (topic_uid, value, next_offset, watermark, last_timestamp_micros)"
                            + " select topic_uid, convert_to('p' || i, 'UTF8'), 1, 1, 0 from many, topics"
                            + " where topic_id = 'topic-0'",
                    "insert into tasks (task_uid, tenant_uid, namespace_uid, kind, target_uid, target, bytes, state,"
                            + " epoch, attempts, failure, progress, create_time, update_time, since_time,"
                            + " due_time, next_run_time)"
                            + " select gen_random_uuid(), tenant_uid, namespace_uid, 'COMPACT', gen_random_uuid(),"
                            + " 'tenants/default/namespaces/default/topics/x', 0, 'DONE', 0, 0, '', '', now(), now(),"
                            + " now(), now(), now()"
                            + " from many, namespaces where namespace_id = 'default'",
                    "insert into tasks (task_uid, tenant_uid, namespace_uid, kind, target_uid, target, bytes, state,"
                            + " epoch, attempts, failure, progress, create_time, update_time, since_time,"
                            + " due_time, next_run_time)"
                            + " select gen_random_uuid(), tenant_uid, namespace_uid, 'COLLECT_GARBAGE', namespace_uid,"
                            + " 'tenants/default/namespaces/default', 0, 'WAITING', 0, 0, '', '', now(), now(), now(),"
                            + " now(), now() from namespaces where namespace_id = 'default'"
                            + " on conflict (target_uid, kind) where state <> 'DONE' do update set next_run_time = now()",
                    "insert into garbage (namespace_uid, location, collect_time)"
                            + " select namespace_uid, 'file:///tmp/g' || i, now() - interval '1 day'"
                            + " from many, namespaces where namespace_id = 'default'",
                    "insert into purged_tables (table_uid, home_namespace_uid, metadata_location, purge_time)"
                            + " select gen_random_uuid(), namespace_uid, 'file:///tmp/p' || i, now() - interval '2 days'"
                            + " from many, namespaces where namespace_id = 'default'",
                    "insert into lake_tables (table_uid, namespace_uid, name, table_uuid, metadata_location, version,"
                            + " create_time, update_time) select gen_random_uuid(), namespace_uid, 'l' || i,"
                            + " gen_random_uuid(), 'file:///tmp/l' || i, 1, now(), now()"
                            + " from many, namespaces where namespace_id = 'default'",
                    "insert into lake_tables (table_uid, namespace_uid, name, is_view, table_uuid, metadata_location,"
                            + " version, create_time, update_time) select gen_random_uuid(), namespace_uid, 'v' || i,"
                            + " true, gen_random_uuid(), 'file:///tmp/v' || i, 1, now(), now()"
                            + " from many, namespaces where namespace_id = 'default'")) {
                statement.execute(insert.replaceFirst("from many", "from generate_series(1, " + MANY + ") i"));
            }
        }
    }

    /// A lease of a task of the namespace `default`.
    private static LeaseRef lease() {
        try {
            wings.tasks()
                    .renewLease(RenewLeaseRequest.newBuilder().setLease(lease).build());
            return lease;
        } catch (StatusRuntimeException e) {
            // it is the first one, or took too long
            lease = leaseCollector();
            return lease;
        }
    }

    private static LeaseRef leaseCollector() {
        while (true) {
            Lease found = wings.tasks()
                    .leaseTask(LeaseTaskRequest.newBuilder()
                            .addKinds(TaskKind.COLLECT_GARBAGE)
                            .setWorker("test")
                            .setWait(Duration.newBuilder().setSeconds(1))
                            .build())
                    .getLease();
            if (found.getTask().getTarget().equals(TestControlPlane.NAMESPACE)) {
                return LeaseRef.newBuilder()
                        .setTask(found.getTask().getName())
                        .setEpoch(found.getTask().getEpoch())
                        .build();
            }
        }
    }

    /// The values that let a call find something, by the names of fields.
    private static Message.Builder request(MethodDescriptor<?, ?> method, String parent) {
        Message.Builder request = prototype(method).newBuilderForType();
        Descriptor type = request.getDescriptorForType();
        Map<String, Object> values = Map.of(
                "parent",
                parent,
                "topic",
                TestControlPlane.NAMESPACE + "/topics/topic-0",
                "page_size",
                Integer.MAX_VALUE);
        values.forEach((name, value) -> {
            FieldDescriptor field = type.findFieldByName(name);
            boolean plain = field != null && !field.isRepeated() && field.getJavaType() != JavaType.MESSAGE;
            if (plain) {
                request.setField(Objects.requireNonNull(field), value);
            }
        });
        FieldDescriptor resource = type.findFieldByName("topic");
        if (resource != null && resource.getJavaType() == JavaType.MESSAGE) {
            Message.Builder named = request.newBuilderForField(resource);
            request.setField(
                    resource,
                    named.setField(named.getDescriptorForType().findFieldByName("name"), values.get("topic"))
                            .build());
        }
        FieldDescriptor leased = type.findFieldByName("lease");
        if (leased != null && leased.getJavaType() == JavaType.MESSAGE) {
            request.setField(leased, lease());
        }
        return request;
    }

    private static Message prototype(MethodDescriptor<?, ?> method) {
        return (Message)
                Objects.requireNonNull(((PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype());
    }

    @SuppressWarnings("unchecked") // both are messages
    private static Message call(MethodDescriptor<?, ?> method, Message request) {
        return ClientCalls.blockingUnaryCall(
                wings.channel(), (MethodDescriptor<Message, Message>) method, CallOptions.DEFAULT, request);
    }

    @Test
    void listsTellNoMoreThanTheirRowsSay() {
        List<String> lists = new ArrayList<>();
        for (MethodDescriptor<?, ?> method : RpcBounds.methods()) {
            String name = RpcBounds.name(method);
            if (!name.contains(".List")) {
                continue;
            }
            lists.add(name);
            String parent = switch (name) {
                case "ClusterMetadata.ListTopics", "Views.ListViews" -> TestControlPlane.NAMESPACE;
                case "ClusterMetadata.ListTopicSchemas" -> TestControlPlane.NAMESPACE + "/topics/topic-0";
                case "Tasks.ListTasks" -> TENANT;
                default -> OF_MANY;
            };
            Message answer = call(method, request(method, parent).build());
            assertThat(items(answer)).as(name).isEqualTo(bounds.firstNumberOfAnswer(name));
            assertThat(answer.getSerializedSize()).as(name).isLessThan(4 << 20);
        }
        assertThat(lists).hasSizeGreaterThanOrEqualTo(10);
    }

    private static int items(Message answer) {
        return answer.getDescriptorForType().getFields().stream()
                .filter(FieldDescriptor::isRepeated)
                .mapToInt(answer::getRepeatedFieldCount)
                .sum();
    }

    /// What is said again and again is refused from the number on that the row says.
    @Test
    void requestsSayNoMoreThanTheirRowsSay() {
        for (String name : List.of("GarbageCollection.RemoveGarbage", "GarbageCollection.FindOrphans")) {
            MethodDescriptor<?, ?> method = RpcBounds.method(name);
            int limit = bounds.firstNumberOfRequest(name);
            FieldDescriptor items = prototype(method).getDescriptorForType().getFields().stream()
                    .filter(FieldDescriptor::isRepeated)
                    .findFirst()
                    .orElseThrow();
            Message.Builder request = request(method, TENANT);
            Object item = items.getJavaType() == JavaType.STRING
                    ? "1"
                    : request.newBuilderForField(items).build();
            for (int i = 0; i <= limit; i++) {
                request.addRepeatedField(items, item);
            }
            assertRefused(method, request.build(), Status.Code.INVALID_ARGUMENT);
        }
    }

    /// Every method: a text that is far longer than any name is refused, or cut, and not kept.
    @Test
    void longTextsAreRefused() {
        String text = "x".repeat(LONG_TEXT);
        for (MethodDescriptor<?, ?> method : RpcBounds.methods()) {
            if (method.getType() != MethodType.UNARY) {
                continue;
            }
            for (FieldDescriptor field :
                    prototype(method).getDescriptorForType().getFields()) {
                boolean isText = field.getJavaType() == JavaType.STRING;
                if (!isText || field.isRepeated() || isCut(method, field)) {
                    continue;
                }
                Message request = request(method, TENANT).setField(field, text).build();
                assertThatThrownBy(() -> call(method, request))
                        .as(RpcBounds.name(method) + "." + field.getName())
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                failure -> assertThat(failure.getStatus().getCode())
                                        .isIn(
                                                Status.Code.INVALID_ARGUMENT,
                                                Status.Code.NOT_FOUND,
                                                Status.Code.FAILED_PRECONDITION));
            }
        }
    }

    /// The row says so; whatever waits for a task tells who it is.
    private static boolean isCut(MethodDescriptor<?, ?> method, FieldDescriptor field) {
        return bounds.request(RpcBounds.name(method)).contains("cut at")
                || field.getName().equals("worker");
    }

    /// I9, by the same rule as at the doors of the other services: every call for clients.
    @Test
    void resourcesOfAnotherTenantAreRefused() {
        List<String> called = new ArrayList<>();
        for (MethodDescriptor<?, ?> method : RpcBounds.methods()) {
            if (RpcBounds.audience(method) != Audience.CLIENTS) {
                continue;
            }
            called.add(RpcBounds.name(method));
            Message.Builder request = request(method, TENANT);
            FieldDescriptor name = request.getDescriptorForType().findFieldByName("name");
            if (name != null) {
                request.setField(name, TestControlPlane.NAMESPACE + "-that-is-not-there");
            }
            for (String stranger : List.of("t1", "tenants/t1")) {
                assertThatThrownBy(() -> callAs(stranger, method, request.build()))
                        .as(RpcBounds.name(method))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                failure -> assertThat(failure.getStatus().getCode())
                                        .isEqualTo(Status.Code.PERMISSION_DENIED))
                        .hasMessageContaining("another tenant");
            }
            for (String own : List.of("default", "tenants/default", "")) {
                try {
                    callAs(own, method, request.build());
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode())
                            .as(RpcBounds.name(method))
                            .isNotEqualTo(Status.Code.PERMISSION_DENIED);
                }
            }
        }
        assertThat(called).hasSizeGreaterThanOrEqualTo(16);
    }

    @SuppressWarnings("unchecked") // both are messages
    private static void callAs(String tenant, MethodDescriptor<?, ?> method, Message request) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of(Caller.HEADER, Metadata.ASCII_STRING_MARSHALLER), tenant);
        Channel channel =
                ClientInterceptors.intercept(wings.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
        ClientCalls.blockingUnaryCall(
                channel, (MethodDescriptor<Message, Message>) method, CallOptions.DEFAULT, request);
    }

    private static void assertRefused(MethodDescriptor<?, ?> method, Message request, Status.Code code) {
        assertThatThrownBy(() -> call(method, request))
                .as(RpcBounds.name(method))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(code));
    }
}
