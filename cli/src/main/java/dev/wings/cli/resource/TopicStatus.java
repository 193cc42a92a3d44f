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
package dev.wings.cli.resource;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.Human;
import dev.wings.cli.output.Table;
import dev.wings.cli.push.LocalDuckDb;
import dev.wings.cli.sql.Answer;
import dev.wings.client.SqlSession;
import dev.wings.common.resource.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a topic holds, as the system tables of the SQL server tell it.
///
/// @param newest when the newest row was committed; empty if there is none
/// @param largest the partitions with the most rows, at most [#SHOWN]
record TopicStatus(
        long rows,
        long partitions,
        String newest,
        long segments,
        long segmentBytes,
        long pages,
        long pageBytes,
        List<Partition> largest) {

    /// How many partitions are shown; SQL shows more.
    static final int SHOWN = 10;

    /// @param value the value of the partition key; empty for the only partition of a topic without one
    /// @param nextOffset the offset that the next row gets: there are as many rows
    /// @param watermark rows below are in segments
    record Partition(String value, long nextOffset, long watermark, String newest) {}

    TopicStatus {
        largest = List.copyOf(largest);
    }

    static TopicStatus load(Connection connection, TopicName topic) {
        String of = " where namespace = " + LocalDuckDb.literal(topic.namespace()) + " and topic = "
                + LocalDuckDb.literal(topic.topic());
        try (SqlSession session = SqlSession.open(connection.endpoint(Port.SERVER))) {
            List<String> sums = one(
                    session,
                    "select coalesce(sum(next_offset), 0)::bigint, count(*), max(last_timestamp) from system.partitions"
                            + of);
            List<String> segments =
                    one(session, "select count(*), coalesce(sum(bytes), 0)::bigint from system.segments" + of);
            List<String> pages =
                    one(session, "select count(*), coalesce(sum(byte_length), 0)::bigint from system.pages" + of);
            List<Partition> largest = new ArrayList<>();
            Answer answer = Answer.of(
                    session,
                    "select partition_value, next_offset, watermark, last_timestamp from system.partitions" + of
                            + " order by next_offset desc, partition_value limit " + SHOWN);
            for (List<String> row : answer.rows()) {
                largest.add(
                        new Partition(row.get(0), Long.parseLong(row.get(1)), Long.parseLong(row.get(2)), row.get(3)));
            }
            return new TopicStatus(
                    Long.parseLong(sums.get(0)),
                    Long.parseLong(sums.get(1)),
                    sums.get(2),
                    Long.parseLong(segments.get(0)),
                    Long.parseLong(segments.get(1)),
                    Long.parseLong(pages.get(0)),
                    Long.parseLong(pages.get(1)),
                    largest);
        }
    }

    private static List<String> one(SqlSession session, String sql) {
        return Answer.of(session, sql).rows().getFirst();
    }

    /// The status as text for people; each line ends with a line feed.
    String text(TopicName topic) {
        if (rows == 0) {
            return "no rows yet\n";
        }
        StringBuilder text = new StringBuilder();
        text.append(Human.rows(rows)).append(" in ").append(counted(partitions, "partition"));
        if (partitions == 1) {
            text.append(", offsets 0 to ").append(Human.count(rows - 1));
        }
        text.append(", the newest of ").append(newest).append('\n');
        text.append(Human.bytes((double) segmentBytes))
                .append(" in ")
                .append(counted(segments, "segment"))
                .append(", ");
        text.append(Human.bytes((double) pageBytes)).append(" in ").append(counted(pages, "page"));
        text.append(" that are to be compacted\n");
        if (partitions > 1 || !largest.getFirst().value().isEmpty()) {
            Table table = new Table("PARTITION", "ROWS", "IN SEGMENTS", "NEWEST");
            for (Partition partition : largest) {
                table.row(
                        partition.value(),
                        Human.count(partition.nextOffset()),
                        Human.count(partition.watermark()),
                        partition.newest());
            }
            text.append('\n').append(table);
        }
        if (partitions > largest.size()) {
            text.append("and ").append(Human.count(partitions - largest.size()));
            text.append(" more: select * from system.partitions where namespace = '")
                    .append(topic.namespace());
            text.append("' and topic = '").append(topic.topic()).append("'\n");
        }
        return text.toString();
    }

    private static String counted(long count, String what) {
        return Human.count(count) + " " + what + (count == 1 ? "" : "s");
    }

    Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("rows", rows);
        view.put("partitions", partitions);
        view.put("newest_time", newest);
        view.put("segments", segments);
        view.put("segment_bytes", segmentBytes);
        view.put("pages", pages);
        view.put("page_bytes", pageBytes);
        List<Object> each = new ArrayList<>();
        for (Partition partition : largest) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("value", partition.value());
            one.put("next_offset", partition.nextOffset());
            one.put("watermark", partition.watermark());
            one.put("newest_time", partition.newest());
            each.add(one);
        }
        view.put("largest_partitions", each);
        return view;
    }
}
