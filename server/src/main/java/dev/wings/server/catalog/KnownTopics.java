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
package dev.wings.server.catalog;

import dev.wings.common.resource.TopicName;
import dev.wings.server.table.TopicTable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Topics as they were last seen, by their full names. How many columns they have together is bounded; topics
/// that were not asked for longest are forgotten first. Safe for use by many threads.
final class KnownTopics {

    private final int maxColumns;
    private final Map<TopicName, TopicTable> topics = new LinkedHashMap<>(16, 0.75f, true);
    private int columns;

    KnownTopics(int maxColumns) {
        this.maxColumns = maxColumns;
    }

    synchronized Optional<TopicTable> find(TopicName name) {
        return Optional.ofNullable(topics.get(name));
    }

    synchronized void put(TopicTable topic) {
        TopicTable before = topics.put(topic.name(), topic);
        columns +=
                topic.columns().size() - (before == null ? 0 : before.columns().size());
        Iterator<TopicTable> eldest = topics.values().iterator();
        while (columns > maxColumns) {
            columns -= eldest.next().columns().size();
            eldest.remove();
        }
    }

    /// Forgets a topic, unless another topic, or another schema of it, is known by its name.
    synchronized void remove(TopicTable topic) {
        TopicTable now = topics.get(topic.name());
        if (now != null
                && now.uid().equals(topic.uid())
                && now.schema().version() == topic.schema().version()) {
            topics.remove(topic.name());
            columns -= now.columns().size();
        }
    }
}
