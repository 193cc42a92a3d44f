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

import com.google.protobuf.ByteString;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteNamespaceRequest;
import dev.wings.common.proto.DeleteObjectStoreRequest;
import dev.wings.common.proto.DeleteTenantRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.ListPartitionsRequest;
import dev.wings.common.proto.ListPartitionsResponse;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.proto.ListTopicsResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Partition;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.ResolveTopicRequest;
import dev.wings.common.proto.ResolveTopicResponse;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.TestPostgres;
import dev.wings.controlplane.task.TaskFixture;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The whole service over gRPC on a real database.
@Timeout(120)
final class ControlPlaneIT {

    private TestControlPlane wings;

    @BeforeEach
    void open() {
        wings = new TestControlPlane(TestPostgres.shared().createDatabase());
    }

    @AfterEach
    void close() {
        wings.close();
    }

    @Test
    void committedPagesAreInThePlan() {
        Topic topic = wings.createTopic("flights", "origin");
        CommitFolioRequest folio = TestControlPlane.folio(
                wings.namespace(), new TestPage(topic, "JFK", 10), new TestPage(topic, "AMS", 5));
        CommitFolioResponse response = wings.log().commitFolio(folio);

        assertThat(response.getCommitNumber()).isEqualTo(1);
        assertThat(wings.log().commitFolio(folio)).isEqualTo(response);
        List<PlannedPage> pages = wings.plan(topic);
        assertThat(pages).extracting(PlannedPage::getPartitionValue).containsExactly("AMS", "JFK");
        assertThat(pages).extracting(PlannedPage::getEndOffset).containsExactly(5L, 10L);
    }

    @Test
    void createdTopicHasFieldIdsAndPartitionKey() {
        Topic topic = wings.createTopic("flights", "delay");
        assertThat(topic.getSchema().getFieldsList()).extracting(Field::getId).containsExactly(1, 2);
        assertThat(topic.getSchema().getLastFieldId()).isEqualTo(2);
        assertThat(topic.getPartitionFieldId()).isEqualTo(2);
        assertThat(topic.getNamespaceUid()).isEqualTo(wings.namespace().getUid());
        assertThat(wings.cluster()
                        .getTopic(GetTopicRequest.newBuilder()
                                .setName(topic.getName())
                                .build()))
                .isEqualTo(topic);
        ResolveTopicResponse resolved = wings.cluster()
                .resolveTopic(ResolveTopicRequest.newBuilder()
                        .setName(topic.getName())
                        .build());
        assertThat(resolved.getTopic()).isEqualTo(topic);
        assertThat(resolved.getNamespace()).isEqualTo(wings.namespace());
        assertThat(resolved.getObjectStore().getName())
                .isEqualTo(wings.namespace().getObjectStore());
        assertThat(resolved.getObjectStore().getUri()).isNotEmpty();
    }

