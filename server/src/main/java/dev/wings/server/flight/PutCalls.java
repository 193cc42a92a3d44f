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
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.session.StatementHandle;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.jspecify.annotations.Nullable;

/// Serves `DoPut`, where the first message of a call says what the call is for.
///
/// Flight's own code gives each call a thread that waits for the client, even for ever if the client sends
/// nothing, or something that cannot be read. This class takes messages as they come, and passes them to what
/// serves the call.
final class PutCalls {

    /// The first message may have so many bytes, which is enough for a command and a schema.
    private static final int MAX_FIRST_BYTES = 4 << 20;

    private final Statements statements;
    private final ParameterUploads parameters;
    private final IngestUploads ingests;

    PutCalls(Statements statements, ParameterUploads parameters, IngestUploads ingests) {
        this.statements = statements;
        this.parameters = parameters;
        this.ingests = ingests;
    }

    /// Says what a call is for.
    sealed interface Purpose {

        /// A call whose messages are gathered before anything happens.
        sealed interface Gathered extends Purpose {}

        /// A call whose following messages are values for this prepared statement.
        record Bind(ByteString statement) implements Gathered {}

        /// A call whose statement changes the caller's session, schemas, tables or rows.
        record Change(StatementHandle statement) implements Gathered {}

        /// A call whose following messages are rows of a table.
        record Ingest(FlightSql.CommandStatementIngest command) implements Purpose {}
    }

    /// Takes the messages of one call, once it is known what the call is for.
    abstract static class Rest extends ServerCall.Listener<PutMessage> {

        /// Takes the first message. The others come afterwards.
        abstract void begin(Flight.FlightData first);

        @Override
        public abstract void onMessage(PutMessage message);
    }

    ServerMethodDefinition<PutMessage, Flight.PutResult> method() {
        MethodDescriptor<Flight.FlightData, Flight.PutResult> doPut = FlightServiceGrpc.getDoPutMethod();
        return ServerMethodDefinition.create(
                doPut.toBuilder(PutMessage.MARSHALLER, doPut.getResponseMarshaller())
                        .build(),
                (call, headers) -> {
                    call.request(1);
                    return new First(call);
                });
    }

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
                FlightSql.CommandStatementUpdate update = command.unpack(FlightSql.CommandStatementUpdate.class);
                Requests.refuseTransaction(update.hasTransactionId());
                return new Purpose.Change(statements.statement(update.getQuery()));
            }
            if (command.is(FlightSql.CommandPreparedStatementUpdate.class)) {
                ByteString handle = command.unpack(FlightSql.CommandPreparedStatementUpdate.class)
                        .getPreparedStatementHandle();
                return new Purpose.Change(statements.execution(handle));
            }
            if (command.is(FlightSql.CommandStatementIngest.class)) {
                return new Purpose.Ingest(command.unpack(FlightSql.CommandStatementIngest.class));
            }
            throw WingsException.invalid("no such command: type="
                    + command.getTypeUrl().lines().findFirst().orElse(""));
        } catch (InvalidProtocolBufferException e) {
            throw new WingsException(ErrorKind.INVALID, "not a command: cause=" + e.getMessage(), e);
        }
    }

    /// Waits for the first message, and passes all else on to what serves the call.
    private final class First extends ServerCall.Listener<PutMessage> {

        private final ServerCall<PutMessage, Flight.PutResult> call;
        private @Nullable Rest next;

        First(ServerCall<PutMessage, Flight.PutResult> call) {
            this.call = call;
        }

        @Override
        public void onMessage(PutMessage message) {
            if (next != null) {
                next.onMessage(message);
                return;
            }
            int bytes = message.length();
            if (bytes > MAX_FIRST_BYTES) {
                message.close();
                throw WingsException.exhausted(
                        "the first message is too large: bytes=" + bytes + ", limit_bytes=" + MAX_FIRST_BYTES);
            }
            Flight.FlightData first = message.parse();
            Rest rest = switch (purpose(first)) {
                case Purpose.Gathered gathered -> parameters.open(call, gathered);
                case Purpose.Ingest(FlightSql.CommandStatementIngest command) -> ingests.open(call, command);
            };
            // if this fails to begin, it still has to be told of the end, so it is kept first
            next = rest;
            rest.begin(first);
        }

        @Override
        public void onHalfClose() {
            if (next == null) {
                throw WingsException.invalid("the stream ended before its first message");
            }
            next.onHalfClose();
        }

        @Override
        public void onReady() {
            if (next != null) {
                next.onReady();
            }
        }

        @Override
        public void onCancel() {
            if (next != null) {
                next.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (next != null) {
                next.onComplete();
            }
        }
    }
}
