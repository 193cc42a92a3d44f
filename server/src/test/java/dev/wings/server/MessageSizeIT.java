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

import dev.wings.common.arrow.MessageRoom;
import dev.wings.common.arrow.RowBytes;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.testing.ServerFixture;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The client takes no message that is larger than it may be, and measures those that it gets.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessageSizeIT {

    /// What a message has beside its rows.
    private static final int HEADER_BYTES = 4 << 10;

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "n", FieldType.Primitive.LONG),
                    TopicField.optional(2, "text", FieldType.Primitive.STRING)),
            2);

    private ServerFixture server;
    private ManagedChannel channel;
    private FlightSqlClient client;

    @BeforeAll
    void open(@TempDir Path directory) {
        server = new ServerFixture(directory, Map.of());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .maxInboundMessageSize((int) MessageRoom.MAX_BYTES + HEADER_BYTES)
                .build();
        client = new FlightSqlClient(FlightGrpcUtils.createFlightClient(server.allocator(), channel));
        Topic wide = server.createTopic("wide", SCHEMA, "");
        try (VectorSchemaRoot rows = rows(0, 40_000)) {
            server.push(wide, "", List.of(rows));
        }
        Topic small = server.createTopic("small", SCHEMA, "");
        for (int i = 0; i < 40; i++) {
            try (VectorSchemaRoot rows = rows(i * 2100, 2100)) {
                server.push(small, "", List.of(rows));
            }
        }
    }

    @AfterAll
    void close() throws Exception {
        client.close();
        channel.shutdownNow();
        server.close();
    }

    private VectorSchemaRoot rows(int start, int count) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ServerFixture.pageSchema(SCHEMA), server.allocator());
        root.allocateNew();
        for (int row = 0; row < count; row++) {
            ((BigIntVector) root.getVector(0)).setSafe(row, start + row);
            if (row % 7 > 0) {
                byte[] text = text(start + row).getBytes(StandardCharsets.UTF_8);
                ((VarCharVector) root.getVector(1)).setSafe(row, text);
            }
        }
        root.setRowCount(count);
        return root;
    }

    private static String text(int n) {
        return "t" + n + "-".repeat(200);
    }

    /// What came, values joined with `|`, and how much of it in each message.
    private record Answer(List<String> rows, List<Long> messageBytes) {}

    private Answer read(FlightInfo info) throws Exception {
        List<String> rows = new ArrayList<>();
        List<Long> messageBytes = new ArrayList<>();
        try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket())) {
            while (stream.next()) {
                VectorSchemaRoot root = stream.getRoot();
                messageBytes.add(RowBytes.of(root));
                for (int row = 0; row < root.getRowCount(); row++) {
                    StringBuilder text = new StringBuilder();
                    for (FieldVector vector : root.getFieldVectors()) {
                        text.append(text.isEmpty() ? "" : "|").append(vector.getObject(row));
                    }
                    rows.add(text.toString());
                }
            }
        }
        return new Answer(rows, messageBytes);
    }

    /// The first four take no engine.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "select * from wide; 40000",
                "select text, n as number from wide limit 33333; 33333",
                "select n from small; 84000",
                "select * from small limit 83999; 83999",
                "select n, upper(text) from wide; 40000",
                "select *, n + 1 from small; 84000",
                "select n, text, [text, 'x'], {'a': text, 'b': n}, map {'k': text} from wide; 40000",
                "select n, repeat('x', 30000) from wide where n < 500; 500",
                "select n % 2 = 0, n from small where n >= 100; 83900"
            })
    void messagesAreNeitherLargeNorSmall(String query, int expected) throws Exception {
        Answer answer = read(client.execute(query));
        assertThat(answer.rows()).hasSize(expected).doesNotHaveDuplicates();
        assertThat(answer.messageBytes())
                .allSatisfy(bytes -> assertThat(bytes).isLessThanOrEqualTo(MessageRoom.MAX_BYTES));
        // the first ones come soon; the last is what is left, also of what was too large
        long bytes = answer.messageBytes().stream().mapToLong(Long::longValue).sum();
        assertThat(answer.messageBytes()).hasSizeLessThanOrEqualTo(7 + (int) (bytes / (MessageRoom.MAX_BYTES / 3)));
    }

    @Test
    void rowsOfPagesKeepTheirOrderAndTheirValues() throws Exception {
        assertThat(read(client.execute("select n, text from wide")).rows())
                .isEqualTo(IntStream.range(0, 40_000)
                        .mapToObj(n -> n + "|" + (n % 7 > 0 ? text(n) : null))
                        .toList());
    }

    @Test
    void metadataComesInMessagesOfTheSameSize() throws Exception {
        List<TopicField> columns = IntStream.rangeClosed(1, 100)
                .mapToObj(id -> new TopicField(id, "column" + id, false, FieldType.Primitive.STRING, "x".repeat(1000)))
                .toList();
        for (int i = 0; i < 50; i++) {
            server.createTopic("documented" + i, new TopicSchema(0, columns, 100), "");
        }
        Answer answer = read(client.getTables(null, null, "doc%", null, true));
        assertThat(answer.rows()).hasSize(50);
        assertThat(answer.messageBytes()).hasSizeGreaterThan(3);
    }
}
