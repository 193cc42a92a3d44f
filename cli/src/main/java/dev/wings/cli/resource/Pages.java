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
package dev.wings.cli.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Follows a paged list to its end.
final class Pages {

    /// One answer of a list method.
    record Page<T>(List<T> resources, String nextToken) {}

    private Pages() {}

    /// All resources; `load` gets the token of the page to load, empty for the first.
    static <T> List<T> all(Function<String, Page<T>> load) {
        List<T> all = new ArrayList<>();
        String token = "";
        do {
            Page<T> page = load.apply(token);
            all.addAll(page.resources());
            token = page.nextToken();
        } while (!token.isEmpty());
        return all;
    }
}
