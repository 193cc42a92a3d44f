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
import java.util.SortedMap;
import java.util.TreeMap;

/// The rows that one query finds in one topic.
final class FoundRows {

    private final String topic;
    private final String topicUid;
    private final SortedMap<Position, StoredRow> rows = new TreeMap<>();

    /// @param topic the topic's name
    FoundRows(String topic, String topicUid) {
        this.topic = topic;
        this.topicUid = topicUid;
    }

    String topic() {
        return topic;
    }

    String topicUid() {
        return topicUid;
    }

    /// @param place where the row was found, for the message
    void add(StoredRow row, String place) {
        StoredRow other = rows.put(row.position(), row);
        if (other != null) {
            throw new AssertionError("I7: an offset is in two places: topic=" + topic + ", row=" + row + ", other="
                    + other + ", place=" + place);
        }
    }

    SortedMap<Position, StoredRow> rows() {
        return Collections.unmodifiableSortedMap(rows);
    }
}
