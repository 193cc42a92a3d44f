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
import dev.wings.common.error.WingsException;
import dev.wings.common.rpc.AbsentMethods;
import dev.wings.common.rpc.UserTokens;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.run.Queries;
import dev.wings.server.session.SessionStatement;
import dev.wings.server.session.Signer;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.system.SystemTables;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.FlightConstants;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
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
import org.apache.arrow.flight.auth.ServerAuthHandler;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.flight.sql.CancelResult;
import org.apache.arrow.flight.sql.FlightSqlUtils;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/// The commands of Flight SQL. Holds nothing between calls: tickets and handles carry all that is needed.
public final class FlightSqlEndpoint extends MetadataCommands {

    /// Each of their calls would have a thread that waits for its client, and their messages are made room for before
    /// they are there.
    private static final Set<String> NOT_OF_FLIGHT = Set.of(
            FlightServiceGrpc.getHandshakeMethod().getFullMethodName(),
            FlightServiceGrpc.getDoPutMethod().getFullMethodName(),
            FlightServiceGrpc.getDoExchangeMethod().getFullMethodName());

    private static final List<ActionType> SERVED = List.of(
            FlightSqlUtils.FLIGHT_SQL_CREATE_PREPARED_STATEMENT,
            FlightSqlUtils.FLIGHT_SQL_CLOSE_PREPARED_STATEMENT,
            FlightSqlUtils.FLIGHT_SQL_CANCEL_QUERY,
            FlightConstants.CANCEL_FLIGHT_INFO,
            FlightConstants.SET_SESSION_OPTIONS,
            FlightConstants.GET_SESSION_OPTIONS,
            FlightConstants.CLOSE_SESSION);

    private final Statements statements;
    private final SessionChanges sessions;
    private final ParameterUploads uploads;
    private final BufferAllocator allocator;

    /// How much clients may ask for.
    ///
    /// @param queries DoGet calls of queries at once
    /// @param metadata DoGet calls of metadata at once
    /// @param metadataTimeout of one of metadata, from its start until its last row is taken
    /// @param turns listings of metadata that are made, and parameters that are read, at once
    public record Limits(int queries, int metadata, Duration metadataTimeout, int turns) {}

    /// @param queryThreads runs the DoGet calls of queries, each on a platform thread
    public FlightSqlEndpoint(
            Queries queries,
            Catalog catalog,
            SystemTables system,
            Signer signer,
            IdGenerator ids,
            BufferAllocator allocator,
            Executor queryThreads,
            Scheduler scheduler,
            Limits limits) {
        super(
                new MetadataRoots(catalog, system, allocator, queries.planBudget()),
                allocator,
                new MetadataStreams(limits.metadata(), limits.turns(), limits.metadataTimeout(), scheduler));
        this.statements = new Statements(queries, signer, ids, queryThreads, limits.queries());
        this.allocator = allocator;
        this.sessions = new SessionChanges(statements, catalog);
        this.uploads = new ParameterUploads(statements, sessions, allocator, limits);
    }

    /// What a gRPC server serves, behind a [CallerInterceptor].
    ///
    /// @param threads runs what Flight hands to another thread, which waits for nothing
    @SuppressWarnings("deprecation") // authentication is not Flight's own handshake: it comes as an interceptor
    public ServerServiceDefinition definition(ExecutorService threads) {
        ServerServiceDefinition flight = FlightGrpcUtils.createFlightService(
                        allocator, this, ServerAuthHandler.NO_OP, new ContextExecutor(threads))
                .bindService();
        ServiceDescriptor before = flight.getServiceDescriptor();
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(before.getName()).setSchemaDescriptor(before.getSchemaDescriptor());
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        for (ServerMethodDefinition<?, ?> method : flight.getMethods()) {
            if (!NOT_OF_FLIGHT.contains(method.getMethodDescriptor().getFullMethodName())) {
                methods.add(withKnownDescriptors(method));
            }
        }
        methods.add(uploads.method());
        methods.add(UserTokens.handshake());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return AbsentMethods.explained(definition.build(), FlightServiceGrpc.getServiceDescriptor(), Requests.PORT);
    }

    // Requests

