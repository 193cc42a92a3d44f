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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InboundBytesTest {

    private static final int MESSAGE = 100;
    private static final long ALL = 1000;

    private final InboundBytes inbound = new InboundBytes(Map.of("a/Method", MESSAGE), ALL);
    private final List<WingsException> exceeded = new ArrayList<>();

    /// A call of the connection from this port.
    private InboundBytes.Request open(int port) {
        InboundBytes.Request request = (InboundBytes.Request) inbound.newServerStreamTracer("a/Method", new Metadata());
        request.serverCallStarted(new Started(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        request.onExceeded(exceeded::add);
        return request;
    }

    @Test
    void aMessageThatIsTooLargeEndsItsCallBeforeItIsThere() {
        InboundBytes.Request request = open(1);
        request.inboundWireSize(60);
        request.inboundMessageRead(0, 60, 60);
        request.inboundWireSize(MESSAGE);
        assertThat(exceeded).isEmpty();
        request.inboundWireSize(1);
        assertThat(exceeded).extracting(WingsException::kind).containsExactly(ErrorKind.EXHAUSTED);
    }

    @Test
    void whatArrivesSlowlyIsBoundedForAConnectionAndForAll() {
        for (int call = 0; call < 5; call++) {
            open(1).inboundWireSize(50);
        }
        assertThat(exceeded).as("a quarter of all").isEmpty();
        open(1).inboundWireSize(1);
        assertThat(exceeded).hasSize(1);
        for (int connection = 2; inbound.bytes() + 100 <= ALL; connection++) {
            open(connection).inboundWireSize(100);
        }
        assertThat(exceeded).hasSize(1);
        open(99).inboundWireSize(100);
        assertThat(exceeded).hasSize(2);
    }

    @Test
    void whatArrivedOrEndedIsGivenBack() {
        InboundBytes.Request arrived = open(1);
        arrived.inboundWireSize(100);
        arrived.inboundMessageRead(0, 100, 100);
        InboundBytes.Request cut = open(1);
        cut.inboundWireSize(100);
        cut.streamClosed(Status.CANCELLED);
        cut.inboundWireSize(100);
        assertThat(inbound.bytes()).isZero();
        assertThat(exceeded).isEmpty();
    }

    private static final class Started extends ServerStreamTracer.ServerCallInfo<byte[], byte[]> {
        private final SocketAddress address;

        Started(SocketAddress address) {
            this.address = address;
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.newBuilder()
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, address)
                    .build();
        }

        @Override
        public String getAuthority() {
            return "authority";
        }
    }
}
