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
package dev.wings.common.rpc;

import dev.wings.common.error.GrpcErrors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Stands around every call: failures of the service become the statuses that [GrpcErrors] names, whether they
/// were thrown or handed to `onError`, and the call is measured. A call whose request is too large or too late
/// is ended here.
final class CallInterceptor implements ServerInterceptor {

    private final CallMetrics metrics;
    private final Executor executor;
    private final Optional<RequestTimeouts> timeouts;

    /// @param executor ends calls whose requests are too large: that must not run on the network's thread
    /// @param timeouts of requests, if there are any
    CallInterceptor(CallMetrics metrics, Executor executor, Optional<RequestTimeouts> timeouts) {
        this.metrics = metrics;
        this.executor = executor;
        this.timeouts = timeouts;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MeasuredCall<Q, A> measured = new MeasuredCall<>(
                call, metrics.start(call.getMethodDescriptor().getFullMethodName()));
        InboundBytes.Request inbound = InboundBytes.CURRENT.get();
        if (inbound != null) {
            inbound.onExceeded(reason -> executor.execute(() -> measured.fail(reason)));
        }
        // A service that counts for itself may have clients that say nothing for long between two messages.
        boolean onlyFirst = inbound == null;
        Optional<RequestTimeouts.Request> request = timeouts.map(each -> each.open(measured::fail));
        try {
            return new MeasuredListener<>(next.startCall(measured, headers), measured, request, onlyFirst);
        } catch (RuntimeException | Error e) {
            request.ifPresent(RequestTimeouts.Request::complete);
            measured.fail(e);
            return new ServerCall.Listener<>() {};
        }
    }

    private static void giveBack(AutoCloseable holder) {
        try {
            holder.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class MeasuredCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final CallMetrics.Call measure;
        private boolean closed;
        private volatile boolean failed;

        MeasuredCall(ServerCall<Q, A> delegate, CallMetrics.Call measure) {
            super(delegate);
            this.measure = measure;
        }

        /// Another thread than the one that answers the call may end it.
        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public void sendMessage(A message) {
            synchronized (this) {
                if (!closed) {
                    super.sendMessage(message);
                    return;
                }
            }
            if (message instanceof AutoCloseable holder) {
                giveBack(holder);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            StatusRuntimeException mapped = mapped(status);
            Status outcome = mapped == null ? status : mapped.getStatus();
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
                measure.end(outcome.getCode());
                super.close(outcome, trailers);
            }
        }

        /// Nobody need go on with work for a call that was ended here.
        @Override
        public boolean isCancelled() {
            return failed || super.isCancelled();
        }

        /// gRPC says UNKNOWN for any exception that is not a status; its cause is what the service threw.
        private static @Nullable StatusRuntimeException mapped(Status status) {
            Throwable cause = status.getCause();
            return cause != null && status.getCode() == Status.Code.UNKNOWN ? GrpcErrors.toStatus(cause) : null;
        }

        synchronized boolean isClosed() {
            return closed;
        }

        void fail(Throwable failure) {
            StatusRuntimeException mapped = GrpcErrors.toStatus(failure);
            Metadata trailers = mapped.getTrailers();
            failed = true;
            close(mapped.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }

    private static final class MeasuredListener<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final MeasuredCall<Q, A> call;
        private final Optional<RequestTimeouts.Request> request;
        private final boolean onlyFirst;

        MeasuredListener(
                ServerCall.Listener<Q> delegate,
                MeasuredCall<Q, A> call,
                Optional<RequestTimeouts.Request> request,
                boolean onlyFirst) {
            super(delegate);
            this.call = call;
            this.request = request;
            this.onlyFirst = onlyFirst;
        }

        /// A message that comes after the call was closed is closed here: nobody else would give back what it
        /// holds.
        @Override
        public void onMessage(Q message) {
            request.ifPresent(onlyFirst ? RequestTimeouts.Request::complete : RequestTimeouts.Request::heard);
            if (!call.isClosed()) {
                run(() -> super.onMessage(message));
            } else if (message instanceof AutoCloseable holder) {
                giveBack(holder);
            }
        }

        @Override
        public void onHalfClose() {
            request.ifPresent(RequestTimeouts.Request::complete);
            guard(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guard(super::onReady);
        }

        @Override
        public void onComplete() {
            request.ifPresent(RequestTimeouts.Request::complete);
            super.onComplete();
        }

        @Override
        public void onCancel() {
            request.ifPresent(RequestTimeouts.Request::complete);
            call.measure.end(Status.Code.CANCELLED);
            super.onCancel();
        }

        private void guard(Runnable event) {
            if (!call.isClosed()) {
                run(event);
            }
        }

        private void run(Runnable event) {
            try {
                event.run();
            } catch (RuntimeException | Error e) {
                call.fail(e);
            }
        }
    }
}
