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
package dev.wings.worker.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

/// The times in a table's metadata, by this worker's clock. They never go back, though the clocks of workers
/// differ: a change gets this worker's time or the table's last, whichever is later.
///
/// Iceberg stamps by the clock of the machine, and refuses to go back by more than a minute. So if that clock
/// gives no time of this worker since it began, the true times are put in before a commit; and a table whose
/// times are after the machine's is updated with earlier ones.
///
/// @param clock this worker's
/// @param sinceMillis when this worker began
record TableTimes(InstantSource clock, long sinceMillis) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String LAST_UPDATED = "last-updated-ms";
    private static final String METADATA_LOG = "metadata-log";
    private static final String TIMESTAMP = "timestamp-ms";

    static TableTimes from(InstantSource clock) {
        return new TableTimes(clock, clock.millis());
    }

    /// The table as Iceberg can update it: the same object if the machine's clock is not behind.
    TableMetadata updatable(TableMetadata table) {
        long now = System.currentTimeMillis();
        if (table.lastUpdatedMillis() <= now) {
            return table;
        }
        ObjectNode json = json(table);
        json.put(LAST_UPDATED, now);
        for (String log : new String[] {"snapshot-log", METADATA_LOG}) {
            for (JsonNode entry : json.path(log)) {
                ((ObjectNode) entry)
                        .put(TIMESTAMP, Math.min(now, entry.path(TIMESTAMP).asLong()));
            }
        }
        return TableMetadataParser.fromJson(table.metadataFileLocation(), json);
    }

    /// A part of an update of a table that is not stored by itself: it stands for the same metadata file.
    TableMetadata unlogged(TableMetadata table, TableMetadata part) {
        ObjectNode before = json(table);
        ObjectNode json = json(part);
        json.set(METADATA_LOG, before.path(METADATA_LOG));
        json.set(LAST_UPDATED, before.path(LAST_UPDATED));
        return TableMetadataParser.fromJson(table.metadataFileLocation(), json);
    }

    /// An update of a table, with the times that it has to have.
    ///
    /// @param table null if the update makes it
    /// @param base what [#updatable] has made of the table
    @SuppressWarnings("ReferenceEquality")
    TableMetadata told(@Nullable TableMetadata table, @Nullable TableMetadata base, TableMetadata update) {
        long now = clock.millis();
        long stamped = update.lastUpdatedMillis();
        if (table == base && sinceMillis <= stamped && stamped <= now) {
            return update;
        }
        return table == null ? created(update, now) : updated(table, update, Math.max(now, table.lastUpdatedMillis()));
    }

    private static TableMetadata created(TableMetadata table, long now) {
        return TableMetadataParser.fromJson(json(table).put(LAST_UPDATED, now));
    }

    private static TableMetadata updated(TableMetadata table, TableMetadata updated, long last) {
        ObjectNode json = json(updated);
        json.put(LAST_UPDATED, last);
        Map<Long, Long> snapshots = new HashMap<>();
        for (Snapshot snapshot : table.snapshots()) {
            snapshots.put(snapshot.snapshotId(), snapshot.timestampMillis());
        }
        for (JsonNode snapshot : json.path("snapshots")) {
            if (!snapshots.containsKey(snapshot.path("snapshot-id").asLong())) {
                ((ObjectNode) snapshot).put(TIMESTAMP, last);
            }
        }
        Map<Long, Long> history = new HashMap<>();
        table.snapshotLog().forEach(entry -> history.put(entry.snapshotId(), entry.timestampMillis()));
        for (JsonNode entry : json.path("snapshot-log")) {
            long id = entry.path("snapshot-id").asLong();
            ((ObjectNode) entry).put(TIMESTAMP, history.getOrDefault(id, last));
        }
        Map<String, Long> files = new HashMap<>();
        table.previousFiles().forEach(entry -> files.put(entry.file(), entry.timestampMillis()));
        for (JsonNode entry : json.path(METADATA_LOG)) {
            ((ObjectNode) entry)
                    .put(
                            TIMESTAMP,
                            files.getOrDefault(entry.path("metadata-file").asText(), table.lastUpdatedMillis()));
        }
        return TableMetadataParser.fromJson(json);
    }

    /// Returns the metadata as they stand in their file.
    static ObjectNode json(TableMetadata table) {
        try {
            return (ObjectNode) JSON.readTree(TableMetadataParser.toJson(table));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("metadata of a table are no JSON: " + table.metadataFileLocation(), e);
        }
    }
}
