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

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The sites whose pages may use an edge from browsers, and what browsers are told of it, by the rules of
/// <https://fetch.spec.whatwg.org/#http-cors-protocol>. Pages of other sites get answers that they cannot read,
/// and send nothing that needs to be asked for first.
///
/// @param origins the origins of the sites, such as `https://example.com`; `*` for all
public record Cors(Set<String> origins) {

    /// No site may.
    public static final Cors NONE = new Cors(Set.of());

    private static final String ANY = "*";

    /// What browsers say for pages that have no site, such as files. It must not be taken for one: many are
    /// alike.
    private static final Pattern ORIGIN =
            Pattern.compile("https?://[a-z0-9.-]+(?::\\d{1,5})?|https?://\\[[0-9a-f:.]+\\](?::\\d{1,5})?");

    private static final String METHODS = "GET, POST";

    /// Headers of answers that pages may read beside those that all may.
    private static final String EXPOSED = "Retry-After, Allow, Accept-Encoding";

    /// How many seconds browsers need not ask again.
    private static final String MAX_AGE = "3600";

    public Cors {
        origins = Set.copyOf(origins);
    }

    /// Reads a list of origins, separated by commas; an empty one is none. Fails with
    /// [IllegalArgumentException] for what is no origin.
    public static Cors parse(String list) {
        Set<String> origins = new LinkedHashSet<>();
        for (String each : Arrays.stream(list.split(",", -1)).map(String::strip).toList()) {
            if (each.isEmpty()) {
                continue;
            }
            if (!each.equals(ANY) && !ORIGIN.matcher(each).matches()) {
                throw new IllegalArgumentException(
                        "not an origin of pages: expected=* or one such as https://example.com"
                                + " or http://localhost:3000, in lower case and without a path, found=" + each);
            }
            origins.add(each);
        }
        return new Cors(origins);
    }

    /// Whether pages of this origin may use the edge.
    public boolean allows(String origin) {
        return origins.contains(ANY) || origins.contains(origin);
    }

    /// The answer to a browser that asks whether a page may send a request; empty if the request asks something
    /// else.
    Optional<HttpAnswer> preflight(HttpHead head) {
        boolean asks = !origins.isEmpty()
                && head.method().equals("OPTIONS")
                && head.header("Origin").isPresent()
                && head.header("Access-Control-Request-Method").isPresent();
        if (!asks) {
            return Optional.empty();
        }
        if (!allows(head.header("Origin").orElseThrow())) {
            return Optional.of(HttpAnswer.bare(403, Map.of()));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Access-Control-Allow-Methods", METHODS);
        headers.put("Access-Control-Max-Age", MAX_AGE);
        // any header may come: a page could write the same into the address or the body
        head.header("Access-Control-Request-Headers")
                .ifPresent(asked -> headers.put("Access-Control-Allow-Headers", asked));
        return Optional.of(HttpAnswer.bare(204, headers));
    }

    /// What all answers to a request have, so that a page may read them.
    Map<String, String> headers(List<String> origin) {
        if (origins.isEmpty()) {
            return Map.of();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Vary", "Origin");
        if (origin.size() == 1 && allows(origin.getFirst())) {
            headers.put("Access-Control-Allow-Origin", origins.contains(ANY) ? ANY : origin.getFirst());
            headers.put("Access-Control-Expose-Headers", EXPOSED);
        }
        return headers;
    }
}
