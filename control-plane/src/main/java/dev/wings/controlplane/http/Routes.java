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

import dev.wings.common.http.HttpAnswer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.rest.Endpoint;
import org.jspecify.annotations.Nullable;

/// Finds what answers a method and a path.
///
/// @param known the routes, with the templates of Iceberg's paths: `/v1/{prefix}/namespaces/{namespace}`
record Routes(List<Route> known) {

    /// Answers the requests of a route.
    interface Action {
        HttpAnswer answer(Call call);
    }

    /// @param template the parts of the path, variables in braces
    record Route(Endpoint endpoint, List<String> template, Action action) {

        static Route of(Endpoint endpoint, Action action) {
            return new Route(endpoint, List.of(endpoint.path().split("/", -1)), action);
        }

        private @Nullable Map<String, String> match(List<String> segments) {
            if (segments.size() != template.size()) {
                return null;
            }
            Map<String, String> variables = new HashMap<>();
            for (int i = 0; i < segments.size(); i++) {
                String part = template.get(i);
                if (part.startsWith("{")) {
                    variables.put(part.substring(1, part.length() - 1), segments.get(i));
                } else if (!part.equals(segments.get(i))) {
                    return null;
                }
            }
            return variables;
        }
    }

    record Match(Route route, Map<String, String> variables) {}

    /// @param segments the parts of the path, `/v1/...`, with the empty one before the first slash
    Optional<Match> find(String method, List<String> segments) {
        for (Route route : known) {
            if (route.endpoint().httpMethod().equals(method)) {
                Map<String, String> variables = route.match(segments);
                if (variables != null) {
                    return Optional.of(new Match(route, variables));
                }
            }
        }
        return Optional.empty();
    }

    List<Endpoint> endpoints() {
        return known.stream().map(Route::endpoint).toList();
    }
}
