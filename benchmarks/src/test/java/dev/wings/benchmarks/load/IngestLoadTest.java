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
package dev.wings.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.rpc.GrpcServer;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.flight.impl.Flight.PutResult;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.junit.jupiter.api.Test;

class IngestLoadTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Test
    void allBatchesAreSentBehindTheCommand() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 2, 10);
        Taking taking = new Taking(30);
        try (GrpcServer server = taking.open()) {
            IngestLoad.push(server.port(), "readings", messages, 3, LIMIT);
        }

        assertThat(taking.messages).hasSize(4);
        assertThat(taking.messages.getFirst().getFlightDescriptor().getCmd().toStringUtf8())
                .contains("CommandStatementIngest")
                .contains("readings");
        assertThat(taking.messages.get(3).toByteArray())
                .isEqualTo(messages.batches().getFirst());
    }

    @Test
    void otherNumberOfRowsFails() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 2, 10);
        try (GrpcServer server = new Taking(29).open()) {
            assertThatThrownBy(() -> IngestLoad.push(server.port(), "readings", messages, 3, LIMIT))
                    .hasMessage("an ingest of other rows than were sent: rows=29, sent=30");
        }
    }

    /// Takes one ingest, and answers with a number that it was told before.
    private static final class Taking {

        private final List<FlightData> messages = new ArrayList<>();
        private final long rows;

        Taking(long rows) {
            this.rows = rows;
        }

        GrpcServer open() {
            ServerServiceDefinition service = ServerServiceDefinition.builder(FlightServiceGrpc.SERVICE_NAME)
                    .addMethod(RawFlight.DO_PUT, (call, headers) -> start(call))
                    .build();
            return GrpcServer.on("127.0.0.1", 0, new SimpleMeterRegistry())
                    .maxMessageBytes(RawFlight.MAX_MESSAGE_BYTES)
                    .drain(Duration.ZERO)
                    .service(service)
                    .open();
        }

        private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call) {
            call.request(100);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                    try {
                        messages.add(FlightData.parseFrom(message));
                    } catch (InvalidProtocolBufferException e) {
                        call.close(Status.INVALID_ARGUMENT.withCause(e), new Metadata());
                    }
                }

                @Override
                public void onHalfClose() {
                    call.sendHeaders(new Metadata());
                    call.sendMessage(PutResult.newBuilder()
                            .setAppMetadata(DoPutUpdateResult.newBuilder()
                                    .setRecordCount(rows)
                                    .build()
                                    .toByteString())
                            .build()
                            .toByteArray());
                    call.close(Status.OK, new Metadata());
                }
            };
        }
    }
}
