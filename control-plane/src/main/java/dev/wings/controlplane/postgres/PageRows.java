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
import dev.wings.controlplane.log.LogProtos;
import dev.wings.controlplane.log.PartitionKey;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Reads pages.
final class PageRows {

    /// The columns of pages `g`.
    static final String COLUMNS = """
            g.topic_uid, g.partition_value, g.start_offset, g.end_offset, g.folio_id, g.byte_offset, g.byte_length,
            g.crc32c, g.schema_version, g.batches\
            """;

    private PageRows() {}

    static LogPage read(ResultSet row) throws SQLException {
        return new LogPage(
                new PartitionKey(
                        Sql.uuid(row, "topic_uid"),
                        new String(row.getBytes("partition_value"), StandardCharsets.UTF_8)),
                row.getLong("start_offset"),
                row.getLong("end_offset"),
                Sql.uuid(row, "folio_id"),
                row.getLong("byte_offset"),
                row.getLong("byte_length"),
                row.getInt("crc32c"),
                row.getInt("schema_version"),
                LogProtos.parseBatches(row.getBytes("batches")));
    }
}
