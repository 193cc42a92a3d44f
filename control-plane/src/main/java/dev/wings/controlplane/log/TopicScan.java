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
package dev.wings.controlplane.log;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.TopicName;
import java.util.Optional;
import java.util.Set;

/// Which pages of a topic are wanted: those with a row in one of the partitions, in `[startOffset, endOffset)`,
/// and of a batch in `[startTimestampMicros, endTimestampMicros)`. A page is judged by its bounds, so some of
/// those that are found may have no such row.
///
/// @param partitions empty for all
/// @param rowsOnly no page is wanted, only how many rows all of them have
/// @param countPages whether it is wanted, too, how many pages there are, and how many rows all of them have
public record TopicScan(
        TopicName topic,
        Optional<Set<String>> partitions,
        long startOffset,
        long endOffset,
        long startTimestampMicros,
        long endTimestampMicros,
        boolean rowsOnly,
        boolean countPages) {

    public TopicScan {
        partitions = partitions.map(Set::copyOf);
        boolean all = partitions.isEmpty()
                && startOffset == 0
                && endOffset == Long.MAX_VALUE
                && startTimestampMicros == Long.MIN_VALUE
                && endTimestampMicros == Long.MAX_VALUE;
        if (rowsOnly && !all) {
            throw WingsException.invalid("the rows of all pages are counted, or of none: topic=" + topic);
        }
    }

    /// A scan of all pages of a topic.
    public static TopicScan all(TopicName topic) {
        return new TopicScan(topic, Optional.empty(), 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, false, false);
    }

    /// A scan that asks how many rows the pages of a topic have.
    public static TopicScan rows(TopicName topic) {
        return new TopicScan(topic, Optional.empty(), 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, true, false);
    }

    /// The same scan, which also asks how many pages there are.
    public TopicScan counted() {
        return new TopicScan(
                topic, partitions, startOffset, endOffset, startTimestampMicros, endTimestampMicros, rowsOnly, true);
    }

    public TopicScan partitions(Set<String> values) {
        return new TopicScan(
                topic,
                Optional.of(values),
                startOffset,
                endOffset,
                startTimestampMicros,
                endTimestampMicros,
                false,
                countPages);
    }

    public TopicScan offsets(long start, long end) {
        return new TopicScan(
                topic, partitions, start, end, startTimestampMicros, endTimestampMicros, false, countPages);
    }

    public TopicScan timestamps(long startMicros, long endMicros) {
        return new TopicScan(topic, partitions, startOffset, endOffset, startMicros, endMicros, false, countPages);
    }

    /// Whether no page can be wanted, whatever there is.
    public boolean wantsNone() {
        return rowsOnly || partitions.filter(Set::isEmpty).isPresent();
    }

    /// Whether the page's bounds let it have a wanted row. This says what the SQL of the other store says, for
    /// stores that have none.
    public boolean wants(LogPage page) {
        return !rowsOnly
                && partitions
                        .map(wanted -> wanted.contains(page.partition().value()))
                        .orElse(true)
                && page.endOffset() > startOffset
                && page.startOffset() < endOffset
                && page.lastTimestampMicros() >= startTimestampMicros
                && page.firstTimestampMicros() < endTimestampMicros;
    }
}
