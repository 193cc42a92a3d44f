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
package dev.wings.compactor.rewrite;

import dev.wings.compactor.segment.Segment;
import dev.wings.worker.table.TableSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which small segments become larger ones.
///
/// Of each partition of the table these are the newest small segments, as long as the next older one is not
/// larger than all newer ones together. So a segment is only written again together with as much as it is
/// itself, and a row is written about as often as the size of its segment doubles, however small the segments
/// are that come in.
///
/// @param groups each becomes one or more segments; all of one partition, oldest rows first
/// @param leftSegments how many are left that are worth a further task
record RewritePlan(List<List<Segment>> groups, long leftSegments, long leftBytes) {

    /// A group of fewer segments is not worth the trouble.
    private static final int MIN_SEGMENTS = 4;

    /// How many segments all groups have together. What a rewrite replaces is dropped when one snapshot
    /// expires, and listed in one request.
    static final int MAX_SEGMENTS = 10_000;

    /// @param partitions the segments of each partition of the table
    /// @param maxBytes the bytes of all groups together; one group is always taken, or as much of it as may be
    static RewritePlan of(Iterable<List<Segment>> partitions, long targetBytes, long maxBytes) {
        List<List<Segment>> groups = new ArrayList<>();
        long takenBytes = 0;
        int takenSegments = 0;
        long leftSegments = 0;
        long leftBytes = 0;
        for (List<Segment> partition : partitions) {
            List<Segment> whole = group(partition, targetBytes, maxBytes);
            if (whole.isEmpty()) {
                continue;
            }
            List<Segment> rest = whole;
            // The oldest segments are taken: what they become is larger than the newer rest, which the next
            // task takes without it.
            List<Segment> group = groups.isEmpty() ? whole.subList(0, Math.min(whole.size(), MAX_SEGMENTS)) : whole;
            if (groups.isEmpty()
                    || (takenBytes + bytes(group) <= maxBytes && takenSegments + group.size() <= MAX_SEGMENTS)) {
                groups.add(group);
                takenBytes += bytes(group);
                takenSegments += group.size();
                rest = whole.subList(group.size(), whole.size());
            }
            leftSegments += rest.size();
            leftBytes += bytes(rest);
        }
        return new RewritePlan(groups, leftSegments, leftBytes);
    }

    private static List<Segment> group(List<Segment> partition, long targetBytes, long maxBytes) {
        List<Segment> newestFirst = partition.stream()
                .filter(segment -> TableSummary.isSmall(segment.bytes(), targetBytes))
                .sorted(Comparator.comparingLong(Segment::maxOffset).reversed())
                .toList();
        List<Segment> group = new ArrayList<>();
        long bytes = 0;
        for (Segment segment : newestFirst) {
            boolean fits = bytes + segment.bytes() <= maxBytes;
            if (group.size() >= MIN_SEGMENTS && (segment.bytes() > bytes || !fits)) {
                break;
            }
            if (!group.isEmpty() && segment.bytes() > bytes * MIN_SEGMENTS) {
                // the newer segments wait until there are more of them
                break;
            }
            group.add(segment);
            bytes += segment.bytes();
        }
        return group.size() < MIN_SEGMENTS
                ? List.of()
                : group.stream()
                        .sorted(Comparator.comparingLong(Segment::minOffset))
                        .toList();
    }

    static long bytes(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::bytes).sum();
    }
}
