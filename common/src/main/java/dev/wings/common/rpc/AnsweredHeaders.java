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

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A call whose answer has further headers: they go before its first message, or beside its status if there is
/// none.
public final class AnsweredHeaders<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private final Consumer<Metadata> further;
    private boolean sent;

    /// @param further adds to what is sent, once
    public AnsweredHeaders(ServerCall<Q, A> call, Consumer<Metadata> further) {
        super(call);
        this.further = further;
    }

    @Override
    public void sendHeaders(@Nullable Metadata headers) {
        sent = true;
        if (headers != null) {
            further.accept(headers);
        }
        super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (!sent) {
            further.accept(trailers);
        }
        super.close(status, trailers);
    }
}
