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
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.server.plan.Description;
import dev.wings.server.plan.QueryRequest;
import dev.wings.server.run.Queries;
import dev.wings.server.run.ResultSink;
import dev.wings.server.run.RunningQuery;
import dev.wings.server.session.AnnouncedParameters;
import dev.wings.server.session.BoundStatements;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.SessionStatement;
import dev.wings.server.session.Signer;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.sql.Pivot;
import dev.wings.server.table.TableRef;
import dev.wings.server.write.OwnQueries;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Takes statements of the current [Caller] from their text to their rows. Between calls, the client carries
/// them as signed tickets and handles.
final class Statements {

    private static final long UNKNOWN = -1;

    /// A schema that is larger is left out of a prepared statement's handle, which is sent with each call.
    private static final int MAX_CARRIED_SCHEMA_BYTES = 256 << 10;

    /// Values that are remembered for clients that carry none themselves take so much memory at most.
    private static final long MAX_BOUND_BYTES = 16 << 20;

    private final Queries queries;
    private final BoundStatements bound = new BoundStatements(MAX_BOUND_BYTES);
    private final Signer signer;
    private final IdGenerator ids;
    private final Executor threads;
    private final FairPlaces streams;

    /// @param threads runs the queries, each on a platform thread
    /// @param streams how many queries may run at once, shared by the tenants
    Statements(Queries queries, Signer signer, IdGenerator ids, Executor threads, int streams) {
        this.queries = queries;
        this.signer = signer;
        this.ids = ids;
        this.threads = threads;
        this.streams = new FairPlaces("queries", streams);
    }

    /// A statement, with the shape of its result.
    record Described(StatementHandle handle, Description shape) {}

    /// Checks a statement and tells its shape.
    Described describe(String sql) {
        return describe(sql, Caller.current().session());
    }

    /// Does the same in a session that is not the caller's yet.
    Described describe(String sql, SessionOptions session) {
        return describe(sql, session, queries::describe);
    }

    /// Does the same for a statement whose rows its client wants next.
    Described announce(String sql) {
        return describe(sql, Caller.current().session(), queries::announce);
    }

    /// Returns a statement that is no query and has no parameters, in the caller's session.
    StatementHandle statement(String sql) {
        return handle(request(sql, Caller.current().session()), 0);
    }

    private Described describe(String sql, SessionOptions session, Function<QueryRequest, Description> work) {
        QueryRequest request = request(withPivotValues(sql, session), session);
        Description shape = CallWork.run(() -> work.apply(request));
        return new Described(handle(request, shape.parameters().size()), shape);
    }

    private QueryRequest request(String sql, SessionOptions session) {
        return new QueryRequest(
                ids.next().toString(), Caller.current().tenant(), session.schema(), session.timeZone(), sql, List.of());
    }

    private String withPivotValues(String sql, SessionOptions session) {
        String text = sql;
        Optional<Pivot> pivot = Pivot.of(text);
        for (int i = 0; pivot.isPresent(); i++) {
            if (i == Pivot.MAX_PIVOTS) {
                throw WingsException.invalid("too many pivots without a list of values: limit=" + Pivot.MAX_PIVOTS
                        + ": name them, as in ON "
                        + pivot.get().keys().getFirst().expression() + " IN ('a', 'b')");
            }
            text = withValues(pivot.get(), session);
            pivot = Pivot.of(text);
        }
        return text;
    }

    /// Completes a pivot, whose columns are values: they are read now, and stay the columns of the statement.
    private String withValues(Pivot pivot, SessionOptions session) {
        List<List<String>> values = new ArrayList<>();
        for (Pivot.Key key : pivot.keys()) {
            if (!key.listed()) {
                QueryRequest query = request(pivot.values(key), session);
                List<String> texts = CallWork.run(() -> texts(query));
                if (texts.isEmpty() || texts.size() > Pivot.MAX_VALUES) {
                    throw WingsException.invalid((texts.isEmpty()
                                    ? "there are no values to pivot on"
                                    : "too many values to" + " pivot on: limit=" + Pivot.MAX_VALUES)
                            + ": name them, as in ON " + key.expression() + " IN ('a', 'b')");
                }
                values.add(texts);
            }
        }
        return pivot.with(values);
    }

    private List<String> texts(QueryRequest request) {
        Texts texts = new Texts();
        runHere(request, texts);
        return texts.texts();
    }

