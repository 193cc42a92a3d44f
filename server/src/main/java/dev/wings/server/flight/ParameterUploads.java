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
package dev.wings.server.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import dev.wings.server.session.ParameterValues;
import dev.wings.server.session.StatementHandle;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;

/// `DoPut`, by which clients send the values of parameters and changes of their session, and nothing else here.
///
/// Flight's own one gives each call a thread that waits for the client, for ever if the client sends nothing, or
/// something that cannot be read. Here the whole request is gathered first, and then read.
final class ParameterUploads {

    /// One row and its dictionaries.
    private static final int MAX_MESSAGES = 1024;

    private static final int MAX_BYTES = 4 << 20;

    /// What all uploads that are under way may hold, shared by tenants.
    private static final long MAX_BYTES_OF_ALL = 64 << 20;

    /// As it came, and as it is read.
    private static final int COPIES = 2;

    private static final int CONTINUATION = 0xFFFFFFFF;

    private static final int PREFIX_BYTES = 8;

    /// Decimals that have fewer bits are not read.
    private static final int DECIMAL_BITS = 128;

    /// Lists in lists are looked at to this depth; what is deeper is refused where it is read.
    private static final int MAX_DEPTH = 16;

    private final Statements statements;
    private final SessionChanges sessions;
    private final BufferAllocator allocator;
    private final FairPlaces turns;
    private final FairPlaces memory = new FairPlaces("bytes of parameters", MAX_BYTES_OF_ALL);

    ParameterUploads(
            Statements statements,
            SessionChanges sessions,
            BufferAllocator allocator,
            Scheduler scheduler,
            FlightSqlEndpoint.Limits limits) {
        this.statements = statements;
        this.sessions = sessions;
        this.allocator = allocator;
        this.turns = new FairPlaces(
                "parameters that are read",
                new FairPlaces.Limits(limits.turns(), limits.metadata(), limits.metadataTimeout()),
                scheduler);
    }

    ServerMethodDefinition<Flight.FlightData, Flight.PutResult> method() {
        MethodDescriptor<Flight.FlightData, Flight.PutResult> doPut = FlightServiceGrpc.getDoPutMethod();
        return ServerMethodDefinition.create(doPut, (call, headers) -> {
            call.request(1);
            return new Upload(call);
        });
    }

    /// The statement of the command, with the values bound to it, as its new handle.
    private ByteString bind(ByteString command, byte[] stream) {
        StatementHandle handle = statements.prepared(command);
        checkTypes(stream);
        try (ArrowStreamReader parameters = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
            if (!parameters.loadNextBatch()) {
                throw WingsException.invalid("one row of parameters is expected: found=0");
            }
            List<@Nullable Object> values = ParameterValues.ofRow(parameters.getVectorSchemaRoot(), parameters);
            if (parameters.loadNextBatch()) {
                throw WingsException.invalid("one row of parameters is expected: found=more");
            }
            return statements.bind(handle, values);
        } catch (WingsException e) {
            throw e;
        } catch (OutOfMemoryException e) {
            throw new WingsException(ErrorKind.EXHAUSTED, "no memory for the parameters now", e);
        } catch (IOException | RuntimeException e) {
            throw new WingsException(ErrorKind.INVALID, "the parameters cannot be read: cause=" + e.getMessage(), e);
        }
    }