    @Test
    void badTopicsAreInvalid() {
        CreateTopicRequest good = CreateTopicRequest.newBuilder()
                .setParent(TestControlPlane.NAMESPACE)
                .setTopicId("flights")
                .setTopic(Topic.newBuilder().setSchema(TestControlPlane.schema()))
                .build();
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "nothing",
                () -> create(good.toBuilder().setPartitionBy("nothing").build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "at least one field",
                () -> create(good.toBuilder().clearTopic().build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "bad topic id",
                () -> create(good.toBuilder().setTopicId("Flights").build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "bad resource name",
                () -> create(good.toBuilder().setParent("default").build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "partition_by",
                () -> create(good.toBuilder()
                        .setTopic(good.getTopic().toBuilder().setPartitionFieldId(1))
                        .build()));
        assertFails(
                Status.Code.NOT_FOUND,
                "namespaces/nowhere",
                () -> create(good.toBuilder()
                        .setParent("tenants/default/namespaces/nowhere")
                        .build()));
        create(good);
        assertFails(Status.Code.ALREADY_EXISTS, "topics/flights", () -> create(good));
    }

    private void create(CreateTopicRequest request) {
        assertThat(wings.cluster().createTopic(request)).isNotNull();
    }

    @Test
    void parentsInUseAreNotDeleted() {
        wings.createTopic("flights", "");
        assertFails(Status.Code.FAILED_PRECONDITION, "topics/flights", () -> deleteNamespace("default"));
        assertFails(
                Status.Code.FAILED_PRECONDITION,
                "namespaces/default",
                () -> wings.cluster()
                        .deleteObjectStore(DeleteObjectStoreRequest.newBuilder()
                                .setName("tenants/default/objectStores/default")
                                .build()));
        assertFails(
                Status.Code.FAILED_PRECONDITION,
                "namespaces/default",
                () -> wings.cluster()
                        .deleteTenant(DeleteTenantRequest.newBuilder()
                                .setName("tenants/default")
                                .build()));
        assertFails(Status.Code.NOT_FOUND, "namespaces/nowhere", () -> deleteNamespace("nowhere"));
    }

    private void deleteNamespace(String id) {
        assertThat(wings.cluster()
                        .deleteNamespace(DeleteNamespaceRequest.newBuilder()
                                .setName("tenants/default/namespaces/" + id)
                                .build()))
                .isNotNull();
    }

    @Test
    void namespaceCreatedAnewHasAnotherPrefix() {
        Namespace first = wings.namespace();
        deleteNamespace("default");
        wings.controlPlane().createDefaults(URI.create("file:///tmp/wings-test"));
        Namespace second = wings.namespace();
        assertThat(second.getUid()).isNotEqualTo(first.getUid());
        assertThat(second.getObjectPrefix()).isNotEqualTo(first.getObjectPrefix());
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "somewhere else",
                () -> wings.controlPlane().createDefaults(URI.create("file:///tmp/elsewhere")));
    }

    @Test
    void badObjectStoresAreInvalid() {
        for (String uri : List.of(
                "",
                "/data",
                "file:data",
                "file://host/data",
                "file:///data?x=y",
                "gopher://bucket/prefix",
                "file://user:secret@host/data",
                "not a uri",
                "file:///" + "x".repeat(2_000))) {
            assertFails(Status.Code.INVALID_ARGUMENT, "", () -> createObjectStore("other", uri));
        }
        createObjectStore("other", "file:///data/wings");
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "own tenant",
                () -> wings.cluster()
                        .createNamespace(CreateNamespaceRequest.newBuilder()
                                .setParent("tenants/default")
                                .setNamespaceId("other")
                                .setNamespace(Namespace.newBuilder().setObjectStore("tenants/acme/objectStores/other"))
                                .build()));
    }

    private void createObjectStore(String id, String uri) {
        assertThat(wings.cluster()
                        .createObjectStore(CreateObjectStoreRequest.newBuilder()
                                .setParent("tenants/default")
                                .setObjectStoreId(id)
                                .setObjectStore(ObjectStore.newBuilder().setUri(uri))
                                .build()))
                .isNotNull();
    }

    @Test
    void topicsArePagedThroughOneByOne() {
        for (String id : List.of("c", "a", "b")) {
            wings.createTopic(id, "");
        }
        for (String parent : List.of(TestControlPlane.NAMESPACE, "tenants/default/namespaces/-")) {
            List<String> names = new ArrayList<>();
            String token = "";
            do {
                ListTopicsResponse page = wings.cluster()
                        .listTopics(ListTopicsRequest.newBuilder()
                                .setParent(parent)
                                .setPageSize(1)
                                .setPageToken(token)
                                .build());
                page.getTopicsList().forEach(topic -> names.add(topic.getName()));
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            assertThat(names).hasSize(3).isSorted();
        }
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "page_token",
                () -> wings.cluster()
                        .listTopics(ListTopicsRequest.newBuilder()
                                .setParent(TestControlPlane.NAMESPACE)
                                .setPageToken("x")
                                .build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "bad tenant id",
                () -> wings.cluster()
                        .createTenant(CreateTenantRequest.newBuilder()
                                .setTenantId("x'; drop table")
                                .build()));
    }

    @Test
    void partitionsAreListed() {
        Topic topic = wings.createTopic("flights", "origin");
        wings.log()
                .commitFolio(TestControlPlane.folio(
                        wings.namespace(),
                        new TestPage(topic, "", 1),
                        new TestPage(topic, "AMS", 2),
                        new TestPage(topic, "JFK", 3)));
        ListPartitionsRequest request = ListPartitionsRequest.newBuilder()
                .setTopic(topic.getName())
                .setPageSize(2)
                .build();
        ListPartitionsResponse first = wings.log().listPartitions(request);
        assertThat(first.getPartitionsList()).extracting(Partition::getValue).containsExactly("", "AMS");
        ListPartitionsResponse second = wings.log()
                .listPartitions(request.toBuilder()
                        .setPageToken(first.getNextPageToken())
                        .build());
        assertThat(second.getNextPageToken()).isEmpty();
        assertThat(second.getPartitionsList()).singleElement().satisfies(partition -> {
            assertThat(partition.getValue()).isEqualTo("JFK");
            assertThat(partition.getNextOffset()).isEqualTo(3);
            assertThat(partition.getLastTimestampMicros()).isPositive();
        });
    }

    @Test
    void badCommitsAreInvalid() {
        Topic topic = wings.createTopic("flights", "origin");
        CommitFolioRequest good = TestControlPlane.folio(wings.namespace(), new TestPage(topic, "JFK", 10));
        for (CommitFolioRequest bad : List.of(
                good.toBuilder().setNamespaceUid("x").build(),
                good.toBuilder().setFolioId(ByteString.copyFromUtf8("x")).build(),
                good.toBuilder().setFolioId(ByteString.copyFrom(new byte[16])).build(),
                good.toBuilder().setObjectKey("elsewhere/x.folio").build(),
                good.toBuilder().setObjectBytes(10).build(),
                good.toBuilder().clearPages().build())) {
            assertFails(Status.Code.INVALID_ARGUMENT, "", () -> wings.log().commitFolio(bad));
        }
        CommitFolioRequest nowhere = good.toBuilder()
                .setNamespaceUid("00000000-0000-7000-8000-000000000000")
                .build();
        assertFails(
                Status.Code.NOT_FOUND, "00000000-0000-7000", () -> wings.log().commitFolio(nowhere));
        assertThat(wings.log().commitFolio(good).getCommitNumber()).isEqualTo(1);
    }

    @Test
    void largePlanComesInMessagesOfBoundedSize() {
        Topic topic = wings.createTopic("flights", "origin");
        int folios = 6;
        int pages = 5_000;
        for (int i = 0; i < folios; i++) {
            TestPage[] some = new TestPage[pages];
            for (int page = 0; page < pages; page++) {
                some[page] = new TestPage(topic, "partition with a somewhat longer value " + page, 1);
            }
            wings.log().commitFolio(TestControlPlane.folio(wings.namespace(), some));
        }
        PlanScanRequest request = PlanScanRequest.newBuilder()
                .addTopics(TopicScan.newBuilder().setTopic(topic.getName()).setAllPartitions(true))
                .build();
        List<PlanScanResponse> messages = new ArrayList<>();
        wings.log().planScan(request).forEachRemaining(messages::add);

        assertThat(messages).hasSizeGreaterThan(2);
        assertThat(messages.getFirst().getTopicsList()).hasSize(1);
        assertThat(messages.stream().skip(1))
                .allSatisfy(message -> assertThat(message.getTopicsList()).isEmpty());
        assertThat(messages).allSatisfy(message -> {
            assertThat(message.getSerializedSize()).isLessThan(2 << 20);
            assertThat(message.getFolioKeysCount()).isLessThanOrEqualTo(folios);
            assertThat(message.getPagesList())
                    .allSatisfy(page -> assertThat(page.getFolioIndex()).isBetween(0, message.getFolioKeysCount() - 1));
        });
        assertThat(messages.stream().mapToInt(PlanScanResponse::getPagesCount).sum())
                .isEqualTo(folios * pages);
    }

    @Test
    void callerThatDoesNotReadItsPlanIsEndedAndTheOthersAreServed() throws Exception {
        Topic topic = wings.createTopic("flights", "origin");
        TestPage[] some = new TestPage[5_000];
        for (int page = 0; page < some.length; page++) {
            some[page] = new TestPage(topic, "x".repeat(900) + page, 1);
        }
        wings.log().commitFolio(TestControlPlane.folio(wings.namespace(), some));
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder();
        for (int scan = 0; scan < 3; scan++) {
            // more than what the transport takes up
            request.addTopics(TopicScan.newBuilder().setTopic(topic.getName()).setAllPartitions(true));
        }
        List<Iterator<PlanScanResponse>> stalled = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            stalled.add(wings.log().planScan(request.build()));
        }
        // more than there are read connections: none is held while a caller is waited for; the stall limit is
        // 2 s
        do {
            assertThat(wings.plan(topic)).hasSize(5_000);
        } while (!wings.hasNoCalls());
        assertThat(stalled)
                .allSatisfy(answers -> assertThatThrownBy(() -> answers.forEachRemaining(answer -> {}))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                failure -> assertThat(failure.getStatus().getCode())
                                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED)));
    }

    @Test
    void badPlansAreRefused() {
        Topic topic = wings.createTopic("flights", "origin");
        assertFails(Status.Code.INVALID_ARGUMENT, "number of topics", () -> plan(PlanScanRequest.getDefaultInstance()));
        TopicScan scan = TopicScan.newBuilder().setTopic(topic.getName()).build();
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "one tenant",
                () -> plan(PlanScanRequest.newBuilder()
                        .addTopics(scan)
                        .addTopics(TopicScan.newBuilder().setTopic("tenants/acme/namespaces/a/topics/b"))
                        .build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "bad resource name",
                () -> plan(PlanScanRequest.newBuilder()
                        .addTopics(TopicScan.newBuilder().setTopic("flights"))
                        .build()));
        assertFails(
                Status.Code.NOT_FOUND,
                "topics/nothing",
                () -> plan(PlanScanRequest.newBuilder()
                        .addTopics(scan)
                        .addTopics(TopicScan.newBuilder().setTopic(TestControlPlane.NAMESPACE + "/topics/nothing"))
                        .build()));
        wings.cluster()
                .deleteTopic(
                        DeleteTopicRequest.newBuilder().setName(topic.getName()).build());
        assertFails(Status.Code.NOT_FOUND, "topics/flights", () -> wings.plan(topic));
    }

    /// I8: whoever may read for longer than what is read stays is refused, not surprised.
    @Test
    void readerThatMayOutliveTheGraceIsRefused() {
        Topic topic = wings.createTopic("read-for-long", "");
        long grace = TaskFixture.POLICY.garbageGrace().toMillis();
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder()
                .addTopics(TopicScan.newBuilder().setTopic(topic.getName()).setAllPartitions(true));
        plan(request.setReadMillis(grace).build());
        assertThatThrownBy(() -> plan(request.setReadMillis(grace + 1).build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
                .hasMessageContaining("WINGS_SERVER_QUERY_TIMEOUT")
                .hasMessageContaining("WINGS_CONTROL_PLANE_GARBAGE_GRACE");
    }

    private void plan(PlanScanRequest request) {
        wings.log().planScan(request).forEachRemaining(message -> {});
    }

    @Test
    void healthReflectionAndManagementAreThere() throws Exception {
        assertThat(HealthGrpc.newBlockingStub(wings.channel())
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(services()).contains("wings.v1.ClusterMetadata", "wings.v1.LogMetadata", "grpc.health.v1.Health");

        Topic topic = wings.createTopic("flights", "origin");
        wings.log().commitFolio(TestControlPlane.folio(wings.namespace(), new TestPage(topic, "JFK", 10)));
        assertThat(wings.management("/livez")).startsWith("200");
        assertThat(wings.management("/readyz")).startsWith("200").contains("database: ok");
        assertThat(wings.management("/metrics"))
                .contains(
                        "wings_commit_latency_seconds_count",
                        "wings_commit_group_folios_sum",
                        "wings_commit_pages_total",
                        "hikaricp_connections_active");
    }

    private List<String> services() throws InterruptedException {
        BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<ServerReflectionRequest> asking = ServerReflectionGrpc.newStub(wings.channel())
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                });
        asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        ServerReflectionResponse answer = answers.poll(10, TimeUnit.SECONDS);
        asking.onCompleted();
        return answer == null
                ? List.of()
                : answer.getListServicesResponse().getServiceList().stream()
                        .map(ServiceResponse::getName)
                        .toList();
    }

    private static void assertFails(Status.Code code, String part, ThrowingCallable call) {
        assertThatThrownBy(call).satisfies(failure -> {
            Status status = failure instanceof StatusRuntimeException known
                    ? known.getStatus()
                    : dev.wings.common.error.GrpcErrors.toStatus(failure).getStatus();
            assertThat(status.getCode()).as(String.valueOf(status)).isEqualTo(code);
            assertThat(status.getDescription()).contains(part);
        });
    }
}
