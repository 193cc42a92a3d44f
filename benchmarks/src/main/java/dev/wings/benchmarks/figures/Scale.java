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
package dev.wings.benchmarks.figures;

import java.time.Duration;

/// How long and how much is measured.
///
/// @param rounds how often figure and floor are taken, in turn
/// @param warmUp how long load runs before each window without being counted
/// @param window how long is counted
/// @param largeBatches how many 64K-row batches the large topic has
/// @param eventBatches how many 64K-row batches the topic has that is queried in the lake
/// @param compactBatches how many 64K-row batches one compaction moves
/// @param lookupBatches how many 64K-row batches the table has that one account is looked up in
/// @param snapshots how many snapshots a table has when a commit is measured
/// @param lagWindow how long rows are watched on their way into the lake
/// @param queries how often the small query runs
/// @param preparedInserts how many statements each session runs that inserts rows of parameters
public record Scale(
        String name,
        int rounds,
        Duration warmUp,
        Duration window,
        int largeBatches,
        int eventBatches,
        int compactBatches,
        int lookupBatches,
        int snapshots,
        Duration lagWindow,
        int queries,
        int preparedInserts) {

    /// How many rows a large batch has.
    public static final int LARGE_BATCH_ROWS = 65_536;

    /// How many different large batches there are; they are sent in turn.
    public static final int DISTINCT_BATCHES = 16;

    /// The scale of a baseline: 10 million rows in pages, 20 million in the lake.
    public static Scale full() {
        return new Scale(
                "full",
                5,
                Duration.ofSeconds(3),
                Duration.ofSeconds(8),
                153,
                306,
                120,
                61,
                1_000,
                Duration.ofSeconds(75),
                500,
                500);
    }

    /// The scale that only shows that the benchmark works.
    public static Scale quick() {
        return new Scale(
                "quick",
                2,
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                16,
                16,
                16,
                8,
                100,
                Duration.ofSeconds(20),
                50,
                50);
    }

    public Scale withRounds(int rounds) {
        return new Scale(
                name,
                rounds,
                warmUp,
                window,
                largeBatches,
                eventBatches,
                compactBatches,
                lookupBatches,
                snapshots,
                lagWindow,
                queries,
                preparedInserts);
    }

    public long largeRows() {
        return (long) largeBatches * LARGE_BATCH_ROWS;
    }

    public long eventRows() {
        return (long) eventBatches * LARGE_BATCH_ROWS;
    }
}
