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
import dev.wings.controlplane.lake.LakeErrors;
import dev.wings.controlplane.lake.LakeFiles;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Keeps which directories belong to which table or view of other engines, and the metadata files that are to be
/// deleted.
final class LakeLocations {

    private static final String FIND_HELD = "select table_uid, location from lake_locations where table_uid = any(?)";

    /// The first half of the key is any number that nothing else locks.
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

    /// What an entry wants that it does not have yet.
    ///
    /// @param held directories that it has
    record Claim(LakeChange change, LakeFiles files, int held) {}

    /// Finds what changes want beyond what their entries have, and locks the homes for it: two that want the same come
    /// one after the other.
    static List<Claim> lock(Connection connection, List<LakeChange> changes) throws SQLException {
        Map<UUID, List<String>> held = new HashMap<>();
        changes.forEach(change -> held.put(uid(change), new ArrayList<>()));
        Sql.query(
                connection,
                FIND_HELD,
                row -> held.computeIfAbsent(Sql.uuid(row, "table_uid"), uid -> new ArrayList<>())
                        .add(row.getString("location")),
                Sql.uuids(connection, held.keySet().stream()));
        List<Claim> claims = new ArrayList<>();
        for (LakeChange change : changes) {
            List<String> ofEntry = held.getOrDefault(uid(change), List.of());
            LakeFiles wanted = change.files().without(ofEntry);
            if (!wanted.isNothingNew()) {
                claims.add(new Claim(change, wanted, ofEntry.size()));
            }
        }
        List<UUID> homes = claims.stream()
                .map(claim -> claim.change().home().namespaceUid())
                .distinct()
                .sorted()
                .toList();
        for (UUID home : homes) {
            Sql.query(connection, LOCK_HOME, row -> home, home);
        }
        return claims;
    }

    private static UUID uid(LakeChange change) {
        return switch (change) {
            case LakeChange.Create create -> create.entry().uid();
            case LakeChange.OfBase ofBase -> ofBase.base().uid();
        };
    }

    /// Takes what is wanted, behind the locks and when the entries are there.
    static void take(Connection connection, List<Claim> claims) throws SQLException {
        for (Claim claim : claims) {
            LakeChange change = claim.change();
            Set<String> directories = claim.files().directories();
            Optional<String> other = Sql.queryOne(
                    connection,
                    FIND_OTHERS,
                    row -> row.getString("location"),
                    change.home().namespaceUid(),
                    uid(change),
                    Sql.texts(connection, directories.stream()),
                    Sql.texts(connection, claim.files().elsewhere().stream()));
            if (other.isPresent()) {
                throw LakeErrors.locationTaken(change.name(), other.get());
            }
            if (claim.held() + directories.size() > LakeFiles.MAX_DIRECTORIES) {
                throw LakeErrors.tooManyLocations(change.name());
            }
            Sql.update(
                    connection,
                    ADD,
                    uid(change),
                    change.home().namespaceUid(),
                    Sql.texts(connection, directories.stream()));
        }
    }

    /// Keeps the metadata files that were written to be deleted some day.
    static void remember(Connection connection, List<LakeChange> changes) throws SQLException {
        for (LakeChange change : changes) {
            if (change.files().deletable()) {
                Sql.update(connection, REMEMBER, uid(change), change.metadataLocation());
            }
        }
    }

    static void forget(Connection connection, UUID tableUid, Collection<String> locations) throws SQLException {
        Sql.update(connection, FORGET, tableUid, Sql.texts(connection, locations.stream()));
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
