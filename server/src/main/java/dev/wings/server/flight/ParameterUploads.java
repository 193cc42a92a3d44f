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

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import dev.wings.server.session.ParameterValues;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.write.Writes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;

/// Serves the calls by which clients send values of parameters, changes of their session, and statements that
/// change schemas, tables or rows. The whole request is gathered first, and then read.
final class ParameterUploads {

    /// A request has so many messages at most, which is enough for one row and its dictionaries.
    private static final int MAX_MESSAGES = 1024;

    private static final int MAX_BYTES = 4 << 20;

    /// All uploads that are under way may hold so much together, shared by tenants.
    private static final long MAX_BYTES_OF_ALL = 64 << 20;

    /// A request is held twice: as it came, and as it is read.
    private static final int COPIES = 2;

    private static final int CONTINUATION = 0xFFFFFFFF;

    private static final int PREFIX_BYTES = 8;

    /// Arrow's reader does not take decimals of fewer bits.
    private static final int DECIMAL_BITS = 128;

    /// Lists in lists are checked to this depth. What is deeper is refused where it is read.
    private static final int MAX_DEPTH = 16;

    private final Statements statements;
    private final SessionChanges sessions;
    private final WriteCalls writes;
    private final BufferAllocator allocator;
    private final FairPlaces turns;
    private final FairPlaces memory = new FairPlaces("bytes of parameters", MAX_BYTES_OF_ALL);

    ParameterUploads(
            Statements statements,
            SessionChanges sessions,
            WriteCalls writes,
            BufferAllocator allocator,
            Scheduler scheduler,
            FlightSqlEndpoint.Limits limits) {
        this.statements = statements;
        this.sessions = sessions;
        this.writes = writes;
        this.allocator = allocator;
        this.turns = new FairPlaces(
                "parameters that are read",
                new FairPlaces.Limits(limits.turns(), limits.metadata(), limits.metadataTimeout()),
                scheduler);
    }

    /// Returns what takes the messages of one call.
    PutCalls.Rest open(ServerCall<PutMessage, Flight.PutResult> call, PutCalls.Purpose.Gathered purpose) {
        return new Upload(call, purpose);
    }

    /// Binds the values to the statement of the command, and returns its new handle.
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

    /// Fails with INVALID for decimals that Arrow's reader does not take, and names the parameter and its type.
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

    /// Appends a message in the form that it has in a stream of Arrow's own.
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

    /// A single call, whose messages are gathered.
    private final class Upload extends PutCalls.Rest {

        private final ServerCall<PutMessage, Flight.PutResult> call;
        private final PutCalls.Purpose.Gathered purpose;
        private final List<Flight.FlightData> messages = new ArrayList<>();
        private final String tenant = Caller.current().tenant();
        private FairPlaces.@Nullable Place place;
        private boolean answered;
        private int bytes;

        Upload(ServerCall<PutMessage, Flight.PutResult> call, PutCalls.Purpose.Gathered purpose) {
            this.call = call;
            this.purpose = purpose;
        }

        @Override
        public void onMessage(PutMessage message) {
            begin(message.parse());
        }

        /// Takes the first message like the others. As a rule, it has the schema.
        @Override
        void begin(Flight.FlightData message) {
            if (purpose instanceof PutCalls.Purpose.Change(StatementHandle statement)
                    && statement.parameterCount() == 0) {
                // some clients end their side of the call only when they have an answer
                if (!answered) {
                    answered = true;
                    answer(FlightSql.DoPutUpdateResult.newBuilder()
                            .setRecordCount(update(statement))
                            .build());
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

        private long update(StatementHandle statement) {
            Optional<Writes.Outcome> outcome = writes.run(statement);
            if (outcome.isEmpty()) {
                sessions.update(statement.sql());
            }
            return outcome.map(Writes.Outcome::rows).orElse(0L);
        }

        /// Runs the statement with the values that come with the call, or with those that were bound before.
        private long updateWithParameters(StatementHandle statement) {
            if (messages.size() < 2) {
                return update(statement);
            }
            byte[] stream = stream();
            checkTypes(stream);
            return CallWork.run(() -> {
                try (ArrowStreamReader rows = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
                    return writes.run(statement, rows);
                } catch (WingsException e) {
                    throw e;
                } catch (OutOfMemoryException e) {
                    throw new WingsException(ErrorKind.EXHAUSTED, "no memory for the parameters now", e);
                } catch (IOException e) {
                    throw new WingsException(
                            ErrorKind.INVALID, "the parameters cannot be read: cause=" + e.getMessage(), e);
                }
            });
        }

        private byte[] stream() {
            ByteArrayOutputStream stream = new ByteArrayOutputStream(bytes);
            messages.forEach(message -> append(message, stream));
            messages.clear();
            return stream.toByteArray();
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
                case PutCalls.Purpose.Bind(ByteString statement) -> answer(bound(statement));
                case PutCalls.Purpose.Change(StatementHandle statement) -> {
                    if (!answered) {
                        answer(FlightSql.DoPutUpdateResult.newBuilder()
                                .setRecordCount(updateWithParameters(statement))
                                .build());
                    }
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
            return FlightSql.DoPutPreparedStatementResult.newBuilder()
                    .setPreparedStatementHandle(bindInTurn(statement, stream()))
                    .build();
        }
    }
}
