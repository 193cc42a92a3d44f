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
package dev.wings.integration;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.process.PortOffset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queries run all the time while the example flights are pushed in parts and move into the lake in several rounds.
/// Each answer is what DuckDB says of the file's first rows, as many as the answer has seen: no row twice, none left
/// out (I5, I6, I7).
final class LakeDifferentialIT {

    private static final int PARTS = 4;
    private static final int COMPACTION_SECONDS = 60;

    /// Aggregates that differ when a row is missing, doubled or changed. Integers only: no order of rows matters.
    private static final String DIGEST = """
            select count(*), sum(distance), sum(delay), sum(hash(date) %% 1000003), sum(hash(origin) %% 1000003),
                sum(hash(destination) %% 1000003)
            from %s""";

    @TempDir
    private Path data;

    @TempDir
    private Path parts;

    @Test
    void answersAgreeWhileRowsMoveIntoTheLake() throws Exception {
        try (Connection file = DriverManager.getConnection("jdbc:duckdb:");
                Statement duckdb = file.createStatement();
                WingsProcess wings = WingsProcess.start(data, PortOffset.claim());
                SqlClient sql = new SqlClient(wings.serverPort())) {
            duckdb.execute(
                    "create table flights as select * exclude file_row_number, file_row_number n from read_parquet('"
                            + SharedPlatform.FLIGHTS + "', file_row_number = true)");
            long rows = ((Number) digest(duckdb, Long.MAX_VALUE).getFirst()).longValue();
            wings.run("topic", "create", "moving", "--from", SharedPlatform.FLIGHTS.toString(), "--freshness", "1s");

            long acknowledged = 0;
            for (int part = 1; part <= PARTS; part++) {
                Path partFile = part(duckdb, acknowledged, rows * part / PARTS);
                wings.run("push", "moving", partFile.toString());
                acknowledged = rows * part / PARTS;
                awaitCompaction(sql, duckdb, acknowledged);
            }
            assertThat(sql.count("select count(*) from system.snapshots where topic = 'moving'"))
                    .as("snapshots of the table")
                    .isGreaterThanOrEqualTo(PARTS);
            assertThat(sql.count("select sum(row_count) from system.segments where topic = 'moving'"))
                    .as("rows in segments")
                    .isEqualTo(rows);
            assertThat(wings.run("task", "list")).doesNotContain("DEAD");
        }
    }

    /// Compares answers until all rows are in segments, and once more.
    private static void awaitCompaction(SqlClient sql, Statement duckdb, long acknowledged) throws Exception {
        long deadline = System.nanoTime() + SECONDS.toNanos(COMPACTION_SECONDS);
        boolean compacted = false;
        while (!compacted) {
            compacted = sql.count("select count(*) from system.pages where topic = 'moving'") == 0;
            List<Object> answer = longs(sql.query(DIGEST.formatted("moving")).getFirst());
            assertThat((Long) answer.getFirst()).as("acknowledged rows").isEqualTo(acknowledged);
            assertThat(answer).isEqualTo(digest(duckdb, acknowledged));
            assertThat(System.nanoTime())
                    .as("compacted in time; tasks: %s", sql.query("select * from system.tasks"))
                    .isLessThan(deadline);
        }
    }

    /// Rows `[start, end)` of the file.
    private Path part(Statement duckdb, long start, long end) throws SQLException {
        Path part = parts.resolve("flights-" + start + ".parquet");
        duckdb.execute("copy (select * exclude n from flights where n >= " + start + " and n < " + end
                + " order by n) to '" + part + "' (format parquet)");
        assertThat(Files.exists(part)).isTrue();
        return part;
    }

    private static List<Object> digest(Statement duckdb, long rows) throws SQLException {
        try (ResultSet result = duckdb.executeQuery(DIGEST.formatted("flights where n < " + rows))) {
            assertThat(result.next()).isTrue();
            List<Object> values = new ArrayList<>();
            for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                values.add(result.getObject(column));
            }
            return longs(values);
        }
    }

    private static List<Object> longs(List<Object> values) {
        return values.stream()
                .map(value -> (Object) Long.valueOf(value.toString()))
                .toList();
    }
}
