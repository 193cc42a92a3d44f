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
package dev.wings.server.system;

import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.TopicTable;
import dev.wings.server.table.TableNeeds;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// System tables whose rows belong to topics have these columns first; a filter on them tells whose rows are wanted.
final class NamedTopics {

    static final String NAMESPACE = "namespace";
    static final String TOPIC = "topic";

    private NamedTopics() {}

    /// The topics that the query may want to see.
    static List<TopicTable> wanted(Catalog catalog, String tenant, TableNeeds needs) {
        Optional<Set<Object>> namespaces = needs.restriction(NAMESPACE).values();
        Optional<Set<Object>> names = needs.restriction(TOPIC).values();
        return catalog.topics(tenant).stream()
                .filter(topic -> namespaces.isEmpty()
                        || namespaces.get().contains(topic.name().namespace()))
                .filter(topic ->
                        names.isEmpty() || names.get().contains(topic.name().topic()))
                .toList();
    }
}
