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
package dev.wings.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Keeps the cookies that a service sets, and sends them with the calls that follow: a session's schema and time zone
/// are in one. <https://www.rfc-editor.org/rfc/rfc6265>, without attributes: a connection is a session.
final class Cookies implements ClientInterceptor {

    private static final Metadata.Key<String> COOKIE = Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> SET_COOKIE =
            Metadata.Key.of("set-cookie", Metadata.ASCII_STRING_MARSHALLER);

    /// A service that sets more of them is not ours.
    private static final int MAX_COOKIES = 16;

    private final Map<String, String> kept = new TreeMap<>();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                String cookies = header();
                if (!cookies.isEmpty()) {
                    headers.put(COOKIE, cookies);
                }
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onHeaders(Metadata answer) {
                                keep(answer);
                                super.onHeaders(answer);
                            }

                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                keep(trailers);
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }
        };
    }

    private synchronized String header() {
        return kept.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    private synchronized void keep(Metadata answer) {
        Iterable<String> set = answer.getAll(SET_COOKIE);
        if (set == null) {
            return;
        }
        for (String each : set) {
            String[] pair = each.split(";", 2)[0].strip().split("=", 2);
            if (pair.length == 2 && (kept.containsKey(pair[0]) || kept.size() < MAX_COOKIES)) {
                kept.put(pair[0], pair[1]);
            }
        }
    }
}