    /// Fails with INVALID for decimals that Arrow's reader does not take, naming parameter and type.
    private static void checkTypes(byte[] stream) {
        if (stream.length <= PREFIX_BYTES) {
            return;
        }
        try {
            org.apache.arrow.flatbuf.Message message = org.apache.arrow.flatbuf.Message.getRootAsMessage(
                    ByteBuffer.wrap(stream).position(PREFIX_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN));
            if (message.header(new Schema()) instanceof Schema schema && message.headerType() == MessageHeader.Schema) {
                for (int i = 0; i < schema.fieldsLength(); i++) {
                    checkType(i, schema.fields(i), MAX_DEPTH);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new WingsException(ErrorKind.INVALID, "the schema of the parameters cannot be read", e);
        }
    }

    private static void checkType(int parameter, Field field, int depth) {
        if (field.typeType() == Type.Decimal && field.type(new Decimal()) instanceof Decimal decimal) {
            if (decimal.bitWidth() < DECIMAL_BITS) {
                throw WingsException.invalid(
                        "no parameter can have this type: parameter=" + parameter + ", type=decimal"
                                + decimal.bitWidth() + "(" + decimal.precision() + ", " + decimal.scale()
                                + "); send it as decimal128");
            }
        }
        for (int i = 0; depth > 0 && i < field.childrenLength(); i++) {
            checkType(parameter, field.children(i), depth - 1);
        }
    }

    /// What a call is for.
    private sealed interface Purpose {

        /// The following messages are values for this prepared statement.
        record Bind(ByteString statement) implements Purpose {}

        /// The caller's session is to be changed.
        record Change(String sql) implements Purpose {}
    }

    /// What the first message says that the call is for.
    private Purpose purpose(Flight.FlightData first) {
        if (!first.hasFlightDescriptor()
                || first.getFlightDescriptor().getType() != Flight.FlightDescriptor.DescriptorType.CMD) {
            throw WingsException.invalid(
                    Requests.PORT + ": found=a first message without a descriptor that carries a command");
        }
        try {
            Any command = Any.parseFrom(first.getFlightDescriptor().getCmd());
            if (command.is(FlightSql.CommandPreparedStatementQuery.class)) {
                return new Purpose.Bind(command.unpack(FlightSql.CommandPreparedStatementQuery.class)
                        .getPreparedStatementHandle());
            }
            if (command.is(FlightSql.CommandStatementUpdate.class)) {
                return new Purpose.Change(
                        command.unpack(FlightSql.CommandStatementUpdate.class).getQuery());
            }
            if (command.is(FlightSql.CommandPreparedStatementUpdate.class)) {
                ByteString handle = command.unpack(FlightSql.CommandPreparedStatementUpdate.class)
                        .getPreparedStatementHandle();
                return new Purpose.Change(statements.prepared(handle).sql());
            }
            if (command.is(FlightSql.CommandStatementIngest.class)) {
                throw WingsException.invalid("tables are not filled through this port: rows are pushed by DoPut to an"
                        + " ingestor's port (7702 of `wings dev`), with a descriptor whose path is the topic, or by `wings"
                        + " push TOPIC FILE`");
            }
            throw WingsException.invalid("no such command: type="
                    + command.getTypeUrl().lines().findFirst().orElse(""));
        } catch (InvalidProtocolBufferException e) {
            throw new WingsException(ErrorKind.INVALID, "not a command: cause=" + e.getMessage(), e);
        }
    }

    /// Puts a message into the form that it has in a stream of Arrow's own.
    private static void append(Flight.FlightData message, ByteArrayOutputStream stream) {
        int length = message.getDataHeader().size();
        int padding = -length & 7;
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        prefix.putInt(CONTINUATION).putInt(length + padding);
        stream.writeBytes(prefix.array());
        stream.writeBytes(message.getDataHeader().toByteArray());
        stream.writeBytes(new byte[padding]);
        stream.writeBytes(message.getDataBody().toByteArray());
    }

    private static WingsException tooMany() {
        return WingsException.exhausted(
                "too many parameters are being sent at once: limit_bytes_of_all=" + MAX_BYTES_OF_ALL);
    }

    /// One call.
    private final class Upload extends ServerCall.Listener<Flight.FlightData> {

        private final ServerCall<Flight.FlightData, Flight.PutResult> call;
        private final List<Flight.FlightData> messages = new ArrayList<>();
        private final String tenant = Caller.current().tenant();
        private @Nullable Purpose purpose;
        private FairPlaces.@Nullable Place place;
        private boolean answered;
        private int bytes;

        Upload(ServerCall<Flight.FlightData, Flight.PutResult> call) {
            this.call = call;
        }

        @Override
        public void onMessage(Flight.FlightData message) {
            if (purpose == null) {
                purpose = purpose(message);
            }
            if (purpose instanceof Purpose.Change(String sql)) {
                // some clients end their side only when they have an answer
                if (!answered) {
                    answered = true;
                    sessions.update(sql);
                    answer(FlightSql.DoPutUpdateResult.getDefaultInstance());
                }
                return;
            }
            bytes += message.getSerializedSize();
            if (bytes > MAX_BYTES || messages.size() == MAX_MESSAGES) {
                throw WingsException.exhausted(
                        "the parameters are too large: limit_bytes=" + MAX_BYTES + ", limit_messages=" + MAX_MESSAGES);
            }
            hold((long) COPIES * message.getSerializedSize());
            if (!message.getDataHeader().isEmpty()) {
                messages.add(message);
            }
            call.request(1);
        }

        private ByteString bindInTurn(ByteString command, byte[] stream) {
            try (FairPlaces.Place turn = turns.acquire(tenant)) {
                return bind(command, stream);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted while others' parameters were read", e);
            }
        }

        private void hold(long more) {
            FairPlaces.Place held = place;
            if (held == null) {
                place = memory.tryAcquire(tenant, more).orElseThrow(ParameterUploads::tooMany);
            } else if (!held.tryGrow(more)) {
                throw tooMany();
            }
        }

        private void giveBack() {
            if (place != null) {
                place.close();
            }
        }

        @Override
        public void onCancel() {
            giveBack();
        }

        @Override
        public void onComplete() {
            giveBack();
        }

        @Override
        public void onHalfClose() {
            switch (purpose) {
                case null -> throw WingsException.invalid("the stream ended before its first message");
                case Purpose.Bind(ByteString statement) -> answer(bound(statement));
                case Purpose.Change ignored -> {
                    // answered before
                }
            }
        }

        private void answer(Message answer) {
            call.sendHeaders(new Metadata());
            call.sendMessage(Flight.PutResult.newBuilder()
                    .setAppMetadata(answer.toByteString())
                    .build());
            call.close(Status.OK, new Metadata());
        }

        private Message bound(ByteString statement) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream(bytes);
            messages.forEach(message -> append(message, stream));
            messages.clear();
            return FlightSql.DoPutPreparedStatementResult.newBuilder()
                    .setPreparedStatementHandle(bindInTurn(statement, stream.toByteArray()))
                    .build();
        }
    }
}
