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
package dev.wings.ingestor.flight;

import dev.wings.common.error.WingsException;
import dev.wings.ingestor.budget.MemoryBudget;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Counts the bytes of a DoPut message while gRPC gathers them, long before the message is delivered: gRPC keeps a
/// whole message in memory before it shows any of it.
final class PutTracer extends ServerStreamTracer {

    /// The tracer of the call that is being started.
    static final Context.Key<PutTracer> CURRENT = Context.key("wings-put-tracer");

    private final MemoryBudget.Account account;
    private final long maxMessageBytes;
    private volatile @Nullable Consumer<WingsException> onExceeded;

    /// The bytes of the message that is coming in; only the network's thread touches them.
    private long messageBytes;

    private PutTracer(MemoryBudget.Account account, long maxMessageBytes) {
        this.account = account;
        this.maxMessageBytes = maxMessageBytes;
    }

    /// @param maxMessageBytes the largest message; gRPC's own limit would reset the stream and give no reason
    static ServerStreamTracer.Factory factory(MemoryBudget budget, long maxMessageBytes, String fullMethodName) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return method.equals(fullMethodName)
                        ? new PutTracer(budget.open(), maxMessageBytes)
                        : new ServerStreamTracer() {};
            }
        };
    }

    MemoryBudget.Account account() {
        return account;
    }

    /// Runs `action`, on the network's thread, when a message is too large for the limit or for what the budget has
    /// left.
    void onExceeded(Consumer<WingsException> action) {
        onExceeded = action;
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(CURRENT, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
        messageBytes += bytes;
        if (!account.receive(bytes)) {
            exceeded("no memory for more batches now: limit_bytes=" + account.limitBytes());
        } else if (messageBytes > maxMessageBytes) {
            exceeded("the message is too large, send smaller batches: limit_bytes=" + maxMessageBytes);
        }
    }

    @Override
    public void inboundMessageRead(int sequence, long wireBytes, long uncompressedBytes) {
        messageBytes = 0;
    }

    private void exceeded(String reason) {
        Consumer<WingsException> action = onExceeded;
        if (action != null) {
            action.accept(WingsException.exhausted(reason));
        }
    }

    @Override
    public void streamClosed(Status status) {
        account.close();
    }
}
