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
package dev.wings.integration.simulation;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/// What was written to all topics. Each stream that writes rows to [SimulatedCluster#EVENTS] writes the same to
/// [SimulatedCluster#COPIES] after that.
final class WrittenTopics {

    private final Map<String, WrittenRows> topics = new HashMap<>();

    WrittenRows of(String topicUid) {
        return topics.computeIfAbsent(topicUid, uid -> new WrittenRows());
    }

    /// Returns the acknowledged rows by uid of their topic.
    Map<String, SortedMap<Position, StoredRow>> acknowledged() {
        Map<String, SortedMap<Position, StoredRow>> rows = new HashMap<>();
        topics.forEach((uid, written) -> rows.put(uid, written.acknowledged()));
        return rows;
    }

    long acknowledgedRows() {
        return topics.values().stream()
                .mapToLong(written -> written.acknowledged().size())
                .sum();
    }

    /// @param before the rows that were acknowledged before the reader asked
    /// @param found what the reader has found in one snapshot
    void check(Map<String, SortedMap<Position, StoredRow>> before, List<FoundRows> found) {
        for (FoundRows rows : found) {
            of(rows.topicUid()).check(before.getOrDefault(rows.topicUid(), Collections.emptySortedMap()), rows);
        }
        Set<Long> copies = ids(found, SimulatedCluster.COPIES);
        if (!copies.isEmpty()) {
            copies.removeAll(ids(found, SimulatedCluster.EVENTS));
            if (!copies.isEmpty()) {
                throw new AssertionError("I6: a snapshot has what was written later, and lacks what was written"
                        + " before: ids=" + copies);
            }
        }
    }

    private static Set<Long> ids(List<FoundRows> found, String topic) {
        Set<Long> ids = new HashSet<>();
        found.stream()
                .filter(rows -> rows.topic().equals(topic))
                .forEach(rows -> rows.rows().values().forEach(row -> ids.add(row.id())));
        return ids;
    }
}
