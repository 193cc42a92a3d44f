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
package dev.wings.controlplane.http;

import dev.wings.common.http.HttpHead;
import dev.wings.common.rpc.Caller;
import java.util.Map;
import java.util.Optional;

/// A request, read whole.
final class HttpRequest {

    private final HttpHead head;
    private final String owner;
    private final Map<String, String> query;
    private final byte[] body;

    /// @param owner the request counts for its share
    /// @param query the decoded parameters; of several values of one name the last
    /// @param body not copied
    HttpRequest(HttpHead head, String owner, Map<String, String> query, byte[] body) {
        this.head = head;
        this.owner = owner;
        this.query = query;
        this.body = body;
    }

    String owner() {
        return owner;
    }

    String method() {
        return head.method();
    }

    /// The path as it was received, with its percent signs.
    String path() {
        return head.path();
    }

    Optional<String> header(String name) {
        return head.header(name);
    }

    /// Whom the request acts for, if it says so. Fails as [Caller#named(List)].
    Optional<Caller> caller() {
        return Caller.named(head.headers(Caller.HEADER));
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    byte[] body() {
        return body;
    }
}
