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

import dev.wings.common.proto.Topic;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Queries over topics, end to end.
@Timeout(120)
class SqlServerIT {

    private static final int ROWS = 5000;

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(directory, Map.of());
        sql = new FlightSql(server.port());
        Topic flights = server.createTopic("flights", Flights.SCHEMA, "");
        push(flights, "", 0, ROWS, 1000, "");
    }

    @AfterEach
    void nothingLeaks() throws Exception {
        sql.close();
        server.close();
    }

    @Test
    void wholeTopicIsRead() throws Exception {
        List<String> rows = sql.query("select * from flights");
        assertThat(rows).hasSize(ROWS);
        assertThat(rows.get(7))
                .isEqualTo(
                        "7|JFK|-3.0|7.25|20007|1700000007000000|true|00000000-0000-0000-0000-000000000007|[\"JFK\"]|7|"
                                + ServerFixture.TIMESTAMP_MICROS);
    }

    private void push(Topic topic, String partition, int start, int end, int batchRows, String origin)
            throws Exception {
        List<VectorSchemaRoot> batches = new ArrayList<>();
        for (int row = start; row < end; row += batchRows) {
            batches.add(Flights.open(server.allocator(), row, Math.min(end, row + batchRows), origin));
        }
        server.push(topic, partition, batches);
        AutoCloseables.close(batches);
    }
}
