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
package dev.wings.server.scan;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.PlanScanRequest;
import dev.wings.common.proto.PlanScanResponse;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.TopicScan;
import dev.wings.common.proto.TopicSnapshot;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.PageTable;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.scan.ScanColumn;
import dev.wings.common.schema.Field;
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.store.ObjectStore;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.TopicTable;
import dev.wings.server.lake.SegmentScan;
import dev.wings.server.lake.Segments;
import dev.wings.server.table.Restriction;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableSource;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;

/// Plans topics: their pages, and the segments of the same snapshot.
public final class TopicScans {

    /// Bounds what a plan holds in memory.
    private static final int MAX_PAGES = 1_000_000;

    /// The control plane is not asked for partitions one by one when there are more.
    private static final int MAX_PARTITION_VALUES = 1000;

    private final Catalog catalog;
    private final Segments segments;
    private final Function<URI, ObjectStore> stores;
    private final CompressionCodec.Factory codecs;
    private final Executor fetchers;
    private final ReadAhead readAhead;

    /// @param fetchers runs the reads of pages, each on a thread of its own
    /// @param readAheadPages reads that a scan makes at once
    /// @param readAheadBytes that they take together
    public TopicScans(
            Catalog catalog,
            Segments segments,
            Function<URI, ObjectStore> stores,
            CompressionCodec.Factory codecs,
            Executor fetchers,
            int readAheadPages,
            long readAheadBytes) {
        this.catalog = catalog;
        this.segments = segments;
        this.stores = stores;
        this.codecs = codecs;
        this.fetchers = fetchers;
        this.readAhead = new ReadAhead(readAheadPages, readAheadBytes);
    }

    /// One consistent snapshot of the topics, each a [TopicTable]; in their order.
    public List<TableSource> open(List<TableNeeds> needs, BufferAllocator allocator) {
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder();
        List<List<PageRef>> pages = new ArrayList<>();
        List<String> locations = new ArrayList<>();
        for (TableNeeds need : needs) {
            request.addTopics(topicScan(need));
            pages.add(new ArrayList<>());
        }
        if (!needs.isEmpty()) {
            catalog.plan(request.build(), new PlanReader(needs, pages, locations)::accept);
        }
        List<TableSource> sources = new ArrayList<>();
        for (int i = 0; i < needs.size(); i++) {
            sources.add(source(needs.get(i), pages.get(i), locations.get(i), allocator));
        }
        return sources;
    }

    private TableSource source(TableNeeds needs, List<PageRef> pages, String location, BufferAllocator allocator) {
        Optional<SegmentScan> scan = location.isEmpty()
                ? Optional.empty()
                : Optional.of(segments.plan(needs, catalog.objectStore(topic(needs)), location));
        scan.ifPresent(found -> checkOnce(topic(needs), found, pages));
        return new TableSource(
                needs,
                scan.filter(found -> !found.isEmpty()).map(SegmentSource.class::cast),
                scan.map(SegmentScan::stats),
                rows(needs, scan, pages),
                pages(needs, pages, allocator),
                pages.size());
    }

