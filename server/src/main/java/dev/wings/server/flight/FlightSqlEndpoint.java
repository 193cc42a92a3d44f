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
import dev.wings.common.time.IdGenerator;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.query.Queries;
import dev.wings.server.query.QueryRequest;
import dev.wings.server.session.ParameterValues;
import dev.wings.server.session.Signer;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.system.SystemTables;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.CancelResult;
import org.apache.arrow.flight.sql.FlightSqlProducer;
import org.apache.arrow.flight.sql.SqlInfoBuilder;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The commands of Flight SQL. Holds nothing between calls: tickets and handles carry all that is needed.
public final class FlightSqlEndpoint implements FlightSqlProducer {

    private static final long UNKNOWN = -1;

    /// A larger schema is left out of a prepared statement's handle, which each call carries.
    private static final int MAX_CARRIED_SCHEMA_BYTES = 64 << 10;

    private final Queries queries;
    private final MetadataRoots metadata;
    private final Signer signer;
    private final IdGenerator ids;
    private final BufferAllocator allocator;
    private final SqlInfoBuilder sqlInfo;
    private final Semaphore streams;

    /// @param streams DoGet calls of queries at once; each has a thread
    public FlightSqlEndpoint(
            Queries queries,
            Catalog catalog,
            SystemTables system,
            Signer signer,
            IdGenerator ids,
            BufferAllocator allocator,
            int streams) {
        this.queries = queries;
        this.metadata = new MetadataRoots(catalog, system, allocator);
        this.signer = signer;
        this.ids = ids;
        this.allocator = allocator;
        this.sqlInfo = SqlInfos.create();
        this.streams = new Semaphore(streams);
    }

    // Statements