    /// Returns what runs the queries inside a statement, with its session and its parameters.
    OwnQueries ownQueries(StatementHandle statement) {
        return new OwnQueries() {
            @Override
            public Optional<Schema> columns(String query) {
                return queries.describe(request(query)).columns();
            }

            @Override
            public List<Field> parameters(String query) {
                return queries.describe(request(query)).parameters();
            }

            @Override
            public boolean usesView(String query, TableRef view) {
                return queries.usesView(request(query), view);
            }

            @Override
            public OwnQueries in(String schema) {
                return ownQueries(statement.withSchema(schema));
            }

            @Override
            public void run(String query, ResultSink sink) {
                runHere(request(query), sink);
            }

            private QueryRequest request(String query) {
                return statement.withSql(query).withId(ids.next().toString()).request();
            }
        };
    }

    /// Runs a query of the server's own for the calling thread, which waits.
    private void runHere(QueryRequest request, ResultSink sink) {
        runHere(request, onWait -> sink);
    }

    /// Runs a query for the calling thread, which waits. If it is interrupted, the query ends soon, and this
    /// fails with CANCELLED at once.
    ///
    /// @param sink makes what takes the rows; it is given what is to be called when the client has to be waited
    ///     for, whose result is cancelled when it takes rows again
    void runHere(QueryRequest request, Function<Supplier<Scheduler.Timer>, ResultSink> sink) {
        FairPlaces.Place place = streams.tryAcquire(request.tenant()).orElseThrow(Statements::tooMany);
        RunningQuery query = queries.admit(request);
        FutureTask<Boolean> run = new FutureTask<>(() -> {
            try (place) {
                queries.run(query, sink.apply(() -> queries.readerWaits(query)));
                return true;
            }
        });
        try {
            threads.execute(ActingTenant.working(request.tenant(), run));
            run.get();
        } catch (RejectedExecutionException e) {
            queries.drop(query, e);
            place.close();
            throw WingsException.unavailable("the server is stopping", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof WingsException known
                    ? known
                    : new IllegalStateException("a query of a statement failed", e.getCause());
        } catch (InterruptedException e) {
            queries.cancel(query);
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a query of the statement ran", e);
        }
    }

    private static WingsException tooMany() {
        return WingsException.exhausted("too many queries are running or waiting");
    }

    private static StatementHandle handle(QueryRequest request, int parameters) {
        return new StatementHandle(
                request.id(),
                request.tenant(),
                request.schema(),
                request.timeZone(),
                request.sql(),
                parameters,
                List.of(),
                ByteString.EMPTY);
    }

    /// Says where to get the rows of one execution of a prepared statement, whose tables may have other columns
    /// by now.
    FlightInfo preparedInfo(StatementHandle execution, FlightDescriptor descriptor) {
        QueryRequest request = execution.request();
        Optional<Schema> columns = CallWork.run(() -> queries.announceAgain(request))
                .map(Description::columns)
                .orElseGet(() -> columns(execution));
        return info(execution, columns, descriptor);
    }

    /// Says where to get the rows of one execution of a statement. Fails with INVALID if parameters have no
    /// values yet.
    FlightInfo info(StatementHandle handle, Optional<Schema> columns, FlightDescriptor descriptor) {
        // this fails now rather than when the stream is opened
        handle.request();
        Message ticket = FlightSql.TicketStatementQuery.newBuilder()
                .setStatementHandle(
                        ByteString.copyFrom(handle.withoutResultSchema().toTicket(signer)))
                .build();
        FlightEndpoint endpoint = new FlightEndpoint(new Ticket(Any.pack(ticket).toByteArray()));
        return new FlightInfo(columns.orElse(null), descriptor, List.of(endpoint), UNKNOWN, UNKNOWN);
    }

    /// Prepares a statement, and returns what its client is told of it.
    FlightSql.ActionCreatePreparedStatementResult prepare(String sql) {
        if (SessionStatement.of(sql).isPresent()) {
            return prepareChange(sql);
        }
        Described statement = describe(sql);
        ByteString columns = statement
                .shape()
                .columns()
                .map(MetadataRoots::serialized)
                .map(ByteString::copyFrom)
                .orElse(ByteString.EMPTY);
        ByteString carried = columns.size() <= MAX_CARRIED_SCHEMA_BYTES ? columns : ByteString.EMPTY;
        Schema parameters = AnnouncedParameters.of(statement.shape().parameters());
        return FlightSql.ActionCreatePreparedStatementResult.newBuilder()
                .setPreparedStatementHandle(handleOf(statement.handle().withResultSchema(carried)))
                .setDatasetSchema(columns)
                .setParameterSchema(ByteString.copyFrom(MetadataRoots.serialized(parameters)))
                .build();
    }

    /// Prepares a statement that changes the session. It has no columns, so clients take it for an update, or
    /// ask for its rows all the same. The cookie that is set now shows in the next call whether the client
    /// keeps cookies.
    private FlightSql.ActionCreatePreparedStatementResult prepareChange(String sql) {
        Caller caller = Caller.current();
        SessionOptions session = caller.session();
        caller.setSession(session);
        StatementHandle handle = handle(
                new QueryRequest(
                        ids.next().toString(), caller.tenant(), session.schema(), session.timeZone(), sql, List.of()),
                0);
        return FlightSql.ActionCreatePreparedStatementResult.newBuilder()
                .setPreparedStatementHandle(handleOf(handle))
                .build();
    }

    /// Prepares a statement that is no query. Clients take it for an update if it has no columns.
    FlightSql.ActionCreatePreparedStatementResult prepare(
            String sql, List<Field> parameters, Optional<Schema> columns) {
        StatementHandle handle = handle(request(sql, Caller.current().session()), parameters.size());
        return FlightSql.ActionCreatePreparedStatementResult.newBuilder()
                .setDatasetSchema(columns.map(MetadataRoots::serialized)
                        .map(ByteString::copyFrom)
                        .orElse(ByteString.EMPTY))
                .setPreparedStatementHandle(handleOf(handle))
                .setParameterSchema(ByteString.copyFrom(MetadataRoots.serialized(AnnouncedParameters.of(parameters))))
                .build();
    }

    /// Returns the prepared statement behind a handle. Fails with FORBIDDEN if it is another tenant's.
    StatementHandle prepared(ByteString handle) {
        StatementHandle statement = StatementHandle.fromPrepared(signer, handle.toByteArray());
        Caller.current().check(statement.tenant());
        return statement;
    }

    /// Returns the same for one execution, with the values that were last bound to it if it carries none.
    StatementHandle execution(ByteString handle) {
        return bound.latest(prepared(handle)).withId(ids.next().toString());
    }

    /// Binds values to a prepared statement, and returns its new handle.
    ByteString bind(StatementHandle prepared, List<@Nullable Object> values) {
        StatementHandle statement = prepared.bind(values);
        ByteString handle = handleOf(statement);
        bound.remember(statement, handle.size());
        return handle;
    }

    /// Forgets a prepared statement that its client is done with. Ignores handles of others, and what is no
    /// handle.
    void close(ByteString handle) {
        try {
            bound.forget(prepared(handle).id());
        } catch (WingsException e) {
            // nothing is kept for such a handle
        }
    }

    /// Returns the execution behind a ticket. Fails with FORBIDDEN if it is another tenant's.
    StatementHandle ticketed(ByteString ticket) {
        StatementHandle statement = StatementHandle.fromTicket(signer, ticket.toByteArray());
        Caller.current().check(statement.tenant());
        return statement;
    }

    private ByteString handleOf(StatementHandle prepared) {
        return ByteString.copyFrom(prepared.toPrepared(signer));
    }

    /// Returns the columns that a prepared statement carries.
    static Optional<Schema> columns(StatementHandle handle) {
        return handle.resultSchema().isEmpty()
                ? Optional.empty()
                : Optional.of(Schema.deserializeMessage(
                        ByteBuffer.wrap(handle.resultSchema().toByteArray())));
    }

    /// Sends the rows of a statement on a thread of its own. Fails with EXHAUSTED if too many are being sent.
    void start(StatementHandle statement, ServerStreamListener listener) {
        QueryRequest request = statement.request();
        FairPlaces.Place place = streams.tryAcquire(request.tenant()).orElseThrow(Statements::tooMany);
        // the query is admitted before its thread starts, so that no cancel goes unseen
        RunningQuery query = queries.admit(request);
        StreamSink sink = new StreamSink(listener, () -> queries.cancel(query), () -> queries.readerWaits(query));
        Runnable run = () -> {
            Thread.currentThread().setName("sql-" + request.id());
            try {
                queries.run(query, sink);
                sink.completed();
            } catch (Throwable t) {
                sink.failed(t);
            } finally {
                place.close();
                Thread.currentThread().setName("sql-idle");
            }
        };
        try {
            threads.execute(ActingTenant.working(request.tenant(), run));
        } catch (Throwable t) {
            queries.drop(query, t);
            place.close();
            sink.failed(t);
        }
    }

    /// Cancels the queries that fetch these rows, and says whether there were any on this server.
    boolean cancel(FlightInfo info) {
        boolean any = false;
        for (FlightEndpoint endpoint : info.getEndpoints()) {
            try {
                StatementHandle handle =
                        ticketed(Any.parseFrom(endpoint.getTicket().getBytes())
                                .unpack(FlightSql.TicketStatementQuery.class)
                                .getStatementHandle());
                any |= queries.cancel(handle.tenant(), handle.id());
            } catch (InvalidProtocolBufferException e) {
                throw new WingsException(ErrorKind.INVALID, "not a ticket of a query", e);
            }
        }
        return any;
    }
}
