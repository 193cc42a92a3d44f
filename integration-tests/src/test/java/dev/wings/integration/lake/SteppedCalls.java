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
package dev.wings.integration.lake;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/// Makes a step of each call of the control plane.
record SteppedCalls(Steps steps) implements ClientInterceptor {

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        int step;
        try {
            step = steps.before(String.valueOf(method.getBareMethodName()));
        } catch (WingsException e) {
            throw GrpcErrors.toStatus(e);
        }
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new StepListener<>(listener, step), headers);
            }
        };
    }

    private final class StepListener<A> extends ForwardingClientCallListener.SimpleForwardingClientCallListener<A> {

        private final int step;

        StepListener(ClientCall.Listener<A> listener, int step) {
            super(listener);
            this.step = step;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            Status told = status;
            try {
                steps.after(step);
            } catch (WingsException e) {
                told = GrpcErrors.toStatus(e).getStatus();
            } catch (Steps.Crash e) {
                // what is thrown here would be lost, and the call go on for ever
                told = Status.INTERNAL.withCause(e);
            }
            super.onClose(told, trailers);
        }
    }
}
