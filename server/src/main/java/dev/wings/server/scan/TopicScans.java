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
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.schema.TopicField;
import dev.wings.common.store.ObjectStore;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.catalog.PlanBeginning;
import dev.wings.server.lake.PageBounds;
import dev.wings.server.lake.SegmentScan;
import dev.wings.server.lake.Segments;
import dev.wings.server.table.Condition;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.Restriction;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableSnapshot;
import dev.wings.server.table.TableSource;
import dev.wings.server.table.TopicTable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;

/// Plans topics: their pages, and the segments of the same snapshot.
public final class TopicScans {

    /// About how many bytes a page takes in a plan, and each of its batches takes.
    private static final long PAGE_BYTES = 160;

    private static final long BATCH_BYTES = 64;

    /// How large a plan may be that is kept for whoever reads by it next.
    private static final long MAX_TAKEN_BYTES = 64 << 10;

    private static final int MAX_LARGE = 10_000;

    /// If there are more partitions than this, the control plane is not asked for them one by one.
    private static final int MAX_PARTITION_VALUES = 1000;

    private final Catalog catalog;
    private final Segments segments;
    private final PageBounds bounds;
    private final Function<URI, ObjectStore> stores;
    private final CompressionCodec.Factory codecs;
    private final Executor fetchers;
    private final ReadAhead readAhead;