    @Override
    public FlightInfo getFlightInfoStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            refuseTransaction(command.hasTransactionId());
            QueryRequest request = request(command.getQuery());
            Queries.Description shape = queries.describe(request);
            StatementHandle handle = new StatementHandle(
                    request.id(),
                    request.tenant(),
                    request.schema(),
                    request.sql(),
                    shape.parameters().size(),
                    List.of(),
                    ByteString.EMPTY);
            // fails now rather than when the stream is opened
            handle.request();
            return info(handle, shape.columns().orElse(null), descriptor);
        });
    }

    @Override
    public SchemaResult getSchemaStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> new SchemaResult(queries.describe(request(command.getQuery()))
                .columns()
                .orElseThrow(() -> WingsException.invalid("the columns depend on the values of parameters"))));
    }

    @Override
    public void getStreamStatement(
            FlightSql.TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
        run(() -> StatementHandle.fromTicket(signer, ticket.getStatementHandle().toByteArray()), listener);
    }

    // Prepared statements

    @Override
    public void createPreparedStatement(
            FlightSql.ActionCreatePreparedStatementRequest command,
            CallContext context,
            StreamListener<Result> listener) {
        act(listener, () -> {
            refuseTransaction(command.hasTransactionId());
            QueryRequest request = request(command.getQuery());
            Queries.Description shape = queries.describe(request);
            ByteString columns = shape.columns()
                    .map(MetadataRoots::serialized)
                    .map(ByteString::copyFrom)
                    .orElse(ByteString.EMPTY);
            ByteString carried = columns.size() <= MAX_CARRIED_SCHEMA_BYTES ? columns : ByteString.EMPTY;
            StatementHandle handle = new StatementHandle(
                    request.id(),
                    request.tenant(),
                    request.schema(),
                    request.sql(),
                    shape.parameters().size(),
                    List.of(),
                    carried);
            return new Result(Any.pack(FlightSql.ActionCreatePreparedStatementResult.newBuilder()
                            .setPreparedStatementHandle(ByteString.copyFrom(handle.toPrepared(signer)))
                            .setDatasetSchema(columns)
                            .setParameterSchema(
                                    ByteString.copyFrom(MetadataRoots.serialized(parameterSchema(shape.parameters()))))
                            .build())
                    .toByteArray());
        });
    }

    @Override
    public void closePreparedStatement(
            FlightSql.ActionClosePreparedStatementRequest command,
            CallContext context,
            StreamListener<Result> listener) {
        listener.onCompleted();
    }

    @Override
    public Runnable acceptPutPreparedStatementQuery(
            FlightSql.CommandPreparedStatementQuery command,
            CallContext context,
            FlightStream parameters,
            StreamListener<PutResult> listener) {
        return () -> {
            try {
                StatementHandle handle = prepared(command.getPreparedStatementHandle());
                if (!parameters.next()) {
                    throw WingsException.invalid("one row of parameters is expected: found=0");
                }
                StatementHandle bound = handle.bind(ParameterValues.ofRow(parameters.getRoot()));
                if (parameters.next()) {
                    throw WingsException.invalid("one row of parameters is expected: found=more");
                }
                byte[] answer = FlightSql.DoPutPreparedStatementResult.newBuilder()
                        .setPreparedStatementHandle(ByteString.copyFrom(bound.toPrepared(signer)))
                        .build()
                        .toByteArray();
                ArrowBuf buffer = allocator.buffer(answer.length);
                // closes the buffer
                try (PutResult result = PutResult.metadata(buffer)) {
                    buffer.writeBytes(answer);
                    listener.onNext(result);
                }
                listener.onCompleted();
            } catch (Throwable t) {
                listener.onError(FlightErrors.toFlight(t));
            }
        };
    }

    @Override
    public FlightInfo getFlightInfoPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            StatementHandle execution = prepared(command.getPreparedStatementHandle())
                    .withId(ids.next().toString());
            execution.request();
            return info(execution, columns(execution).orElse(null), descriptor);
        });
    }

    @Override
    public SchemaResult getSchemaPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> new SchemaResult(columns(prepared(command.getPreparedStatementHandle()))
                .orElseThrow(() -> WingsException.invalid("the columns depend on the values of parameters"))));
    }

    @Override
    public void getStreamPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
        run(
                () -> prepared(command.getPreparedStatementHandle())
                        .withId(ids.next().toString()),
                listener);
    }

    // Writes, which this server does not do

    @Override
    public Runnable acceptPutStatement(
            FlightSql.CommandStatementUpdate command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        return () -> listener.onError(FlightErrors.toFlight(readOnly("an update statement")));
    }

    @Override
    public Runnable acceptPutStatementBulkIngest(
            FlightSql.CommandStatementIngest command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        return () -> listener.onError(FlightErrors.toFlight(readOnly("bulk ingest")));
    }

    @Override
    public Runnable acceptPutPreparedStatementUpdate(
            FlightSql.CommandPreparedStatementUpdate command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        return () -> listener.onError(FlightErrors.toFlight(readOnly("an update statement")));
    }

    // Cancel

    @Override
    public void cancelFlightInfo(
            CancelFlightInfoRequest request, CallContext context, StreamListener<CancelStatus> listener) {
        act(listener, () -> cancel(request.getInfo()) ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE);
    }

    /// How clients before Arrow 13 cancel.
    @Override
    @SuppressWarnings("deprecation")
    public void cancelQuery(FlightInfo info, CallContext context, StreamListener<CancelResult> listener) {
        act(listener, () -> cancel(info) ? CancelResult.CANCELLED : CancelResult.NOT_CANCELLABLE);
    }

    // Sessions

    @Override
    public void setSessionOptions(
            SetSessionOptionsRequest request, CallContext context, StreamListener<SetSessionOptionsResult> listener) {
        act(listener, () -> Sessions.set(Caller.current(), request));
    }

    @Override
    public void getSessionOptions(
            GetSessionOptionsRequest request, CallContext context, StreamListener<GetSessionOptionsResult> listener) {
        act(listener, () -> Sessions.options(Caller.current(), SessionOptionValueFactory::makeSessionOptionValue));
    }

    @Override
    public void closeSession(
            CloseSessionRequest request, CallContext context, StreamListener<CloseSessionResult> listener) {
        act(listener, () -> Sessions.close(Caller.current()));
    }

    // Metadata

    @Override
    public FlightInfo getFlightInfoSqlInfo(
            FlightSql.CommandGetSqlInfo command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_SQL_INFO_SCHEMA, descriptor);
    }

    @Override
    public void getStreamSqlInfo(
            FlightSql.CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
        sqlInfo.send(command.getInfoList(), listener);
    }

    @Override
    public FlightInfo getFlightInfoTypeInfo(
            FlightSql.CommandGetXdbcTypeInfo command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_TYPE_INFO_SCHEMA, descriptor);
    }

    @Override
    public void getStreamTypeInfo(
            FlightSql.CommandGetXdbcTypeInfo command, CallContext context, ServerStreamListener listener) {
        send(() -> XdbcTypes.open(command.hasDataType() ? command.getDataType() : null, allocator), listener);
    }

    @Override
    public FlightInfo getFlightInfoCatalogs(
            FlightSql.CommandGetCatalogs command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_CATALOGS_SCHEMA, descriptor);
    }

    @Override
    public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
        send(metadata::openCatalogs, listener);
    }

    @Override
    public FlightInfo getFlightInfoSchemas(
            FlightSql.CommandGetDbSchemas command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_SCHEMAS_SCHEMA, descriptor);
    }

    @Override
    public void getStreamSchemas(
            FlightSql.CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
        String tenant = Caller.current().tenant();
        send(() -> metadata.openSchemas(tenant, command), listener);
    }

    @Override
    public FlightInfo getFlightInfoTables(
            FlightSql.CommandGetTables command, CallContext context, FlightDescriptor descriptor) {
        return info(
                command.getIncludeSchema() ? Schemas.GET_TABLES_SCHEMA : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA,
                descriptor);
    }

    @Override
    public void getStreamTables(
            FlightSql.CommandGetTables command, CallContext context, ServerStreamListener listener) {
        String tenant = Caller.current().tenant();
        send(() -> metadata.openTables(tenant, command), listener);
    }

    @Override
    public FlightInfo getFlightInfoTableTypes(
            FlightSql.CommandGetTableTypes command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_TABLE_TYPES_SCHEMA, descriptor);
    }

    @Override
    public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
        send(metadata::openTableTypes, listener);
    }

    @Override
    public FlightInfo getFlightInfoPrimaryKeys(
            FlightSql.CommandGetPrimaryKeys command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_PRIMARY_KEYS_SCHEMA, descriptor);
    }

    @Override
    public void getStreamPrimaryKeys(
            FlightSql.CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
        send(() -> metadata.openEmpty(Schemas.GET_PRIMARY_KEYS_SCHEMA), listener);
    }

    @Override
    public FlightInfo getFlightInfoExportedKeys(
            FlightSql.CommandGetExportedKeys command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_EXPORTED_KEYS_SCHEMA, descriptor);
    }

    @Override
    public void getStreamExportedKeys(
            FlightSql.CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
        send(() -> metadata.openEmpty(Schemas.GET_EXPORTED_KEYS_SCHEMA), listener);
    }

    @Override
    public FlightInfo getFlightInfoImportedKeys(
            FlightSql.CommandGetImportedKeys command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_IMPORTED_KEYS_SCHEMA, descriptor);
    }

    @Override
    public void getStreamImportedKeys(
            FlightSql.CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
        send(() -> metadata.openEmpty(Schemas.GET_IMPORTED_KEYS_SCHEMA), listener);
    }

    @Override
    public FlightInfo getFlightInfoCrossReference(
            FlightSql.CommandGetCrossReference command, CallContext context, FlightDescriptor descriptor) {
        return info(Schemas.GET_CROSS_REFERENCE_SCHEMA, descriptor);
    }

    @Override
    public void getStreamCrossReference(
            FlightSql.CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
        send(() -> metadata.openEmpty(Schemas.GET_CROSS_REFERENCE_SCHEMA), listener);
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        listener.onCompleted();
    }

    @Override
    public void close() {
        // owns nothing
    }

    private QueryRequest request(String sql) {
        Caller caller = Caller.current();
        return new QueryRequest(
                ids.next().toString(), caller.tenant(), caller.session().schema(), sql, List.of());
    }

    private StatementHandle prepared(ByteString handle) {
        StatementHandle statement = StatementHandle.fromPrepared(signer, handle.toByteArray());
        Caller.current().check(statement.tenant());
        return statement;
    }

    /// Runs a query on a thread of its own.
    private void run(Supplier<StatementHandle> handle, ServerStreamListener listener) {
        QueryRequest request;
        try {
            StatementHandle statement = handle.get();
            Caller.current().check(statement.tenant());
            request = statement.request();
            if (!streams.tryAcquire()) {
                throw WingsException.exhausted("too many queries are running or waiting");
            }
        } catch (RuntimeException e) {
            listener.error(FlightErrors.toFlight(e));
            return;
        }
        // before the thread, so that no cancel goes unseen
        StreamSink sink = new StreamSink(listener, () -> queries.cancel(request.tenant(), request.id()));
        Runnable query = () -> {
            try {
                queries.run(request, sink);
                sink.completed();
            } catch (Throwable t) {
                sink.failed(t);
            } finally {
                streams.release();
            }
        };
        try {
            Thread.ofPlatform().name("sql-" + request.id()).daemon().start(query);
        } catch (Throwable t) {
            streams.release();
            sink.failed(t);
        }
    }

    /// Sends rows that take calls to make.
    private static void send(Supplier<VectorSchemaRoot> rows, ServerStreamListener listener) {
        Thread.ofVirtual().name("sql-metadata").start(() -> {
            StreamSink sink = new StreamSink(listener, () -> {});
            try (VectorSchemaRoot root = rows.get()) {
                sink.start(root);
                sink.accept();
                sink.completed();
            } catch (Throwable t) {
                sink.failed(t);
            }
        });
    }

    private FlightInfo info(StatementHandle handle, @Nullable Schema schema, FlightDescriptor descriptor) {
        Message ticket = FlightSql.TicketStatementQuery.newBuilder()
                .setStatementHandle(
                        ByteString.copyFrom(handle.withoutResultSchema().toTicket(signer)))
                .build();
        FlightEndpoint endpoint = new FlightEndpoint(new Ticket(Any.pack(ticket).toByteArray()));
        return new FlightInfo(schema, descriptor, List.of(endpoint), UNKNOWN, UNKNOWN);
    }

    private static FlightInfo info(Schema schema, FlightDescriptor descriptor) {
        FlightEndpoint endpoint = new FlightEndpoint(new Ticket(descriptor.getCommand()));
        return new FlightInfo(schema, descriptor, List.of(endpoint), UNKNOWN, UNKNOWN);
    }

    private static Optional<Schema> columns(StatementHandle handle) {
        return handle.resultSchema().isEmpty()
                ? Optional.empty()
                : Optional.of(Schema.deserializeMessage(
                        ByteBuffer.wrap(handle.resultSchema().toByteArray())));
    }

    private static Schema parameterSchema(List<Field> parameters) {
        return new Schema(parameters);
    }

    private boolean cancel(FlightInfo info) {
        boolean any = false;
        for (FlightEndpoint endpoint : info.getEndpoints()) {
            try {
                FlightSql.TicketStatementQuery ticket =
                        Any.parseFrom(endpoint.getTicket().getBytes()).unpack(FlightSql.TicketStatementQuery.class);
                StatementHandle handle = StatementHandle.fromTicket(
                        signer, ticket.getStatementHandle().toByteArray());
                Caller.current().check(handle.tenant());
                any |= queries.cancel(handle.tenant(), handle.id());
            } catch (InvalidProtocolBufferException e) {
                throw new WingsException(ErrorKind.INVALID, "not a ticket of a query", e);
            }
        }
        return any;
    }

    private static void refuseTransaction(boolean hasTransaction) {
        if (hasTransaction) {
            throw WingsException.invalid("transactions are not supported: each query reads one snapshot");
        }
    }

    private static WingsException readOnly(String what) {
        return WingsException.invalid("only queries are supported: found=" + what
                + "; rows are pushed to an ingestor, topics are made in the control plane");
    }

    private static <T> T answer(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw FlightErrors.toFlight(e);
        }
    }

    private static <T> void act(StreamListener<T> listener, Supplier<T> work) {
        try {
            listener.onNext(work.get());
            listener.onCompleted();
        } catch (RuntimeException e) {
            listener.onError(FlightErrors.toFlight(e));
        }
    }
}
