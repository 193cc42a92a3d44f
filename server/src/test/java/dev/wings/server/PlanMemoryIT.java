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

import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.Topic;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// I11: what a query is about has a budget, whatever it is about, and no other bound.
@Timeout(120)
final class PlanMemoryIT {

    private static final int PAGES = 6_000;
    private static final int TOPICS = 4_000;

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;

    @BeforeEach
    void open() {
        server = new ServerFixture(directory, Map.of("WINGS_SERVER_PLAN_MEMORY_BYTES", "1MiB"));
        sql = new FlightSql(server.port());
    }

    @AfterEach
    void close() throws Exception {
        sql.close();
        server.close();
    }

    /// Pages that nobody reads: there is no object behind them.
    private Topic createPages(int pages) {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "origin");
        CommitFolioRequest.Builder folio = CommitFolioRequest.newBuilder().setObjectKey("folios/none");
        for (int i = 0; i < pages; i++) {
            folio.addPages(PageCommit.newBuilder()
                    .setTopicUid(topic.getUid())
                    .setPartitionValue("airport-" + i)
                    .setByteOffset(100L * i)
                    .setByteLength(100)
                    .addBatches(BatchCommit.newBuilder().setRows(3)));
        }
        server.controlPlane().commit(folio.build(), -1, ServerFixture.TIMESTAMP_MICROS);
        return topic;
    }

    @Test
    void pagesHaveABudget() {
        createPages(PAGES);
        assertRefused(() -> sql.query("select sum(number) from flights"), "pages of ");
        assertRefused(() -> sql.query("select * from flights"), "pages of ");
        assertRefused(() -> sql.query("select count(*) from system.pages"), "rows of system.pages");
        assertRefused(() -> sql.query("select count(*) from system.partitions"), "rows of system.partitions");
        // all tables of a query together
        assertRefused(
                () -> sql.query("select count(*) from flights a join flights b on a.origin = b.origin"
                        + " where a.origin in ('airport-1') or b.number = 1"),
                "pages of ");
    }

    @Test
    void rowsAreCountedWithoutPages() throws Exception {
        createPages(PAGES);
        assertThat(sql.query("select count(*) from flights")).containsExactly(String.valueOf(3 * PAGES));
        assertThat(server.controlPlane().plans().getLast().getTopics(0).getRowsOnly())
                .isTrue();
        // the control plane also learns for how long pages are read
        assertThat(server.controlPlane().plans().getLast().getReadMillis())
                .isEqualTo(Duration.ofMinutes(5).toMillis());
    }

    @Test
    void listingsHaveABudget() throws Exception {
        for (int i = 0; i < TOPICS; i++) {
            server.createTopic("topic-" + i, Flights.SCHEMA, "");
        }
        assertRefused(() -> sql.query("select count(*) from system.topics"), "rows of system.topics");
        assertRefused(() -> sql.rows(sql.client().getTables(null, null, null, null, true)), "tables");
        // rows that are not asked for take nothing
        assertThat(sql.query("select topic from system.topics where topic in ('topic-7', 'topic-3999') order by 1"))
                .containsExactly("topic-3999", "topic-7");
    }

    /// Each of them would be within its limit: what a query is about is held until its last row is taken.
    @Test
    void queriesThatRunAtOnceShareTheBudget() throws Exception {
        createPages(2_000);
        String count = "select count(*) from system.pages";
        FlightInfo endless = sql.client().execute("select * from system.pages, range(1000000)");
        try (FlightStream unread =
                sql.client().getStream(endless.getEndpoints().getFirst().getTicket())) {
            assertThat(unread.next()).isTrue();
            assertThatThrownBy(() -> sql.query(count))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure ->
                                    assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED))
                    .hasMessageContaining("limit_bytes_of_a_tenant=1048576");
            unread.cancel("enough", null);
        }
        // it ends soon
        List<String> rows = List.of();
        for (long start = System.nanoTime(); rows.isEmpty(); LockSupport.parkNanos(10_000_000)) {
            try {
                rows = sql.query(count);
            } catch (FlightRuntimeException e) {
                assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
            }
        }
        assertThat(rows).containsExactly("2000");
    }

    private static void assertRefused(ThrowingCallable query, String tooMany) {
        assertThatThrownBy(query)
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        failure -> assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED))
                .hasMessageContaining("WINGS_SERVER_PLAN_MEMORY_BYTES")
                .hasMessageContaining("too_many=" + tooMany)
                .hasMessageContaining("limit_bytes=1048576");
    }
}
