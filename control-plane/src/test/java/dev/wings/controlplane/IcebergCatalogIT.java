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

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The catalog over the network, with Iceberg's own client. What the specification wants beyond is in the compliance
/// kit.
final class IcebergCatalogIT extends IcebergCatalogFixture {

    @Test
    void warehouseIsTheTenant() throws Exception {
        assertThat(get("/v1/config?warehouse=tenants/acme")
                        .json()
                        .at("/overrides/prefix")
                        .asText())
                .isEqualTo("acme");
        assertThat(get("/v1/config").json().at("/overrides/prefix").asText()).isEqualTo("default");
        assertThat(get("/v1/config?warehouse=acme").json().get("endpoints"))
                .extracting(JsonNode::asText)
                .contains(
                        "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
                        "POST /v1/{prefix}/transactions/commit");
        assertThat(get("/v1/config?warehouse=tenants/nobody").status()).isEqualTo(404);
        assertThatThrownBy(() -> catalog("../acme")).isInstanceOf(NoSuchWarehouseException.class);
    }

    @Test
    void namespaceIsBoundToAnObjectStore() {
        assertThat(catalog.loadNamespaceMetadata(SALES))
                .containsEntry("wings.object-store", "main")
                .containsKey("location");
        assertThatThrownBy(() -> catalog.createNamespace(Namespace.of("x"), objectStore("missing")))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("tenants/acme/objectStores/missing");
        assertThatThrownBy(() -> catalog.setProperties(SALES, objectStore("other")))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("cannot be changed");
        // one more, neither the only one nor called default: the property has to name it
        controlPlane
                .cluster()
                .createObjectStore(CreateObjectStoreRequest.newBuilder()
                        .setParent("tenants/acme")
                        .setObjectStoreId("more")
                        .setObjectStore(ObjectStore.newBuilder().setUri(objects.toUri() + "more"))
                        .build());
        assertThatThrownBy(() -> catalog.createNamespace(Namespace.of("x")))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("objectStores/default");
        catalog.createNamespace(Namespace.of("x"), objectStore("more"));
        assertThat(catalog.loadNamespaceMetadata(Namespace.of("x"))).containsEntry("wings.object-store", "more");
    }

    /// Properties in a map that may be asked for null, as Iceberg's client does.
    private static Map<String, String> objectStore(String id) {
        Map<String, String> properties = new HashMap<>();
        properties.put("wings.object-store", id);
        return properties;
    }

    @Test
    void namespacesOfWingsAndIcebergAreTheSame() {
        controlPlane
                .cluster()
                .createNamespace(CreateNamespaceRequest.newBuilder()
                        .setParent("tenants/acme")
                        .setNamespaceId("made-here")
                        .setNamespace(dev.wings.common.proto.Namespace.newBuilder()
                                .setObjectStore("tenants/acme/objectStores/main"))
                        .build());
        assertThat(catalog.listNamespaces()).containsExactlyInAnyOrder(SALES, Namespace.of("made-here"));
        createTopic("orders");
        assertThatThrownBy(() -> catalog.dropNamespace(SALES))
                .isInstanceOf(NamespaceNotEmptyException.class)
                .hasMessageContaining("topics/orders");
        assertThat(catalog.dropNamespace(Namespace.of("made-here"))).isTrue();
    }

