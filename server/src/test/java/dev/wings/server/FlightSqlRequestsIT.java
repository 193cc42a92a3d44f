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

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients can send to the SQL port that is no sensible request: for each command that Flight SQL knows, and for
/// each way to send one. Whatever is refused is the client's fault, and says so without showing our inside.
final class FlightSqlRequestsIT {

    /// The service's fault, which wakes its operators.
    private static final Set<Status.Code> OURS =
            Set.of(Status.Code.INTERNAL, Status.Code.UNKNOWN, Status.Code.DATA_LOSS, Status.Code.DEADLINE_EXCEEDED);

    @TempDir
    private static Path directory;

    private static ServerFixture server;
    private static ManagedChannel channel;

    @BeforeAll
    static void open() {
        server = new ServerFixture(directory, Map.of());
        server.createTopic("flights", Flights.SCHEMA, "");
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void close() {
        channel.shutdownNow();
        server.close();
    }

    @Test
    void noRequestIsTheServersFault() throws Exception {
        Map<String, ByteString> bodies = bodies();
        assertThat(bodies).hasSizeGreaterThan(150);
        List<String> faults = new ArrayList<>();
        bodies.forEach((name, body) -> {
            for (Flight.FlightDescriptor descriptor : descriptors(name, body)) {
                String as = descriptor.getType() + " " + name;
                send("GetFlightInfo " + as, faults, () -> stub().getFlightInfo(descriptor));
                send("GetSchema " + as, faults, () -> stub().getSchema(descriptor));
                send("PollFlightInfo " + as, faults, () -> stub().pollFlightInfo(descriptor));
                send("DoPut " + as, faults, () -> put(descriptor));
            }
            send(
                    "DoGet " + name,
                    faults,
                    () -> drain(stub().doGet(
                                    Flight.Ticket.newBuilder().setTicket(body).build())));
            send(
                    "ListFlights " + name,
                    faults,
                    () -> drain(stub().listFlights(Flight.Criteria.newBuilder()
                            .setExpression(body)
                            .build())));
        });
        bodies.forEach((name, body) -> {
            for (String action : actions(name)) {
                send(
                        "DoAction " + action + " " + name,
                        faults,
                        () -> drain(stub().doAction(Flight.Action.newBuilder()
                                .setType(action)
                                .setBody(body)
                                .build())));
            }
        });
        assertThat(faults).isEmpty();
    }

    @Test
    void whatIsAskedOfTheServerAndUnknownIsLeftOut() throws Exception {
        try (FlightSql sql = new FlightSql(server.port())) {
            assertThat(sql.rows(sql.client().getSqlInfo(new int[] {0, 3, 123_456, -1, Integer.MAX_VALUE, 0})))
                    .containsExactlyInAnyOrder("0|Wings", "3|false");
            assertThat(sql.rows(sql.client().getSqlInfo(new int[] {123_456, 99_999})))
                    .isEmpty();
            assertThat(sql.rows(sql.client().getSqlInfo(new int[0]))).hasSizeGreaterThan(40);
        }
    }

    @Test
    void longNamesAreAnsweredOrRefused() throws Exception {
        List<String> faults = new ArrayList<>();
        try (FlightSql sql = new FlightSql(server.port())) {
            for (int length : new int[] {255, 5000, 33_000}) {
                for (String letter : List.of("x", "\u00fc")) {
                    String name = letter.repeat(length / letter.getBytes(StandardCharsets.UTF_8).length);
                    for (String pattern : List.of(
                            "select 1 as \"%s\"",
                            "select {'%s': 1} as x",
                            "select * from (select ? as \"%s\")",
                            "select [{'%s': 1}]",
                            "select 1 as a from (select 2 as \"%s\")",
                            "select \"%s\" from flights",
                            "select * from \"%s\"",
                            "select %s(1)",
                            "select 1::\"%s\"",
                            "select '%s' as x, count(*) from range(3) group by all",
                            "with \"%s\" as (select 1) from \"%<s\"")) {
                        String text = pattern.replace("%<s", "%s").replace("%s", name);
                        try {
                            if (text.contains("?")) {
                                sql.queryPrepared(text, 1);
                            } else {
                                sql.query(text);
                            }
                        } catch (FlightRuntimeException e) {
                            String message = String.valueOf(e.getMessage());
                            if (e.status().code() != FlightStatusCode.INVALID_ARGUMENT
                                    && e.status().code() != FlightStatusCode.NOT_FOUND) {
                                faults.add(pattern + " " + letter + " " + length + ": "
                                        + e.status().code() + " "
                                        + message.substring(0, Math.min(200, message.length())));
                            } else if (message.length() > 4200) {
                                faults.add(pattern + " " + letter + " " + length + ": says much: " + message.length());
                            }
                        }
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
        try (FlightSql sql = new FlightSql(server.port())) {
            assertThat(sql.schema("select 1 as " + "x".repeat(32_766))
                            .getFields()
                            .getFirst()
                            .getName())
                    .hasSize(32_766);
            assertThatThrownBy(() -> sql.query("select 1 as " + "x".repeat(32_767)))
                    .hasMessageContaining("is too long")
                    .hasMessageContaining("limit=32766 bytes");
        }
    }

    /// The commands, tickets and actions of Flight SQL and of Flight, by name: empty, odd, cut and of another type.
    private static Map<String, ByteString> bodies() throws Exception {
        Map<String, ByteString> bodies = new LinkedHashMap<>();
        bodies.put("nothing", ByteString.EMPTY);
        bodies.put("garbage", ByteString.copyFrom(new byte[] {-1, 7, 0, 127, -128, 3}));
        byte[] random = new byte[1000];
        new Random(1).nextBytes(random);
        bodies.put("random", ByteString.copyFrom(random));
        bodies.put("text", ByteString.copyFromUtf8("select 1"));
        bodies.put("path", ByteString.copyFromUtf8("flights"));
        bodies.put("any of nothing", Any.getDefaultInstance().toByteString());
        bodies.put("any of an unknown type", any("type.googleapis.com/no.such.Type", random));
        bodies.put("any without a prefix", any("CommandGetTables", new byte[0]));
        List<Descriptor> types = new ArrayList<>(
                org.apache.arrow.flight.sql.impl.FlightSql.getDescriptor().getMessageTypes());
        types.addAll(Flight.getDescriptor().getMessageTypes());
        for (Descriptor type : types) {
            String url = "type.googleapis.com/" + type.getFullName();
            byte[] odd = odd(type).toByteArray();
            bodies.put(type.getName() + " empty", any(url, new byte[0]));
            bodies.put(type.getName() + " odd", any(url, odd));
            bodies.put(type.getName() + " bare", ByteString.copyFrom(odd));
            if (odd.length > 2) {
                bodies.put(type.getName() + " cut", any(url, java.util.Arrays.copyOf(odd, odd.length / 2)));
            }
            bodies.put(type.getName() + " of other bytes", any(url, random));
        }
        return bodies;
    }

    private static ByteString any(String url, byte[] value) {
        return Any.newBuilder()
                .setTypeUrl(url)
                .setValue(ByteString.copyFrom(value))
                .build()
                .toByteString();
    }

    /// A message with a value in every field that no sensible client sends.
    private static DynamicMessage odd(Descriptor type) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            Object value = switch (field.getJavaType()) {
                case INT -> -7;
                case LONG -> Long.MIN_VALUE;
                case FLOAT -> Float.NaN;
                case DOUBLE -> Double.NaN;
                case BOOLEAN -> true;
                case STRING -> "%_\\ \0 \uD83D\uDE00 'x\" -- ".repeat(50);
                case BYTE_STRING -> ByteString.copyFrom("\uFFFF\0handle".getBytes(StandardCharsets.UTF_16));
                case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(4711);
                case MESSAGE -> null;
            };
            if (value == null || (field.getContainingOneof() != null && message.hasOneof(field.getContainingOneof()))) {
                continue;
            }
            if (field.isRepeated()) {
                message.addRepeatedField(field, value).addRepeatedField(field, value);
            } else {
                message.setField(field, value);
            }
        }
        return message.build();
    }

    private static List<Flight.FlightDescriptor> descriptors(String name, ByteString body) {
        Flight.FlightDescriptor.Builder path = Flight.FlightDescriptor.newBuilder();
        Flight.FlightDescriptor command = path.setType(Flight.FlightDescriptor.DescriptorType.CMD)
                .setCmd(body)
                .build();
        return !name.equals("path")
                ? List.of(command)
                : List.of(
                        command,
                        path.setType(Flight.FlightDescriptor.DescriptorType.PATH)
                                .clearCmd()
                                .addPath("flights")
                                .addPath("\0")
                                .build(),
                        path.setTypeValue(4711).build(),
                        path.setType(Flight.FlightDescriptor.DescriptorType.UNKNOWN)
                                .setCmd(body)
                                .build());
    }

    /// Returns all actions with what is no message at all, and each with its own message.
    private static List<String> actions(String body) {
        List<String> all = List.of(
                "CreatePreparedStatement",
                "ClosePreparedStatement",
                "CreatePreparedSubstraitPlan",
                "BeginTransaction",
                "EndTransaction",
                "BeginSavepoint",
                "EndSavepoint",
                "CancelQuery",
                "CancelFlightInfo",
                "RenewFlightEndpoint",
                "SetSessionOptions",
                "GetSessionOptions",
                "CloseSession");
        List<String> actions = new ArrayList<>(all);
        if (body.contains(" ") && !body.startsWith("any")) {
            actions.removeIf(action -> !body.contains(action));
        }
        if (body.equals("garbage")) {
            actions.addAll(List.of("", "no such action", "\0", "x".repeat(10_000)));
        }
        return actions;
    }

    private static FlightServiceGrpc.FlightServiceBlockingStub stub() {
        return FlightServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static void drain(Iterator<?> answers) {
        answers.forEachRemaining(answer -> {});
    }

    private static void put(Flight.FlightDescriptor descriptor) {
        drain(io.grpc.stub.ClientCalls.blockingServerStreamingCall(
                channel,
                FlightServiceGrpc.getDoPutMethod().toBuilder()
                        .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
                        .build(),
                io.grpc.CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                Flight.FlightData.newBuilder()
                        .setFlightDescriptor(descriptor)
                        .setDataHeader(ByteString.copyFromUtf8("no header"))
                        .build()));
    }

    private static void send(String what, List<String> faults, Runnable request) {
        try {
            request.run();
        } catch (StatusRuntimeException e) {
            String text = String.valueOf(e.getStatus().getDescription());
            boolean shows = text.contains("\tat ")
                    || text.contains("Exception")
                    || text.contains("stack_trace")
                    || text.contains("error_id");
            if (OURS.contains(e.getStatus().getCode()) || shows || text.length() > 4200) {
                faults.add(what + ": " + e.getStatus().getCode() + " "
                        + text.lines().findFirst().orElse(""));
            }
        }
    }
}
