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

import java.util.Map;

/// Opens engines.
public interface EngineFactory extends AutoCloseable {

    /// Opens an empty engine with these settings of DuckDB.
    ///
    /// @param owner the tenant whom it is for
    /// @param first whether its owner has no other engine that works: the others stand back where processors are
    ///     scarce
    /// @param memoryBytes how much memory it may compute with, the `memory_limit` of the settings
    /// @param rowBytes how much memory rows may take on their way into the engine
    SqlEngine open(String owner, boolean first, Map<String, String> settings, long memoryBytes, long rowBytes);

    /// Gets ready to open that many engines soon; does not wait.
    void prepare(int engines);

    /// Ends the processes that are kept in reserve. Engines must be closed before.
    @Override
    void close();
}
