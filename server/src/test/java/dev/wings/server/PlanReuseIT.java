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

import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.client.ClientCookieMiddleware;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Plans are kept, and never used where they would be wrong: for another topic of the same name, another schema,
/// other values of parameters, another time, another session or another tenant.
@Timeout(120)
class PlanReuseIT {

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;

    @BeforeEach
    void open() {
        server = new ServerFixture(directory, Map.of());
        sql = new FlightSql(server.port());
    }

    @AfterEach
    void nothingLeaks() throws Exception {
        sql.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"select number from flights where number >= 0", "select number from flights"})
    void ticketIsServedWithoutPlanningAgain(String query) throws Exception {
        push(server.createTopic("flights", Flights.SCHEMA, ""), "", 0, 3);
        FlightInfo info = sql.client().execute(query);
        int lookups = server.controlPlane().topicLookups();
        assertThat(sql.rows(info)).containsExactly("0", "1", "2");
        push(server.controlPlane().topic("flights"), "", 3, 4);
        assertThat(sql.rows(info)).containsExactly("0", "1", "2", "3");
        assertThat(server.controlPlane().topicLookups()).isEqualTo(lookups);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from flights order by __offset__",
                "select * from flights",
                "select * from (select * from flights)"
            })
    void topicMadeAnewIsAnotherOne(String query) throws Exception {
        push(server.createTopic("flights", Flights.SCHEMA, ""), "", 0, 3);
        FlightInfo before = sql.client().execute(query);
        assertThat(sql.rows(before)).hasSize(3);
        assertThat(sql.query(query)).hasSize(3);

        TopicSchema other =
                new TopicSchema(0, List.of(TopicField.optional(2, "number", FieldType.Primitive.STRING)), 2);
        push(server.createTopic("flights", other, ""), "", 4, 6);
        List<String> rows = Stream.of("ORD|0", "SFO|1")
                .map(row -> row + "|" + ServerFixture.TIMESTAMP_MICROS)
                .toList();
        assertThat(sql.rows(before)).containsExactlyElementsOf(rows);
        assertThat(sql.query(query)).containsExactlyElementsOf(rows);
        assertThat(sql.client().execute(query).getSchemaOptional()).contains(sql.schema(query));

        server.controlPlane().deleteTopic("flights");
        assertThatThrownBy(() -> sql.rows(before)).satisfies(PlanReuseIT::isNotFound);
        assertThatThrownBy(() -> sql.query(query)).satisfies(PlanReuseIT::isNotFound);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select * from flights where origin <> 'LAX'", "select * from flights"})
    void changedSchemaIsPlannedAnew(String query) throws Exception {
        TopicSchema one = new TopicSchema(0, List.of(TopicField.optional(2, "origin", FieldType.Primitive.STRING)), 2);
        push(server.createTopic("flights", one, ""), "", 0, 1);
        FlightInfo before = sql.client().execute(query);
        assertThat(sql.rows(before)).containsExactly("SFO|0|" + ServerFixture.TIMESTAMP_MICROS);

        TopicSchema two = new TopicSchema(
                1,
                List.of(
                        TopicField.optional(1, "number", FieldType.Primitive.INT),
                        TopicField.optional(2, "origin", FieldType.Primitive.STRING)),
                2);
        server.controlPlane().changeSchema("flights", two);
        String row = "0|SFO|0|" + ServerFixture.TIMESTAMP_MICROS;
        assertThat(sql.rows(before)).containsExactly(row);
        assertThat(sql.query(query)).containsExactly(row);
    }

    @Test
    void valuesOfParametersAreThoseOfTheExecution() throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "origin");
        push(topic, "SFO", 0, 2);
        push(topic, "LAX", 2, 5);
        try (FlightSqlClient.PreparedStatement statement =
                        sql.client().prepare("select count(*) from flights where origin = ?");
                VarCharVector origin = new VarCharVector("1", sql.allocator());
                VectorSchemaRoot parameters = VectorSchemaRoot.of(origin)) {
            for (String value : List.of("SFO", "LAX", "XXX", "SFO")) {
                origin.setSafe(0, value.getBytes(StandardCharsets.UTF_8));
                parameters.setRowCount(1);
                statement.setParameters(parameters);
                String expected = Map.of("SFO", "2", "LAX", "3").getOrDefault(value, "0");
                assertThat(sql.rows(statement.execute())).containsExactly(expected);
                assertThat(lastScan().getPartitionValuesList()).containsExactly(value);
            }
            statement.clearParameters();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "now()",
                "current_timestamp",
                "current_localtimestamp()::timestamptz",
                "get_current_timestamp()",
                "transaction_timestamp()",
                "(timestamptz '2000-01-01' + age(timestamp '2000-01-01') + interval 2 day)"
            })
    void timeIsThatOfTheExecution(String now) throws Exception {
        push(server.createTopic("flights", Flights.SCHEMA, ""), "", 0, 3);
        FlightInfo info = sql.client().execute("select count(*) from flights where __timestamp__ < " + now);
        assertThat(sql.rows(info)).containsExactly("3");
        TopicScan first = lastScan();
        long before = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        assertThat(sql.rows(info)).containsExactly("3");
        TopicScan second = lastScan();
        assertThat(!second.hasEndTimestampMicros() || now.contains("age") || second.getEndTimestampMicros() >= before)
                .as("plans %s, %s at %s", first, second, before)
                .isTrue();
    }

    @Test
    void bareNamesAreThoseOfTheSession() throws Exception {
        push(server.createTopic("flights", Flights.SCHEMA, ""), "", 0, 3);
        push(server.createTopic("sales.flights", Flights.SCHEMA, ""), "", 0, 5);
        String query = "select count(*) from flights";
        assertThat(sql.query(query)).containsExactly("3");
        try (FlightSqlClient client = new FlightSqlClient(
                FlightClient.builder(sql.allocator(), Location.forGrpcInsecure("127.0.0.1", server.port()))
                        .intercept(new ClientCookieMiddleware.Factory())
                        .build())) {
            client.setSessionOptions(new SetSessionOptionsRequest(
                    Map.of("schema", SessionOptionValueFactory.makeSessionOptionValue("sales"))));
            assertThat(sql.rows(client.execute(query))).containsExactly("5");
        }
        assertThat(sql.query(query)).containsExactly("3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"select count(*) from flights", "select number from flights"})
    void tenantsSeeTheirOwn(String query) throws Exception {
        push(server.createTopic("flights", Flights.SCHEMA, ""), "", 0, 1);
        List<String> own = sql.query(query);
        assertThatThrownBy(() -> sql.query(query, FlightSql.tenant("other"))).satisfies(PlanReuseIT::isNotFound);
        push(server.createTopic("tenants/other/namespaces/default/topics/flights", Flights.SCHEMA, ""), "", 7, 9);
        assertThat(sql.query(query, FlightSql.tenant("other"))).doesNotContainAnyElementsOf(own);
        assertThat(sql.query(query)).isEqualTo(own);
    }

    private static void isNotFound(Throwable failure) {
        assertThat(failure).isInstanceOf(FlightRuntimeException.class);
        assertThat(((FlightRuntimeException) failure).status().code()).isEqualTo(FlightStatusCode.NOT_FOUND);
    }

    private TopicScan lastScan() {
        return server.controlPlane().plans().getLast().getTopics(0);
    }

    private void push(Topic topic, String partition, int start, int end) throws Exception {
        List<VectorSchemaRoot> batches = List.of(Flights.open(server.allocator(), start, end, partition));
        server.push(topic, partition, batches);
        AutoCloseables.close(batches);
    }
}
