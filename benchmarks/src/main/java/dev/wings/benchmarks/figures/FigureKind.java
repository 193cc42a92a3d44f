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

import java.util.Arrays;
import java.util.stream.Collectors;

/// Everything the whole-path benchmark tells.
public enum FigureKind {
    INGEST("ingest", "MB/s", "acknowledged DoPut, 64K-row batches of 100 B rows, 4 streams; floor: batches dropped"),
    SMALL_BATCHES("small-batches", "batches/s", "acknowledged 100-row batches, 16 streams; floor: batches dropped"),
    HTTP_BATCHES("http-batches", "rows/s", "acknowledged rows of 1 KB of JSON, arrays of 100 by POST, 96 connections"),
    HTTP_LINES("http-lines", "rows/s", "acknowledged rows of 1 KB of NDJSON, 4,000 by POST, 8 connections"),
    INGEST_MEMORY("ingest-memory", "MiB", "peak resident memory of wings dev and its PostgreSQL under the ingest load"),
    ACK_P50(
            "ack-p50",
            "ms",
            "median from the time of a batch to its acknowledgement at 5 MB/s, linger 5 ms; floor: batches dropped"),
    ACK_P99("ack-p99", "ms", "99th percentile of the same"),
    ADBC_INGEST(
            "adbc-ingest",
            "MB/s",
            "bulk ingest through the SQL server, 64K-row batches of 100 B rows, one stream; floor: DoPut of the same"),
    INSERT_SELECT(
            "insert-select",
            "M rows/s",
            "INSERT ... SELECT of 10M rows in pages, topic to topic; floor: DoPut of the same rows, one stream"),
    PREPARED_INSERT(
            "prepared-insert",
            "k rows/s",
            "INSERT with 1,000 rows of parameters at a time, 4 sessions, linger 5 ms; floor: DoPut of the same batches"),
    SCAN("scan", "MB/s", "DoGet of select * over 10M rows in pages, one reader; floor: ready batches streamed"),
    GROUP_BY("group-by", "s", "group by over 10M rows in pages; floor: DuckDB over the same batches in memory"),
    ONE_ROW("one-row", "ms", "median of a select of one row by a warm server, whole round trip"),
    FRESH_ONE_ROW(
            "fresh-one-row",
            "ms",
            "one of 10M rows in pages by its time, in whose order they came; floor: DuckDB over the same batches in memory"),
    SCHEMA_VERSIONS(
            "schema-versions",
            "s",
            "group by over 10M rows in pages of 20 versions of the schema; floor: the same rows under one version"),
    CLI_START("cli-start", "s", "wings topic list beside a platform, start to end; floor: java -version"),
    START("start", "s", "from the start of the built wings dev to its first acknowledged batch"),
    LAKE_COUNT("lake-count", "ms", "count of 20M rows in segments, warm; floor: DuckDB on the same files"),
    LAKE_GROUP_BY("lake-group-by", "ms", "group by one of 8 kinds over the same; floor: DuckDB on the same files"),
    LAKE_TOP_10("lake-top-10", "ms", "10 of 100,000 accounts with most rows; floor: DuckDB on the same files"),
    LAKE_TIME_RANGE("lake-time-range", "ms", "aggregates of a twentieth of the time; floor: DuckDB on the same files"),
    LAKE_ONE_ROW("lake-one-row", "ms", "one row by its time, in whose order they are; floor: DuckDB on the same files"),
    LAKE_NEEDLE("lake-needle", "ms", "one row by a text in no order; floor: DuckDB on the same files"),
    RESULTS("results", "M rows/s", "all columns of all rows in segments, one reader; floor: DuckDB on the same files"),
    COMPACTION(
            "compaction", "MB/s", "pages to segments, Arrow bytes per CPU second of wings dev; floor: DuckDB's COPY"),
    COMPACTION_COPY("compaction-copy", "s", "the same by the wall clock, one task; floor: DuckDB's COPY, one thread"),
    TABLE_COMMIT(
            "table-commit",
            "ms",
            "median commit of a compaction, from metadata read to pointer moved, 1,000 snapshots"),
    LAKE_LOOKUP("lake-lookup", "%", "bytes read to find a key in a table sorted by it, nothing cached, of the table's"),
    LAKE_LAG("lake-lag", "s", "longest time from acknowledgement to the Iceberg table at 5 MB/s, freshness 5 s");

    private final String id;
    private final String unit;
    private final String what;

    FigureKind(String id, String unit, String what) {
        this.id = id;
        this.unit = unit;
        this.what = what;
    }

    public String id() {
        return id;
    }

    public String what() {
        return what;
    }

    public String unit() {
        return unit;
    }

    public Target target() {
        return switch (this) {
            case INGEST -> new Target.RatioAtLeast(0.40);
            case SMALL_BATCHES -> new Target.AtLeast(5_000);
            case HTTP_BATCHES -> new Target.AtLeast(60_000);
            case HTTP_LINES -> new Target.AtLeast(150_000);
            case INGEST_MEMORY -> new Target.AtMost(2_048);
            case ACK_P50 -> new Target.AtMost(10);
            case ACK_P99 -> new Target.AtMost(30);
            case ADBC_INGEST -> new Target.RatioAtLeast(0.70);
            case INSERT_SELECT -> new Target.AtLeast(1);
            case PREPARED_INSERT -> new Target.AtLeast(200);
            case SCAN -> new Target.RatioAtLeast(0.50);
            case GROUP_BY -> new Target.RatioAtMost(2);
            case ONE_ROW -> new Target.AtMost(20);
            case FRESH_ONE_ROW -> new Target.AtMost(150);
            case SCHEMA_VERSIONS -> new Target.RatioAtMost(1.1);
            case CLI_START -> new Target.AtMost(0.5);
            case START -> new Target.AtMost(6);
            case LAKE_COUNT, LAKE_GROUP_BY, LAKE_TOP_10, LAKE_TIME_RANGE -> new Target.RatioAtMost(1.2);
            case LAKE_ONE_ROW -> new Target.MoreAtMost(5);
            case LAKE_NEEDLE -> new Target.RatioAtMost(1.1);
            case RESULTS -> new Target.AtLeast(3);
            case COMPACTION -> new Target.AtLeast(60);
            case COMPACTION_COPY -> new Target.RatioAtMost(1.5);
            case TABLE_COMMIT -> new Target.AtMost(100);
            case LAKE_LOOKUP -> new Target.AtMost(5);
            case LAKE_LAG -> new Target.AtMost(15);
        };
    }

    /// The kind with this id.
    public static FigureKind of(String id) {
        return Arrays.stream(values())
                .filter(kind -> kind.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such figure: figure=" + id + ", figures="
                        + Arrays.stream(values()).map(FigureKind::id).collect(Collectors.joining(","))));
    }
}
