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

import dev.wings.common.process.Resources;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.CreateViewRequest;
import dev.wings.common.proto.DeleteViewRequest;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.GetViewRequest;
import dev.wings.common.proto.ListViewsRequest;
import dev.wings.common.proto.ListViewsResponse;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.Type;
import dev.wings.common.proto.View;
import dev.wings.common.proto.ViewColumn;
import dev.wings.common.proto.ViewText;
import dev.wings.common.proto.ViewsGrpc;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewsIT {

    private static final String NAMESPACE = "tenants/default/namespaces/default";
    private static final String NAME = NAMESPACE + "/views/late";

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private ControlPlane controlPlane;
    private GrpcClient client;
    private ViewsGrpc.ViewsBlockingStub views;

    @BeforeEach
    void open() {
        ObjectStores stores = resources.add(new ObjectStores());
        World world = World.system();
        Scheduler scheduler = world.scheduler();
        resources.add(scheduler);
        Telemetry telemetry = resources.add(Telemetry.open("test"));
        controlPlane =
                resources.add(ControlPlane.openInMemory(new ControlPlane.Surroundings(stores, world, telemetry)));
        controlPlane.createDefaults(directory.toUri());
        client = resources.add(GrpcClient.open(
                URI.create("http://127.0.0.1:" + controlPlane.grpcPort()), Duration.ofSeconds(30), 64 << 20));
        views = ViewsGrpc.newBlockingStub(client.channel());
    }

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void viewIsThereAsItWasMade() {
        View made = views.createView(request("select 1 as one", "one", "BIGINT"));

        View found = views.getView(GetViewRequest.newBuilder().setName(NAME).build());

        assertThat(found).isEqualTo(made);
        assertThat(found.getName()).isEqualTo(NAME);
        assertThat(found.getTextsList()).containsExactly(text("select 1 as one"));
        assertThat(found.getColumnsList())
                .containsExactly(
                        ViewColumn.newBuilder().setName("one").setType("BIGINT").build());
        assertThat(found.getDefaultNamespace()).isEqualTo("default");
    }

    @Test
    void otherEnginesFindItInTheCatalog() throws Exception {
        views.createView(request("select 1 as one", "one", "BIGINT"));

        assertThat(get("/v1/default/namespaces/default/views/late"))
                .contains("\"sql\":\"select 1 as one\"")
                .contains("\"dialect\":\"duckdb\"")
                .contains("\"default-namespace\":[\"default\"]")
                .contains("\"type\":\"long\"");
    }

    @Test
    void knownViewIsNotReadAgain() {
        View made = views.createView(request("select 1 as one", "one", "BIGINT"));

        View same = views.getView(GetViewRequest.newBuilder()
                .setName(NAME)
                .setEtag(made.getEtag())
                .build());

        assertThat(same)
                .isEqualTo(
                        View.newBuilder().setName(NAME).setEtag(made.getEtag()).build());
    }

    @Test
    void replacedViewIsAnother() {
        View first = views.createView(request("select 1 as one", "one", "BIGINT"));
        View second = views.createView(request("select 'a' as two", "two", "VARCHAR").toBuilder()
                .setReplace(true)
                .build());

        View found = views.getView(GetViewRequest.newBuilder()
                .setName(NAME)
                .setEtag(first.getEtag())
                .build());

        assertThat(found).isEqualTo(second);
        assertThat(found.getTextsList()).containsExactly(text("select 'a' as two"));
        assertThat(found.getColumnsList())
                .containsExactly(ViewColumn.newBuilder()
                        .setName("two")
                        .setType("VARCHAR")
                        .build());
    }

    @Test
    void viewIsReplacedByOneOfTheSameColumnsAndByItself() {
        views.createView(request("select 1 as one", "one", "BIGINT"));
        CreateViewRequest second = request("select 2 as one", "one", "BIGINT").toBuilder()
                .setReplace(true)
                .build();
        View replaced = views.createView(second);

        assertThat(views.createView(second)).isEqualTo(replaced);
        assertThat(replaced.getTextsList()).containsExactly(text("select 2 as one"));
        assertThat(views.createView(request("select 1 as one", "one", "BIGINT").toBuilder()
                                .setReplace(true)
                                .build())
                        .getTextsList())
                .containsExactly(text("select 1 as one"));
    }

    @Test
    void viewMadeAnewIsAnother() {
        View first = views.createView(request("select 1 as one", "one", "BIGINT"));
        views.deleteView(DeleteViewRequest.newBuilder().setName(NAME).build());

        View second = views.createView(request("select 1 as one", "one", "BIGINT"));

        assertThat(second.getEtag()).isNotEqualTo(first.getEtag());
    }

    @Test
    void nameIsTakenOnce() {
        views.createView(request("select 1 as one", "one", "BIGINT"));

        assertFails(
                () -> views.createView(request("select 2 as one", "one", "BIGINT")),
                Status.Code.ALREADY_EXISTS,
                "the name is taken: name=" + NAME);
    }

    @Test
    void topicIsNotReplacedByAView() {
        ClusterMetadataGrpc.newBlockingStub(client.channel())
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent(NAMESPACE)
                        .setTopicId("late")
                        .setTopic(Topic.newBuilder()
                                .setSchema(Schema.newBuilder()
                                        .addFields(Field.newBuilder()
                                                .setName("id")
                                                .setType(Type.newBuilder().setPrimitive(Primitive.LONG)))))
                        .build());

        assertFails(
                () -> views.createView(request("select 1 as one", "one", "BIGINT").toBuilder()
                        .setReplace(true)
                        .build()),
                Status.Code.ALREADY_EXISTS,
                "the name is taken: name=" + NAME);
        assertFails(
                () -> views.deleteView(
                        DeleteViewRequest.newBuilder().setName(NAME).build()),
                Status.Code.NOT_FOUND,
                "not found: name=" + NAME);
    }

    @Test
    void listHasNamesInPages() {
        for (String id : new String[] {"c", "a", "b"}) {
            views.createView(request("select 1 as one", "one", "BIGINT").toBuilder()
                    .setViewId(id)
                    .build());
        }

        ListViewsResponse first = views.listViews(ListViewsRequest.newBuilder()
                .setParent(NAMESPACE)
                .setPageSize(2)
                .build());
        ListViewsResponse second = views.listViews(ListViewsRequest.newBuilder()
                .setParent(NAMESPACE)
                .setPageToken(first.getNextPageToken())
                .build());

        assertThat(first.getViewsList())
                .extracting(View::getName)
                .containsExactly(NAMESPACE + "/views/a", NAMESPACE + "/views/b");
        assertThat(second.getViewsList()).extracting(View::getName).containsExactly(NAMESPACE + "/views/c");
        assertThat(second.getNextPageToken()).isEmpty();
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertFails(
                () -> views.getView(GetViewRequest.newBuilder().setName(NAME).build()),
                Status.Code.NOT_FOUND,
                "not found: name=" + NAME);
        assertFails(
                () -> views.createView(request("select 1 as one", "one", "BIGINT").toBuilder()
                        .setParent("tenants/default/namespaces/none")
                        .build()),
                Status.Code.NOT_FOUND,
                "not found: name=tenants/default/namespaces/none");
    }

    @Test
    void viewWithoutTextOrWithAnUnknownTypeIsRefused() {
        assertFails(
                () -> views.createView(request("select 1 as one", "one", "INTERVAL")),
                Status.Code.INVALID_ARGUMENT,
                "INTERVAL");
        assertFails(
                () -> views.createView(request("  ", "one", "BIGINT")),
                Status.Code.INVALID_ARGUMENT,
                "a text of a view has a dialect");
        assertFails(
                () -> views.createView(request("select 1", "one", "BIGINT").toBuilder()
                        .setView(View.getDefaultInstance())
                        .build()),
                Status.Code.INVALID_ARGUMENT,
                "a view has a text at least");
    }

    private static CreateViewRequest request(String sql, String column, String type) {
        return CreateViewRequest.newBuilder()
                .setParent(NAMESPACE)
                .setViewId("late")
                .setView(View.newBuilder()
                        .addTexts(text(sql))
                        .addColumns(ViewColumn.newBuilder().setName(column).setType(type))
                        .setDefaultNamespace("default"))
                .build();
    }

    private static ViewText text(String sql) {
        return ViewText.newBuilder().setDialect("duckdb").setSql(sql).build();
    }

    private String get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + controlPlane.httpPort() + "/iceberg" + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        }
    }

    private static void assertFails(ThrowingCallable call, Status.Code code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
