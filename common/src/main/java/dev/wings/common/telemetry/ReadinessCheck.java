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
package dev.wings.common.telemetry;

import java.util.Optional;

/// Something that a service needs to serve its first request.
///
/// @param name as the answer of `/readyz` has it: `postgres`
/// @param probe looks now, without waiting long, and says what is missing; empty if nothing is. An exception
///     counts as missing
public record ReadinessCheck(String name, Probe probe) {

    /// Looks at one thing.
    @FunctionalInterface
    public interface Probe {
        Optional<String> problem() throws Exception;
    }
}
