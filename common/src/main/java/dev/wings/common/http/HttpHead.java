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
package dev.wings.common.http;

import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// The head of a request, whose body may not be there yet.
public final class HttpHead {

    private final HttpRequest request;
    private final InetAddress client;

    HttpHead(HttpRequest request, InetAddress client) {
        this.request = request;
        this.client = client;
    }

    public String method() {
        return request.method().name();
    }

    /// The path as it was received, with its percent signs and without the query.
    public String path() {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /// The query as it was received; empty if there is none.
    public String query() {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? "" : uri.substring(query + 1);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.headers().get(name));
    }

    /// All values of a header, as often as it is there.
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    public InetAddress client() {
        return client;
    }
}
