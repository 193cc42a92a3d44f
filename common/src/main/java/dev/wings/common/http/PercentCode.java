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

import dev.wings.common.error.WingsException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Decodes paths and queries, in which `+` is a space: in paths, too, as clients of Iceberg write them.
public final class PercentCode {

    private static final int MAX_PARAMETERS = 32;

    private PercentCode() {}

    /// Decodes a text. Fails with INVALID for bytes that are no text.
    public static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw WingsException.invalid("the address is not percent-encoded as it should be");
        }
    }

    /// The parts of a path between slashes, decoded: an encoded slash divides nothing.
    public static List<String> segments(String path) {
        return Stream.of(path.split("/", -1)).map(PercentCode::decode).toList();
    }

    /// The decoded parameters; of several values of one name the last. Fails with INVALID for very many.
    public static Map<String, String> query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return Map.of();
        }
        String[] pairs = query.split("&", -1);
        if (pairs.length > MAX_PARAMETERS) {
            throw WingsException.invalid("too many parameters: limit=" + MAX_PARAMETERS + ", found=" + pairs.length);
        }
        Map<String, String> parameters = new HashMap<>();
        for (String pair : pairs) {
            int end = pair.indexOf('=');
            parameters.put(
                    decode(end < 0 ? pair : pair.substring(0, end)), end < 0 ? "" : decode(pair.substring(end + 1)));
        }
        return parameters;
    }
}
