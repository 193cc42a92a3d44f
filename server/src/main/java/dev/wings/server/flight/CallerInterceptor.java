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
import dev.wings.common.rpc.AnsweredHeaders;
import dev.wings.common.rpc.UserTokens;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.Signer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// Reads the [Caller] out of the headers of each call, and puts what it set for its session into the answer's.
public final class CallerInterceptor implements ServerInterceptor {

    private static final Metadata.Key<String> COOKIE = Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> SET_COOKIE =
            Metadata.Key.of("set-cookie", Metadata.ASCII_STRING_MARSHALLER);

    /// Names the schema of bare names for clients that keep no cookies. What the session has set takes
    /// precedence.
    private static final Metadata.Key<String> SCHEMA =
            Metadata.Key.of(SessionOptions.SCHEMA_HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> TIME_ZONE =
            Metadata.Key.of(SessionOptions.TIME_ZONE_HEADER, Metadata.ASCII_STRING_MARSHALLER);

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
            Optional<SessionOptions> cookie = cookie(headers);
            SessionOptions session = cookie.isPresent() ? cookie.get() : session(headers);
            caller = new Caller(dev.wings.common.rpc.Caller.of(headers), session, cookie.isPresent());
            if (FlightServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
                // a name that somebody has made up gets no share of anything; health checks have no tenant
                tenants.check(caller.tenant());
            }
        } catch (WingsException e) {
            StatusRuntimeException status = GrpcErrors.toStatus(e);
            call.close(status.getStatus(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(Caller.KEY, caller);
        boolean wantsToken = UserTokens.areWanted(headers);
        return Contexts.interceptCall(
                context, new AnsweredHeaders<>(call, answer -> answer(caller, wantsToken, answer)), headers, next);
    }

    private Optional<SessionOptions> cookie(Metadata headers) {
        Iterable<String> cookies = headers.getAll(COOKIE);
        for (String header : cookies == null ? List.<String>of() : cookies) {
            for (String cookie : header.split(";", -1)) {
                String[] pair = cookie.strip().split("=", 2);
                if (pair.length == 2 && pair[0].equals(SessionOptions.COOKIE) && !pair[1].isEmpty()) {
                    return Optional.of(SessionOptions.fromCookie(signer, pair[1].replace("\"", "")));
                }
            }
        }
        return Optional.empty();
    }

    private static SessionOptions session(Metadata headers) {
        return new SessionOptions(
                header(headers, SCHEMA).map(SessionOptions::checkSchema).orElse(SessionOptions.DEFAULT.schema()),
                header(headers, TIME_ZONE)
                        .map(SessionOptions::checkTimeZone)
                        .orElse(SessionOptions.DEFAULT.timeZone()));
    }

    private static Optional<String> header(Metadata headers, Metadata.Key<String> key) {
        Iterable<String> values = headers.getAll(key);
        if (values == null) {
            return Optional.empty();
        }
        Iterator<String> each = values.iterator();
        String value = each.next();
        if (each.hasNext()) {
            throw WingsException.invalid("the header must be there once at most: header=" + key.name());
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    private void answer(Caller caller, boolean wantsToken, Metadata answer) {
        if (wantsToken) {
            UserTokens.addTo(answer);
        }
        caller.newSession()
                .ifPresent(options -> answer.put(SET_COOKIE, SessionOptions.COOKIE + "=" + options.toCookie(signer)));
    }
}
