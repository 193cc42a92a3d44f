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
package dev.wings.controlplane.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.lake.LakeHome;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks I9: no table of one namespace names what belongs to another.
final class WarehouseTest {

    private static final Warehouse WAREHOUSE =
            new Warehouse(new LakeHome(new UUID(0, 1), URI.create("file:///data/objects/"), "acme/sales-1"));
    private static final String ROOT = "file:///data/objects/acme/sales-1/external";

    @Test
    void newLocationsAreBelowTheRootAndDiffer() {
        String location = WAREHOUSE.newLocation("große Aufträge/../x", new UUID(0, 7));
        assertThat(location).startsWith(ROOT + "/gro_e_Auftr_ge____x-");
        assertThat(WAREHOUSE.check("location", location)).isEqualTo(location);
        assertThat(WAREHOUSE.newLocation("t", new UUID(0, 8))).isNotEqualTo(WAREHOUSE.newLocation("t", new UUID(0, 9)));
        WAREHOUSE.check("location", WAREHOUSE.newLocation("x".repeat(255), new UUID(0, 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ROOT + "/t",
                ROOT + "/t/",
                ROOT + "/a/b=1/c.json",
                ROOT + "/a/city=San+Francisco%2FBay/c.json",
                "file:/data/objects/acme/sales-1/external/t",
            })
    void locationsInsideAreTaken(String location) {
        assertThat(WAREHOUSE.check("location", location)).isEqualTo(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ROOT,
                ROOT + "/",
                ROOT + "//t",
                ROOT + "/t//",
                ROOT + "/../folios/x",
                ROOT + "/./t",
                ROOT + "/%2e%2e/folios",
                ROOT + "/a%",
                ROOT + "/t?x=1",
                ROOT + "/t#x",
                ROOT + "/t\u0000",
                ROOT + "/t\nx",
                ROOT + "x/t",
                "file:///data/objects/acme/sales-1/tables/topic",
                "file:///data/objects/acme/sales-1/folios/x",
                "file:///data/objects/acme/sales-12/external/t",
                "file:///data/objects/stranger/sales-1/external/t",
                "file:///data/objects/t",
                "file:///etc/passwd",
                "file://host/data/objects/acme/sales-1/external/t",
                "file:////data/objects/acme/sales-1/external/t",
                "FILE:///data/objects/acme/sales-1/external/t",
                "/data/objects/acme/sales-1/external/t",
                "s3://bucket/acme/sales-1/external/t",
            })
    void locationsOutsideAreRefused(String location) {
        assertThatThrownBy(() -> WAREHOUSE.check("location", location))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("expected=" + ROOT);
    }

    @Test
    void metadataInsideAreTaken() {
        WAREHOUSE.check(metadata(ROOT + "/t", Map.of("write.data.path", ROOT + "/t/elsewhere")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "write.data.path",
                "write.metadata.path",
                "write.object-storage.path",
                "write.folder-storage.path",
            })
    void propertiesThatLeadOutsideAreRefused(String property) {
        assertThatThrownBy(() -> WAREHOUSE.check(metadata(ROOT + "/t", Map.of(property, "file:///data/other"))))
                .hasMessageContaining("property " + property);
    }

    @Test
    void manifestListsOutsideAreRefused() {
        assertThatThrownBy(() -> WAREHOUSE.check(withSnapshot("\"manifest-list\":\"file:///data/other.avro\"")))
                .hasMessageContaining("manifest list's location");
        assertThatThrownBy(() -> WAREHOUSE.check(withSnapshot("\"manifests\":[\"file:///data/other.avro\"]")))
                .hasMessageContaining("without a manifest list");
        WAREHOUSE.check(withSnapshot("\"manifest-list\":\"" + ROOT + "/t/metadata/snap.avro\""));
    }

    private static TableMetadata withSnapshot(String manifests) {
        String json = TableMetadataParser.toJson(metadata(ROOT + "/t", Map.of("format-version", "1")))
                .replace(
                        "\"snapshots\":[]",
                        "\"snapshots\":[{\"snapshot-id\":1,\"timestamp-ms\":1,\"summary\":{\"operation\":\"append\"},"
                                + manifests + ",\"schema-id\":0}]");
        return TableMetadataParser.fromJson(json);
    }

    private static TableMetadata metadata(String location, Map<String, String> properties) {
        Schema schema = new Schema(Types.NestedField.optional(1, "a", Types.LongType.get()));
        return TableMetadata.newTableMetadata(
                schema, PartitionSpec.unpartitioned(), SortOrder.unsorted(), location, properties);
    }
}
