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
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.wings.common.rpc.AbsentMethods;
import dev.wings.common.rpc.UserTokens;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.auth.ServerAuthHandler;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.memory.BufferAllocator;

/// The entry to the Flight service. Commands and tickets are messages, and the file that defines a kind of them
/// decides who serves a request. Requests are checked here before that, and failures are turned into Flight's.
public final class FlightRouter implements FlightProducer {

    /// These calls are not left to Flight's code, which would keep a thread waiting for the client of each of
    /// them, and would make room for their messages before they are there.
    private static final Set<String> NOT_OF_FLIGHT = Set.of(
            FlightServiceGrpc.getHandshakeMethod().getFullMethodName(),
            FlightServiceGrpc.getDoPutMethod().getFullMethodName(),
            FlightServiceGrpc.getDoExchangeMethod().getFullMethodName());

    private final FlightSqlEndpoint sql;
    private final List<Route> routes;

    /// @param messages commands and tickets of one kind
    /// @param producer serves them
    private record Route(FileDescriptor messages, FlightProducer producer) {}

    public FlightRouter(FlightSqlEndpoint sql) {
        this.sql = sql;
        this.routes = List.of(new Route(FlightSql.getDescriptor(), sql));
    }

    /// Returns what a gRPC server serves, behind a [CallerInterceptor].
    ///
    /// @param threads runs what Flight hands to another thread, which never waits
    @SuppressWarnings("deprecation") // authentication is not Flight's own handshake: it comes as an interceptor
    public ServerServiceDefinition definition(BufferAllocator allocator, ExecutorService threads) {
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
        methods.add(sql.puts().method());
        methods.add(UserTokens.handshake());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return AbsentMethods.explained(definition.build(), FlightServiceGrpc.getServiceDescriptor(), Requests.PORT);
    }

    /// Refuses descriptors of unknown types here, since Flight fails on them before any code of the server sees
    /// them.
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

    private FlightProducer producerOf(FlightDescriptor descriptor) {
        return producerOf(Requests.command(descriptor), "Command");
    }

    /// @param prefix the beginning of the names of messages that are allowed
    private FlightProducer producerOf(Any message, String prefix) {
        return routes.stream()
                .filter(route -> Requests.isOneOf(message, prefix, route.messages()))
                .findFirst()
                .orElseThrow(() -> Requests.unknown(message))
                .producer();
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> producerOf(descriptor).getFlightInfo(context, descriptor));
    }

    @Override
    public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> producerOf(descriptor).getSchema(context, descriptor));
    }

    private static <T> T answer(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw FlightErrors.toFlight(e);
        }
    }

    /// Serves a ticket, which stands for rows, or is the command of a call that only asks for metadata.
    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        try {
            producerOf(Requests.message(ticket.getBytes()), "").getStream(context, ticket, listener);
        } catch (RuntimeException e) {
            listener.error(FlightErrors.toFlight(e));
        }
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        sql.listFlights(context, criteria, listener);
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> listener) {
        throw new IllegalStateException("uploads are not Flight's, see PutCalls");
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
            sql.doAction(context, action, read);
        } catch (RuntimeException e) {
            // the server's own listeners never throw
            read.onError(Requests.unreadable(e));
        }
    }

    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        sql.listActions(context, listener);
    }

    /// Passes a listener's calls on, and says INVALID of requests that cannot be read, of which Flight says
    /// INTERNAL.
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
}
