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
package dev.wings.benchmarks.figures;

import dev.wings.common.proto.LakeSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// What topics have in the lake, asked of the system tables.
final class Lake {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration INTERVAL = Duration.ofMillis(250);

    private static final String UNFINISHED = "select count(*) from system.tasks where state in ('WAITING', 'RUNNING')"
            + " and kind in ('CREATE_TABLE', 'COMPACT', 'REWRITE') and target like ";

    /// Settings for a platform whose compactor only does what topics' freshness asks for: it is a service of
    /// its own, and on a small machine it would share the cores with what is measured.
    static final Map<String, String> WITHOUT_COMPACTION = Map.of("WINGS_CONTROL_PLANE_COMPACT_BYTES", "1TiB");

    private Lake() {}

    /// Waits until all rows of `topic` are in segments, and nothing more is to be done to its table.
    static void awaitSettled(SqlClient sql, String topic) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (number(sql, "select count(*) from system.pages where topic = '" + topic + "'") > 0
                || number(sql, UNFINISHED + "'%/" + topic + "'") > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("rows did not get into the lake: topic=" + topic + ", limit=" + LIMIT
                        + ", tasks=" + sql.rows("select kind, state, progress, failure from system.tasks"));
            }
            LockSupport.parkNanos(INTERVAL.toNanos());
        }
    }

    /// The layout of a table that rows are in after so long.
    static LakeSpec freshness(Duration freshness) {
        return LakeSpec.newBuilder()
                .setFreshness(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(freshness.toSeconds())
                        .setNanos(freshness.toNanosPart()))
                .build();
    }

    /// The files of a topic's table.
    static List<String> segments(SqlClient sql, String topic) throws Exception {
        return sql.rows("select location from system.segments where topic = '" + topic + "' order by location").stream()
                .map(List::getFirst)
                .toList();
    }

    /// How many bytes these files have.
    static long segmentBytes(SqlClient sql, String topic) throws Exception {
        return number(sql, "select cast(sum(bytes) as bigint) from system.segments where topic = '" + topic + "'");
    }

    static long number(SqlClient sql, String query) throws Exception {
        return Long.parseLong(sql.rows(query).getFirst().getFirst());
    }
}
