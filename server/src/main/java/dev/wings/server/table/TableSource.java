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

import dev.wings.common.duckdb.ArrowTable;
import java.util.Optional;

/// What the rows of a table are read from, in one snapshot. Each row is in one of the parts.
///
/// @param needs what the query needs of the table
/// @param segments rows in files; empty if none of them matters
/// @param stats what was found of the files; empty if the table has none
/// @param batches all other rows that matter, as Arrow batches with the needed columns; more rows are no harm
/// @param rows how many rows the table has; empty if that takes reading, or if the query needs columns or not
///     all rows
/// @param pages how many pages `batches` are read from; 0 if there are none and `segments` has all rows
/// @param pageRows how many rows those pages have, which may be more than matter
/// @param all all pages that the table has, if that was asked for
public record TableSource(
        TableNeeds needs,
        Optional<SegmentSource> segments,
        Optional<SegmentStats> stats,
        Optional<Long> rows,
        ArrowTable batches,
        int pages,
        long pageRows,
        Optional<Pages> all) {

    /// How many pages there are, and how many rows they have, whether they matter or not.
    public record Pages(long pages, long rows) {}

    /// Returns the source of a table that is made when it is read.
    public static TableSource of(TableNeeds needs, ArrowTable batches) {
        return new TableSource(
                needs, Optional.empty(), Optional.empty(), Optional.empty(), batches, 0, 0, Optional.empty());
    }

    /// Returns the same source, for planning.
    public TableSource forPlanning() {
        return new TableSource(
                needs, segments.map(SegmentSource::forPlanning), stats, rows, batches, pages, pageRows, all);
    }
}
