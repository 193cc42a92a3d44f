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
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TopicTable;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The first columns of system tables whose rows belong to topics. A filter on them tells which topics' rows are
/// wanted.
final class NamedTopics {

    static final String NAMESPACE = "namespace";
    static final String TOPIC = "topic";

    private NamedTopics() {}

    /// Shows the topics that the query may want to see, ordered by name. None of them is kept.
    static void forEach(Catalog catalog, String tenant, TableNeeds needs, Consumer<TopicTable> consumer) {
        Optional<Set<Object>> namespaces = needs.restriction(NAMESPACE).values();
        Optional<Set<Object>> names = needs.restriction(TOPIC).values();
        catalog.topics(tenant, topic -> {
            boolean wanted = (namespaces.isEmpty()
                            || namespaces.get().contains(topic.name().namespace()))
                    && (names.isEmpty() || names.get().contains(topic.name().topic()));
            if (wanted) {
                consumer.accept(topic);
            }
        });
    }
}