    @Test
    void tableIsMadeChangedAndDropped() {
        Table table = catalog.createTable(ORDERS, SCHEMA);
        assertThat(table.location()).startsWith(location(SALES) + "/orders-");
        table.updateSchema().addColumn("price", Types.DoubleType.get()).commit();
        assertThat(catalog("acme").loadTable(ORDERS).schema().columns()).hasSize(3);
        assertThat(catalog.listTables(SALES)).containsExactly(ORDERS);
        assertThat(catalog.dropTable(ORDERS, true)).isTrue();
        assertThat(catalog.tableExists(ORDERS)).isFalse();
        assertThat(count("purged_tables")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ta.ble", "tab/le", "..", "Große Tabelle+1 %2F", "files", "\ud83d\ude00"})
    void tableMayHaveAnyName(String name) {
        TableIdentifier identifier = TableIdentifier.of(SALES, name);
        catalog.createTable(identifier, SCHEMA);
        assertThat(catalog.listTables(SALES)).containsExactly(identifier);
        catalog.loadTable(identifier).updateProperties().set("a", "b").commit();
        assertThat(catalog.loadTable(identifier).properties()).containsEntry("a", "b");
        assertThat(catalog.dropTable(identifier)).isTrue();
        assertThat(catalog.tableExists(identifier)).isFalse();
    }

    @Test
    void topicAndTableExcludeEachOther() {
        createTopic("orders");
        assertThatThrownBy(() -> catalog.createTable(ORDERS, SCHEMA))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("a topic has this name");
        catalog.createTable(TableIdentifier.of(SALES, "notes"), SCHEMA);
        assertThatThrownBy(() -> createTopic("notes"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS));
        assertThatThrownBy(() -> catalog.renameTable(TableIdentifier.of(SALES, "notes"), ORDERS))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("a topic has this name");
    }

    @Test
    void tableOfTopicIsReadOnly() throws Exception {
        TableIdentifier other = TableIdentifier.of(SALES, "other");
        catalog.createTable(other, SCHEMA);
        Table table = createTableOfTopic();

        assertThat(catalog.loadTable(ORDERS).schema().sameSchema(SCHEMA)).isTrue();
        assertThat(catalog.listTables(SALES)).contains(ORDERS);
        assertForbidden(() -> table.updateProperties().set("a", "b").commit());
        assertForbidden(() -> table.updateSchema().deleteColumn("note").commit());
        assertForbidden(() -> catalog.dropTable(ORDERS, true));
        assertForbidden(() -> catalog.renameTable(ORDERS, TableIdentifier.of(SALES, "mine")));
        Table otherTable = catalog.loadTable(other);
        assertForbidden(() -> catalog.commitTransaction(List.of(change(other, otherTable), change(ORDERS, table))));
        assertThat(catalog.loadTable(other).properties()).doesNotContainKey("changed");
        assertThat(catalog.tableExists(ORDERS)).isTrue();
    }

    private static void assertForbidden(Runnable change) {
        assertThatThrownBy(change::run)
                .isInstanceOf(ForbiddenException.class)
                .hasMessageContaining("only Wings changes it")
                .hasMessageContaining("Push rows to the topic");
    }

    @Test
    void transactionChangesAllTablesOrNone() {
        TableIdentifier left = TableIdentifier.of(SALES, "left");
        TableIdentifier right = TableIdentifier.of(SALES, "right");
        Table leftTable = catalog.createTable(left, SCHEMA);
        Table rightTable = catalog.createTable(right, SCHEMA);
        catalog.commitTransaction(List.of(change(left, leftTable), change(right, rightTable)));
        assertThat(catalog.loadTable(left).properties()).containsEntry("changed", "yes");
        assertThat(catalog.loadTable(right).properties()).containsEntry("changed", "yes");

        long files = countFiles();
        TableCommit stale = addColumn(right, rightTable, "stale");
        catalog.loadTable(right)
                .updateSchema()
                .addColumn("faster", Types.LongType.get())
                .commit();
        assertThatThrownBy(() -> catalog.commitTransaction(List.of(addColumn(left, leftTable, "new"), stale)))
                .isInstanceOf(CommitFailedException.class);
        assertThat(catalog.loadTable(left).schema().findField("new")).isNull();
        // nothing is left of the failed one
        assertThat(countFiles()).isEqualTo(files + 1);
    }

    private TableCommit change(TableIdentifier identifier, Table table) {
        Transaction transaction = table.newTransaction();
        transaction.updateProperties().set("changed", "yes").commit();
        return commit(identifier, table, transaction);
    }

    private TableCommit addColumn(TableIdentifier identifier, Table table, String column) {
        Transaction transaction = table.newTransaction();
        transaction.updateSchema().addColumn(column, Types.LongType.get()).commit();
        return commit(identifier, table, transaction);
    }

    private static TableCommit commit(TableIdentifier identifier, Table table, Transaction transaction) {
        return TableCommit.create(
                identifier,
                ((HasTableOperations) table).operations().current(),
                ((HasTableOperations) transaction.table()).operations().current());
    }

    @Test
    void concurrentChangesAreAllMade() throws Exception {
        catalog.createTable(ORDERS, SCHEMA);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                String key = "k" + i;
                running.add(executor.submit(() -> {
                    Table table = catalog.loadTable(ORDERS);
                    for (int n = 0; n < 5; n++) {
                        table.updateProperties().set(key + "." + n, "v").commit();
                    }
                }));
            }
        }
        for (Future<?> client : running) {
            client.get();
        }
        assertThat(catalog.loadTable(ORDERS).properties().keySet().stream().filter(key -> key.startsWith("k")))
                .hasSize(20);
    }