    /// Asked for by counts only, which need no column: others need not pay for it.
    private static Optional<Long> rows(TableNeeds needs, Optional<SegmentScan> scan, List<PageRef> pages) {
        if (!needs.columns().isEmpty() || !needs.restrictions().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(scan.map(SegmentScan::rows).orElse(0L)
                + pages.stream().mapToLong(PageRef::rows).sum());
    }

    /// Each row is either in a segment or in a page: those in pages come after those in segments.
    private static void checkOnce(TopicTable topic, SegmentScan scan, List<PageRef> pages) {
        boolean overlap = topic.partitionKey().isEmpty()
                && !pages.isEmpty()
                && scan.maxOffset().orElse(-1L) >= pages.getFirst().startOffset();
        if (overlap) {
            throw new WingsException(
                    ErrorKind.INTERNAL,
                    "rows are both in segments and in pages: topic=" + topic.name() + ", pages_from="
                            + pages.getFirst().startOffset() + ", segments_to=" + scan.maxOffset() + ", metadata="
                            + scan.stats().metadataLocation());
        }
    }

    private ArrowTable pages(TableNeeds needs, List<PageRef> pages, BufferAllocator allocator) {
        TopicTable topic = topic(needs);
        return new PageTable(
                // not partition by partition, as in the plan: so those of a folio are read together
                pages.stream().sorted(PageRef.FOLIO_ORDER).toList(),
                columns(topic, needs.columns()),
                PageTable.Joining.ACROSS_PAGES,
                PageSource.of(stores.apply(catalog.objectStore(topic))),
                codecs,
                allocator,
                fetchers,
                readAhead);
    }

    /// DuckDB reads at least one column: the cheapest, if no value matters.
    private static List<ScanColumn> columns(TopicTable topic, List<SqlColumn> wanted) {
        List<ScanColumn> columns = new ArrayList<>();
        for (SqlColumn column : wanted.isEmpty() ? List.of(TopicTable.OFFSET) : wanted) {
            if (column.name().equals(TopicTable.OFFSET.name())) {
                columns.add(new ScanColumn.Offset(column.stored()));
            } else if (column.name().equals(TopicTable.TIMESTAMP.name())) {
                columns.add(new ScanColumn.Timestamp(column.stored()));
            } else {
                Field field = topic.schema()
                        .find(column.name())
                        .orElseThrow(() -> new IllegalStateException("not a column of the topic: " + column));
                columns.add(new ScanColumn.Stored(field.id(), column.stored()));
            }
        }
        return columns;
    }

    private static TopicTable topic(TableNeeds needs) {
        return (TopicTable) needs.table();
    }

    private static TopicScan topicScan(TableNeeds needs) {
        TopicTable topic = topic(needs);
        TopicScan.Builder scan = TopicScan.newBuilder().setTopic(topic.name().toString());
        Restriction offsets = needs.restriction(TopicTable.OFFSET.name());
        Restriction timestamps = needs.restriction(TopicTable.TIMESTAMP.name());
        if (offsets.min() > offsets.max() || timestamps.min() > timestamps.max()) {
            // no partition at all
            return scan.build();
        }
        partitions(topic, needs).ifPresentOrElse(scan::addAllPartitionValues, () -> scan.setAllPartitions(true));
        if (offsets.min() > 0) {
            scan.setStartOffset(offsets.min());
        }
        if (offsets.max() < Long.MAX_VALUE) {
            scan.setEndOffset(Math.max(0, offsets.max() + 1));
        }
        if (timestamps.min() > Long.MIN_VALUE) {
            scan.setStartTimestampMicros(timestamps.min());
        }
        if (timestamps.max() < Long.MAX_VALUE) {
            scan.setEndTimestampMicros(timestamps.max() + 1);
        }
        return scan.build();
    }

    /// The only partitions that matter; empty if any may.
    private static Optional<Set<String>> partitions(TopicTable topic, TableNeeds needs) {
        if (topic.partitionKey().isEmpty()) {
            return Optional.empty();
        }
        Field key = topic.partitionKey().get();
        Optional<Set<Object>> literals = needs.restriction(key.name()).values();
        if (literals.isEmpty() || literals.get().size() > MAX_PARTITION_VALUES) {
            return Optional.empty();
        }
        Set<String> values = new TreeSet<>();
        for (Object literal : literals.get()) {
            try {
                PartitionValue.ofLiteral(key.type(), literal).ifPresent(values::add);
            } catch (IllegalArgumentException e) {
                // a literal of another class than the column's says nothing
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    /// Sorts the pages of a plan by topic.
    private record PlanReader(List<TableNeeds> needs, List<List<PageRef>> pages, List<String> locations) {

        void accept(PlanScanResponse answer) {
            for (int i = 0; i < answer.getTopicsCount(); i++) {
                check(topic(needs.get(i)), answer.getTopics(i));
                locations.add(answer.getTopics(i).getTableMetadataLocation());
            }
            for (PlannedPage page : answer.getPagesList()) {
                List<PageRef> ofTopic = pages.get(page.getTopicIndex());
                if (ofTopic.size() == MAX_PAGES) {
                    throw WingsException.exhausted("the query needs too many pages: limit=" + MAX_PAGES + ", topic="
                            + topic(needs.get(page.getTopicIndex())).name());
                }
                ofTopic.add(PageRef.of(page, answer.getFolioKeys(page.getFolioIndex())));
            }
        }

        /// Since the query was planned, the topic may have been deleted and made anew, or its schema changed.
        private static void check(TopicTable planned, TopicSnapshot snapshot) {
            if (!planned.uid().equals(snapshot.getTopicUid())
                    || planned.schema().version() != snapshot.getSchemaVersion()) {
                throw new WingsException(
                        ErrorKind.CONFLICT,
                        "the topic changed while the query was planned, try again: topic=" + planned.name());
            }
        }
    }
}
