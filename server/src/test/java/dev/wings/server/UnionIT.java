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
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Topic;
import dev.wings.server.lake.TestTable;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A topic whose rows are in segments and in pages.
@Timeout(120)
class UnionIT {

    private static final int SEGMENT_ROWS = 200_000;
    private static final int PAGE_ROWS = 100;

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;
    private DuckDb duckDb;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(
                directory,
                Map.of(
                        "WINGS_SERVER_CACHE_DIRECTORY",
                        directory.resolve("cache").toString()));
        sql = new FlightSql(server.port());
        duckDb = DuckDb.open(Map.of("threads", "1"));
        duckDb.run("SET TimeZone = 'UTC'");
    }

    @AfterEach
    void close() throws Exception {
        duckDb.close();
        sql.close();
        server.close();
    }

    @Test
    void pureProjectionsAndCountsSeeBothParts() throws Exception {
        TestTable table = flights("flights");
        assertThat(table.dataKeys()).hasSize(2);
        assertThat(sql.query("select number from flights")).hasSize(2 * SEGMENT_ROWS + PAGE_ROWS);
        assertThat(sql.query("select number n, __offset__ from flights limit 2"))
                .containsExactly("0|0", "1|1");
        assertThat(sql.query(
                        "select count(*), min(__offset__), max(__offset__), count(distinct __offset__) from flights"))
                .containsExactly(rows() + "|0|" + (rows() - 1) + "|" + rows());
    }

    @Test
    void countReadsNoFile() throws Exception {
        flights("flights");
        assertThat(sql.query("select count(*) from flights")).containsExactly(Long.toString(rows()));
        assertThat(read()).isZero();
    }

    /// Whatever has the rows, and also when there are more of them by then.
    @Test
    void countsAreThoseOfTheEngine() throws Exception {
        topic("empty");
        Topic fresh = topic("fresh");
        pages(fresh, 0);
        segments(topic("compacted"));
        flights("mixed");
        for (int round = 0; round < 2; round++) {
            for (String topic : List.of("empty", "fresh", "compacted", "mixed")) {
                String engine =
                        sql.query("select count(__offset__) from " + topic).getFirst();
                for (String count : List.of("count(*)", "count()", "count(1)")) {
                    assertThat(sql.query("select " + count + " from " + topic))
                            .as(count + " from " + topic)
                            .containsExactly(engine);
                }
                // not all of the rows that these are about matter
                for (String some : List.of("number % 2 = 0", "__offset__ < 150000", "origin = 'SFO'")) {
                    assertThat(sql.query("select count(*) from " + topic + " where " + some))
                            .as("count from " + topic + " where " + some)
                            .isEqualTo(sql.query("select count(number) filter (" + some + ") from " + topic));
                }
            }
            pages(fresh, PAGE_ROWS);
        }
    }

    @Test
    void countNeedsNoEngine() throws Exception {
        topic("empty");
        flights("flights");
        assertThat(sql.query("select count(*) as n from empty")).containsExactly("0");
        assertThat(sql.query("select count(*) as n from default.flights x")).containsExactly(Long.toString(rows()));
        assertThat(sql.query("select count(*) from flights where true")).containsExactly(Long.toString(rows()));
        assertThat(sql.query("select count(*) from flights where number < 10")).containsExactly("10");
        assertThat(sql.query("select count(*) from system.topics")).containsExactly("2");
        assertThat(String.join("\n", sql.query("explain select count(*) from flights")))
                .contains("default.flights: pages=1")
                .contains("known without reading")
                .doesNotContain("READ_PARQUET");
    }

    @Test
    void pointLookupOnASortedKeyReadsLittle() throws Exception {
        TestTable table = flights("flights");
        assertThat(sql.query("select number, origin, price from flights where number = 250007"))
                .containsExactly("250007|JFK|7.25");
        assertThat(read()).isLessThan(bytes(table) * 0.05);
        double cold = read();
        assertThat(sql.query("select number, origin, price from flights where number = 250007"))
                .hasSize(1);
        assertThat(read()).isEqualTo(cold);
    }

    @Test
    void filterOnAColumnThatIsNotShownPrunes() throws Exception {
        TestTable table = flights("flights");
        assertThat(sql.query("select sum(price), max(origin) from flights where number between 250007 and 250009"))
                .containsExactly("24.75|ORD");
        assertThat(read()).isLessThan(bytes(table) * 0.05);
    }

    @Test
    void parameterPrunesAsAConstantDoes() throws Exception {
        TestTable table = flights("flights");
        assertThat(sql.queryPrepared("select number, origin from flights where number = ?", 250_007))
                .containsExactly("250007|JFK");
        assertThat(read()).isLessThan(bytes(table) * 0.05);
    }

    /// Each row against each other would take hours here.
    @Test
    void joinsByRangesAreNotMadeRowByRow() throws Exception {
        flights("flights");
        String asOf = "select count(*), count(b.number) from flights a asof join flights b"
                + " on a.origin = b.origin and a.number >= b.number";
        assertThat(String.join("\n", sql.query("explain " + asOf))).doesNotContainIgnoringCase("nested loop");
        assertThat(sql.query(asOf)).containsExactly(rows() + "|" + rows());
        assertThat(String.join(
                        "\n",
                        sql.query("explain select count(*) from flights a join flights b on a.number < b.number")))
                .doesNotContainIgnoringCase("nested loop");
    }

    @Test
    void explainTellsWhatWouldBeReadAndReadsNothing() throws Exception {
        TestTable table = flights("flights");
        String query = "select sum(price) from flights where number between 250007 and 250009";
        String plan = String.join("\n", sql.query("explain " + query));
        assertThat(plan)
                .contains("default.flights: pages=1")
                .contains("segments=1 of 2, row_groups=1 of 49")
                .contains("READ_PARQUET");
        assertThat(read()).isLessThan(bytes(table) * 0.05);
        sql.query(query);
        assertThat(String.join("\n", sql.query(" EXPLAIN " + query))).containsPattern("cached_bytes=[1-9]");
        assertThat(String.join("\n", sql.queryPrepared("explain select number from flights where number = ?", 250_007)))
                .contains("segments=1 of 2");
        String run = String.join("\n", sql.query("explain analyze " + query));
        assertThat(run)
                .containsPattern("time=\\d+ ms")
                .contains("default.flights: pages=1 of 1, page_rows=100 of 100")
                .contains("segments=1 of 2, row_groups=1 of 49", "rows=4096 of 400000")
                .contains("Total Time");
        assertThat(String.join("\n", sql.query("explain (analyze) select number from flights limit 3")))
                .contains("Total Time");
        assertThat(String.join("\n", sql.query("explain analyze select count(*) from flights")))
                .contains("known without reading");
        for (String nothing : List.of("__offset__ < 0", "1 = 0", "__offset__ = 5 and __offset__ = 6")) {
            for (String how : List.of("explain ", "explain analyze ")) {
                assertThat(String.join("\n", sql.query(how + "select sum(price) from flights where " + nothing)))
                        .as(how + nothing)
                        .contains("default.flights: pages=0 of 1, page_rows=0 of 100")
                        .contains("segments=0 of 2");
            }
        }
        assertThat(sql.query(query)).hasSize(1);
        assertThatThrownBy(() -> sql.query("explain delete from flights"))
                .hasMessageContaining("EXPLAIN is supported of queries only");
        assertThatThrownBy(() -> sql.query("explain select getenv('HOME')")).hasMessageContaining("refused");
    }

    @Test
    void systemTablesShowSegmentsAndSnapshots() throws Exception {
        flights("flights");
        assertThat(sql.query("select topic, row_count, table_partition, min_offset, max_offset from system.segments"
                        + " order by min_offset"))
                .containsExactly(
                        "flights|" + SEGMENT_ROWS + "||0|" + (SEGMENT_ROWS - 1),
                        "flights|" + SEGMENT_ROWS + "||" + SEGMENT_ROWS + "|" + (2 * SEGMENT_ROWS - 1));
        assertThat(sql.query("select operation, added_segments, segment_count, row_count from system.snapshots where"
                        + " topic = 'flights' order by commit_time, row_count"))
                .containsExactly("append|1|1|" + SEGMENT_ROWS, "append|1|2|" + 2 * SEGMENT_ROWS);
    }

    @Test
    void missingSegmentIsDataLossAndOtherTopicsAreUnharmed() throws Exception {
        TestTable table = flights("flights");
        flights("others");
        server.store().delete(table.dataKeys().getLast());
        assertThatThrownBy(() -> sql.query("select sum(number) from flights"))
                .hasMessageContaining("a file of a table is missing")
                .hasMessageContaining(table.dataKeys().getLast())
                .hasMessageContaining("error_id=");
        assertThat(lastError()).contains("missing").contains(table.dataKeys().getLast());
        assertThat(sql.query("select count(price) from others")).containsExactly(Long.toString(rows()));
        assertThat(sql.query("select count(price) from flights where number < 10"))
                .containsExactly("10");
    }

    @Test
    void cutSegmentIsDataLoss() throws Exception {
        TestTable table = flights("flights");
        String key = table.dataKeys().getFirst();
        byte[] content = content(key);
        replace(key, ByteBuffer.wrap(content, 0, content.length / 2));
        assertThatThrownBy(() -> sql.query("select sum(number) from flights")).hasMessageContaining(key);
        assertThat(lastError()).contains(key);
    }

    @Test
    void damagedSegmentIsDataLoss() throws Exception {
        TestTable table = flights("flights");
        String key = table.dataKeys().getFirst();
        byte[] content = content(key);
        for (int i = 4; i < content.length * 9 / 10; i++) {
            content[i] = 0;
        }
        replace(key, ByteBuffer.wrap(content));
        assertThatThrownBy(() -> sql.query("select sum(number) from flights"))
                .hasMessageContaining("damaged")
                .hasMessageContaining(key);
        assertThat(lastError()).contains("damaged").contains(key);
    }

    @Test
    void missingMetadataIsDataLoss() throws Exception {
        Topic topic = topic("flights");
        server.controlPlane().startAt(topic.getUid(), "", 1, server.storeRoot() + "/tables/x/metadata/0.metadata.json");
        assertThatThrownBy(() -> sql.query("select sum(number) from flights"))
                .hasMessageContaining("DATA_LOSS: a file of a table is missing")
                .hasMessageContaining("0.metadata.json");
        assertThat(lastError()).contains("0.metadata.json");
    }

    private long rows() {
        return 2L * SEGMENT_ROWS + PAGE_ROWS;
    }

    /// Two segments, in the order of `number`, and a page.
    private TestTable flights(String name) throws Exception {
        Topic topic = topic(name);
        TestTable table = segments(topic);
        pages(topic, 2 * SEGMENT_ROWS);
        return table;
    }

    private TestTable segments(Topic topic) throws Exception {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        TestTable table = new TestTable(
                server.store(),
                server.storeRoot(),
                topic,
                LakeSpec.newBuilder().setTargetSegmentBytes(1 << 20).build());
        for (int segment = 0; segment < 2; segment++) {
            table.append(
                    duckDb,
                    "SELECT i::INTEGER AS number, ['SFO', 'LAX', 'JFK', 'ATL', 'ORD'][i % 5 + 1] AS origin,"
                            + " random() AS delay, (i % 1000 + 0.25)::DECIMAL(10, 2) AS price, DATE '2024-10-04' + (i"
                            + " % 30)::INTEGER AS day, make_timestamptz(1700000000000000 + i * 1000000) AS departure,"
                            + " i % 2 = 1 AS late, uuid() AS uid, ['a', 'b'] AS stops, i AS __offset__,"
                            + " make_timestamptz(" + ServerFixture.TIMESTAMP_MICROS + ") AS __timestamp__ FROM range("
                            + segment * SEGMENT_ROWS + ", " + (segment + 1) * SEGMENT_ROWS + ") r(i)",
                    ", ROW_GROUP_SIZE 4096",
                    scratch);
        }
        server.controlPlane().startAt(topic.getUid(), "", 2L * SEGMENT_ROWS, table.location());
        return table;
    }

    private void pages(Topic topic, int start) throws Exception {
        try (VectorSchemaRoot batch = Flights.open(server.allocator(), start, start + PAGE_ROWS, "")) {
            server.push(topic, "", List.of(batch));
        }
    }

    private Topic topic(String name) {
        return server.createTopic(name, Flights.SCHEMA, "");
    }

    private double read() {
        return server.metric("wings.cache.bytes", "result", "miss");
    }

    private double bytes(TestTable table) {
        return table.dataKeys().stream()
                .mapToLong(key -> server.store().find(key).orElseThrow().bytes())
                .sum();
    }

    private byte[] content(String key) {
        ByteBuffer content =
                ByteBuffer.allocate((int) server.store().find(key).orElseThrow().bytes());
        server.store().read(key, 0, content);
        return content.array();
    }

    private void replace(String key, ByteBuffer content) {
        server.store().delete(key);
        server.store().create(key, List.of(content));
    }

    private String lastError() throws Exception {
        return sql.query("select error from system.queries where error is not null order by start_time desc limit 1")
                .getFirst();
    }
}
