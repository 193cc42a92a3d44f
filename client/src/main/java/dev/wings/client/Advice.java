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
package dev.wings.client;

import dev.wings.common.error.WingsException;
import java.util.function.UnaryOperator;

/// What a program adds to the failures of its calls, so that its user learns what to do about them.
///
/// @param unreachable what to do when nobody listens at an address; it follows a colon, and empty adds nothing
/// @param refused turns a failure that a service tells into the one that the caller gets
public record Advice(String unreachable, UnaryOperator<WingsException> refused) {

    /// Leaves failures as they are.
    public static final Advice NONE = new Advice("", UnaryOperator.identity());
}
