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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A control plane with two tenants, and Iceberg's own client of the catalog of one of them. Files lie in a directory.
abstract class IcebergCatalogFixture {

    /// The class for the client's own files, of which there are none.
    static final String NO_FILES = InMemoryFileIO.class.getName();

    static final Namespace SALES = Namespace.of("sales");
    static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");
    static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "note", Types.StringType.get()));

    @TempDir
    Path objects;

    private final DatabaseConfig database = TestPostgres.shared().createDatabase();
    final TestControlPlane controlPlane = new TestControlPlane(database);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<RESTCatalog> catalogs = new ArrayList<>();
    RESTCatalog catalog;

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

    RESTCatalog catalog(String warehouse) {
        RESTCatalog opened = new RESTCatalog();
        catalogs.add(opened);
        opened.initialize("test", Map.of("uri", uri(""), "warehouse", warehouse, "io-impl", NO_FILES));
        return opened;
    }

    String uri(String path) {
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

    Topic createTopic(String id) {
        return controlPlane
                .cluster()
                .createTopic(CreateTopicRequest.newBuilder()
                        .setParent("tenants/acme/namespaces/sales")
                        .setTopicId(id)
                        .setTopic(Topic.newBuilder().setSchema(TestControlPlane.schema()))
                        .build());
    }

    String location(Namespace namespace) {
        return String.valueOf(catalog.loadNamespaceMetadata(namespace).get("location"));
    }

    Connection connect() throws Exception {
        return DriverManager.getConnection(
                database.url(),
                database.user(),
                database.password().orElseThrow().reveal());
    }

    int count(String table) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement("select count(*) from wings." + table);
                java.sql.ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    long countFiles() {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    record Answer(int status, java.net.http.HttpHeaders headers, String body) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(body);
        }
    }

    Answer get(String path, String... headers) throws Exception {
        return send("GET", path, "", headers);
    }

    Answer send(String method, String path, String body, String... headers) throws Exception {
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
