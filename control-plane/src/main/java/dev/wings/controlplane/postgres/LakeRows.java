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
package dev.wings.controlplane.postgres;

import dev.wings.common.resource.NamespaceName;
import dev.wings.controlplane.lake.LakeEntry;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.lake.LakeHome;
import dev.wings.controlplane.lake.TableName;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads tables and views, and keeps the names of a namespace.
final class LakeRows {

    private LakeRows() {}

    /// Takes a name of a namespace, which the caller has locked against being deleted; the name is free again
    /// if this transaction fails. Waits for a transaction that takes the same name.
    ///
    /// @return whether nobody had it
    static boolean takeName(Connection connection, UUID namespace, String name) throws SQLException {
        String sql = "insert into namespace_names (namespace_uid, name) values (?, ?) on conflict do nothing";
        return Sql.update(connection, sql, namespace, name) == 1;
    }

    static void freeName(Connection connection, UUID namespace, String name) throws SQLException {
        Sql.update(connection, "delete from namespace_names where namespace_uid = ? and name = ?", namespace, name);
    }

    static void addGarbage(Connection connection, UUID namespace, List<String> locations, Instant collectTime)
            throws SQLException {
        String sql = """
                insert into garbage (namespace_uid, location, collect_time) select ?, location, ? from unnest(?) as location
                """;
        Sql.update(connection, sql, namespace, collectTime, Sql.texts(connection, locations.stream()));
    }

    static Optional<LakeEntry> find(Connection connection, TableName name, UUID namespace) throws SQLException {
        String sql = """
                select l.table_uid, l.is_view, l.topic_uid, l.table_uuid, l.metadata_location, l.version,
                    h.namespace_uid, h.object_prefix, o.uri
                from lake_tables l
                join namespaces h on h.namespace_uid = coalesce(l.home_namespace_uid, l.namespace_uid)
                join object_stores o using (object_store_uid)
                where l.namespace_uid = ? and l.name = ?
                """;
        return Sql.queryOne(
                connection,
                sql,
                row -> new LakeEntry(
                        name,
                        row.getBoolean("is_view") ? Kind.VIEW : Kind.TABLE,
                        Sql.uuid(row, "table_uid"),
                        Optional.ofNullable(row.getObject("topic_uid", UUID.class)),
                        Sql.uuid(row, "table_uuid"),
                        row.getString("metadata_location"),
                        row.getLong("version"),
                        home(row)),
                namespace,
                name.table());
    }

    static LakeHome home(ResultSet row) throws SQLException {
        return new LakeHome(
                Sql.uuid(row, "namespace_uid"), URI.create(row.getString("uri")), row.getString("object_prefix"));
    }

    /// A table or view that is in a namespace, or has its files there.
    static Optional<TableName> findUser(Connection connection, NamespaceName name, UUID namespace) throws SQLException {
        String sql = """
                select n.namespace_id, l.name
                from lake_tables l join namespaces n using (namespace_uid)
                where l.namespace_uid = ? or l.home_namespace_uid = ?
                order by n.namespace_id, l.name limit 1
                """;
        return Sql.queryOne(
                connection,
                sql,
                row -> new TableName(name.tenant(), row.getString("namespace_id"), row.getString("name")),
                namespace,
                namespace);
    }
}
