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

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.Locale;
import org.apache.arrow.flight.impl.Flight.HandshakeRequest;
import org.apache.arrow.flight.impl.Flight.HandshakeResponse;
import org.apache.arrow.flight.impl.FlightServiceGrpc;

/// Clients that have a user and a password want a token for them, mostly by Flight's handshake, and send it with each
/// call from then on. There is no authentication: any user gets the token, and it stands for nothing. Whom a call acts
/// for is said by its tenant.
public final class UserTokens {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String USER = "basic ";

    private static final String TOKEN = "Bearer anybody";

    private UserTokens() {}

    /// Whether a call has a user and a password: then its answer has the token.
    public static boolean areWanted(Metadata headers) {
        String value = headers.get(AUTHORIZATION);
        return value != null && value.toLowerCase(Locale.ROOT).startsWith(USER);
    }

    /// Adds the token to the headers of an answer.
    public static void addTo(Metadata answer) {
        answer.put(AUTHORIZATION, TOKEN);
    }

    /// Answers all calls that want a token with one.
    public static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                return next.startCall(
                        areWanted(headers) ? new AnsweredHeaders<>(call, UserTokens::addTo) : call, headers);
            }
        };
    }

    /// Flight's handshake, of which only the headers count: it ends at once, so that nobody can keep it open.
    public static ServerMethodDefinition<HandshakeRequest, HandshakeResponse> handshake() {
        return ServerMethodDefinition.create(FlightServiceGrpc.getHandshakeMethod(), (call, headers) -> {
            call.sendHeaders(new Metadata());
            call.close(Status.OK, new Metadata());
            return new ServerCall.Listener<>() {};
        });
    }
}
