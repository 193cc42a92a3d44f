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
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Topics are remembered, so that a query costs one call of the control plane, and never taken for what they no longer
/// are.
@Timeout(120)
class ResolvedTopicsIT {

    private static final TopicField NUMBER = TopicField.required(1, "number", FieldType.Primitive.INT);
    private static final TopicField ORIGIN = TopicField.optional(2, "origin", FieldType.Primitive.STRING);

    private static final TopicSchema BEFORE = new TopicSchema(0, List.of(NUMBER, ORIGIN), 2);

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
    @ValueSource(
            strings = {
                "select count(*) from a",
                "select number from a",
                "select sum(number) from a where origin <> 'x'",
                "select count(*) from a, b, c",
                "explain select number from a",
                "describe a",
            })
    void queryOfKnownTopicsIsOneCall(String query) throws Exception {
        for (String topic : List.of("a", "b", "c")) {
            push(server.createTopic(topic, BEFORE, ""), 0, 2);
            sql.query("select * from " + topic);
        }
        for (int i = 0; i < 3; i++) {
            int calls = server.controlPlane().calls();
            assertThat(sql.query(query)).isNotEmpty();
            assertThat(server.controlPlane().calls() - calls).isEqualTo(1);
        }
    }

    /// The control plane is asked once when the query is planned, and once when it runs, since other rows
    /// matter then.
    @Test
    void queryThatAsksForTheTimeIsTwoCalls() throws Exception {
        push(server.createTopic("a", BEFORE, ""), 0, 2);
        push(server.createTopic("b", BEFORE, ""), 0, 3);
        String query = "select count(*) from a, b where a.__timestamp__ < now()";
        for (int i = 0; i < 3; i++) {
            int calls = server.controlPlane().calls();
            assertThat(sql.query(query)).containsExactly("6");
            assertThat(server.controlPlane().calls() - calls).isEqualTo(i == 0 ? 4 : 2);
        }
    }

    @Test
    void executionOfPreparedStatementIsOneCall() throws Exception {
        push(server.createTopic("a", BEFORE, ""), 0, 3);
        try (FlightSqlClient.PreparedStatement statement = sql.client().prepare("select number from a")) {
            for (int i = 0; i < 3; i++) {
                int calls = server.controlPlane().calls();
                assertThat(sql.rows(statement.execute())).containsExactly("0", "1", "2");
                assertThat(server.controlPlane().calls() - calls).isEqualTo(1);
            }
        }
    }

    /// What was acknowledged before a query is asked for, and what is when a ticket is used again.
    @Test
    void rowsAreThoseOfTheCall() throws Exception {
        Topic topic = server.createTopic("a", BEFORE, "");
        String query = "select count(*) from a";
        for (int i = 0; i < 5; i++) {
            push(topic, i, i + 1);
            FlightInfo info = sql.client().execute(query);
            assertThat(sql.rows(info)).containsExactly(String.valueOf(i + 1));
        }
        FlightInfo info = sql.client().execute(query);
        assertThat(sql.rows(info)).containsExactly("5");
        push(topic, 5, 6);
        assertThat(sql.rows(info)).containsExactly("6");
        // this query has its own snapshot, whatever other queries with the same text have
        FlightInfo earlier = sql.client().execute(query);
        push(topic, 6, 7);
        assertThat(sql.rows(sql.client().execute(query))).containsExactly("7");
        assertThat(sql.rows(earlier)).containsAnyOf("6", "7");
    }

    /// A plan of many pages is not taken twice.
    @Test
    void largePlansAreNotKept() throws Exception {
        Topic topic = server.createTopic("a", BEFORE, "");
        for (int i = 0; i < 1500; i++) {
            push(topic, i, i + 1);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(sql.query("select sum(number) from a")).containsExactly(String.valueOf(1500 * 1499 / 2));
        }
        assertThat(server.controlPlane().plans().getLast().getTopics(0).getAllPartitions())
                .isTrue();
        assertThat(server.controlPlane().calls()).isEqualTo(1 + 2 * 4);
    }

    interface Change {
        void make(ResolvedTopicsIT test) throws Exception;
    }

    /// A topic `t`, which may be another one or gone after each.
    record Case(String name, Change change, String query, Optional<List<String>> rows) {
        @Override
        public String toString() {
            return name + ": " + query;
        }
    }

