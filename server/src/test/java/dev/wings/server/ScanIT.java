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

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rows as they come out of pages: order, offsets, columns by id, compression, damage, and what is not read at all.
@Timeout(120)
class ScanIT {

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
    @EnumSource(CodecType.class)
    void compressedPagesAreRead(CodecType type) throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
        List<VectorSchemaRoot> batches = List.of(
                Flights.open(server.allocator(), 0, 5000, ""), Flights.open(server.allocator(), 5000, 5001, ""));
        server.push(topic, "", batches, new BodyCompression(1 << 20).createCodec(type), false);
        AutoCloseables.close(batches);
        assertThat(sql.query("select sum(number), count(distinct origin), sum(len(stops)) from flights"))
                .containsExactly("12502500|5|5001");
        assertThat(sql.query("select number, origin, price from flights"))
                .hasSize(5001)
                .contains("17|JFK|17.25");
    }

    @Test
    void offsetsAreThoseOfTheLog() throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "origin");
        push(topic, "SFO", false, 0, 10, 10);
        push(topic, "LAX", false, 10, 13, 1);
        push(topic, "SFO", true, 100, 120, 10);
        assertThat(sql.query("select origin, number, __offset__ from flights where number >= 10 order by 1, 3"))
                .startsWith("LAX|10|0", "LAX|11|1", "LAX|12|2", "SFO|110|10")
                .endsWith("SFO|119|19")
                .hasSize(13);
        assertThat(sql.query("select count(*), max(__offset__), count(distinct __timestamp__) from flights"))
                .containsExactly("23|19|1");
        assertThat(sql.query("select number, __offset__, __timestamp__ from flights limit 1"))
                .containsExactly("0|0|" + ServerFixture.TIMESTAMP_MICROS);
    }

    @Test
    void onlyPartitionsAndPagesThatMatterAreAskedFor() throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "origin");
        push(topic, "SFO", false, 0, 10, 10);
        push(topic, "LAX", false, 10, 13, 3);
        assertThat(sql.query("select count(*) from flights where origin = 'SFO' and __offset__ between 3 and 5"))
                .containsExactly("3");
        TopicScan scan = lastScan();
        assertThat(scan.getPartitionValuesList()).containsExactly("SFO");
        assertThat(scan.getAllPartitions()).isFalse();
        assertThat(scan.getStartOffset()).isEqualTo(3);
        assertThat(scan.getEndOffset()).isEqualTo(6);
        assertThat(sql.query("select count(*) from flights where origin in ('LAX', 'XXX')"))
                .containsExactly("3");
        assertThat(lastScan().getPartitionValuesList()).containsExactly("LAX", "XXX");
        assertThat(sql.query("select count(*) from flights a join flights b using (origin) where a.origin = 'LAX'"))
                .containsExactly("9");
        assertThat(lastScan().getAllPartitions()).isTrue();
        assertThat(sql.query("select count(*) from flights where __timestamp__ >= timestamptz '2027-01-01'"))
                .containsExactly("0");
        assertThat(lastScan().getStartTimestampMicros()).isGreaterThan(ServerFixture.TIMESTAMP_MICROS);
    }

    @Test
    void columnsAreMatchedByFieldId() throws Exception {
        TopicSchema renamed = new TopicSchema(
                0,
                List.of(
                        TopicField.optional(
                                30,
                                "added",
                                new FieldType.MapOf(
                                        TopicField.required(31, "key", FieldType.Primitive.STRING),
                                        TopicField.optional(32, "value", FieldType.Primitive.LONG))),
                        TopicField.optional(2, "airport", FieldType.Primitive.STRING),
                        TopicField.required(1, "id", FieldType.Primitive.INT),
                        TopicField.optional(33, "new_text", FieldType.Primitive.STRING)),
                33);
        Topic topic = server.createTopic("flights", renamed, "");
        push(topic, "", false, 0, 5000, 5000);
        push(topic, "", false, 5000, 5020, 5);
        assertThat(sql.query("select id, airport, new_text from flights limit 2"))
                .containsExactly("0|SFO|null", "1|LAX|null");
        assertThat(sql.query("select count(*), count(added), sum(id), count(new_text), max(airport) from flights"))
                .containsExactly("5020|0|" + (5020L * 5019 / 2) + "|0|SFO");
    }

    @Test
    void emptyTopicHasNoRows() throws Exception {
        server.createTopic("flights", Flights.SCHEMA, "");
        assertThat(sql.query("select * from flights")).isEmpty();
        assertThat(sql.query("select count(*), max(number) from flights")).containsExactly("0|null");
    }

    @Test
    void damagedPageIsDataLossAndTheServerLivesOn() throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
        push(topic, "", false, 0, 1000, 1000);
        overwriteFolios();
        for (String query : List.of("select number from flights", "select sum(number) from flights")) {
            assertThatThrownBy(() -> sql.query(query))
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.INTERNAL));
        }
        assertThat(sql.query("select count(*) from flights")).containsExactly("1000");
    }

    @Test
    void rejectedBatchesAreInvisible() throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
        push(topic, "", true, 0, 6000, 3000);
        assertThat(sql.query("select count(*), min(number), min(__offset__), max(__offset__) from flights"))
                .containsExactly("3000|3000|0|2999");
    }

    private TopicScan lastScan() {
        return server.controlPlane().plans().getLast().getTopics(0);
    }

    private void overwriteFolios() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("objects"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".folio")).toList()) {
                assertThat(file.toFile().setWritable(true)).isTrue();
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
    }

    /// Rows of one partition; `origin` is its value, if it has one.
    private void push(Topic topic, String partition, boolean skipFirst, int start, int end, int batchRows)
            throws Exception {
        List<VectorSchemaRoot> batches = new ArrayList<>();
        for (int row = start; row < end; row += batchRows) {
            batches.add(Flights.open(server.allocator(), row, Math.min(end, row + batchRows), partition));
        }
        server.push(topic, partition, batches, NoCompressionCodec.INSTANCE, skipFirst);
        AutoCloseables.close(batches);
    }
}
