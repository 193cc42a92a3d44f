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
package dev.wings.common.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MissingFieldsTest {

    @Test
    void fieldsAreFoundAtAllDepthsAndMayBeNull() {
        TopicSchema topic = schema("id long not null, place struct<city: string>, stops list<struct<at: int>>,"
                + " by map<string, struct<n: int>>");
        TopicSchema sent = schema(
                "ID int, note string not null, place struct<zip: int not null, city: string>,"
                        + " stops list<struct<at: int, who: struct<a: int not null>>>, by map<string, struct<m: list<int not null>>>");

        List<SchemaChange> missing = MissingFields.of(sent, topic);

        TopicSchema grown = SchemaEvolution.apply(topic, missing, SchemaEvolution.Uses.NONE);
        assertThat(grown.fields())
                .extracting(field -> field.name() + " " + field.type())
                .containsExactly(
                        "id long",
                        "place struct<city: string, zip: int>",
                        "stops list<struct<at: int, who: struct<a: int>>>",
                        "by map<string, struct<n: int, m: list<int>>>",
                        "note string");
        assertThat(grown.find(List.of("place", "zip")).orElseThrow().required()).isFalse();
        assertThat(grown.find(List.of("stops", "element", "who", "a"))
                        .orElseThrow()
                        .required())
                .isFalse();
        assertThat(grown.find("note").orElseThrow().required()).isFalse();
        assertThat(MissingFields.of(sent, grown)).isEmpty();
        assertThat(SchemaChangeProtos.fromProto(SchemaChangeProtos.toProtos(missing)))
                .hasSameSizeAs(missing);
    }

    @Test
    void fieldsOfOtherTypesAreNoMissingOnes() {
        assertThat(MissingFields.of(schema("a struct<b: int>"), schema("a int")))
                .isEmpty();
        assertThat(MissingFields.of(schema("a string"), schema("a int, b int"))).isEmpty();
    }

    private static TopicSchema schema(String text) {
        return SchemaProtos.fromCreateRequest(SchemaText.parseSchema(text));
    }
}