    /// Flight fails on a descriptor of a type that it does not know before anybody here sees it.
    private static <Q, A> ServerMethodDefinition<Q, A> withKnownDescriptors(ServerMethodDefinition<Q, A> method) {
        return method.withServerCallHandler((call, headers) ->
                new SimpleForwardingServerCallListener<>(
                        method.getServerCallHandler().startCall(call, headers)) {
                    @Override
                    public void onMessage(Q message) {
                        if (message instanceof Flight.FlightDescriptor descriptor) {
                            Requests.checkType(descriptor);
                        }
                        super.onMessage(message);
                    }
                });
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            Requests.checkCommand(descriptor);
            return super.getFlightInfo(context, descriptor);
        });
    }

    @Override
    public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            Requests.checkCommand(descriptor);
            return super.getSchema(context, descriptor);
        });
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        try {
            Requests.checkTicket(ticket.getBytes());
            super.getStream(context, ticket, listener);
        } catch (RuntimeException e) {
            listener.error(FlightErrors.toFlight(e));
        }
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        try {
            Requests.checkAction(action);
        } catch (RuntimeException e) {
            listener.onError(FlightErrors.toFlight(e));
            return;
        }
        ReadRequest read = new ReadRequest(listener);
        try {
            super.doAction(context, action, read);
        } catch (RuntimeException e) {
            // ours never throw
            read.onError(Requests.unreadable(e));
        }
    }

    /// What is not served is not advertised.
    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        SERVED.forEach(listener::onNext);
        listener.onCompleted();
    }

    /// Flight says INTERNAL of requests that it cannot read.
    private record ReadRequest(StreamListener<Result> listener) implements StreamListener<Result> {

        @Override
        public void onNext(Result result) {
            listener.onNext(result);
        }

        @Override
        public void onError(Throwable failure) {
            boolean flights = failure instanceof FlightRuntimeException status
                    && status.status().code() == FlightStatusCode.INTERNAL
                    && String.valueOf(status.status().description()).startsWith("Could not unpack");
            listener.onError(FlightErrors.toFlight(flights ? Requests.unreadable(failure) : failure));
        }

        @Override
        public void onCompleted() {
            listener.onCompleted();
        }
    }

    // Statements

    @Override
    public FlightInfo getFlightInfoStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            refuseTransaction(command.hasTransactionId());
            String sql = command.getQuery();
            Statements.Described statement = SessionStatement.of(sql)
                    .map(change -> sessions.apply(sql, change))
                    .orElseGet(() -> statements.announce(sql));
            return statements.info(statement.handle(), statement.shape().columns(), descriptor);
        });
    }

    @Override
    public SchemaResult getSchemaStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> schema(described(command.getQuery()).shape().columns()));
    }

    @Override
    public void getStreamStatement(
            FlightSql.TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
        stream(listener, () -> statements.ticketed(ticket.getStatementHandle()));
    }

    /// The shape of a statement, which changes nothing.
    private Statements.Described described(String sql) {
        return SessionStatement.of(sql).isPresent()
                ? statements.describe(SessionChanges.told(Caller.current().session()))
                : statements.describe(sql);
    }

    // Prepared statements

    @Override
    public void createPreparedStatement(
            FlightSql.ActionCreatePreparedStatementRequest command,
            CallContext context,
            StreamListener<Result> listener) {
        act(listener, () -> {
            refuseTransaction(command.hasTransactionId());
            return new Result(Any.pack(statements.prepare(command.getQuery())).toByteArray());
        });
    }

    @Override
    public void closePreparedStatement(
            FlightSql.ActionClosePreparedStatementRequest command,
            CallContext context,
            StreamListener<Result> listener) {
        statements.close(command.getPreparedStatementHandle());
        listener.onCompleted();
    }

    @Override
    public FlightInfo getFlightInfoPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            StatementHandle execution = statements.execution(command.getPreparedStatementHandle());
            Optional<SessionStatement> change = SessionStatement.of(execution.sql());
            if (change.isPresent()) {
                Statements.Described told = sessions.apply(execution.sql(), change.get());
                return statements.info(told.handle(), told.shape().columns(), descriptor);
            }
            return statements.preparedInfo(execution, descriptor);
        });
    }

    @Override
    public SchemaResult getSchemaPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            StatementHandle prepared = statements.prepared(command.getPreparedStatementHandle());
            return schema(
                    SessionStatement.of(prepared.sql()).isPresent()
                            ? described(prepared.sql()).shape().columns()
                            : Statements.columns(prepared));
        });
    }

    @Override
    public void getStreamPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
        stream(listener, () -> statements.execution(command.getPreparedStatementHandle()));
    }

    // Uploads, which never come here, see [ParameterUploads]

    @Override
    public Runnable acceptPutStatement(
            FlightSql.CommandStatementUpdate command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        throw new IllegalStateException("uploads are not Flight's");
    }

    @Override
    public Runnable acceptPutStatementBulkIngest(
            FlightSql.CommandStatementIngest command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        throw new IllegalStateException("uploads are not Flight's");
    }

    @Override
    public Runnable acceptPutPreparedStatementUpdate(
            FlightSql.CommandPreparedStatementUpdate command,
            CallContext context,
            FlightStream stream,
            StreamListener<PutResult> listener) {
        throw new IllegalStateException("uploads are not Flight's");
    }

    @Override
    public Runnable acceptPutPreparedStatementQuery(
            FlightSql.CommandPreparedStatementQuery command,
            CallContext context,
            FlightStream parameters,
            StreamListener<PutResult> listener) {
        throw new IllegalStateException("uploads are not Flight's");
    }

    // Cancel

    @Override
    public void cancelFlightInfo(
            CancelFlightInfoRequest request, CallContext context, StreamListener<CancelStatus> listener) {
        act(
                listener,
                () -> statements.cancel(request.getInfo()) ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE);
    }

    /// How clients before Arrow 13 cancel.
    @Override
    @SuppressWarnings("deprecation")
    public void cancelQuery(FlightInfo info, CallContext context, StreamListener<CancelResult> listener) {
        act(listener, () -> statements.cancel(info) ? CancelResult.CANCELLED : CancelResult.NOT_CANCELLABLE);
    }

    // Sessions

    @Override
    public void setSessionOptions(
            SetSessionOptionsRequest request, CallContext context, StreamListener<SetSessionOptionsResult> listener) {
        act(listener, () -> Sessions.set(Caller.current(), request, sessions::isTimeZone));
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

    private static SchemaResult schema(Optional<Schema> columns) {
        return new SchemaResult(
                columns.orElseThrow(() -> WingsException.invalid("the columns depend on the values of parameters")));
    }

    private void stream(ServerStreamListener listener, Supplier<StatementHandle> statement) {
        try {
            StatementHandle handle = statement.get();
            Optional<SessionStatement> change = SessionStatement.of(handle.sql());
            statements.start(
                    change.map(told -> SessionChanges.told(handle, told)).orElse(handle), listener);
        } catch (RuntimeException e) {
            listener.error(FlightErrors.toFlight(e));
        }
    }

    private static void refuseTransaction(boolean hasTransaction) {
        if (hasTransaction) {
            throw WingsException.invalid("transactions are not supported: each query reads one snapshot");
        }
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
