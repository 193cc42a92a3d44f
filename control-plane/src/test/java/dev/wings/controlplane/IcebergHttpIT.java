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

import java.util.List;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The catalog's HTTP: what saves work, and requests that no honest client sends.
final class IcebergHttpIT extends IcebergCatalogFixture {

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

    /// Some clients have an address of the catalog that ends with a slash, and some end all addresses so.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "//v1/config?warehouse=acme",
                "/v1/config/?warehouse=acme",
                "///v1/config//?warehouse=acme",
                "//v1/acme/namespaces",
                "/v1/acme/namespaces/",
                "//v1/acme/namespaces/sales/",
                "//v1/acme/namespaces/sales/tables",
                "/v1/acme/namespaces/sales/tables/",
            })
    void slashesAtTheEndsOfAddressesMeanNothing(String path) throws Exception {
        Answer answer = get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String[] parts = path.split("\\?", 2);
        String plain = parts[0].replaceAll("^/+", "/").replaceAll("/+$", "") + (parts.length > 1 ? "?" + parts[1] : "");
        assertThat(answer.body()).isEqualTo(get(plain).body());
    }

    /// A name that is missing makes no request for something else.
    @ParameterizedTest
    @CsvSource({
        "DELETE, /v1/acme/namespaces//tables",
        "DELETE, /v1/acme/namespaces//sales",
        "DELETE, /v1/acme//namespaces/sales",
        "DELETE, /v1//acme/namespaces/sales",
        "GET, //v1/acme/namespaces//tables/x",
        "GET, //v2/config",
        "GET, //",
    })
    void missingNamesAreNotLeftOut(String method, String path) throws Exception {
        assertThat(send(method, path, "").status()).isEqualTo(404);
        assertThat(catalog.listNamespaces()).containsExactly(SALES);
    }

    /// Who checked one of them may not have checked the other.
    @Test
    void twoTenantHeadersAreRefused() throws Exception {
        for (String path : List.of("/v1/acme/namespaces", "/v1/config", "/v1/config?warehouse=acme")) {
            assertThat(get(path, "wings-tenant", "acme").status()).as(path).isEqualTo(200);
            Answer refused = get(path, "wings-tenant", "acme", "wings-tenant", "acme");
            assertThat(refused.status()).as(path).isEqualTo(400);
            assertThat(refused.body()).contains("wings-tenant");
        }
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
}