    private static void makeAnew(ResolvedTopicsIT test, TopicSchema schema) throws Exception {
        test.server.controlPlane().deleteTopic("t");
        Topic other = test.server.createTopic("t", schema, "");
        test.push(other, 7, 9);
    }

    private static Stream<Case> cases() {
        TopicSchema retyped =
                new TopicSchema(0, List.of(TopicField.optional(2, "number", FieldType.Primitive.STRING)), 2);
        TopicSchema renamed = new TopicSchema(
                1,
                List.of(
                        TopicField.required(1, "flight", FieldType.Primitive.INT),
                        TopicField.optional(2, "number", FieldType.Primitive.STRING)),
                2);
        Change same = test -> makeAnew(test, BEFORE);
        Change retype = test -> makeAnew(test, retyped);
        Change rename = test -> test.server.controlPlane().changeSchema("t", renamed);
        Change delete = test -> test.server.controlPlane().deleteTopic("t");
        return Stream.of(
                new Case("made anew", same, "select number from t", rows("7", "8")),
                new Case("made anew", same, "select number from t order by 1", rows("7", "8")),
                new Case("made anew", same, "select sum(t.number) from t, other o", rows("30")),
                new Case("made anew", same, "select count(*) from t", rows("2")),
                new Case("retyped", retype, "select number from t", rows("JFK", "ATL")),
                new Case("retyped", retype, "select number from t order by 1", rows("ATL", "JFK")),
                new Case("retyped", retype, "select max(t.number) from other o, t", rows("JFK")),
                new Case("retyped", retype, "select number || '!' from t order by 1", rows("ATL!", "JFK!")),
                new Case("retyped", retype, "select sum(number) from t", Optional.empty()),
                new Case("retyped", retype, "select origin from t", Optional.empty()),
                new Case("retyped", retype, "select column_type from (describe t) limit 1", rows("VARCHAR")),
                new Case("renamed", rename, "select flight from t order by 1", rows("0", "1", "2")),
                new Case("renamed", rename, "select number from t order by 1", rows("JFK", "LAX", "SFO")),
                new Case(
                        "renamed",
                        rename,
                        "select t.flight, o.number from t, other o where t.flight = o.number" + " order by 1",
                        rows("0|0", "1|1")),
                new Case("renamed", rename, "select origin from t", Optional.empty()),
                new Case("renamed", rename, "select column_name from (describe t) limit 1", rows("flight")),
                new Case("deleted", delete, "select number from t", Optional.empty()),
                new Case("deleted", delete, "select count(*) from t", Optional.empty()),
                new Case("deleted", delete, "select count(*) from other o, t", Optional.empty()),
                new Case("deleted", delete, "select nothing from t", Optional.empty()));
    }

    private static Optional<List<String>> rows(String... rows) {
        return Optional.of(List.of(rows));
    }

    private static Stream<Arguments> staleness() {
        return cases().flatMap(each -> Stream.of(Arguments.of(each, false), Arguments.of(each, true)));
    }

