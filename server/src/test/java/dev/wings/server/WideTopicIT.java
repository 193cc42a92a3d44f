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
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A topic of very many columns, whose rows are in pages.
@Timeout(600)
class WideTopicIT {

    private static final int COLUMNS = 2_000;
    private static final int ROWS = 1_200;

    @TempDir
    private Path directory;

    /// Each thread takes 32 MiB for the rows between one step of the plan and the next, however few they are. Memory
    /// does not hold that for two threads, but for one it does.
    @Test
    void rowsAreSorted() throws Exception {
        Map<String, String> settings = Map.of(
                "WINGS_SERVER_QUERY_MEMORY_BYTES", "192MiB",
                "WINGS_SERVER_QUERY_THREADS", "2",
                "WINGS_SERVER_ENGINE_PROCESSES", "true");
        try (ServerFixture server = new ServerFixture(directory, settings);
                FlightSql sql = new FlightSql(server.port())) {
            push(server);
            assertThat(values(sql, "select * from wide order by c5"))
                    .containsExactlyElementsOf(LongStream.range(0, ROWS)
                            .map(row -> value(row, 5))
                            .sorted()
                            .boxed()
                            .toList());
            assertThat(values(sql, "select * from wide order by c5 desc limit 3"))
                    .containsExactlyElementsOf(LongStream.range(0, ROWS)
                            .map(row -> -value(row, 5))
                            .sorted()
                            .limit(3)
                            .map(value -> -value)
                            .boxed()
                            .toList());
        }
    }

    /// Returns the values of the fifth column.
    private static List<Long> values(FlightSql sql, String query) throws Exception {
        LongStream.Builder values = LongStream.builder();
        try (FlightStream stream = sql.client()
                .getStream(sql.client().execute(query).getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                BigIntVector column = (BigIntVector) stream.getRoot().getVector("c5");
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    values.add(column.get(row));
                }
            }
        }
        return values.build().boxed().toList();
    }

    private static void push(ServerFixture server) {
        List<TopicField> fields = IntStream.rangeClosed(1, COLUMNS)
                .mapToObj(column -> TopicField.optional(column, "c" + column, FieldType.Primitive.LONG))
                .toList();
        TopicSchema schema = new TopicSchema(0, fields, COLUMNS);
        Topic topic = server.createTopic("wide", schema, "");
        try (VectorSchemaRoot rows = VectorSchemaRoot.create(ServerFixture.pageSchema(schema), server.allocator())) {
            int column = 0;
            for (FieldVector vector : rows.getFieldVectors()) {
                column++;
                ((BigIntVector) vector).allocateNew(ROWS);
                for (int row = 0; row < ROWS; row++) {
                    ((BigIntVector) vector).set(row, value(row, column));
                }
            }
            rows.setRowCount(ROWS);
            server.push(topic, "", List.of(rows));
        }
    }

    private static long value(long row, int column) {
        return row * (7_919 + column) % 1_000_003;
    }
}
