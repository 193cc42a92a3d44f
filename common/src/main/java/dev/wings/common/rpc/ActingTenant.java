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

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/// The tenant that a call between services is made for, so that the service that answers it can be fair to
/// tenants. It gives no rights: those are checked where tenants come in, see [Caller].
public final class ActingTenant {

    /// The tenant of calls that are made for no tenant in particular.
    public static final String NONE = "";

    private static final Context.Key<String> KEY = Context.keyWithDefault("wings-acting-tenant", NONE);

    private ActingTenant() {}

    /// The tenant of the call that this thread works for.
    public static String current() {
        return KEY.get();
    }

    /// A context in which `tenant` acts.
    public static Context context(String tenant) {
        return Context.current().withValue(KEY, tenant);
    }

    /// Wraps work for `tenant` that is not part of the call that started it, and does not end with it.
    public static Runnable working(String tenant, Runnable work) {
        return Context.ROOT.withValue(KEY, tenant).wrap(work);
    }

    /// Tells the services that are called which tenant it is for.
    static final class Forwarding implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            String tenant = current();
            if (tenant.isEmpty()) {
                return next.newCall(method, options);
            }
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    headers.discardAll(Caller.KEY);
                    headers.put(Caller.KEY, tenant);
                    super.start(listener, headers);
                }
            };
        }
    }

    static final class Interceptor implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return Caller.named(headers)
                    .map(caller -> Contexts.interceptCall(context(caller.tenant()), call, headers, next))
                    .orElseGet(() -> next.startCall(call, headers));
        }
    }
}
