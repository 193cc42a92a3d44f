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
package dev.wings.ingestor.http;

import java.util.Optional;

/// The rows of the body of a request, one after the other.
///
/// A row that cannot be read fails with [BadRowException], and the next call goes on behind it, unless the
/// exception says that nothing can be found there.
interface BodyRows extends AutoCloseable {

    /// Goes to the next row; false if there is none.
    boolean next() throws BadRowException;

    /// The number of the row that the last call of [#next] went to; the first is 1.
    long row();

    /// The text of the row that the last call of [#next] went to, as it was sent, or much of it; it may be
    /// called after the row was found not to be one, and in place of [#write], not after it. Empty if it is not
    /// known.
    Optional<String> text();

    /// Writes the values of the row to the columns. It may be called once for a row, or not at all.
    void write(TopicColumns columns, int index) throws BadRowException;

    @Override
    void close();
}
