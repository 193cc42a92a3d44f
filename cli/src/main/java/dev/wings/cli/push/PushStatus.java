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
package dev.wings.cli.push;

import java.time.Duration;
import java.util.List;

/// How far a push is.
///
/// @param sentRows rows that were handed to the connection
/// @param sentBytes how many bytes their Arrow buffers have
/// @param acknowledgedRows rows that are known to be durable in the topic
/// @param acknowledgedBatches how many batches these came in
/// @param deadLetterRows rows of acknowledged batches that did not fit, and are in the topic of dead letters
/// @param rejectedRows rows of batches that were refused
/// @param rejectedBatches how many batches were refused
/// @param reasons why the first batches were refused
/// @param p50 half of the recent answers came within this time
/// @param p99 nearly all of the recent answers came within this time
public record PushStatus(
        long sentRows,
        long sentBytes,
        long acknowledgedRows,
        long acknowledgedBatches,
        long deadLetterRows,
        long rejectedRows,
        long rejectedBatches,
        List<String> reasons,
        Duration p50,
        Duration p99) {

    public PushStatus {
        reasons = List.copyOf(reasons);
        if (acknowledgedRows + deadLetterRows + rejectedRows > sentRows) {
            throw new IllegalStateException("more rows were answered than sent: sent=" + sentRows + ", acknowledged="
                    + acknowledgedRows + ", rejected=" + rejectedRows);
        }
    }

    /// Rows of which nobody knows whether they are stored.
    public long unansweredRows() {
        return sentRows - acknowledgedRows - deadLetterRows - rejectedRows;
    }
}
