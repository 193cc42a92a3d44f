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

import com.sun.net.httpserver.Headers;
import java.util.Map;
import java.util.Optional;

/// A request, read whole.
final class HttpRequest {

    private final String method;
    private final String path;
    private final Map<String, String> query;
    private final Headers headers;
    private final byte[] body;

    /// @param path as received, with its percent signs
    /// @param query decoded; of several values of one name the last
    /// @param body not copied
    HttpRequest(String method, String path, Map<String, String> query, Headers headers, byte[] body) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    byte[] body() {
        return body;
    }
}
