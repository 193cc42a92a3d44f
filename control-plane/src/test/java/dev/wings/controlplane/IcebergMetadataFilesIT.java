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

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.junit.jupiter.api.Test;

/// What the catalog does with metadata files: those that it replaces, and those that clients name.
final class IcebergMetadataFilesIT extends IcebergCatalogFixture {

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
        table.updateProperties().set("p", "2").commit();
        assertThat(count("garbage")).isEqualTo(1);
        Answer refused = register("orders", replaced, true);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("about to be removed");
        assertThat(catalog.loadTable(ORDERS).properties()).containsEntry("p", "2");
    }

    /// A copy has nothing where the original has its files, be it only that its log names them: else what is done to
    /// the one would be done to the other.
    @Test
    void registeredCopyKeepsAwayFromTheOriginal() throws Exception {
        Table table = catalog.buildTable(ORDERS, SCHEMA).create();
        table.updateProperties().set("p", "1").commit();
        Path file = metadataFile(table);
        String text = Files.readString(file);
        String other = table.location().replace("orders-", "other-");
        String moved = text.replace("\"location\":\"" + table.location() + "\"", "\"location\":\"" + other + "\"");
        String nested = text.replace(
                "\"location\":\"" + table.location() + "\"", "\"location\":\"" + table.location() + "/inner\"");
        Path outside = Files.createDirectories(file.resolve("../../../nobodys").normalize());
        for (String copy : List.of(text, moved, nested)) {
            Files.writeString(outside.resolve("copy.metadata.json"), copy);
            Answer refused = register("copy", "file://" + outside.resolve("copy.metadata.json"), false);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains("the location belongs to another table");
        }
        assertThat(register("copy", "file://" + file, false).status()).isEqualTo(400);
        // one that is another table in all that it names
        Files.writeString(
                outside.resolve("copy.metadata.json"),
                moved.replaceAll("\"metadata-log\":\\[.*?\\]", "\"metadata-log\":[]"));
        assertThat(register("copy", "file://" + outside.resolve("copy.metadata.json"), false)
                        .status())
                .isEqualTo(200);
        assertThat(catalog.loadTable(ORDERS).properties()).containsEntry("p", "1");
    }

    /// The log of a registered file is what somebody says: what the catalog did not write it does not delete.
    @Test
    void metadataFilesOfOthersAreNotLeftToTheCollector() throws Exception {
        Table table = catalog.buildTable(ORDERS, SCHEMA)
                .withProperty("write.metadata.delete-after-commit.enabled", "true")
                .withProperty("write.metadata.previous-versions-max", "1")
                .create();
        table.updateProperties().set("p", "1").commit();
        Path file = metadataFile(table);
        assertThat(catalog.dropTable(ORDERS, false)).isTrue();
        assertThat(register("orders", "file://" + file, false).status()).isEqualTo(200);
        Table registered = catalog.loadTable(ORDERS);
        assertThat(registered.location()).isEqualTo(table.location());
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            registered.updateProperties().set("p", "v" + i).commit();
            written.add("file://" + metadataFile(registered));
        }
        // of the four files the newest is the table, the one before is in its log
        assertThat(garbage()).containsExactlyInAnyOrderElementsOf(written.subList(0, 2));
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
}
