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
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Schema;
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
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The catalog over the network, with Iceberg's own client and with requests that no honest client sends. What the
/// specification wants beyond is in the compliance kit.
final class IcebergCatalogIT {

    /// The client's own files, of which there are none.
    private static final String NO_FILES = InMemoryFileIO.class.getName();

    private static final Namespace SALES = Namespace.of("sales");
    private static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");
    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "note", Types.StringType.get()));

    @TempDir
    private Path objects;

    private final DatabaseConfig database = TestPostgres.shared().createDatabase();
    private final TestControlPlane controlPlane = new TestControlPlane(database);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<RESTCatalog> catalogs = new ArrayList<>();
    private RESTCatalog catalog;

    @BeforeEach
    void createTenants() {
        createTenant("acme");
        createTenant("stranger");
        catalog = catalog("acme");
        catalog.createNamespace(SALES);
    }

    private void createTenant(String id) {
        controlPlane
                .cluster()
                .createTenant(CreateTenantRequest.newBuilder().setTenantId(id).build());
        controlPlane
                .cluster()
                .createObjectStore(CreateObjectStoreRequest.newBuilder()
                        .setParent("tenants/" + id)
                        .setObjectStoreId("main")
                        .setObjectStore(
                                ObjectStore.newBuilder().setUri(objects.toUri().toString()))
                        .build());
    }

    private RESTCatalog catalog(String warehouse) {
        RESTCatalog opened = new RESTCatalog();
        catalogs.add(opened);
        opened.initialize("test", Map.of("uri", uri(""), "warehouse", warehouse, "io-impl", NO_FILES));
        return opened;
    }

    private String uri(String path) {
        return "http://127.0.0.1:" + controlPlane.controlPlane().httpPort() + "/iceberg" + path;
    }

    @AfterEach
    void close() throws IOException {
        for (RESTCatalog opened : catalogs) {
            opened.close();
        }
        http.close();
        controlPlane.close();
    }

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

    /// In a map that may be asked for null, as Iceberg's client does.
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

    /// I8
    @Test
    void replacedMetadataFilesAreLeftToTheCollector() {
        Table table = catalog.buildTable(ORDERS, SCHEMA)
                .withProperty("write.metadata.delete-after-commit.enabled", "true")
                .withProperty("write.metadata.previous-versions-max", "2")
                .create();
        for (int i = 0; i < 5; i++) {
            table.updateProperties().set("p", "v" + i).commit();
        }
        assertThat(countFiles()).isEqualTo(6);
        assertThat(count("garbage")).isEqualTo(3);
    }

    /// I8
    @Test
    void replacedMetadataFileIsNotRegisteredAgain() throws Exception {
        Table table = catalog.buildTable(ORDERS, SCHEMA)
                .withProperty("write.metadata.delete-after-commit.enabled", "true")
                .withProperty("write.metadata.previous-versions-max", "1")
                .create();
        String replaced = "file:" + metadataFile(table);
        table.updateProperties().set("p", "1").commit();
        assertThat(register("copy", replaced, false).status()).isEqualTo(200);
        String copied = get("/v1/acme/namespaces/sales/tables/copy")
                .json()
                .at("/metadata-location")
                .asText();
        assertThat(copied).isEqualTo(replaced.replace("file:", "file://"));
        assertThat(catalog.dropTable(TableIdentifier.of(SALES, "copy"), false)).isTrue();
        table.updateProperties().set("p", "2").commit();
        assertThat(count("garbage")).isEqualTo(1);
        for (Answer refused : List.of(register("copy", replaced, false), register("orders", replaced, true))) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains("about to be removed");
        }
        assertThat(catalog.loadTable(ORDERS).properties()).containsEntry("p", "2");
    }

    /// The log of a registered file is what somebody says.
    @Test
    void metadataFilesOfOthersAreNotLeftToTheCollector() throws Exception {
        Table table = catalog.buildTable(ORDERS, SCHEMA)
                .withProperty("write.metadata.delete-after-commit.enabled", "true")
                .withProperty("write.metadata.previous-versions-max", "1")
                .create();
        table.updateProperties().set("p", "1").commit();
        Path file = metadataFile(table);
        String other = table.location().replace("orders-", "other-");
        String text = Files.readString(file)
                .replace("\"location\":\"" + table.location() + "\"", "\"location\":\"" + other + "\"");
        String location = "file://" + Files.writeString(file.resolveSibling("other.metadata.json"), text);
        assertThat(register("other", location, false).status()).isEqualTo(200);
        Table registered = catalog.loadTable(TableIdentifier.of(SALES, "other"));
        assertThat(registered.location()).isEqualTo(other);
        for (int i = 0; i < 4; i++) {
            registered.updateProperties().set("p", "v" + i).commit();
        }
        assertThat(garbage()).hasSize(2).allMatch(garbage -> garbage.startsWith(other + "/metadata/"));
    }

    private List<String> garbage() throws Exception {
        List<String> locations = new ArrayList<>();
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement("select location from wings.garbage");
                java.sql.ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                locations.add(rows.getString(1));
            }
        }
        return locations;
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
    void knownStateIsNotSentAgain() throws Exception {
        Table table = catalog.createTable(ORDERS, SCHEMA);
        String path = "/v1/acme/namespaces/sales/tables/orders";
        String tag = get(path).headers().firstValue("ETag").orElseThrow();
        assertThat(get(path, "If-None-Match", tag).status()).isEqualTo(304);
        assertThat(get(path + "?snapshots=refs", "If-None-Match", tag).status()).isEqualTo(200);
        table.updateProperties().set("a", "b").commit();
        Answer changed = get(path, "If-None-Match", tag);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.headers().firstValue("ETag")).isPresent().isNotEqualTo(tag);
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

    @Test
    void movedTableKeepsItsFilesAndTheirNamespace() {
        Namespace target = Namespace.of("target");
        catalog.createNamespace(target);
        catalog.createTable(ORDERS, SCHEMA);
        TableIdentifier moved = TableIdentifier.of(target, "moved");
        catalog.renameTable(ORDERS, moved);
        Table table = catalog.loadTable(moved);
        table.updateProperties().set("a", "b").commit();
        assertThat(table.location()).startsWith(location(SALES));
        assertThatThrownBy(() -> catalog.dropNamespace(SALES))
                .isInstanceOf(NamespaceNotEmptyException.class)
                .hasMessageContaining("target/tables/moved");
    }

    @Test
    void tableWithoutItsMetadataFileIsFoundMissing() throws Exception {
        Table table = catalog.createTable(ORDERS, SCHEMA);
        String location = ((BaseTable) table).operations().current().metadataFileLocation();
        Path file = Path.of(URI.create(location));
        Files.writeString(file, "{\"cut");
        assertThat(get("/v1/acme/namespaces/sales/tables/orders")
                        .json()
                        .at("/error/message")
                        .asText())
                .contains("not a metadata file");
        Files.delete(file);
        Answer missing = get("/v1/acme/namespaces/sales/tables/orders");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().at("/error/type").asText()).isEqualTo("NotFoundException");
        assertThat(catalog.dropTable(ORDERS, false)).isTrue();
    }

    @Test
    void hugeMetadataAreRefused() {
        Table table = catalog.createTable(ORDERS, SCHEMA);
        String large = "x".repeat(900_000);
        for (int i = 0; i < 4; i++) {
            table.updateProperties().set("p" + i, large).commit();
        }
        // which the client does not repeat
        assertThatThrownBy(() -> table.updateProperties().set("p4", large).commit())
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("too large");
        assertThat(catalog.loadTable(ORDERS).properties()).containsKey("p3").doesNotContainKey("p4");
    }

    /// I11: a file of a few hundred KiB would take many times the memory that its bytes do.
    @Test
    void metadataOfTooManyPartsAreNotRegistered() throws Exception {
        Path file = metadataFile(catalog.createTable(ORDERS, SCHEMA));
        String bomb = "{\"bomb\":[" + String.join(",", Collections.nCopies(500_000, "{}")) + "],"
                + Files.readString(file).substring(1);
        String location = "file://" + Files.writeString(file.resolveSibling("bomb.metadata.json"), bomb);
        Answer refused = register("copy", location, false);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("too many parts").contains("parts=1000");
        assertThat(catalog.listTables(SALES)).containsExactly(ORDERS);
    }

    private static Path metadataFile(Table table) {
        return Path.of(URI.create(((BaseTable) table).operations().current().metadataFileLocation()));
    }

    private Answer register(String name, String location, boolean overwrite) throws Exception {
        String body = "{\"name\":\"" + name + "\",\"metadata-location\":\"" + location + "\",\"overwrite\":" + overwrite
                + "}";
        return send("POST", "/v1/acme/namespaces/sales/register", body, "Content-Type", "application/json");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "GET, /v1/acme/namespaces/%00, , 400",
                "GET, /v1/acme/namespaces/a%1Fb, , 404",
                "GET, /v1/acme/namespaces/%1F, , 404",
                "GET, /v1/acme/namespaces/..%2F..%2Fstranger, , 404",
                "GET, /v1/acme/namespaces/sales/tables/%00, , 404",
                "GET, /v1/acme/namespaces/sales/tables/a%2Fb, , 404",
                "GET, /v1/acme/namespaces/sales/tables/%FF, , 404",
                "GET, /v1/acme/namespaces//tables/x, , 404",
                "GET, /v1/acme/namespaces?parent=a%1Fb, , 404",
                "GET, /v1/acme/namespaces?pageSize=x, , 400",
                "GET, /v1/acme/namespaces?pageToken=x, , 400",
                "GET, /v1/..%2Facme/namespaces, , 404",
                "GET, /v1/ACME/namespaces, , 404",
                "GET, /v1/nobody/namespaces, , 404",
                "GET, /v2/acme/namespaces, , 404",
                "PUT, /v1/acme/namespaces, , 404",
                "POST, /v1/acme/namespaces, , 400",
                "POST, /v1/acme/namespaces, null, 400",
                "POST, /v1/acme/namespaces, [], 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"a\",\"b\"]}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[]}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"Upper\"]}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"system\"]}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"n\"],\"properties\":{\"a\":\"\\u0000\"}}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"n\"],\"properties\":{\"a\":\"\\ud800\"}}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"n\"],\"properties\":{\"a\":null}}`, 400",
                "POST, /v1/acme/namespaces, `{\"namespace\":[\"n\"],\"properties\":{\"location\":\"file:///\"}}`, 400",
                "POST, /v1/acme/namespaces/sales/tables, `{\"name\":\"a\"}`, 400",
                "POST, /v1/acme/namespaces/sales/tables, `{\"name\":\"\\u0000\",\"schema\":{\"type\":\"struct\",\"fields\":[]}}`, 400",
                "POST, /v1/acme/namespaces/none/tables, `{\"name\":\"a\",\"schema\":{\"type\":\"struct\",\"fields\":[]}}`, 404",
                "POST, /v1/acme/namespaces/sales/register, `{\"name\":\"a\",\"metadata-location\":\"file:///etc/passwd\"}`, 400",
                "POST, /v1/acme/namespaces/sales/tables/none, `{\"requirements\":[],\"updates\":[]}`, 404",
                "POST, /v1/acme/transactions/commit, `{\"table-changes\":[]}`, 400",
                "POST, /v1/acme/tables/rename, `{}`, 400",
            })
    void hostileRequestIsRefusedInTheSpecifiedForm(String method, String path, String body, int status)
            throws Exception {
        Answer answer = send(method, path, body == null ? "" : body, "Content-Type", "application/json");
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(status);
        assertThat(answer.json().at("/error/type").asText()).isNotEmpty();
        assertThat(answer.body()).doesNotContain("stack");
    }

    @Test
    void deepAndLargeBodiesAreRefused() throws Exception {
        String deep = "{\"namespace\":" + "[".repeat(100_000);
        assertThat(send("POST", "/v1/acme/namespaces", deep, "Content-Type", "application/json")
                        .status())
                .isEqualTo(400);
        String nested = "{\"name\":\"a\",\"schema\":"
                + "{\"type\":\"struct\",\"fields\":[{\"id\":1,\"name\":\"a\",\"required\":true,\"type\":".repeat(5_000);
        assertThat(send("POST", "/v1/acme/namespaces/sales/tables", nested, "Content-Type", "application/json")
                        .status())
                .isEqualTo(400);
        String large = "{\"namespace\":[\"" + "x".repeat(2 << 20) + "\"]}";
        Answer refused = send("POST", "/v1/acme/namespaces", large, "Content-Type", "application/json");
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
        assertThat(send("POST", "/v1/acme/namespaces", "{\"namespace\":[\"n\"]}", "Content-Type", "text/plain")
                        .status())
                .isEqualTo(415);
        assertThat(catalog.listNamespaces()).containsExactly(SALES);
    }

    @Test
    void reportsOfEnginesAreCounted() throws Exception {
        String report = """
                {"report-type":"commit-report","table-name":"sales.orders","snapshot-id":1,"sequence-number":1,
                "operation":"append","metrics":{"total-duration":{"count":1,"time-unit":"nanoseconds",
                "total-duration":5000000}},"metadata":{}}
                """;
        assertThat(send(
                                "POST",
                                "/v1/acme/namespaces/sales/tables/orders/metrics",
                                report,
                                "Content-Type",
                                "application/json")
                        .status())
                .isEqualTo(204);
        assertThat(controlPlane.management("/metrics"))
                .contains("wings_catalog_client_commit_seconds_count{service=\"test\"} 1");
    }

    private String location(Namespace namespace) {
        return String.valueOf(catalog.loadNamespaceMetadata(namespace).get("location"));
    }

    private Topic createTopic(String id) {
        return controlPlane
                .cluster()
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent("tenants/acme/namespaces/sales")
                        .setTopicId(id)
                        .setTopic(Topic.newBuilder().setSchema(TestControlPlane.schema()))
                        .build());
    }

    /// As the lake makes it: with the topic's name and uid.
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

    private Connection connect() throws Exception {
        return DriverManager.getConnection(
                database.url(),
                database.user(),
                database.password().orElseThrow().reveal());
    }

    private int count(String table) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement("select count(*) from wings." + table);
                java.sql.ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private long countFiles() {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Answer(int status, java.net.http.HttpHeaders headers, String body) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(body);
        }
    }

    private Answer get(String path, String... headers) throws Exception {
        return send("GET", path, "", headers);
    }

    private Answer send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri(path)))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }
}
