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
package dev.wings.server.system;

import static dev.wings.server.system.NamedTopics.NAMESPACE;
import static dev.wings.server.system.NamedTopics.TOPIC;
import static dev.wings.server.table.SystemTable.bigInt;
import static dev.wings.server.table.SystemTable.instant;
import static dev.wings.server.table.SystemTable.integer;
import static dev.wings.server.table.SystemTable.text;

import com.google.protobuf.Timestamp;
import dev.wings.common.proto.PageBatch;
import dev.wings.common.proto.Partition;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TopicScan;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.Views;
import dev.wings.server.run.QueryInfo;
import dev.wings.server.run.QueryLog;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TopicTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tables of the schema `system`.
public final class SystemTables {

    private final Catalog catalog;
    private final QueryLog queries;
    private final List<SystemTable> tables;

    public SystemTables(Catalog catalog, Views views, QueryLog queries, LakeSystemTables lake) {
        this.catalog = catalog;
        this.queries = queries;
        this.tables = Stream.of(
                        Stream.of(pages(), partitions(), queries(), tasks(), topics()),
                        lake.tables().stream(),
                        new InformationTables(catalog, views, this::tables).tables())
                .flatMap(each -> each)
                .sorted(Comparator.comparing(SystemTable::name))
                .toList();
    }

    private List<SystemTable> tables() {
        return tables;
    }

    /// Returns the names of the tables, ordered.
    public List<String> names() {
        return tables.stream().map(SystemTable::name).toList();
    }

    public Optional<SystemTable> find(String name) {
        return tables.stream().filter(table -> table.name().equals(name)).findFirst();
    }

    private SystemTable topics() {
        return new SystemTable(
                "topics",
                List.of(
                        text(NAMESPACE, ""),
                        text(TOPIC, ""),
                        text("uid", "never used again, so that a topic made anew is another one"),
                        text("partition_key", "the column that rows are partitioned by; null for none"),
                        integer("schema_version", ""),
                        integer("column_count", "without __offset__ and __timestamp__")),
                (tenant, needs, rows) -> NamedTopics.forEach(
                        catalog,
                        tenant,
                        needs,
                        topic -> rows.accept(new @Nullable Object[] {
                            topic.name().namespace(),
                            topic.name().topic(),
                            topic.uid(),
                            topic.partitionKey().map(key -> key.name()).orElse(null),
                            topic.schema().version(),
                            topic.schema().fields().size()
                        })));
    }

    private SystemTable partitions() {
        return new SystemTable(
                "partitions",
                List.of(
                        text(NAMESPACE, ""),
                        text(TOPIC, ""),
                        text("partition_value", "empty for the only partition of a topic without a key"),
                        bigInt("next_offset", "the offset that the next row gets"),
                        bigInt("watermark", "rows below are in segments, from here on in pages"),
                        instant("last_timestamp", "of the newest batch")),
                (tenant, needs, rows) -> NamedTopics.forEach(
                        catalog,
                        tenant,
                        needs,
                        topic -> catalog.partitions(
                                topic.name(),
                                page -> page.forEach(partition -> rows.accept(partition(topic, partition))))));
    }

    private static @Nullable Object[] partition(TopicTable topic, Partition partition) {
        return new @Nullable Object[] {
            topic.name().namespace(),
            topic.name().topic(),
            partition.getValue(),
            partition.getNextOffset(),
            partition.getWatermark(),
            partition.getNextOffset() == 0 ? null : instantOf(partition.getLastTimestampMicros())
        };
    }

    private SystemTable pages() {
        return new SystemTable(
                "pages",
                List.of(
                        text(NAMESPACE, ""),
                        text(TOPIC, ""),
                        text("partition_value", ""),
                        bigInt("start_offset", "of the first row"),
                        bigInt("end_offset", "after the last row"),
                        integer("batches", ""),
                        integer("schema_version", "that the page was written with"),
                        bigInt("commit_number", "of the namespace"),
                        text("object_key", "the folio"),
                        bigInt("byte_offset", "of the page in the folio"),
                        bigInt("byte_length", ""),
                        instant("first_timestamp", ""),
                        instant("last_timestamp", "")),
                this::makePages);
    }