    /// The uids of topics whose plan was too large to be kept, the last time.
    private final Set<String> large =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MAX_LARGE;
                }
            }));

    /// @param fetchers runs the reads of pages, each on a thread of its own
    /// @param readAheadPages how many reads a scan makes at once
    /// @param readAheadBytes how many bytes they take together
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
        this.bounds = new PageBounds(stores, fetchers);
        this.stores = stores;
        this.codecs = codecs;
        this.fetchers = fetchers;
        this.readAhead = new ReadAhead(readAheadPages, readAheadBytes);
    }

    /// All of the control plane's answer to a request.
    private record Answered(PlanScanRequest request, List<PlanScanResponse> parts, long bytes)
            implements TableSnapshot {}

    /// Fails with CONFLICT or NOT_FOUND if one of the topics is no longer as it was seen.
    public void check(List<TopicTable> tables) {
        if (tables.isEmpty()) {
            return;
        }
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder();
        // this asks for no partition at all
        tables.forEach(table ->
                request.addTopics(TopicScan.newBuilder().setTopic(table.name().toString())));
        noticing(
                tables,
                () -> check(
                        tables, catalog.beginPlan(request.build(), 0).parts().getFirst()));
    }

    /// Does the same, and returns the snapshot that [#open] would take now, unless it is large: taking a large
    /// one twice is better than keeping it.
    public Optional<TableSnapshot> snapshot(List<TableNeeds> needs) {
        List<TopicTable> tables = needs.stream().map(TopicScans::topic).toList();
        if (tables.isEmpty() || tables.stream().anyMatch(table -> large.contains(table.uid()))) {
            check(tables);
            return Optional.empty();
        }
        PlanScanRequest request = request(needs);
        return noticing(tables, () -> {
            PlanBeginning plan = catalog.beginPlan(request, MAX_TAKEN_BYTES);
            check(tables, plan.parts().getFirst());
            if (!plan.whole()) {
                tables.forEach(table -> large.add(table.uid()));
                return Optional.empty();
            }
            return Optional.of(new Answered(request, plan.parts(), plan.bytes()));
        });
    }

    private static PlanScanRequest request(List<TableNeeds> needs) {
        PlanScanRequest.Builder request = PlanScanRequest.newBuilder();
        needs.forEach(need -> request.addTopics(topicScan(need)));
        return request.build();
    }

    /// Opens one consistent snapshot of the topics, each of which is a [TopicTable]; the sources are in their
    /// order.
    ///
    /// @param taken a snapshot that was taken before, to be used if it is of the same topics
    /// @param memory counts what is known of their pages and segments
    public List<TableSource> open(
            List<TableNeeds> needs, Optional<TableSnapshot> taken, BufferAllocator allocator, PlanMemory memory) {
        if (needs.isEmpty()) {
            return List.of();
        }
        PlanScanRequest request = request(needs);
        List<Planned> planned = needs.stream().map(Planned::new).toList();
        Optional<Answered> known = taken.filter(Answered.class::isInstance)
                .map(Answered.class::cast)
                .filter(answered -> answered.request().equals(request));
        return noticing(needs.stream().map(TopicScans::topic).toList(), () -> {
            known.ifPresentOrElse(
                    answered -> answered.parts().forEach(part -> gather(part, planned, memory)),
                    () -> catalog.plan(request, part -> gather(part, planned, memory)));
            if (memory.bytes() <= MAX_TAKEN_BYTES) {
                needs.forEach(need -> large.remove(topic(need).uid()));
            }
            return planned.stream()
                    .map(topic -> source(topic, allocator, memory))
                    .toList();
        });
    }

    /// Does `work`. Topics that turn out to be no longer as they were seen are forgotten, so that whoever asks
    /// for them next sees them as they are.
    private <T> T noticing(List<TopicTable> tables, Supplier<T> work) {
        try {
            return work.get();
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.CONFLICT || e.kind() == ErrorKind.NOT_FOUND) {
                tables.forEach(catalog::forget);
            }
            throw e;
        }
    }

    /// Checks all topics by the first part of an answer, and returns that part.
    private static PlanScanResponse check(List<TopicTable> tables, PlanScanResponse first) {
        for (int i = 0; i < tables.size(); i++) {
            check(tables.get(i), first.getTopics(i));
        }
        return first;
    }

    /// What the control plane says of a topic.
    private static final class Planned {
        final TableNeeds needs;
        List<PageRef> pages = new ArrayList<>();
        String metadataLocation = "";
        /// How many rows are in pages, if no page was asked for.
        Optional<Long> pageRows = Optional.empty();
        /// All pages, if they were asked for.
        Optional<TableSource.Pages> all = Optional.empty();
        /// The offset of the first page's first row, if there are any pages.
        Optional<Long> firstOffset = Optional.empty();

        Planned(TableNeeds needs) {
            this.needs = needs;
        }

        long rows() {
            return pageRows.orElseGet(
                    () -> pages.stream().mapToLong(PageRef::rows).sum());
        }
    }

    private static void gather(PlanScanResponse answer, List<Planned> planned, PlanMemory memory) {
        for (int i = 0; i < answer.getTopicsCount(); i++) {
            TopicSnapshot snapshot = answer.getTopics(i);
            Planned topic = planned.get(i);
            check(topic(topic.needs), snapshot);
            topic.metadataLocation = snapshot.getTableMetadataLocation();
            if (snapshot.hasPageCount()) {
                topic.all = Optional.of(new TableSource.Pages(snapshot.getPageCount(), snapshot.getPageRows()));
            }
            if (topic.needs.onlyCounted()) {
                topic.pageRows = Optional.of(snapshot.getPageRows());
                topic.firstOffset = Optional.of(snapshot.getFirstPageOffset()).filter(first -> topic.rows() > 0);
            }
        }
        answer.getFolioKeysList().forEach(key -> memory.add(PlanMemory.bytesOf(key), "folios"));
        for (PlannedPage page : answer.getPagesList()) {
            Planned topic = planned.get(page.getTopicIndex());
            memory.add(
                    PAGE_BYTES + BATCH_BYTES * page.getBatchesCount(),
                    "pages of " + topic(topic.needs).name());
            PageRef ref = PageRef.of(page, answer.getFolioKeys(page.getFolioIndex()));
            topic.pages.add(ref);
            if (topic.firstOffset.isEmpty()) {
                topic.firstOffset = Optional.of(ref.startOffset());
            }
        }
    }

    /// Fails if the topic was deleted and made once more, or its schema has changed, since the query was
    /// planned.
    private static void check(TopicTable planned, TopicSnapshot snapshot) {
        if (!planned.uid().equals(snapshot.getTopicUid())
                || planned.schema().version() != snapshot.getSchemaVersion()) {
            throw new WingsException(
                    ErrorKind.CONFLICT,
                    "the topic changed while the query was planned, try again: topic=" + planned.name());
        }
    }

    private TableSource source(Planned planned, BufferAllocator allocator, PlanMemory memory) {
        TableNeeds needs = planned.needs;
        if (needs.onlyCounted()) {
            return counted(planned, allocator);
        }
        planned.pages = bounds.matching(needs, planned.pages, catalog.objectStore(topic(needs)));
        Optional<SegmentScan> scan = planned.metadataLocation.isEmpty()
                ? Optional.empty()
                : Optional.of(segments.plan(needs, catalog.objectStore(topic(needs)), planned.metadataLocation));
        scan.ifPresent(found -> {
            memory.add(found.planBytes(), "segments of " + topic(needs).name());
            checkOnce(topic(needs), found.maxOffset(), planned);
        });
        return new TableSource(
                needs,
                scan.filter(found -> !found.isEmpty()).map(SegmentSource.class::cast),
                scan.map(SegmentScan::stats),
                rows(planned, scan),
                pages(needs, planned.pages, allocator),
                planned.pages.size(),
                planned.rows(),
                planned.all);
    }

    /// Returns a source whose rows are counted and not read.
    private TableSource counted(Planned planned, BufferAllocator allocator) {
        TableNeeds needs = planned.needs;
        Optional<Segments.Count> segments = planned.metadataLocation.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        this.segments.count(topic(needs), catalog.objectStore(topic(needs)), planned.metadataLocation));
        segments.ifPresent(count -> checkOnce(topic(needs), count.maxOffset(), planned));
        return new TableSource(
                needs,
                Optional.empty(),
                Optional.empty(),
                Optional.of(segments.map(Segments.Count::rows).orElse(0L) + planned.rows()),
                pages(needs, List.of(), allocator),
                0,
                planned.rows(),
                Optional.empty());
    }

    /// Returns how many rows there are. Only counts ask for it, and they need no column: other queries need not
    /// pay for it.
    private static Optional<Long> rows(Planned planned, Optional<SegmentScan> scan) {
        if (!planned.needs.columns().isEmpty() || !planned.needs.condition().isNone()) {
            return Optional.empty();
        }
        return Optional.of(scan.map(SegmentScan::rows).orElse(0L) + planned.rows());
    }

    /// Checks that each row is either in a segment or in a page: rows in pages come after those in segments.
    private static void checkOnce(TopicTable topic, Optional<Long> maxOffset, Planned planned) {
        boolean overlap = topic.partitionKey().isEmpty()
                && planned.firstOffset.isPresent()
                && maxOffset.orElse(-1L) >= planned.firstOffset.get();
        if (overlap) {
            throw new WingsException(
                    ErrorKind.INTERNAL,
                    "rows are both in segments and in pages: topic=" + topic.name() + ", pages_from="
                            + planned.firstOffset.get() + ", segments_to=" + maxOffset + ", metadata="
                            + planned.metadataLocation);
        }
    }

    private ArrowTable pages(TableNeeds needs, List<PageRef> pages, BufferAllocator allocator) {
        TopicTable topic = topic(needs);
        return new PageTable(
                // Pages are not in the order of the plan, partition by partition, so that those of a folio are
                // read together.
                pages.stream().sorted(PageRef.FOLIO_ORDER).toList(),
                columns(topic, needs.columns()),
                RowConditions.of(needs.condition(), needs.columns(), defaulted(topic)),
                PageTable.Joining.ACROSS_PAGES,
                PageSource.of(stores.apply(catalog.objectStore(topic))),
                codecs,
                allocator,
                fetchers,
                readAhead);
    }

    /// Returns the columns to read. DuckDB reads at least one column: if no value matters, that is the cheapest
    /// one.
    private static List<ScanColumn> columns(TopicTable topic, List<SqlColumn> wanted) {
        List<ScanColumn> columns = new ArrayList<>();
        for (SqlColumn column : wanted.isEmpty() ? List.of(TopicTable.OFFSET) : wanted) {
            if (column.name().equals(TopicTable.OFFSET.name())) {
                columns.add(new ScanColumn.Offset(column.stored()));
            } else if (column.name().equals(TopicTable.TIMESTAMP.name())) {
                columns.add(new ScanColumn.Timestamp(column.stored()));
            } else {
                TopicField field = topic.schema()
                        .find(column.name())
                        .orElseThrow(() -> new IllegalStateException("not a column of the topic: " + column));
                columns.add(new ScanColumn.Stored(
                        field.id(), column.stored(), field.defaults().initial()));
            }
        }
        return columns;
    }

    /// Returns the columns that are not null in pages that do not have them.
    private static Set<String> defaulted(TopicTable topic) {
        return topic.schema().fields().stream()
                .filter(field -> field.defaults().initial().isPresent())
                .map(TopicField::name)
                .collect(Collectors.toSet());
    }

    private static TopicTable topic(TableNeeds needs) {
        return (TopicTable) needs.table();
    }

    private static TopicScan topicScan(TableNeeds needs) {
        TopicTable topic = topic(needs);
        TopicScan.Builder scan =
                TopicScan.newBuilder().setTopic(topic.name().toString()).setCountPages(needs.explained());
        if (needs.onlyCounted()) {
            return scan.setAllPartitions(true).setRowsOnly(true).build();
        }
        if (needs.condition() instanceof Condition.Never) {
            // this asks for no partition at all
            return scan.build();
        }
        Restriction offsets = needs.restriction(TopicTable.OFFSET.name());
        Restriction timestamps = needs.restriction(TopicTable.TIMESTAMP.name());
        if (offsets.min() > offsets.max() || timestamps.min() > timestamps.max()) {
            // this asks for no partition at all
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

    /// Returns the only partitions that matter; empty if any may.
    private static Optional<Set<String>> partitions(TopicTable topic, TableNeeds needs) {
        if (topic.partitionKey().isEmpty()) {
            return Optional.empty();
        }
        TopicField key = topic.partitionKey().get();
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
}
