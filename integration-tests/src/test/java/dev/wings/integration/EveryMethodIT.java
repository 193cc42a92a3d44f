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

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.wings.common.process.PortOffset;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.proto.WatchCommitsRequest;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// What no call may do to a service, for every method of every gRPC port (I11): the tables are made of what the ports
/// say that they have, so that a new method is in them by itself.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class EveryMethodIT {

    /// More than any method takes; the process has less than twice of it for all it does.
    private static final int LARGE = 300 << 20;

    private static final String FLIGHT = FlightServiceGrpc.SERVICE_NAME + "/";

    /// Methods of Flight that a port does not have, though reflection shows them.
    private static final Map<String, Set<String>> MISSING = Map.of(
            "ingestor",
                    Set.of(
                            FLIGHT + "Handshake",
                            FLIGHT + "ListFlights",
                            FLIGHT + "GetFlightInfo",
                            FLIGHT + "PollFlightInfo",
                            FLIGHT + "GetSchema",
                            FLIGHT + "DoGet",
                            FLIGHT + "DoExchange",
                            FLIGHT + "DoAction",
                            FLIGHT + "ListActions"),
            "server", Set.of(FLIGHT + "DoExchange"),
            "control-plane", Set.of());

    // Handshake of the SQL port is answered before anything is sent: it says that nothing is asked for

    @TempDir
    private static Path directory;

    private static WingsProcess wings;
    private static final List<RawMethods> PORTS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        wings = WingsProcess.start(
                directory.resolve("data"),
                PortOffset.claim(),
                Map.of(
                        "WINGS_CONTROL_PLANE_MAX_MESSAGE_BYTES", "8MiB",
                        "WINGS_INGESTOR_MAX_BATCH_BYTES", "8MiB",
                        "WINGS_CONTROL_PLANE_DRAIN_TIMEOUT", "1s",
                        "WINGS_INGESTOR_DRAIN_TIMEOUT", "1s",
                        "WINGS_SERVER_DRAIN_TIMEOUT", "1s",
                        "WINGS_CONTROL_PLANE_REQUEST_TIMEOUT", "4s",
                        "WINGS_INGESTOR_REQUEST_TIMEOUT", "4s",
                        "WINGS_SERVER_REQUEST_TIMEOUT", "4s"));
        byte[] compressed = compressedLarge();
        PORTS.add(RawMethods.open("control-plane", wings.controlPlanePort(), compressed));
        PORTS.add(RawMethods.open("ingestor", wings.ingestorPort(), compressed));
        PORTS.add(RawMethods.open("server", wings.serverPort(), compressed));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        for (RawMethods port : PORTS) {
            port.close();
        }
        wings.close();
    }

    /// A message with nothing but one unknown field of so many zeros: every parser of protobuf keeps it.
    private static byte[] compressedLarge() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            CodedOutputStream message = CodedOutputStream.newInstance(gzip);
            message.writeTag(1000, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            message.writeUInt32NoTag(LARGE);
            message.flush();
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < LARGE / zeros.length; i++) {
                gzip.write(zeros);
            }
        }
        return compressed.toByteArray();
    }

    private interface Start {
        RawMethods.Call start(RawMethods port, MethodDescriptor<?, ?> method);
    }

    /// Makes a call to every method, and checks how they end.
    private static void assertEnds(Status.Code expected, Start start) {
        int made = 0;
        Map<String, Status> others = new LinkedHashMap<>();
        for (RawMethods port : PORTS) {
            Map<String, RawMethods.Call> calls = new LinkedHashMap<>();
            for (MethodDescriptor<?, ?> method : port.methods()) {
                calls.put(method.getFullMethodName(), start.start(port, method).read());
            }
            made += calls.size();
            calls.forEach((method, call) -> {
                boolean missing = MISSING.getOrDefault(port.port(), Set.of()).contains(method);
                Status end = call.end();
                boolean atOnce = method.equals(FLIGHT + "Handshake") && end.isOk();
                if (!atOnce && end.getCode() != (missing ? Status.Code.UNIMPLEMENTED : expected)) {
                    others.put(port.port() + " " + method, end);
                }
            });
        }
        assertThat(others).isEmpty();
        assertThat(made).isGreaterThan(50);
        assertNoAlarm();
    }

    /// What clients do is no error of ours, which operators are woken for.
    private static void assertNoAlarm() {
        assertThat(wings.output()).doesNotContain("ERROR", "\tat ", "Exception");
    }

    @Test
    @Order(1)
    void largeMessagesAreRefused() {
        byte[] large = new byte[10 << 20];
        assertEnds(Status.Code.RESOURCE_EXHAUSTED, (port, method) -> {
            RawMethods.Call call =
                    port.call(method, false, new Metadata()).read().send(large).halfClose();
            // the client has them all in memory, too
            call.end();
            return call;
        });
    }

    @Test
    @Order(2)
    void messagesThatAreLargeOnceDecompressedAreRefused() {
        assertEnds(
                Status.Code.RESOURCE_EXHAUSTED,
                (port, method) -> port.call(method, true, new Metadata())
                        .send(new byte[1])
                        .halfClose());
    }

    @Test
    @Order(3)
    void malformedMessagesAreTheCallersFault() {
        List<byte[]> malformed = List.of(
                new byte[] {0x0A, 100, 1},
                new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF},
                new byte[] {0});
        for (byte[] message : malformed) {
            assertEnds(
                    Status.Code.INVALID_ARGUMENT,
                    (port, method) -> port.call(method, false, new Metadata())
                            .send(message)
                            .halfClose());
        }
    }

    @Tag("full")
    @Test
    @Order(4)
    void callsThatSayNothingAreEnded() {
        assertEnds(Status.Code.DEADLINE_EXCEEDED, (port, method) -> port.call(method, false, new Metadata()));
    }

    @Test
    @Order(5)
    void twoTenantsAreRefused() {
        Metadata.Key<String> tenant = Metadata.Key.of("wings-tenant", Metadata.ASCII_STRING_MARSHALLER);
        for (RawMethods port : PORTS) {
            for (MethodDescriptor<?, ?> method : port.methods()) {
                String name = method.getFullMethodName();
                if (name.startsWith(FLIGHT)
                        && !MISSING.getOrDefault(port.port(), Set.of()).contains(name)) {
                    Metadata headers = new Metadata();
                    headers.put(tenant, "default");
                    headers.put(tenant, "other");
                    byte[] message = name.equals(FLIGHT + "DoPut") ? putTo("flights") : new byte[0];
                    Status end = port.call(method, false, headers)
                            .read()
                            .send(message)
                            .halfClose()
                            .end();
                    assertThat(end.getCode()).as(port.port() + " " + name).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    assertThat(end.getDescription()).as(name).contains("wings-tenant");
                }
            }
        }
        assertNoAlarm();
    }

    private static byte[] putTo(String topic) {
        return Flight.FlightData.newBuilder()
                .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                        .addPath(topic))
                .setDataHeader(ByteString.copyFromUtf8("no schema"))
                .build()
                .toByteArray();
    }

    /// Every method in every state that a call can be left in: opened and silent, its request not ended, its request
    /// malformed, its answers not read.
    @Test
    @Order(6)
    void noCallHindersTheDrain() {
        List<RawMethods.Call> calls = new ArrayList<>();
        for (RawMethods port : PORTS) {
            for (MethodDescriptor<?, ?> method : port.methods()) {
                calls.add(port.call(method, false, new Metadata()));
                calls.add(port.call(method, false, new Metadata()).send(new byte[0]));
                calls.add(port.call(method, false, new Metadata()).halfClose());
                calls.add(port.call(method, false, new Metadata())
                        .send(new byte[0])
                        .halfClose());
                calls.add(port.call(method, false, new Metadata()).send(new byte[] {0x0A, 100, 1}));
                calls.add(port.call(method, true, new Metadata()).send(new byte[1]));
                calls.add(port.call(method, false, new Metadata())
                        .send(putTo("flights"))
                        .halfClose());
            }
            calls.add(port.call(HealthGrpc.getWatchMethod(), false, new Metadata())
                    .send(HealthCheckRequest.getDefaultInstance().toByteArray())
                    .halfClose());
        }
        calls.add(PORTS.getFirst()
                .call(LogMetadataGrpc.getWatchCommitsMethod(), false, new Metadata())
                .send(WatchCommitsRequest.getDefaultInstance().toByteArray())
                .halfClose());

        // fails if it takes longer than services may take together
        wings.stop();

        calls.forEach(call -> call.read().end());
        assertNoAlarm();
    }
}
