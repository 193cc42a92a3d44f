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

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CallInterceptorTest {

    private final CallInterceptor interceptor =
            new CallInterceptor(new CallMetrics(new SimpleMeterRegistry()), Runnable::run, Optional.empty());
    private final List<Message> received = new ArrayList<>();

    @Test
    void aMessageThatComesAfterTheEndIsGivenBack() {
        Call call = new Call();
        Message inTime = new Message();
        Message late = new Message();
        List<ServerCall<Message, Message>> seen = new ArrayList<>();
        ServerCall.Listener<Message> listener = interceptor.interceptCall(call, new Metadata(), (wrapped, headers) -> {
            seen.add(wrapped);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(Message message) {
                    received.add(message);
                }
            };
        });

        listener.onMessage(inTime);
        seen.getFirst().close(Status.OK, new Metadata());
        listener.onMessage(late);

        assertThat(received).containsExactly(inTime);
        assertThat(inTime.closed).as("belongs to who received it").isFalse();
        assertThat(late.closed).isTrue();
    }

    private static final class Message implements AutoCloseable {
        private boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class Marshaller implements MethodDescriptor.Marshaller<Message> {
        @Override
        public InputStream stream(Message value) {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public Message parse(InputStream stream) {
            return new Message();
        }
    }

    private static final class Call extends ServerCall<Message, Message> {

        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(Message message) {}

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Message, Message> getMethodDescriptor() {
            return MethodDescriptor.<Message, Message>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("test/Call")
                    .setRequestMarshaller(new Marshaller())
                    .setResponseMarshaller(new Marshaller())
                    .build();
        }
    }
}
