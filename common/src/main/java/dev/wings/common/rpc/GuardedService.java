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

import dev.wings.common.error.WingsException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// Bounds the messages that a service takes, counted after they were decompressed, and refuses those that cannot be
/// parsed: what a marshaller throws would end the call as a bug of ours, with a stack trace in the log.
final class GuardedService {

    private GuardedService() {}

    /// @param maxMessageBytes by the full name of a method
    static ServerServiceDefinition guard(ServerServiceDefinition service, ToIntFunction<String> maxMessageBytes) {
        ServiceDescriptor descriptor = service.getServiceDescriptor();
        ServiceDescriptor.Builder guarded = ServiceDescriptor.newBuilder(descriptor.getName())
                .setSchemaDescriptor(descriptor.getSchemaDescriptor());
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        service.getMethods()
                .forEach(method -> methods.add(guard(
                        method,
                        maxMessageBytes.applyAsInt(method.getMethodDescriptor().getFullMethodName()))));
        methods.forEach(method -> guarded.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(guarded.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static <Q, A> ServerMethodDefinition<Object, A> guard(
            ServerMethodDefinition<Q, A> method, int maxMessageBytes) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new GuardedMarshaller<>(descriptor.getRequestMarshaller(), maxMessageBytes),
                                descriptor.getResponseMarshaller())
                        .build(),
                guard(method.getServerCallHandler()));
    }

    /// Messages are what the service's own marshaller makes, or [Refused].
    @SuppressWarnings("unchecked")
    private static <Q, A> ServerCallHandler<Object, A> guard(ServerCallHandler<Q, A> handler) {
        return (call, headers) -> {
            ServerCall<Q, A> same = (ServerCall<Q, A>) (ServerCall<?, A>) call;
            ServerCall.Listener<Object> listener =
                    (ServerCall.Listener<Object>) (ServerCall.Listener<?>) handler.startCall(same, headers);
            return new SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onMessage(Object message) {
                    if (message instanceof Refused(WingsException reason)) {
                        throw reason;
                    }
                    super.onMessage(message);
                }
            };
        };
    }

    private record Refused(WingsException reason) {}

    private record GuardedMarshaller<Q>(MethodDescriptor.Marshaller<Q> marshaller, int maxMessageBytes)
            implements MethodDescriptor.Marshaller<Object> {

        @Override
        public InputStream stream(Object message) {
            throw new UnsupportedOperationException("messages of this type are only received");
        }

        @Override
        public Object parse(InputStream stream) {
            if (stream instanceof KnownLength) {
                return length(stream) > maxMessageBytes ? tooLarge() : parseWithin(stream);
            }
            Bounded bounded = new Bounded(stream, maxMessageBytes);
            Object message = parseWithin(bounded);
            return bounded.exceeded ? tooLarge() : message;
        }

        private Object parseWithin(InputStream stream) {
            try {
                return marshaller.parse(stream);
            } catch (StatusRuntimeException e) {
                return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED ? tooLarge() : malformed(e);
            } catch (RuntimeException e) {
                return malformed(e);
            }
        }

        private static int length(InputStream stream) {
            try {
                return stream.available();
            } catch (IOException e) {
                throw new IllegalStateException("memory cannot be read", e);
            }
        }

        private static Refused malformed(RuntimeException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return new Refused(WingsException.invalid("the request cannot be parsed: cause=" + cause.getMessage()));
        }

        private Refused tooLarge() {
            return new Refused(WingsException.exhausted("the request is too large: limit_bytes=" + maxMessageBytes));
        }
    }

    /// Fails as soon as more bytes came out than may.
    private static final class Bounded extends FilterInputStream {
        private long left;
        private boolean exceeded;

        Bounded(InputStream in, long limit) {
            super(in);
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            count(skipped);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void count(long bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                exceeded = true;
                throw new IOException("too large");
            }
        }
    }
}
