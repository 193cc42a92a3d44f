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
package dev.wings.server.run;

import java.time.Instant;
import java.util.Optional;

/// A query that runs or ran on this server.
///
/// @param sql the statement, shortened
/// @param endTime when it finished; empty while it is not finished
/// @param rows how many rows were delivered so far
/// @param error why it failed
public record QueryInfo(
        String id,
        String tenant,
        String sql,
        State state,
        Instant startTime,
        Optional<Instant> endTime,
        long rows,
        Optional<String> error) {

    public enum State {
        QUEUED,
        RUNNING,
        FINISHED,
        FAILED
    }
}
