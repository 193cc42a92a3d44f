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
package dev.wings.server.http;

import dev.wings.common.http.Problem;
import dev.wings.server.run.ResultSink;
import dev.wings.server.write.Writes;
import java.io.IOException;
import java.util.Optional;

/// Writes the rows of a statement.
interface ResultWriter extends ResultSink {

    /// Ends the result.
    ///
    /// @param outcome what a statement has changed that is no query
    void end(Optional<Writes.Outcome> outcome) throws IOException;

    /// Says in the middle of the rows why there are no more, where the format has a way to.
    void fail(Problem problem) throws IOException;
}