    @Test
    void listsArePaged() throws Exception {
        for (int i = 0; i < 5; i++) {
            catalog.createTable(TableIdentifier.of(SALES, "t" + i), SCHEMA);
        }
        String path = "/v1/acme/namespaces/sales/tables";
        assertThat(get(path).json().get("identifiers")).hasSize(5);
        JsonNode first = get(path + "?pageSize=2").json();
        assertThat(first.get("identifiers")).hasSize(2);
        String token = first.get("next-page-token").asText();
        JsonNode rest = get(path + "?pageSize=4&pageToken=" + token).json();
        assertThat(rest.get("identifiers")).hasSize(3);
        assertThat(rest.path("next-page-token").isTextual()).isFalse();
        assertThat(get("/v1/acme/namespaces/sales/views?pageToken=" + token).status())
                .isEqualTo(400);
        assertThat(get("/v1/stranger/namespaces/sales/tables?pageToken=" + token)
                        .status())
                .isIn(400, 404);
    }

    /// I9
    @Test
    void tenantsAreStrangers() throws Exception {
        Table table = catalog.createTable(ORDERS, SCHEMA);
        String metadata = ((BaseTable) table).operations().current().metadataFileLocation();
        RESTCatalog stranger = catalog("stranger");
        assertThat(stranger.listNamespaces()).isEmpty();
        assertThatThrownBy(() -> stranger.loadTable(ORDERS)).isInstanceOf(NoSuchTableException.class);
        assertThatThrownBy(() -> stranger.listTables(SALES)).isInstanceOf(NoSuchNamespaceException.class);
        stranger.createNamespace(SALES);
        assertThatThrownBy(() -> stranger.registerTable(ORDERS, metadata))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("not below the namespace's own location");
        assertThatThrownBy(() -> stranger.buildTable(ORDERS, SCHEMA)
                        .withLocation(table.location())
                        .create())
                .isInstanceOf(BadRequestException.class);
        Table own = stranger.createTable(TableIdentifier.of(SALES, "own"), SCHEMA);
        assertThatThrownBy(
                        () -> own.updateLocation().setLocation(table.location()).commit())
                .isInstanceOf(BadRequestException.class);
        assertThatThrownBy(() -> own.updateProperties()
                        .set("write.metadata.path", table.location())
                        .commit())
                .isInstanceOf(BadRequestException.class);
        assertThat(get("/v1/acme/namespaces", "wings-tenant", "stranger").status())
                .isEqualTo(403);
        assertThat(get("/v1/acme/namespaces", "wings-tenant", "tenants/acme").status())
                .isEqualTo(200);
    }

    /// Makes a table as the lake does: with the topic's name and uid.
    private Table createTableOfTopic() throws Exception {
        Topic topic = createTopic("orders");
        TableIdentifier name = TableIdentifier.of(SALES, "will-be-orders");
        catalog.createTable(name, SCHEMA);
        String sql = "update wings.lake_tables set name = 'orders', topic_uid = ? where name = 'will-be-orders'";
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, UUID.fromString(topic.getUid()));
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
        return catalog.loadTable(ORDERS);
    }
}
