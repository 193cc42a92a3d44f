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
package dev.wings.server.engine;

/// Why the process of an engine ended.
enum EngineEnd {
    /// It took more memory than it may have, or a statement met its limit.
    MEMORY,
    /// What it worked on was stopped, and did not end by itself.
    STOPPED,
    /// It was not needed.
    IDLE,
    /// With the server.
    CLOSED,
    /// Anything else.
    BROKEN
}
