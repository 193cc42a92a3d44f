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
package dev.wings.benchmarks.floor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.wings.benchmarks.load.DataSet;
import dev.wings.benchmarks.load.FlightMessages;
import dev.wings.benchmarks.load.GetLoad;
import dev.wings.benchmarks.load.PutLoad;
import dev.wings.benchmarks.load.PutPlan;
import dev.wings.benchmarks.load.SampleRows;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

class FloorServerTest {

    private static final int ROWS = 500;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final FlightMessages messages = FlightMessages.ofSampleRows(0, 3, ROWS);

    @Test
    void everyBatchOfAnEndingPlanIsAcknowledged() throws Exception {
        try (FloorServer floor = new FloorServer(messages)) {
            PutLoad.push(PutPlan.exactly(floor.port(), "a.b", messages, 4, 50), LIMIT);
        }
    }

    @Test
    void fullSpeedCountsBatchesRowsBytesAndLatencies() throws Exception {
        try (FloorServer floor = new FloorServer(messages)) {
            PutLoad.Sample sample = PutLoad.run(
                    PutPlan.fullSpeed(floor.port(), "a.b", messages, 2), Duration.ofMillis(50), Duration.ofMillis(200));

            assertThat(sample.batches()).isPositive();
            assertThat(sample.rows()).isEqualTo(sample.batches() * ROWS);
            assertThat(sample.bytes()).isEqualTo(sample.batches() * messages.bytesPerBatch());
            assertThat(sample.ackNanos().getTotalCount()).isPositive();
        }
    }

    @Test
    void pacedLoadKeepsItsRate() throws Exception {
        double bytesPerSecond = messages.bytesPerBatch() * 200;
        try (FloorServer floor = new FloorServer(messages)) {
            PutLoad.Sample sample = PutLoad.run(
                    PutPlan.paced(floor.port(), "a.b", messages, 4, bytesPerSecond),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(4));

            // a pause of two seconds, which the load makes up for afterwards, may be on either side of the window's
            // edge
            assertThat(sample.batchesPerSecond()).isBetween(100.0, 300.0);
        }
    }

    @Test
    void batchThatIsNotAcceptedWholeFailsTheLoad() throws Exception {
        FlightMessages claimsMore = new FlightMessages(
                DataSet.SENSORS, messages.batches(), messages.rowsPerBatch() + 1, messages.bodyBytes());
        try (FloorServer floor = new FloorServer(messages)) {
            PutPlan plan = PutPlan.exactly(floor.port(), "a.b", claimsMore, 1, 1);

            assertThatThrownBy(() -> PutLoad.push(plan, LIMIT)).hasMessageContaining("not accepted");
        }
    }

    @Test
    void rawReaderCountsWhatTheTicketAsksFor() throws Exception {
        try (FloorServer floor = new FloorServer(messages)) {
            Flight.Ticket ticket = Flight.Ticket.newBuilder()
                    .setTicket(ByteString.copyFromUtf8("30"))
                    .build();

            GetLoad.Result result = GetLoad.read(floor.port(), ticket, LIMIT);

            assertThat(result.rows()).isEqualTo(30L * ROWS);
            assertThat(result.bytes()).isEqualTo(10 * messages.bodyBytes());
        }
    }

    @Test
    void arrowClientReadsTheStreamedBatches() throws Exception {
        try (FloorServer floor = new FloorServer(messages);
                BufferAllocator allocator = new RootAllocator();
                FlightClient client = FlightClient.builder(
                                allocator, Location.forGrpcInsecure("127.0.0.1", floor.port()))
                        .build();
                FlightStream stream = client.getStream(new Ticket("2".getBytes(StandardCharsets.US_ASCII)));
                VectorSchemaRoot first = SampleRows.openBatch(allocator, 0, ROWS)) {
            assertThat(stream.next()).isTrue();
            assertThat(stream.getRoot().equals(first)).isTrue();
            assertThat(stream.next()).isTrue();
            assertThat(stream.next()).isFalse();
        }
    }

    @Test
    void duckDbRunsOverAsManyBatchesAsAskedFor() throws Exception {
        try (DuckDbFloor duckDb = new DuckDbFloor(DataSet.SENSORS, 2, ROWS, 1)) {
            String sql = "select case when count(*) = 2500 then 1 else error('rows: ' || count(*)) end from rows";

            assertThat(duckDb.seconds(sql, 5)).isPositive();
        }
    }
}
