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
package dev.wings.server;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.NearestNames;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.resource.ViewName;
import dev.wings.common.rpc.Caller;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Views;
import dev.wings.server.scan.TopicScans;
import dev.wings.server.system.SystemTables;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.SqlView;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSnapshot;
import dev.wings.server.table.TableSource;
import dev.wings.server.table.Tables;
import dev.wings.server.table.TopicTable;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// All tables that SQL sees: topics and system tables.
final class ServerTables implements Tables {

    private final Catalog catalog;
    private final Views views;
    private final TopicScans topics;
    private final SystemTables system;

    ServerTables(Catalog catalog, Views views, TopicScans topics, SystemTables system) {
        this.catalog = catalog;
        this.views = views;
        this.topics = topics;
        this.system = system;
    }

    @Override
    public Map<TableRef, SqlTable> resolve(String tenant, Collection<TableRef> names) {
        if (names.size() > MAX_TABLES) {
            throw WingsException.invalid("the query names too many tables: limit=" + MAX_TABLES);
        }
        Map<TableRef, SqlTable> tables = new LinkedHashMap<>();
        for (TableRef name : names) {
            tables.put(name, resolve(tenant, name));
        }
        return tables;
    }

    @Override
    public Optional<SqlView> findView(String tenant, TableRef name) {
        boolean possible = ResourceId.isLegal(name.schema())
                && ResourceId.isLegal(name.table())
                && !name.schema().equals(TableRef.SYSTEM);
        return possible ? views.find(new ViewName(tenant, name.schema(), name.table())) : Optional.empty();
    }

    @Override
    public void check(Collection<SqlTable> tables) {
        topics.check(tables.stream().flatMap(table -> topic(table).stream()).toList());
    }

    @Override
    public Optional<TableSnapshot> snapshot(Collection<TableNeeds> needs) {
        return topics.snapshot(ofTopics(needs));
    }

    @Override
    public Map<TableRef, TableSource> open(
            String tenant,
            Map<TableRef, TableNeeds> needs,
            Optional<TableSnapshot> taken,
            BufferAllocator allocator,
            PlanMemory memory) {
        Iterator<TableSource> opened =
                topics.open(ofTopics(needs.values()), taken, allocator, memory).iterator();
        Map<TableRef, TableSource> sources = new LinkedHashMap<>();
        needs.forEach((name, need) -> sources.put(
                name,
                switch (need.table()) {
                    case TopicTable ignored -> opened.next();
                    case SystemTable table -> TableSource.of(need, table.open(tenant, need, allocator, memory));
                }));
        return sources;
    }

    private static List<TableNeeds> ofTopics(Collection<TableNeeds> needs) {
        return needs.stream().filter(need -> topic(need.table()).isPresent()).toList();
    }

    /// Returns the table as a topic, whose rows are in a snapshot, if it is a topic.
    private static Optional<TopicTable> topic(SqlTable table) {
        return switch (table) {
            case TopicTable topic -> Optional.of(topic);
            case SystemTable ignored -> Optional.empty();
        };
    }

    private SqlTable resolve(String tenant, TableRef name) {
        if (name.schema().equals(TableRef.SYSTEM)) {
            return system.find(name.table())
                    .orElseThrow(() -> WingsException.notFound(
                            "table does not exist: table=system." + name.table() + ", known=" + system.names()));
        }
        TopicName topic = TopicName.resolve(checkUndotted(name.table()), new NamespaceName(tenant, name.schema()));
        new Caller(tenant).check(topic.tenant(), topic);
        try {
            return catalog.topic(topic);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND ? withSuggestions(e, topic) : e;
        }
    }

    private WingsException withSuggestions(WingsException notFound, TopicName wanted) {
        NearestNames nearest = NearestNames.of(wanted);
        try {
            catalog.firstTopics(wanted.tenant(), topic -> nearest.offer(topic.name()));
        } catch (WingsException e) {
            notFound.addSuppressed(e);
        }
        List<String> near = nearest.names();
        String advice = near.isEmpty()
                ? "SHOW ALL TABLES lists those that there are"
                : "did you mean " + String.join(", ", near) + "?";
        return new WingsException(ErrorKind.NOT_FOUND, notFound.getMessage() + ": " + advice, notFound);
    }

    /// Fails for a quoted name with dots in it, which is one name in SQL.
    private static String checkUndotted(String name) {
        if (name.indexOf('.') >= 0) {
            throw WingsException.notFound("table does not exist: table=\"" + name + "\"");
        }
        return name;
    }
}