    private void makePages(String tenant, TableNeeds needs, Consumer<@Nullable Object[]> rows) {
        NamedTopics.forEach(catalog, tenant, needs, topic -> makePages(topic, rows));
    }

    private void makePages(TopicTable topic, Consumer<@Nullable Object[]> rows) {
        PlanScanRequest request = PlanScanRequest.newBuilder()
                .addTopics(
                        TopicScan.newBuilder().setTopic(topic.name().toString()).setAllPartitions(true))
                .build();
        catalog.plan(request, answer -> answer.getPagesList().forEach(page -> rows.accept(page(topic, answer, page))));
    }

    private static @Nullable Object[] page(TopicTable topic, PlanScanResponse answer, PlannedPage page) {
        List<PageBatch> batches = page.getBatchesList().stream()
                .filter(batch -> !batch.getSkipped())
                .toList();
        return new @Nullable Object[] {
            topic.name().namespace(),
            topic.name().topic(),
            page.getPartitionValue(),
            page.getStartOffset(),
            page.getEndOffset(),
            batches.size(),
            page.getSchemaVersion(),
            page.getCommitNumber(),
            answer.getFolioKeys(page.getFolioIndex()),
            page.getByteOffset(),
            page.getByteLength(),
            batches.isEmpty() ? null : instantOf(batches.getFirst().getTimestampMicros()),
            batches.isEmpty() ? null : instantOf(batches.getLast().getTimestampMicros())
        };
    }

    private SystemTable queries() {
        return new SystemTable(
                "queries",
                List.of(
                        text("id", ""),
                        text("state", "QUEUED, RUNNING, FINISHED or FAILED"),
                        instant("start_time", ""),
                        instant("end_time", "null while it runs"),
                        bigInt("row_count", "delivered so far"),
                        text("error", "why it failed"),
                        text("sql", "shortened")),
                (tenant, needs, rows) -> queries.queries(tenant).forEach(query -> rows.accept(query(query))));
    }

    private static @Nullable Object[] query(QueryInfo query) {
        return new @Nullable Object[] {
            query.id(),
            query.state().name(),
            query.startTime(),
            query.endTime().orElse(null),
            query.rows(),
            query.error().orElse(null),
            query.sql()
        };
    }

    private SystemTable tasks() {
        return new SystemTable(
                "tasks",
                List.of(
                        text("id", ""),
                        text("kind", "CREATE_TABLE, COMPACT, REWRITE, EXPIRE_SNAPSHOTS or COLLECT_GARBAGE"),
                        text("state", "WAITING, RUNNING, DONE or DEAD"),
                        text("target", "the topic or namespace that it works on"),
                        integer("attempts", "since it was made or retried by hand"),
                        text("failure", "why the newest failed attempt failed; null for none"),
                        text("progress", "what the worker said last"),
                        text("worker", "who has, or had, the lease"),
                        instant("create_time", ""),
                        instant("update_time", "of the newest change of state"),
                        instant("next_run_time", "not leased before"),
                        instant("lease_end_time", "null before the first lease")),
                (tenant, needs, rows) -> catalog.tasks(tenant, page -> page.forEach(task -> rows.accept(task(task)))));
    }

    private static @Nullable Object[] task(Task task) {
        return new @Nullable Object[] {
            task.getName().substring(task.getName().lastIndexOf('/') + 1),
            task.getKind().name(),
            task.getState().name(),
            task.getTarget(),
            task.getAttempts(),
            emptyToNull(task.getFailure()),
            emptyToNull(task.getProgress()),
            emptyToNull(task.getWorker()),
            instantOf(task.getCreateTime()),
            instantOf(task.getUpdateTime()),
            instantOf(task.getNextRunTime()),
            task.hasLeaseEndTime() ? instantOf(task.getLeaseEndTime()) : null
        };
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Instant instantOf(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static Instant instantOf(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
