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
package dev.wings.controlplane.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.Map;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies of requests are bounded (I11).
final class JsonTest {

    /// A snapshot as engines commit it.
    private static final String UPDATE = """
            {"action":"add-snapshot","snapshot":{"sequence-number":1,"snapshot-id":1,"parent-snapshot-id":2,
            "timestamp-ms":1700000000000,"summary":{"operation":"append","added-data-files":"1","added-records":"10",
            "added-files-size":"1000","changed-partition-count":"1","total-records":"10","total-files-size":"1000",
            "total-data-files":"1","total-delete-files":"0","total-position-deletes":"0","total-equality-deletes":"0"},
            "manifest-list":"file:///data/objects/acme/sales-1/external/t/metadata/snap-1.avro","schema-id":0}}
            """;

    @Test
    void bodyOfThousandsOfUpdatesIsRead() {
        assertThat(Json.read(body(UPDATE, 5_000), UpdateTableRequest.class).updates())
                .hasSize(5_000);
    }

    /// A node of three bytes takes more than eighty in memory.
    @Test
    void bodyOfTooManyPartsIsRefusedBeforeTheyAreInMemory() {
        assertThatThrownBy(() -> Json.read(body("{}", 200_000), UpdateTableRequest.class))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("250000")
                .hasMessageContaining("250001");
    }

    /// For every kind of request: what is not said is not made up.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'namespace':[null]}",
                "{'namespace':['a',null]}",
                "{'namespace':[1]}",
                "{'namespace':[true]}",
                "{'namespace':[['a']]}",
                "{'namespace':[{'a':'b'}]}",
                "{'namespace':['a'],'properties':{'k':null}}",
                "{'namespace':['a'],'properties':{'k':1}}",
                "{'namespace':['a'],'properties':{'k':{}}}",
                "{'namespace':['a'],'namespace':['b']}",
                "{'namespace':['a'],'properties':{'k':'1','k':'2'}}",
                "{'namespace':['a']} x",
                "{'namespace':['a']}{'namespace':['b']}",
                "null",
                "",
            })
    void whatIsNotATextIsNoName(String body) {
        assertThatThrownBy(() -> Json.read(body.replace('\'', '"').getBytes(UTF_8), CreateNamespaceRequest.class))
                .isInstanceOf(BadRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'removals':[null],'updates':{}}",
                "{'removals':[1],'updates':{}}",
                "{'removals':[],'updates':{'a':null}}",
                "{'removals':[],'updates':{'a':2}}",
                "{'removals':[],'updates':{'a':['b']}}",
            })
    void whatIsNotATextIsNoProperty(String body) {
        assertThatThrownBy(() ->
                        Json.read(body.replace('\'', '"').getBytes(UTF_8), UpdateNamespacePropertiesRequest.class))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    void namesAndPropertiesAreRead() {
        CreateNamespaceRequest request = Json.read(
                "{\"namespace\":[\"null\"],\"properties\":{\"k\":\"null\"}}".getBytes(UTF_8),
                CreateNamespaceRequest.class);
        assertThat(request.namespace().levels()).containsExactly("null");
        assertThat(request.properties()).isEqualTo(Map.of("k", "null"));
    }

    private static byte[] body(String update, int times) {
        String updates = String.join(",", Collections.nCopies(times, update));
        return ("{\"requirements\":[],\"updates\":[" + updates + "]}").getBytes(UTF_8);
    }
}
