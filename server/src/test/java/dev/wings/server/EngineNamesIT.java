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
package dev.wings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.error.WingsException;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Namespaces and topics that are called as something in the engine is: they work, or cannot be made.
@Timeout(120)
class EngineNamesIT {

    /// The pattern of names that a topic can have.
    private static final String VALID = "[a-z][a-z0-9_-]{0,62}";

    /// What nobody can call a namespace.
    private static final Set<String> RESERVED =
            Set.of("system", "information_schema", "pg_catalog", "temp", "main", "memory", "wings");

    @TempDir
    private Path directory;

    @Test
    @Tag("full")
    void namesOfTheEngineNameTopicsAndNamespaces() throws Exception {
        List<String> names = new ArrayList<>(engineNames());
        assertThat(names).hasSizeGreaterThan(70).contains("duckdb_tables", "pg_class", "main", "temp", "select");
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port())) {
            for (int i = 0; i < names.size(); i++) {
                String topic = names.get(i);
                String namespace = names.get((i + 1) % names.size());
                if (RESERVED.contains(namespace)) {
                    assertThatThrownBy(() -> server.createTopic(namespace + "." + topic, Flights.SCHEMA, ""))
                            .as(namespace)
                            .isInstanceOf(WingsException.class)
                            .hasMessageContaining("reserved");
                    continue;
                }
                List<VectorSchemaRoot> batches = List.of(Flights.open(server.allocator(), 0, i + 1, ""));
                server.push(server.createTopic(namespace + "." + topic, Flights.SCHEMA, ""), "", batches);
                AutoCloseables.close(batches);
                String rows = Integer.toString(i + 1);
                for (String name : List.of(
                        '"' + namespace + "\".\"" + topic + '"',
                        "wings.\"" + namespace + "\".\"" + topic.toUpperCase(Locale.ROOT) + '"')) {
                    assertThat(sql.query("select count(number) from " + name))
                            .as(name)
                            .containsExactly(rows);
                }
                assertThat(sql.query("select count(x.number) from \"" + topic + "\" x", schema(namespace)))
                        .as(namespace + " " + topic)
                        .containsExactly(rows);
            }
        }
    }

    private static CallOption schema(String name) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("wings-schema", name);
        return new HeaderCallOption(headers);
    }

    /// Catalogs, schemas and views, some functions and words of the language.
    private static Set<String> engineNames() {
        try (DuckDb duckDb = DuckDb.open(Map.of())) {
            String names = duckDb.text("""
                    SELECT string_agg(DISTINCT name, ' ') || ? FROM (
                        SELECT database_name AS name FROM duckdb_databases()
                        UNION SELECT schema_name FROM duckdb_schemas()
                        UNION SELECT view_name FROM duckdb_views()
                        UNION (SELECT function_name FROM duckdb_functions() WHERE function_type LIKE 'table%'
                            ORDER BY hash(function_name) LIMIT 20)
                        UNION (SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'
                            ORDER BY hash(keyword_name) LIMIT 20))""", " wings default select temp memory t0");
            Set<String> valid = new TreeSet<>();
            Arrays.stream(names.split(" ")).filter(name -> name.matches(VALID)).forEach(valid::add);
            return valid;
        }
    }
}
