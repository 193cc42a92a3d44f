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
package dev.wings.integration.simulation;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.proto.TasksGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes calls of gRPC from process to process. A call is late; now and then it does not arrive at all, or its
/// answer does not.
final class SimulatedNetwork {

    private static final Duration LATENCY = Duration.ofMillis(3);

    /// The call that is made under a lease. Now and then it arrives when the lease is over, and its worker
    /// stands still until then.
    private static final String COMMIT = TasksGrpc.getCommitTableMethod().getFullMethodName();

    private static final Duration STANDSTILL = Duration.ofSeconds(30);

    private final Simulation simulation;
    private final Set<Call<?, ?>> open = new LinkedHashSet<>();

    SimulatedNetwork(Simulation simulation) {
        this.simulation = simulation;
    }

    /// A process that serves.
    record Peer(SimulatedProcess process, List<ServerServiceDefinition> services) {

        <Q, A> ServerMethodDefinition<Q, A> method(MethodDescriptor<Q, A> called) {
            for (ServerServiceDefinition service : services) {
                ServerMethodDefinition<?, ?> found = service.getMethod(called.getFullMethodName());
                if (found != null) {
                    @SuppressWarnings("unchecked")
                    ServerMethodDefinition<Q, A> typed = (ServerMethodDefinition<Q, A>) found;
                    return typed;
                }
            }
            throw new IllegalStateException("no such method: " + called.getFullMethodName());
        }
    }

    /// @param peer is asked anew for each call
    Channel channel(SimulatedProcess from, Supplier<Peer> peer, boolean faulty) {
        return new Channel() {
            @Override
            public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
                return new Call<>(from, peer.get(), method, options, faulty);
            }

            @Override
            public String authority() {
                return "simulated";
            }
        };
    }

    /// Ends a process as [SimulatedProcess#crash] does; those who have called it notice that.
    void crash(SimulatedProcess process) {
        process.crash();
        open.stream().filter(call -> call.peer.process() == process).toList().forEach(Call::disconnected);
    }

    /// A call with one request. The client's events run on the executor that it gave.
    private final class Call<Q, A> extends ClientCall<Q, A> {
        private final SimulatedProcess from;
        private final Peer peer;
        private final MethodDescriptor<Q, A> method;
        private final Executor executor;
        private final @Nullable Deadline deadline;
        private final boolean faulty;
        private final Queue<A> answers = new ArrayDeque<>();
        private Metadata headers = new Metadata();
        private @Nullable Listener<A> listener;
        private @Nullable Q request;
        private ServerCall.@Nullable Listener<Q> served;
        private int wanted;
        private @Nullable Status end;
        private boolean over;

        Call(SimulatedProcess from, Peer peer, MethodDescriptor<Q, A> method, CallOptions options, boolean faulty) {
            this.from = from;
            this.peer = peer;
            this.method = method;
            // without an executor, the listener only puts what comes into a queue
            this.executor = Objects.requireNonNullElse(options.getExecutor(), Runnable::run);
            this.deadline = options.getDeadline();
            this.faulty = faulty;
        }

        @Override
        public void start(Listener<A> client, Metadata sent) {
            listener = client;
            headers = sent;
            if (deadline != null) {
                // this fails if the deadline is kept by another clock than ours
                deadline.isBefore(Deadline.after(0, TimeUnit.NANOSECONDS, simulation.ticker()));
                Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
                from.world().scheduler().schedule(left, () -> cut(Status.DEADLINE_EXCEEDED));
            }
        }

        @Override
        public void request(int more) {
            wanted += more;
            deliver();
        }

        @Override
        public void sendMessage(Q message) {
            request = message;
        }

        @Override
        public void halfClose() {
            Duration late = simulation.upTo(LATENCY);
            simulation.note("call " + method.getFullMethodName());
            if (faulty && method.getFullMethodName().equals(COMMIT) && simulation.chance(0.2)) {
                late = simulation.upTo(STANDSTILL);
                from.freeze(late);
            }
            open.add(this);
            if (!peer.process().isAlive() || (faulty && simulation.chance(0.05))) {
                simulation.note("lost");
                disconnected();
                return;
            }
            peer.process().world().scheduler().schedule(late, this::serve);
            if (faulty && simulation.chance(0.05)) {
                disconnected();
            }
        }

        private void disconnected() {
            from.world().scheduler().schedule(simulation.upTo(LATENCY), () -> cut(Status.UNAVAILABLE));
        }

        private void serve() {
            ServerMethodDefinition<Q, A> definition = peer.method(method);
            ServerCall.Listener<Q> server = definition.getServerCallHandler().startCall(new Served(), headers);
            served = server;
            try {
                server.onMessage(Objects.requireNonNull(request));
                server.onHalfClose();
            } catch (RuntimeException e) {
                answered(GrpcErrors.toStatus(e).getStatus());
            }
        }

        /// Ends the call for the client, whatever the server does.
        private void cut(Status status) {
            if (!over && end == null) {
                answers.clear();
                end = status;
                simulation.note("cut " + method.getFullMethodName() + " " + status.getCode());
                deliver();
                ServerCall.Listener<Q> server = served;
                if (server != null) {
                    peer.process().world().threads().start("cancel", server::onCancel);
                }
            }
        }

        private void answered(Status status) {
            StatusRuntimeException known = status.getCode() == Status.Code.UNKNOWN && status.getCause() != null
                    ? GrpcErrors.toStatus(status.getCause())
                    : status.asRuntimeException();
            from.world().scheduler().schedule(simulation.upTo(LATENCY), () -> {
                if (end == null) {
                    end = known.getStatus();
                    deliver();
                }
            });
        }

        private void deliver() {
            Listener<A> client = Objects.requireNonNull(listener);
            while (wanted > 0 && !answers.isEmpty()) {
                wanted--;
                A answer = answers.remove();
                executor.execute(() -> client.onMessage(answer));
            }
            Status status = end;
            if (status != null && answers.isEmpty() && !over) {
                over = true;
                open.remove(this);
                executor.execute(() -> client.onClose(status, new Metadata()));
            }
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            cut(Status.CANCELLED.withDescription(message).withCause(cause));
        }

        /// The call as the server sees it.
        private final class Served extends ServerCall<Q, A> {
            @Override
            public void request(int more) {}

            @Override
            public void sendHeaders(Metadata sent) {}

            /// Delivers an answer at once, so that it comes before the end of the call, which is on its way for
            /// longer.
            @Override
            public void sendMessage(A message) {
                if (end == null) {
                    answers.add(message);
                    deliver();
                }
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void close(Status status, Metadata trailers) {
                answered(status);
            }

            @Override
            public boolean isCancelled() {
                return over;
            }

            @Override
            public Attributes getAttributes() {
                return Attributes.EMPTY;
            }

            @Override
            public MethodDescriptor<Q, A> getMethodDescriptor() {
                return method;
            }
        }
    }
}
