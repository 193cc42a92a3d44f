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

import java.io.IOException;

/// The body of an answer whose parts are sent as they are made. It is for one thread at a time.
///
/// A client that takes nothing for the edge's stall time is cut off. If the work for the request ends before
/// [#end], the body is broken off, which clients notice: what was written comes, and the end of the body does
/// not.
public interface HttpBody {

    /// Whether the next [#write] would not wait.
    boolean isReady();

    /// Waits until the client has taken enough for more to be written. Fails if it has gone, or the thread is
    /// interrupted.
    void awaitReady() throws IOException;

    /// Writes bytes, which are copied. Waits as [#awaitReady] does.
    void write(byte[] bytes, int start, int length) throws IOException;

    /// Ends the body, and returns when the client has taken all of it.
    void end() throws IOException;
}
