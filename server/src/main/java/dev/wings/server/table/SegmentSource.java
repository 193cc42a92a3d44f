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
package dev.wings.server.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The segments of a topic that a query has to read, found in one snapshot. A source owns nothing until it is
/// attached.
public interface SegmentSource {

    /// Brings what has to be read to the local disk. Fails with DATA_LOSS, naming the file, if one is missing
    /// or cut.
    ///
    /// @param directory a directory that the query's engine may read, for this table alone, on the file system
    ///     of the range cache; it is made if it is not there
    Attached attach(Path directory);

    /// Brings all of the files to the local disk, because what seemed enough was not. Returns how many bytes
    /// were missing.
    long fetchAll();

    /// Returns the same segments, of which only so much is attached as is needed to plan with them.
    SegmentSource forPlanning();

    /// Returns how much of what has to be read is on the local disk.
    long cachedBytes();

    /// Segments that an engine can read.
    interface Attached extends AutoCloseable {

        /// Returns what is written after `FROM`: a relation with all needed columns, by their names. It gives
        /// the rows in the order of the segments.
        ///
        /// @param files an expression that has the value of [#files]
        String relation(String files);

        /// Returns the files as a constant of SQL. Two such constants are equal only if the same bytes are
        /// behind them.
        String files();

        /// Returns the files as the engine knows them, each with the number of its column chunks.
        Map<Path, Long> chunks();

        /// Returns the files, as the table names them, that a failure of the engine is about; empty if it is
        /// about something else.
        List<String> blamed(String message);

        /// Tells that nobody reads the segments any more.
        @Override
        void close();
    }
}
