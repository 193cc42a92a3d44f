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

import dev.wings.server.session.SessionOptions;
import io.grpc.Context;
import java.util.Optional;

/// Says who calls, and in which session, as the headers of the call tell. It is kept in the gRPC context of the
/// call.
final class Caller {

    static final Context.Key<Caller> KEY = Context.key("wings-caller");

    private final dev.wings.common.rpc.Caller caller;
    private final SessionOptions session;
    private Optional<SessionOptions> newSession = Optional.empty();

    private final boolean keepsCookies;

    /// @param keepsCookies whether the caller has sent the cookie of a session
    Caller(dev.wings.common.rpc.Caller caller, SessionOptions session, boolean keepsCookies) {
        this.caller = caller;
        this.session = session;
        this.keepsCookies = keepsCookies;
    }

    boolean keepsCookies() {
        return keepsCookies;
    }

    static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("a call went around the interceptor");
        }
        return caller;
    }

    String tenant() {
        return caller.tenant();
    }

    synchronized SessionOptions session() {
        return newSession.orElse(session);
    }

    /// Sets the session that the client is told of, with the headers of the answer.
    synchronized void setSession(SessionOptions options) {
        newSession = Optional.of(options);
    }

    synchronized Optional<SessionOptions> newSession() {
        return newSession;
    }

    /// Fails with FORBIDDEN if something was made for another tenant.
    void check(String owner) {
        caller.check(owner, "a handle that was made for it");
    }
}
