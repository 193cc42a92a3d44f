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

import dev.wings.common.proto.TopicScan;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server whose only place is taken, and whose queue has room for one query.
@Timeout(120)
class BusyServerIT {

    private static final String ENDLESS = "select sum(a.range * b.range) from range(100000000) a, range(100000000) b";

    private static final String STATES =
            "select state from system.queries where sql like '%range(100000000)%' and sql not like '%system%' order by 1";

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(
                directory,
                Map.of(
                        "WINGS_SERVER_QUERIES", "1",
                        "WINGS_SERVER_QUEUED_QUERIES", "1",
                        "WINGS_SERVER_QUERY_TIMEOUT", "1m",
                        "WINGS_SERVER_QUEUE_TIMEOUT", "1m",
                        "WINGS_SERVER_QUERY_MEMORY_BYTES", "64MiB"));
        sql = new FlightSql(server.port());
        server.createTopic("flights", Flights.SCHEMA, "");
    }

    @AfterEach
    void close() throws Exception {
        sql.close();
        server.close();
    }

    @Test
    void systemTablesTellWhatIsRunningAndWhatWaits() throws Exception {
        List<FlightInfo> queries = new ArrayList<>();
        List<CompletableFuture<FlightStatusCode>> ends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FlightInfo query = sql.client().execute(ENDLESS);
            queries.add(query);
            ends.add(CompletableFuture.supplyAsync(() -> end(query)));
        }
        awaitStates(List.of("QUEUED", "RUNNING"));
        awaitWaiting(1);
        assertThat(server.metric("wings.queries.running", "of", "topics")).isEqualTo(1);
        assertThat(sql.query("select uid from system.topics")).hasSize(1);
        assertThat(server.metric("wings.query.rows")).isPositive();
        for (FlightInfo query : queries) {
            sql.client().cancelFlightInfo(new CancelFlightInfoRequest(query));
        }
        for (CompletableFuture<FlightStatusCode> end : ends) {
            assertThat(end.get()).isEqualTo(FlightStatusCode.CANCELLED);
        }
        awaitStates(List.of("FAILED", "FAILED"));
        assertThat(server.metric("wings.queries", "outcome", "cancelled")).isPositive();
        assertThat(server.metric("wings.queries", "outcome", "ok")).isPositive();
    }

    @Test
    void timeOfQueryThatWaitedIsThatOfItsRun() throws Exception {
        FlightInfo endless = sql.client().execute(ENDLESS);
        CompletableFuture<FlightStatusCode> end = CompletableFuture.supplyAsync(() -> end(endless));
        awaitStates(List.of("RUNNING"));
        FlightInfo info = sql.client().execute("select count(*) from flights where __timestamp__ < now()");
        CompletableFuture<List<String>> rows = CompletableFuture.supplyAsync(() -> rows(info));
        // this makes sure that the query is planned by now
        awaitWaiting(1);
        long before = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        sql.client().cancelFlightInfo(new CancelFlightInfoRequest(endless));
        assertThat(end.get()).isEqualTo(FlightStatusCode.CANCELLED);
        assertThat(rows.get()).containsExactly("0");
        TopicScan scan = server.controlPlane().plans().getLast().getTopics(0);
        assertThat(scan.getEndTimestampMicros()).isGreaterThanOrEqualTo(before);
    }

    private List<String> rows(FlightInfo query) {
        try {
            return sql.rows(query);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private FlightStatusCode end(FlightInfo query) {
        try {
            sql.rows(query);
            return FlightStatusCode.OK;
        } catch (FlightRuntimeException e) {
            return e.status().code();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void awaitStates(List<String> expected) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        List<String> found = sql.query(STATES);
        while (!found.equals(expected) && System.nanoTime() < deadline) {
            found = sql.query(STATES);
        }
        assertThat(found).isEqualTo(expected);
    }

    private void awaitWaiting(int queries) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (server.metric("wings.queries.waiting", "of", "topics") != queries) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
