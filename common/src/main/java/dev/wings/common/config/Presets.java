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

import java.util.Map;

/// What whoever assembles services in one process decides about their settings, by their whole names.
///
/// @param defaults take the place of the record's own defaults; what the environment or the file sets takes
///     theirs
/// @param fixed cannot be set otherwise: another value in the environment or the file is a problem. An empty
///     value says that the setting has none
public record Presets(Map<String, String> defaults, Map<String, String> fixed) {

    /// Nothing is decided, as for a service that is a process of its own.
    public static final Presets NONE = new Presets(Map.of(), Map.of());

    public Presets {
        defaults = Map.copyOf(defaults);
        fixed = Map.copyOf(fixed);
    }
}
