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
package dev.wings.server.lake;

import com.google.protobuf.ByteString;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioFormat;
import dev.wings.common.folio.FolioReader;
import dev.wings.common.folio.PageEntry;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.proto.FolioColumn;
import dev.wings.common.scan.PageRef;
import dev.wings.common.store.ObjectStore;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TopicTable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;

/// Leaves out pages that have no row which matters, by the values of columns that the footers of their folios
/// tell. Footers never change, and are remembered. Safe for use by many threads.
public final class PageBounds {

    /// Below so many bytes of pages, footers are not looked at: reading the pages takes no longer.
    private static final long MIN_BYTES = 1 << 20;

    private static final int READS_AT_ONCE = 32;

    /// How many columns are remembered; each takes about 150 bytes.
    private static final long MAX_KNOWN_COLUMNS = 200_000;

    private final Function<URI, ObjectStore> stores;
    private final Executor fetchers;
    private final Memo<FolioId, Map<Long, PageEntry>> footers = new Memo<>(MAX_KNOWN_COLUMNS, PageBounds::knownColumns);

    private record FolioId(URI store, String key) {}

    /// @param fetchers runs the reads of footers, each on a thread of its own
    public PageBounds(Function<URI, ObjectStore> stores, Executor fetchers) {
        this.stores = stores;
        this.fetchers = fetchers;
    }

    /// Returns the pages that may have rows which matter, in their order.
    ///
    /// @param store the store that the pages are in
    public List<PageRef> matching(TableNeeds needs, List<PageRef> pages, URI store) {
        List<PageRef> large = pages.stream()
                .filter(page -> page.range().length() >= FolioFormat.MIN_BOUNDED_PAGE_BYTES)
                .toList();
        if (needs.condition().isNone() || bytes(large) < MIN_BYTES) {
            return pages;
        }
        TopicTable topic = (TopicTable) needs.table();
        Schema schema = LakeTable.schema(topic.schema());
        Expression condition = Conditions.of(needs, Segments.columnIds(topic), schema);
        if (condition.op() == Expression.Operation.TRUE) {
            return pages;
        }
        Map<FolioId, Map<Long, PageEntry>> known = footers(large, store);
        InclusiveMetricsEvaluator evaluator = new InclusiveMetricsEvaluator(schema, condition);
        return pages.stream()
                .filter(page -> {
                    Map<Long, PageEntry> folio =
                            known.getOrDefault(new FolioId(store, page.range().key()), Map.of());
                    PageEntry entry = folio.get(page.range().start());
                    return entry == null || !isOf(entry, page, topic) || evaluator.eval(asFile(entry));
                })
                .toList();
    }

    private static long bytes(List<PageRef> pages) {
        return pages.stream().mapToLong(page -> page.range().length()).sum();
    }

    /// Whether the entry is of the page that was committed. Columns of another version of the schema may have
    /// had other types.
    private static boolean isOf(PageEntry entry, PageRef page, TopicTable topic) {
        return entry.key().topicUid().equals(topic.uid())
                && entry.key().schemaVersion() == topic.schema().version()
                && entry.byteLength() == page.range().length()
                && entry.crc32c() == page.crc32c();
    }

    private static DataFile asFile(PageEntry page) {
        long rows = page.batchRows().stream().mapToLong(Long::longValue).sum();
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (FolioColumn column : page.columns()) {
            values.put(column.getFieldId(), rows);
            nulls.put(column.getFieldId(), column.getNulls());
            if (column.hasLower()) {
                lower.put(column.getFieldId(), buffer(column.getLower()));
            }
            if (column.hasUpper()) {
                upper.put(column.getFieldId(), buffer(column.getUpper()));
            }
        }
        return Segments.asFile(new Metrics(rows, Map.of(), values, nulls, Map.of(), lower, upper));
    }

    private static ByteBuffer buffer(ByteString bytes) {
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private Map<FolioId, Map<Long, PageEntry>> footers(List<PageRef> pages, URI store) {
        Map<FolioId, Map<Long, PageEntry>> found = new HashMap<>();
        List<FolioId> unknown = new ArrayList<>();
        pages.stream()
                .map(page -> new FolioId(store, page.range().key()))
                .distinct()
                .forEach(folio -> footers.find(folio)
                        .ifPresentOrElse(footer -> found.put(folio, footer), () -> unknown.add(folio)));
        int tasks = Math.min(READS_AT_ONCE, unknown.size());
        List<CompletableFuture<Map<FolioId, Map<Long, PageEntry>>>> reads = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            List<FolioId> part = unknown.subList(unknown.size() * i / tasks, unknown.size() * (i + 1) / tasks);
            reads.add(CompletableFuture.supplyAsync(() -> read(part), fetchers));
        }
        try {
            reads.forEach(read -> found.putAll(read.join()));
        } catch (CompletionException e) {
            throw LakeErrors.again(e);
        } finally {
            reads.forEach(read -> read.handle((ignored, failure) -> true).join());
        }
        return found;
    }

    private Map<FolioId, Map<Long, PageEntry>> read(List<FolioId> folios) {
        Map<FolioId, Map<Long, PageEntry>> read = new HashMap<>();
        for (FolioId folio : folios) {
            readable(folio).ifPresent(footer -> read.put(folio, footer));
        }
        return read;
    }

    /// Returns what the footer of a folio says. A footer that cannot be read says nothing; whether the pages
    /// can be read is another question.
    private Optional<Map<Long, PageEntry>> readable(FolioId folio) {
        try {
            return Optional.of(footers.get(folio, this::read));
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.DATA_LOSS || e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Map<Long, PageEntry> read(FolioId folio) {
        Map<Long, PageEntry> pages = new HashMap<>();
        for (PageEntry page :
                FolioReader.read(stores.apply(folio.store()), folio.key()).pages()) {
            if (!page.columns().isEmpty()) {
                pages.put(page.byteOffset(), page);
            }
        }
        return pages;
    }

    private static long knownColumns(Map<Long, PageEntry> footer) {
        return 1
                + footer.values().stream()
                        .mapToLong(page -> page.columns().size())
                        .sum();
    }
}
