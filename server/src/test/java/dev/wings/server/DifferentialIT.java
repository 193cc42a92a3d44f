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

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import dev.wings.common.proto.Topic;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server answers what DuckDB answers that has the rows in a table of its own: planning, pruning and projecting
/// change nothing.
@Timeout(180)
class DifferentialIT {

    private static final int ROWS = 4000;

    static final List<String> QUERIES = List.of(
            "select * from flights order by number",
            "select number, price from flights where origin = 'SFO' and number < 100 order by 1",
            "select origin, count(*), sum(price), avg(delay), min(day), max(departure) from flights group by 1 order by 1",
            "select count(*), count(delay), count(distinct day) from flights",
            "select count(*) from flights where delay is null",
            "select number from flights where delay > (select avg(delay) from flights) order by 1 limit 20",
            "select f.origin, (select count(*) from flights g where g.number = f.number + 1) from flights f order by 1, 2 limit 50",
            "select a.number from flights a join flights b on a.number = b.number * 2 where b.origin = 'LAX' order by 1",
            "select a.origin, count(*) from flights a left join (select * from flights where late) b using (number) group by all order by all",
            "with x as (select origin, number from flights), y as (select * from x where number % 2 = 0) select x.origin, count(*) from x join y using (number) group by 1 order by 1",
            "with recursive r as (select 1 n union all select f.number from r join flights f on f.number = r.n * 2) select * from r order by 1",
            "select * from (select origin, row_number() over (partition by origin order by number desc) r, number from flights) where r <= 2 order by 1, 2",
            "select distinct origin from flights where number in (select number + 1 from flights where late) order by 1",
            "select origin, number from flights where origin in ('JFK', 'ATL') or number < 3 order by 2 limit 30",
            "select unnest(stops) s, count(*) from flights group by 1 order by 1",
            "select len(stops), count(*) from flights where list_contains(stops, 'SFO') group by 1 order by 1",
            "select uid, number from flights where uid = '00000000-0000-0000-0000-000000000007' order by 2",
            "select day, sum(case when late then 1 else 0 end) from flights where day between '2024-10-05' and '2024-10-10' group by 1 order by 1",
            "select origin, count(*) from flights group by rollup (origin) order by 1 nulls last",
            "select * from (select origin, late, number from flights) pivot (count(number) for late in (true, false)) order by origin",
            "select f from flights f where number = 3",
            "select * exclude (stops, uid) from flights where number between 10 and 12 order by number",
            "select columns('n.*') from flights where number < 2 order by 1",
            "select origin from flights union all select origin from flights where late order by 1 limit 5",
            "select sum(number) from flights where departure >= timestamptz '2023-11-14 22:30:00+00'",
            "select number from flights except select number from flights where number > 3 order by 1",
            "select a.number from (select * from flights order by number limit 1) a, flights b where b.number < 3",
            "select string_agg(origin, ',' order by number) from flights where number < 10",
            "select price::double / nullif(delay, 0) q from flights where number < 50 order by q nulls first",
            "select count(*) from flights where origin like 'S%' and not late",
            "select max(number) filter (where late), min(number) filter (where not late) from flights");

    @TempDir
    private Path directory;

    @Test
    void answersAreThoseOfDuckDb() throws Exception {
        try (ServerFixture server = new ServerFixture(directory, Map.of());
                FlightSql sql = new FlightSql(server.port());
                BufferAllocator allocator = new RootAllocator();
                DuckDb duckDb = DuckDb.open(Map.of("threads", "1"))) {
            Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
            for (int start = 0; start < ROWS; start += 1000) {
                try (VectorSchemaRoot batch = Flights.open(server.allocator(), start, start + 1000, "")) {
                    server.push(topic, "", List.of(batch));
                }
            }
            duckDb.run("SET TimeZone = 'UTC'");
            duckDb.addTable("pushed", new AllFlights(allocator, ROWS), allocator);
            duckDb.run("CREATE TABLE flights AS SELECT *, number::BIGINT AS __offset__," + " make_timestamptz("
                    + ServerFixture.TIMESTAMP_MICROS + ") AS __timestamp__ FROM pushed");
            duckDb.dropTable("pushed");
            for (String query : QUERIES) {
                assertThat(sql.query(query)).as(query).isEqualTo(rows(duckDb, query, allocator));
            }
        }
    }

    static List<String> rows(DuckDb duckDb, String query, BufferAllocator allocator) {
        List<String> rows = new ArrayList<>();
        try (Statement statement = duckDb.prepare(query);
                Results results = statement.execute(allocator)) {
            while (results.next()) {
                for (int row = 0; row < results.root().getRowCount(); row++) {
                    StringBuilder text = new StringBuilder();
                    for (FieldVector vector : results.root().getFieldVectors()) {
                        text.append(text.isEmpty() ? "" : "|").append(vector.getObject(row));
                    }
                    rows.add(text.toString());
                }
            }
        }
        return rows;
    }

    record AllFlights(BufferAllocator allocator, int rows) implements ArrowTable {

        @Override
        public Schema schema() {
            return ServerFixture.pageSchema(Flights.SCHEMA);
        }

        @Override
        public Scan openScan() {
            VectorSchemaRoot all = Flights.open(allocator, 0, rows, "");
            return new Scan() {
                private boolean done;

                @Override
                public @Nullable VectorSchemaRoot next() {
                    VectorSchemaRoot batch = done ? null : all;
                    done = true;
                    return batch;
                }

                @Override
                public void close() {
                    all.close();
                }
            };
        }
    }
}
