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
package dev.wings.common.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What came of reading the configuration of a service. With problems there is no configuration, but where the
/// service would listen is known all the same, as far as it is set rightly.
///
/// @param prefix what the names of its settings start with, such as `WINGS_SERVER_`
/// @param config empty if there are problems
/// @param problems all of them, a line each
/// @param names the whole names of its settings
/// @param texts values of settings that are text, by names without the prefix
/// @param ports values of settings that are ports, by names without the prefix; what was refused is missing
public record Reading<T>(
        String prefix,
        Optional<T> config,
        List<String> problems,
        Set<String> names,
        Map<String, String> texts,
        Map<String, Integer> ports) {

    public Reading {
        problems = List.copyOf(problems);
        names = Set.copyOf(names);
        texts = Map.copyOf(texts);
        ports = Map.copyOf(ports);
    }
}
