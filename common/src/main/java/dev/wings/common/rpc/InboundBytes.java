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
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Counts the bytes of requests while they arrive: gRPC keeps a whole message in memory before it shows any of it. A
/// message that is larger than its method takes, or one more than all may take together, ends its call at once.
final class InboundBytes extends ServerStreamTracer.Factory {

    /// The request of the call that is being started; none if its service counts for itself.
    static final Context.Key<Request> CURRENT = Context.key("wings-inbound-bytes");

    private final Map<String, Integer> maxMessageBytes;
    private final long limitBytes;
    private final long connectionBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final Map<Object, Long> byConnection = new ConcurrentHashMap<>();

    /// @param maxMessageBytes the limits of methods, by their full names; other methods are not counted
    /// @param limitBytes how many bytes requests may take that have not arrived in full; a quarter of it for
    ///     each connection, and always enough for its largest message
    InboundBytes(Map<String, Integer> maxMessageBytes, long limitBytes) {
        this.maxMessageBytes = Map.copyOf(maxMessageBytes);
        int largest = maxMessageBytes.values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        this.connectionBytes = Math.max(limitBytes / 4, largest);
        this.limitBytes = Math.max(limitBytes, connectionBytes);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        Integer limit = maxMessageBytes.get(method);
        return limit == null ? new ServerStreamTracer() {} : new Request(limit);
    }

    /// The bytes of all requests that have not arrived in full.
    long bytes() {
        return bytes.get();
    }

    /// The bytes of one call's request.
    final class Request extends ServerStreamTracer {
        private final int limit;
        private volatile @Nullable Consumer<WingsException> onExceeded;
        private volatile Object connection = this;

        /// The network's thread touches it, except at the end.
        private long messageBytes;

        private boolean closed;

        private Request(int limit) {
            this.limit = limit;
        }

        /// Runs `action`, on the network's thread, when the request is too large.
        void onExceeded(Consumer<WingsException> action) {
            onExceeded = action;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(CURRENT, this);
        }

        @Override
        public void serverCallStarted(ServerCallInfo<?, ?> call) {
            Object address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            if (address != null) {
                connection = address;
            }
        }

        @Override
        public void inboundWireSize(long size) {
            boolean tooLarge;
            boolean tooMany;
            synchronized (this) {
                if (closed) {
                    return;
                }
                messageBytes += size;
                tooLarge = messageBytes > limit;
                tooMany = add(size);
            }
            if (tooLarge) {
                exceeded("the request is too large: limit_bytes=" + limit);
            } else if (tooMany) {
                exceeded("no memory for more requests that arrive slowly: limit_bytes=" + limitBytes
                        + ", of_a_connection=" + connectionBytes);
            }
        }

        @Override
        public void inboundMessageRead(int sequence, long wireBytes, long uncompressedBytes) {
            giveBack();
        }

        @Override
        public void streamClosed(Status status) {
            synchronized (this) {
                closed = true;
                giveBack();
            }
        }

        private synchronized void giveBack() {
            if (messageBytes > 0) {
                add(-messageBytes);
                messageBytes = 0;
            }
        }

        /// Adds bytes, and returns whether they are too many.
        private boolean add(long size) {
            Long ofConnection = byConnection.merge(connection, size, (before, more) -> {
                long sum = before + more;
                return sum == 0 ? null : (Long) sum;
            });
            long ofAll = bytes.addAndGet(size);
            return ofAll > limitBytes || (ofConnection != null && ofConnection > connectionBytes);
        }

        private void exceeded(String reason) {
            Consumer<WingsException> action = onExceeded;
            if (action != null) {
                action.accept(WingsException.exhausted(reason));
            }
        }
    }
}
