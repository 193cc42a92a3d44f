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
import dev.wings.common.time.World;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Definitions;
import dev.wings.server.catalog.Views;
import dev.wings.server.run.Queries;
import dev.wings.server.session.SessionStatement;
import dev.wings.server.session.Signer;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.system.SystemTables;
import dev.wings.server.write.Ingests;
import dev.wings.server.write.Inserts;
import dev.wings.server.write.RowStreams;
import dev.wings.server.write.WriteStatement;
import dev.wings.server.write.Writes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.FlightConstants;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.sql.CancelResult;
import org.apache.arrow.flight.sql.FlightSqlUtils;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/// Serves the commands of Flight SQL, behind a [FlightRouter]. It holds nothing between calls, since tickets
/// and handles carry all that is needed.
public final class FlightSqlEndpoint extends MetadataCommands {

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
    private final WriteCalls writes;
    private final PutCalls puts;

    /// Says how much clients may ask for.
    ///
    /// @param queries how many DoGet calls of queries may run at once
    /// @param metadata how many DoGet calls of metadata may run at once
    /// @param metadataTimeout of a DoGet call of metadata, from its start until its last row is taken
    /// @param turns how many listings of metadata may be made, and how many parameters may be read, at once
    public record Limits(int queries, int metadata, Duration metadataTimeout, int turns) {}

    /// @param queryThreads runs the DoGet calls of queries, each on a platform thread
    public FlightSqlEndpoint(
            Queries queries,
            Catalog catalog,
            Views views,
            Definitions definitions,
            RowStreams rows,
            SystemTables system,
            Signer signer,
            World world,
            BufferAllocator allocator,
            Executor queryThreads,
            Limits limits) {
        super(
                new MetadataRoots(catalog, views, system, allocator, queries.planBudget()),
                allocator,
                new MetadataStreams(limits.metadata(), limits.turns(), limits.metadataTimeout(), world));
        this.statements = new Statements(queries, signer, world.ids(), queryThreads, limits.queries());
        this.sessions = new SessionChanges(statements, catalog);
        this.writes = new WriteCalls(statements, new Writes(definitions, views, new Inserts(catalog, rows)));
        this.puts = new PutCalls(
                statements,
                new ParameterUploads(statements, sessions, writes, allocator, world.scheduler(), limits),
                new IngestUploads(new Ingests(definitions), rows));
    }

    PutCalls puts() {
        return puts;
    }

    /// Returns what runs statements for other doors.
    public StatementRunner runner() {
        return new StatementRunner(statements, writes);
    }

    /// Lists only the actions that are served.
    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        SERVED.forEach(listener::onNext);
        listener.onCompleted();
    }

    // Statements

    @Override
    public FlightInfo getFlightInfoStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        Requests.refuseTransaction(command.hasTransactionId());
        String sql = command.getQuery();
        Statements.Described statement = SessionStatement.of(sql)
                .map(change -> sessions.apply(sql, change))
                .or(() -> writes.apply(statements.statement(sql)))
                .orElseGet(() -> statements.announce(sql));
        return statements.info(statement.handle(), statement.shape().columns(), descriptor);
    }

    @Override
    public SchemaResult getSchemaStatement(
            FlightSql.CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        return schema(described(command.getQuery()).shape().columns());
    }

    @Override
    public void getStreamStatement(
            FlightSql.TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
        start(statements.ticketed(ticket.getStatementHandle()), listener);
    }

    /// Returns the shape of a statement, without changing anything.
    private Statements.Described described(String sql) {
        if (WriteStatement.mayBe(sql)) {
            return writes.described(sql);
        }
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
            Requests.refuseTransaction(command.hasTransactionId());
            String sql = command.getQuery();
            return new Result(Any.pack(writes.prepare(sql).orElseGet(() -> statements.prepare(sql)))
                    .toByteArray());
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
        StatementHandle execution = statements.execution(command.getPreparedStatementHandle());
        Optional<SessionStatement> change = SessionStatement.of(execution.sql());
        if (change.isPresent()) {
            Statements.Described told = sessions.apply(execution.sql(), change.get());
            return statements.info(told.handle(), told.shape().columns(), descriptor);
        }
        return writes.apply(execution)
                .map(told -> statements.info(told.handle(), told.shape().columns(), descriptor))
                .orElseGet(() -> statements.preparedInfo(execution, descriptor));
    }

    @Override
    public SchemaResult getSchemaPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        StatementHandle prepared = statements.prepared(command.getPreparedStatementHandle());
        return schema(
                SessionStatement.of(prepared.sql()).isPresent() || WriteStatement.mayBe(prepared.sql())
                        ? described(prepared.sql()).shape().columns()
                        : Statements.columns(prepared));
    }

    @Override
    public void getStreamPreparedStatement(
            FlightSql.CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
        StatementHandle execution = statements.execution(command.getPreparedStatementHandle());
        start(writes.apply(execution).map(Statements.Described::handle).orElse(execution), listener);
    }

    // Cancel

    @Override
    public void cancelFlightInfo(
            CancelFlightInfoRequest request, CallContext context, StreamListener<CancelStatus> listener) {
        act(
                listener,
                () -> statements.cancel(request.getInfo()) ? CancelStatus.CANCELLED : CancelStatus.NOT_CANCELLABLE);
    }

    /// Cancels a query in the way of clients before Arrow 13.
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

    private void start(StatementHandle handle, ServerStreamListener listener) {
        Optional<SessionStatement> change = SessionStatement.of(handle.sql());
        statements.start(change.map(told -> SessionChanges.told(handle, told)).orElse(handle), listener);
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