    /// The columns and the rows are those of the topic as it is, at once, whether the query itself was asked
    /// before or only the topic is known.
    @ParameterizedTest
    @MethodSource("staleness")
    void changedTopicIsNoticed(Case each, boolean asked) throws Exception {
        push(server.createTopic("t", BEFORE, ""), 0, 3);
        push(server.createTopic("other", BEFORE, ""), 0, 2);
        sql.query("select * from t, other");
        if (asked) {
            for (int i = 0; i < 2; i++) {
                try {
                    sql.query(each.query());
                } catch (FlightRuntimeException e) {
                    assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
                }
            }
        }
        each.change().make(this);
        if (each.rows().isEmpty()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> sql.client().execute(each.query()))
                        .isInstanceOfSatisfying(
                                FlightRuntimeException.class,
                                e -> assertThat(e.status().code())
                                        .isEqualTo(
                                                each.name().equals("deleted")
                                                        ? FlightStatusCode.NOT_FOUND
                                                        : FlightStatusCode.INVALID_ARGUMENT))
                        .hasMessageNotContaining("try again");
            }
            return;
        }
        FlightInfo info = sql.client().execute(each.query());
        assertThat(sql.client().getExecuteSchema(each.query()).getSchema())
                .isEqualTo(info.getSchemaOptional().orElseThrow());
        assertThat(sql.rows(info)).containsExactlyElementsOf(each.rows().get());
        FlightInfo next = sql.client().execute(each.query());
        try (FlightStream stream =
                sql.client().getStream(next.getEndpoints().getFirst().getTicket())) {
            assertThat(stream.getSchema()).isEqualTo(info.getSchemaOptional().orElseThrow());
        }
        int calls = server.controlPlane().calls();
        assertThat(sql.query(each.query()))
                .containsExactlyElementsOf(each.rows().get());
        assertThat(server.controlPlane().calls() - calls).isEqualTo(1);
    }

    /// Between the columns and the rows, too, and for what was prepared long ago.
    @ParameterizedTest
    @MethodSource("cases")
    void changeAfterThePreparationIsNoticed(Case each) throws Exception {
        push(server.createTopic("t", BEFORE, ""), 0, 3);
        push(server.createTopic("other", BEFORE, ""), 0, 2);
        FlightSqlClient.PreparedStatement prepared;
        try {
            prepared = sql.client().prepare(each.query());
        } catch (FlightRuntimeException e) {
            assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
            return;
        }
        try (prepared) {
            sql.rows(prepared.execute());
            each.change().make(this);
            if (each.rows().isPresent()) {
                FlightInfo info = prepared.execute();
                try (FlightStream stream =
                        sql.client().getStream(info.getEndpoints().getFirst().getTicket())) {
                    assertThat(stream.getSchema())
                            .isEqualTo(info.getSchemaOptional().orElseThrow());
                }
                assertThat(sql.rows(prepared.execute()))
                        .containsExactlyElementsOf(each.rows().get());
            } else {
                assertThatThrownBy(() -> sql.rows(prepared.execute()))
                        .isInstanceOf(FlightRuntimeException.class)
                        .hasMessageNotContaining("try again");
            }
        }
    }

    @Test
    void newTopicIsSeenAtOnce() throws Exception {
        push(server.createTopic("a", BEFORE, ""), 0, 1);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> sql.query("select count(*) from a, t"))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.NOT_FOUND));
        }
        push(server.createTopic("t", BEFORE, ""), 0, 3);
        assertThat(sql.query("select count(*) from a, t")).containsExactly("3");
    }

    @Test
    void nobodySeesTopicsOfOthers() throws Exception {
        push(server.createTopic("t", BEFORE, ""), 0, 3);
        String other = "tenants/other/namespaces/default/topics/t";
        for (int i = 0; i < 2; i++) {
            assertThat(sql.query("select count(*) from t")).containsExactly("3");
            assertThatThrownBy(() -> sql.query("select count(*) from t", FlightSql.tenant("other")))
                    .hasMessageContaining("tenants/other");
        }
        push(server.createTopic(other, Flights.SCHEMA, ""), 0, 5);
        for (int i = 0; i < 2; i++) {
            assertThat(sql.query("select count(*) from t", FlightSql.tenant("other")))
                    .containsExactly("5");
            assertThat(sql.query("select count(*) from t")).containsExactly("3");
        }
    }

    /// It is signed for its tenant: the snapshot behind it is no way around that.
    @Test
    void ticketIsOfItsTenant() throws Exception {
        push(server.createTopic("t", BEFORE, ""), 0, 3);
        FlightInfo info = sql.client().execute("select count(*) from t");
        assertThatThrownBy(() -> sql.rows(info, FlightSql.tenant("other"))).isInstanceOf(FlightRuntimeException.class);
        assertThat(sql.rows(info)).containsExactly("3");
    }

    /// A topic that has another schema each time it is looked at: an error that says so, not a query without end.
    @Test
    void topicThatNeverHoldsStillIsAClearError() throws Exception {
        server.createTopic("t", BEFORE, "");
        sql.query("select * from t");
        server.controlPlane().changeAtEachPlan("t");
        int calls = server.controlPlane().calls();
        assertThatThrownBy(() -> sql.client().execute("select * from t"))
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageContaining("the topic changed while the query was planned");
        assertThat(server.controlPlane().calls() - calls).isLessThan(10);
    }

    private void push(Topic topic, int start, int end) throws Exception {
        List<VectorSchemaRoot> batches = List.of(Flights.open(server.allocator(), start, end, ""));
        server.push(topic, "", batches);
        AutoCloseables.close(batches);
    }
}
