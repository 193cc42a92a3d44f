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

import dev.wings.controlplane.lake.LakeChange;
import dev.wings.controlplane.lake.LakeCommitState;
import dev.wings.controlplane.lake.LakeFiles;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// Keeps which directories belong to which table or view of other engines, and the metadata files that are to be
/// deleted.
final class LakeLocations {

    private static final String FIND_HELD = "select table_uid, location from lake_locations where table_uid = any(?)";

    /// The first half of the lock's key is any number that nothing else locks.
    private static final String LOCK_HOME = "select pg_advisory_xact_lock(7_700_002, hashtext(?::text))";

    private static final String FIND_OTHERS = """
            select l.location
            from lake_locations l
            where l.home_namespace_uid = ? and l.table_uid <> ? and (
                exists (
                    select from unnest(?::text[]) as d (location)
                    where l.location = d.location
                        or starts_with(l.location, d.location || '/') or starts_with(d.location, l.location || '/'))
                or exists (
                    select from unnest(?::text[]) as f (location) where starts_with(f.location, l.location || '/')))
            limit 1
            """;

    private static final String ADD = """
            insert into lake_locations (table_uid, location, home_namespace_uid) select ?, location, ? from unnest(?) as location
            """;

    private static final String FIND_DELETABLE =
            "select location from written_metadata where table_uid = ? and location = any(?)";

    private static final String REMEMBER = "insert into written_metadata (table_uid, location) values (?, ?)";

    private static final String FORGET = "delete from written_metadata where table_uid = ? and location = any(?)";

    private LakeLocations() {}

    /// Reads what the entries have, and locks the homes of those that want more: two that want the same come one after
    /// the other.
    static void lock(Connection connection, List<LakeChange> changes, LakeCommitState state) throws SQLException {
        Sql.query(
                connection,
                FIND_HELD,
                row -> state.held()
                        .computeIfAbsent(Sql.uuid(row, "table_uid"), uid -> new ArrayList<>())
                        .add(row.getString("location")),
                Sql.uuids(connection, changes.stream().map(LakeChange::uid)));
        List<UUID> homes = changes.stream()
                .filter(change -> !state.wanted(change).isNothingNew())
                .map(change -> change.home().namespaceUid())
                .distinct()
                .sorted()
                .toList();
        for (UUID home : homes) {
            Sql.query(connection, LOCK_HOME, row -> home, home);
        }
    }

    /// Reads the directories of other entries. The locks must be held.
    static void readOthers(Connection connection, List<LakeChange> changes, LakeCommitState state) throws SQLException {
        for (LakeChange change : changes) {
            LakeFiles wanted = state.wanted(change);
            if (!wanted.isNothingNew()) {
                List<String> others = Sql.query(
                        connection,
                        FIND_OTHERS,
                        row -> row.getString("location"),
                        change.home().namespaceUid(),
                        change.uid(),
                        Sql.texts(connection, wanted.directories().stream()),
                        Sql.texts(connection, wanted.elsewhere().stream()));
                state.others().put(change.uid(), others);
            }
        }
    }

    /// Keeps the new locations, once the entries are there, and the metadata files that were written to be
    /// deleted some day.
    static void write(Connection connection, List<LakeChange> changes, LakeCommitState state) throws SQLException {
        for (LakeChange change : changes) {
            Set<String> directories = state.wanted(change).directories();
            if (!directories.isEmpty()) {
                Sql.update(
                        connection,
                        ADD,
                        change.uid(),
                        change.home().namespaceUid(),
                        Sql.texts(connection, directories.stream()));
            }
            if (change.files().deletable()) {
                Sql.update(connection, REMEMBER, change.uid(), change.metadataLocation());
            }
        }
    }

    static void forget(Connection connection, LakeChange.Move move) throws SQLException {
        Sql.update(connection, FORGET, move.uid(), Sql.texts(connection, move.obsolete().stream()));
    }

    static Set<String> findDeletable(Connection connection, UUID tableUid, Set<String> locations) throws SQLException {
        return new HashSet<>(Sql.query(
                connection,
                FIND_DELETABLE,
                row -> row.getString("location"),
                tableUid,
                Sql.texts(connection, locations.stream())));
    }
}
