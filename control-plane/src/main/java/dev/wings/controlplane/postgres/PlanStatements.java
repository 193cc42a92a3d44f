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

import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.PlanSink;
import dev.wings.controlplane.log.PlanSink.CountedRows;
import dev.wings.controlplane.log.PlanSink.PlannedPage;
import dev.wings.controlplane.log.PlanSink.TopicSnapshot;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.postgres.NameLookup.Lock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The statements of a plan, all in one snapshot.
final class PlanStatements {

    /// How many pages are held at once.
    private static final int FETCH_PAGES = 2_000;

    private static final String FIND_TOPIC = """
            select t.topic_uid, t.schema_version, n.namespace_uid, n.last_commit_number,
                coalesce(l.metadata_location, '') as table_location
            from tenants e
                join namespaces n on n.tenant_uid = e.tenant_uid and n.delete_time is null
                join topics t on t.namespace_uid = n.namespace_uid
                left join lake_tables l on l.topic_uid = t.topic_uid
            where e.tenant_id = ? and e.delete_time is null and n.namespace_id = ? and t.topic_id = ?
            """;

    /// The pages come in the order of the primary key, which is that of the start offsets too.
    private static final String READ_PAGES = """
            select %s
            from pages g
            where g.topic_uid = ? and %s
                and g.end_offset > ? and g.start_offset < ?
                and g.last_timestamp_micros >= ? and g.first_timestamp_micros < ?
            order by g.topic_uid, g.partition_value, g.end_offset
            """;

    private static final String READ_ALL_PAGES = READ_PAGES.formatted(PageRows.COLUMNS, "true");

    private static final String READ_PAGES_OF_PARTITIONS =
            READ_PAGES.formatted(PageRows.COLUMNS, "g.partition_value = any(?)");

    /// Counts the rows in pages from what partitions know: rows below the watermark are in segments, all others
    /// in pages.
    private static final String COUNT_ROWS = """
            select coalesce(sum(next_offset - watermark), 0)::bigint as rows, coalesce(min(watermark), 0) as first_offset
            from partitions
            where topic_uid = ? and watermark < next_offset
            """;

    private static final String COUNT_PAGES = "select count(*) as pages from pages where topic_uid = ?";

    private static final String READ_FOLIOS =
            "select folio_id, object_key, commit_number from folios where folio_id = any(?)";

    private PlanStatements() {}

    static void plan(Connection connection, List<TopicScan> scans, PlanSink sink) throws SQLException {
        List<TopicSnapshot> topics = new ArrayList<>();
        for (TopicScan scan : scans) {
            topics.add(topic(connection, scan));
        }
        sink.topics(List.copyOf(topics));
        for (int i = 0; i < scans.size(); i++) {
            if (scans.get(i).wantsNone()) {
                continue;
            }
            readPages(connection, scans.get(i), topics.get(i).topicUid(), i, sink);
        }
    }

    private static TopicSnapshot topic(Connection connection, TopicScan scan) throws SQLException {
        Optional<TopicSnapshot> found = Sql.queryOne(
                connection,
                FIND_TOPIC,
                row -> new TopicSnapshot(
                        Sql.uuid(row, "topic_uid"),
                        row.getInt("schema_version"),
                        Sql.uuid(row, "namespace_uid"),
                        row.getLong("last_commit_number"),
                        row.getString("table_location"),
                        scan.rowsOnly() || scan.countPages()
                                ? Optional.of(rows(connection, Sql.uuid(row, "topic_uid")))
                                : Optional.empty(),
                        scan.countPages()
                                ? Sql.queryOne(
                                        connection,
                                        COUNT_PAGES,
                                        counted -> counted.getLong("pages"),
                                        Sql.uuid(row, "topic_uid"))
                                : Optional.empty()),
                scan.topic().tenant(),
                scan.topic().namespace(),
                scan.topic().topic());
        if (found.isPresent()) {
            return found.get();
        }
        // which part of the name is missing?
        UUID tenant = NameLookup.tenant(connection, scan.topic().parent().parent(), Lock.NONE);
        UUID namespace = NameLookup.namespace(connection, tenant, scan.topic().parent(), Lock.NONE);
        NameLookup.topic(connection, namespace, scan.topic());
        throw new IllegalStateException("a topic cannot appear within a snapshot: name=" + scan.topic());
    }

    private static CountedRows rows(Connection connection, UUID topicUid) throws SQLException {
        return Sql.queryOne(
                        connection,
                        COUNT_ROWS,
                        row -> new CountedRows(row.getLong("rows"), row.getLong("first_offset")),
                        topicUid)
                .orElseThrow();
    }

    private static void readPages(Connection connection, TopicScan scan, UUID topicUid, int scanIndex, PlanSink sink)
            throws SQLException {
        List<Object> parameters = new ArrayList<>();
        parameters.add(topicUid);
        if (scan.partitions().isPresent()) {
            parameters.add(Sql.utf8(connection, scan.partitions().get().stream()));
        }
        parameters.addAll(
                List.of(scan.startOffset(), scan.endOffset(), scan.startTimestampMicros(), scan.endTimestampMicros()));
        String sql = scan.partitions().isPresent() ? READ_PAGES_OF_PARTITIONS : READ_ALL_PAGES;
        try (PreparedStatement statement = Sql.prepare(connection, sql, parameters.toArray())) {
            statement.setFetchSize(FETCH_PAGES);
            try (ResultSet rows = statement.executeQuery()) {
                List<LogPage> pages = new ArrayList<>();
                while (rows.next()) {
                    pages.add(PageRows.read(rows));
                    if (pages.size() == FETCH_PAGES) {
                        sink.pages(scanIndex, withFolios(connection, pages));
                        pages.clear();
                    }
                }
                if (!pages.isEmpty()) {
                    sink.pages(scanIndex, withFolios(connection, pages));
                }
            }
        }
    }

    /// Looks up the folios, each once: a join would send a folio's long key with every one of its pages.
    private static List<PlannedPage> withFolios(Connection connection, List<LogPage> pages) throws SQLException {
        record Folio(String objectKey, long commitNumber) {}
        Set<UUID> ids = new LinkedHashSet<>();
        pages.forEach(page -> ids.add(page.folioId()));
        Map<UUID, Folio> folios = new HashMap<>();
        Sql.query(
                connection,
                READ_FOLIOS,
                row -> folios.put(
                        Sql.uuid(row, "folio_id"),
                        new Folio(row.getString("object_key"), row.getLong("commit_number"))),
                Sql.uuids(connection, ids.stream()));
        List<PlannedPage> planned = new ArrayList<>(pages.size());
        for (LogPage page : pages) {
            Folio folio = folios.get(page.folioId());
            if (folio == null) {
                throw new IllegalStateException("a page has a folio: folio_id=" + page.folioId());
            }
            planned.add(new PlannedPage(page, folio.objectKey, folio.commitNumber));
        }
        return planned;
    }
}
