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

import dev.wings.controlplane.log.Commit;
import dev.wings.controlplane.log.LogPage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/// Reads commits for followers.
final class FollowStatements {

    private static final int FETCH_ROWS = 1_000;

    /// Commits in order, each with its pages; a commit that has no pages gives one row without a page, also if
    /// its folio was collected. The joins are lateral, so that folios are looked up commit by commit, and pages
    /// folio by folio: a plain join may read all that there are for a few new commits.
    ///
    /// The numbers are ordered before the pages are joined, and the result by nothing else, so that nothing is left
    /// to sort: a sort would read the pages of all these commits, however few of them are taken.
    private static final String READ_COMMITS = """
            select c.commit_number, coalesce(f.object_key, '') as object_key, g.*
            from (
                select generate_series(?, least(? + ? - 1, last_commit_number)) as commit_number
                from namespaces where namespace_uid = ?
                order by commit_number
            ) c left join lateral (
                select folio_id, object_key
                from folios
                where namespace_uid = ? and commit_number = c.commit_number offset 0
            ) f on true left join lateral (
                select %s from pages g where g.folio_id = f.folio_id order by g.byte_offset offset 0
            ) g on true
            order by c.commit_number
            """.formatted(PageRows.COLUMNS);

    private FollowStatements() {}

    static List<Commit> readCommits(Connection connection, UUID namespaceUid, long start, int pageLimit)
            throws SQLException {
        List<Commit> commits = new ArrayList<>();
        try (PreparedStatement statement =
                Sql.prepare(connection, READ_COMMITS, start, start, (long) pageLimit, namespaceUid, namespaceUid)) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                long number = start - 1;
                String objectKey = "";
                List<LogPage> pages = new ArrayList<>();
                long count = 0;
                while (rows.next()) {
                    if (rows.getLong("commit_number") != number) {
                        if (number >= start) {
                            commits.add(commit(number, objectKey, pages));
                            count += Math.max(1, pages.size());
                        }
                        if (count >= pageLimit) {
                            return commits;
                        }
                        number = nextNumber(rows, number);
                        objectKey = rows.getString("object_key");
                        pages = new ArrayList<>();
                    }
                    if (rows.getObject("folio_id") != null) {
                        pages.add(PageRows.read(rows));
                    }
                }
                if (number >= start) {
                    commits.add(commit(number, objectKey, pages));
                }
            }
        }
        return commits;
    }

    private static Commit commit(long number, String objectKey, List<LogPage> pages) {
        return new Commit(
                number,
                objectKey,
                pages.stream()
                        .sorted(Comparator.comparingLong(LogPage::byteOffset))
                        .toList());
    }

    private static long nextNumber(ResultSet rows, long last) throws SQLException {
        long number = rows.getLong("commit_number");
        if (number != last + 1) {
            throw new IllegalStateException("commit numbers are dense: expected=" + (last + 1) + ", found=" + number);
        }
        return number;
    }
}
