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
package dev.wings.ingestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wings.ingestor.testing.IngestorFixture;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Whoever takes an ingestor's port for that of SQL is told which port it is, whatever is called except the
/// handshake.
class OtherPortIT {

    /// Users and passwords are taken, since tools ask for them; they stand for nothing.
    @Test
    void anyUserGetsAToken() throws Exception {
        try (IngestorFixture fixture = new IngestorFixture(Map.of());
                FlightClient client = fixture.openClient()) {
            assertThat(client.authenticateBasicToken("somebody", "secret")).isPresent();
            assertThat(client.authenticateBasicToken("", "")).isPresent();
        }
    }

    @Test
    void whoWantsSqlIsToldItsPort() throws Exception {
        FlightDescriptor path = FlightDescriptor.path("flights");
        FlightDescriptor command = FlightDescriptor.command("select 1".getBytes(StandardCharsets.UTF_8));
        try (IngestorFixture fixture = new IngestorFixture(Map.of());
                FlightClient client = fixture.openClient()) {
            Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
            calls.put("getInfo of a path", () -> client.getInfo(path));
            calls.put("getInfo of a command", () -> client.getInfo(command));
            calls.put("getSchema", () -> client.getSchema(path));
            calls.put("listFlights", () -> client.listFlights(Criteria.ALL).forEach(info -> {}));
            calls.put("listActions", () -> client.listActions().forEach(action -> {}));
            calls.put("doAction", () -> client.doAction(new Action("x")).forEachRemaining(result -> {}));
            calls.put("getStream", () -> {
                try (FlightStream stream = client.getStream(new Ticket(new byte[] {1}))) {
                    stream.next();
                }
            });
            calls.put("doExchange", () -> {
                try (FlightClient.ExchangeReaderWriter exchange = client.doExchange(path)) {
                    exchange.getWriter().completed();
                    exchange.getReader().next();
                }
            });
            calls.put("startPut", () -> {
                try (VectorSchemaRoot rows = VectorSchemaRoot.of()) {
                    FlightClient.ClientStreamListener put = client.startPut(command, rows, new AsyncPutListener());
                    put.completed();
                    put.getResult();
                }
            });
            calls.forEach((name, call) -> {
                FlightRuntimeException refusal = catchThrowableOfType(FlightRuntimeException.class, call);
                assertThat(refusal)
                        .as(name)
                        .hasMessageContaining("port of an ingestor")
                        .hasMessageContaining("7704");
                assertThat(Set.of(FlightStatusCode.UNIMPLEMENTED, FlightStatusCode.INVALID_ARGUMENT))
                        .as(name)
                        .contains(refusal.status().code());
            });
        }
    }
}
