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
package dev.wings.server.flight;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.rpc.TenantHeader;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.Signer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.jspecify.annotations.Nullable;

/// Reads the [Caller] out of the headers of each call, and puts what it set for its session into the answer's.
public final class CallerInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> COOKIE = Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> SET_COOKIE =
            Metadata.Key.of("set-cookie", Metadata.ASCII_STRING_MARSHALLER);

    private final Signer signer;
    private final KnownTenants tenants;

    public CallerInterceptor(Signer signer, KnownTenants tenants) {
        this.signer = signer;
        this.tenants = tenants;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Caller caller;
        try {
            caller = new Caller(TenantHeader.tenantOf(headers), session(headers));
            if (FlightServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
                // a name that somebody has made up gets no share of anything; health has no tenant
                tenants.check(caller.tenant());
            }
        } catch (WingsException e) {
            StatusRuntimeException status = GrpcErrors.toStatus(e);
            call.close(status.getStatus(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(Caller.KEY, caller);
        return Contexts.interceptCall(context, new AnsweringCall<>(call, caller), headers, next);
    }

    private SessionOptions session(Metadata headers) {
        Iterable<String> cookies = headers.getAll(COOKIE);
        for (String header : cookies == null ? List.<String>of() : cookies) {
            for (String cookie : header.split(";", -1)) {
                String[] pair = cookie.strip().split("=", 2);
                if (pair.length == 2 && pair[0].equals(SessionOptions.COOKIE) && !pair[1].isEmpty()) {
                    return SessionOptions.fromCookie(signer, pair[1].replace("\"", ""));
                }
            }
        }
        return SessionOptions.DEFAULT;
    }

    private final class AnsweringCall<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private final Caller caller;
        private boolean headersSent;

        AnsweringCall(ServerCall<Q, A> call, Caller caller) {
            super(call);
            this.caller = caller;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            headersSent = true;
            addCookie(headers);
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!headersSent) {
                addCookie(trailers);
            }
            super.close(status, trailers);
        }

        private void addCookie(@Nullable Metadata headers) {
            if (headers != null) {
                caller.newSession()
                        .ifPresent(options ->
                                headers.put(SET_COOKIE, SessionOptions.COOKIE + "=" + options.toCookie(signer)));
            }
        }
    }
}
