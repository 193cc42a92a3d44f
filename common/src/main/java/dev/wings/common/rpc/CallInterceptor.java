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
import org.jspecify.annotations.Nullable;

/// Around every call: failures of the service become the statuses that [GrpcErrors] names, whether they were thrown
/// or handed to `onError`, and the call is measured.
final class CallInterceptor implements ServerInterceptor {

    private final CallMetrics metrics;

    CallInterceptor(CallMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MeasuredCall<Q, A> measured = new MeasuredCall<>(
                call, metrics.start(call.getMethodDescriptor().getFullMethodName()));
        try {
            return new MeasuredListener<>(next.startCall(measured, headers), measured);
        } catch (RuntimeException | Error e) {
            measured.fail(e);
            return new ServerCall.Listener<>() {};
        }
    }

    private static final class MeasuredCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final CallMetrics.Call measure;
        private boolean closed;

        MeasuredCall(ServerCall<Q, A> delegate, CallMetrics.Call measure) {
            super(delegate);
            this.measure = measure;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            StatusRuntimeException mapped = mapped(status);
            Status outcome = mapped == null ? status : mapped.getStatus();
            measure.end(outcome.getCode());
            super.close(outcome, trailers);
        }

        /// gRPC says UNKNOWN for any exception that is not a status; its cause is what the service threw.
        private static @Nullable StatusRuntimeException mapped(Status status) {
            Throwable cause = status.getCause();
            boolean unknown = status.getCode() == Status.Code.UNKNOWN && cause != null;
            return unknown ? GrpcErrors.toStatus(cause) : null;
        }

        synchronized boolean isClosed() {
            return closed;
        }

        void fail(Throwable failure) {
            StatusRuntimeException mapped = GrpcErrors.toStatus(failure);
            Metadata trailers = mapped.getTrailers();
            close(mapped.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }

    private static final class MeasuredListener<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final MeasuredCall<Q, A> call;

        MeasuredListener(ServerCall.Listener<Q> delegate, MeasuredCall<Q, A> call) {
            super(delegate);
            this.call = call;
        }

        /// A message that comes after the call was closed has nobody else to give back what it holds.
        @Override
        public void onMessage(Q message) {
            if (!call.isClosed()) {
                run(() -> super.onMessage(message));
            } else if (message instanceof AutoCloseable holder) {
                giveBack(holder);
            }
        }

        @Override
        public void onHalfClose() {
            guard(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guard(super::onReady);
        }

        @Override
        public void onCancel() {
            call.measure.end(Status.Code.CANCELLED);
            super.onCancel();
        }

        private static void giveBack(AutoCloseable holder) {
            try {
                holder.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
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
