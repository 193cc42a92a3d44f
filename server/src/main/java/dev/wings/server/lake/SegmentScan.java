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

import dev.wings.common.cache.ByteRange;
import dev.wings.common.cache.CachedObject;
import dev.wings.common.cache.RangeCache;
import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.lake.LakeTable;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SegmentStats;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/// The planned segments of one table.
public final class SegmentScan implements SegmentSource {

    private static final long SEGMENT_BYTES = 256;

    private static final long RANGE_BYTES = 48;

    private final List<Segments.Planned> planned;
    private final SegmentStats stats;
    private final RangeCache cache;
    private final Executor fetchers;
    private final Optional<Long> maxOffset;

    SegmentScan(
            List<Segments.Planned> planned,
            SegmentStats stats,
            RangeCache cache,
            Executor fetchers,
            Optional<Long> maxOffset) {
        this.planned = List.copyOf(planned);
        this.stats = stats;
        this.cache = cache;
        this.fetchers = fetchers;
        this.maxOffset = maxOffset;
    }

    /// Whether no row of the segments matters.
    public boolean isEmpty() {
        return planned.isEmpty();
    }

    /// Returns how many rows all of these segments have.
    public long rows() {
        return planned.stream()
                .mapToLong(segment -> segment.file().recordCount())
                .sum();
    }

    /// Returns about how many bytes the scan takes on the heap.
    public long planBytes() {
        return planned.stream()
                .mapToLong(segment ->
                        SEGMENT_BYTES + RANGE_BYTES * segment.ranges().size())
                .sum();
    }

    /// Returns an offset that no row of these segments exceeds.
    public Optional<Long> maxOffset() {
        return maxOffset;
    }

    @Override
    public SegmentScan forPlanning() {
        List<Segments.Planned> footers =
                planned.stream().map(Segments.Planned::footerOnly).toList();
        return new SegmentScan(footers, stats, cache, fetchers, maxOffset);
    }

    @Override
    public long cachedBytes() {
        long bytes = 0;
        for (Segments.Planned segment : planned) {
            try (CachedObject object = cache.open(segment.object())) {
                bytes += object.cachedBytes(segment.ranges());
            }
        }
        return bytes;
    }

    /// Returns what is told of the segments that were found.
    public SegmentStats stats() {
        return stats;
    }

    @Override
    public Attached attach(Path directory) {
        AttachedFiles files = load(false);
        try {
            Files.createDirectories(directory);
            files.link(directory);
            return files;
        } catch (IOException e) {
            files.close();
            throw WingsException.unavailable("the disk of the cache fails: cause=" + e, e);
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    @Override
    public long fetchAll() {
        try (AttachedFiles files = load(true)) {
            return files.fetchedBytes();
        }
    }

    private AttachedFiles load(boolean whole) {
        AttachedFiles files = new AttachedFiles();
        try {
            checkThatItFits(whole);
            load(files, whole);
            return files;
        } catch (WingsException e) {
            files.close();
            throw e.kind() == ErrorKind.EXHAUSTED ? tooMuch(whole, e) : e;
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    /// Loads several segments at once. When this returns or fails, none is being loaded any more.
    private void load(AttachedFiles files, boolean whole) {
        List<CompletableFuture<CachedObject.Loaded>> loading = new ArrayList<>();
        try {
            for (Segments.Planned segment : planned) {
                CachedObject object = cache.open(segment.object());
                files.add(object, segment);
                List<ByteRange> ranges =
                        whole ? List.of(new ByteRange(0, segment.object().bytes())) : segment.ranges();
                loading.add(CompletableFuture.supplyAsync(
                        () -> LakeErrors.reading(segment.file().location(), () -> object.load(ranges)), fetchers));
            }
            loading.forEach(files::await);
        } finally {
            loading.forEach(each -> each.handle((loaded, failure) -> true).join());
        }
    }

    private long bytes(boolean whole) {
        return planned.stream()
                .mapToLong(segment -> whole ? segment.object().bytes() : segment.readBytes())
                .sum();
    }

    /// Fails if the engine cannot have all files at once: it needs all that it reads at the same time, and
    /// nothing is fetched in vain.
    private void checkThatItFits(boolean whole) {
        if (bytes(whole) > cache.capacityBytes()) {
            throw WingsException.exhausted("more than the cache holds");
        }
    }

    private WingsException tooMuch(boolean whole, WingsException cause) {
        return new WingsException(
                ErrorKind.EXHAUSTED,
                "what the query reads of segments does not fit into the server's cache, beside what other queries read:"
                        + " read fewer columns or rows, or raise WINGS_SERVER_CACHE_BYTES: read_bytes=" + bytes(whole)
                        + ", cache_bytes=" + cache.capacityBytes() + ", segments=" + planned.size(),
                cause);
    }

    private static final class AttachedFiles implements Attached {

        /// Part of what DuckDB says when it reads a page of zeros.
        private static final String NO_PAGE = "TProtocolException";

        private final List<CachedObject> objects = new ArrayList<>();
        private final List<Segments.Planned> segments = new ArrayList<>();
        private final Map<Path, Segments.Planned> links = new LinkedHashMap<>();
        private long fetchedBytes;

        void add(CachedObject object, Segments.Planned segment) {
            objects.add(object);
            segments.add(segment);
        }

        void await(CompletableFuture<CachedObject.Loaded> loading) {
            try {
                fetchedBytes += loading.join().fetchedBytes();
            } catch (CompletionException e) {
                throw LakeErrors.again(e);
            }
        }

        void link(Path directory) {
            for (int i = 0; i < objects.size(); i++) {
                links.put(objects.get(i).link(directory), segments.get(i));
            }
        }

        @Override
        public Map<Path, Long> chunks() {
            Map<Path, Long> chunks = new LinkedHashMap<>();
            links.forEach((link, segment) -> chunks.put(link, segment.chunks()));
            return chunks;
        }

        @Override
        public String relation(String files) {
            List<String> parts = new ArrayList<>();
            int end = 0;
            for (Map.Entry<Map<SqlColumn, SegmentColumn>, List<Path>> shape : shapes().entrySet()) {
                int start = end + 1;
                end += shape.getValue().size();
                // a slice has its last element
                String part = end - start + 1 == links.size() ? files : files + "[" + start + ":" + end + "]";
                parts.add(relation(part, shape.getKey()));
            }
            return parts.size() == 1 ? parts.getFirst() : "(FROM " + String.join(" UNION ALL FROM ", parts) + ")";
        }

        private static String relation(String files, Map<SqlColumn, SegmentColumn> columns) {
            String relation = ParquetFiles.relation(files, Map.of("schema", "MAP {" + schema(columns) + "}"));
            if (columns.isEmpty()) {
                return relation;
            }
            return columns.entrySet().stream()
                    .map(column -> column.getValue().value() + " AS "
                            + TableRef.quote(column.getKey().name()))
                    .collect(Collectors.joining(", ", "(SELECT ", " FROM " + relation + ")"));
        }

        @Override
        public String files() {
            return ParquetFiles.list(
                    shapes().values().stream().flatMap(List::stream).toList());
        }

        /// Returns the files by the columns that they have.
        private Map<Map<SqlColumn, SegmentColumn>, List<Path>> shapes() {
            Map<Map<SqlColumn, SegmentColumn>, List<Path>> shapes = new LinkedHashMap<>();
            links.forEach((link, segment) -> shapes.computeIfAbsent(segment.columns(), columns -> new ArrayList<>())
                    .add(link));
            return shapes;
        }

        /// Returns the schema by whose field ids DuckDB finds columns; a column that a file does not have is
        /// what it was when it was added, or null.
        private static String schema(Map<SqlColumn, SegmentColumn> columns) {
            if (columns.isEmpty()) {
                // the schema must have a column, which is not read
                return schema(SegmentColumn.plain(LakeTable.OFFSET_FIELD_ID, "BIGINT"));
            }
            return columns.values().stream().map(AttachedFiles::schema).collect(Collectors.joining(", "));
        }

        private static String schema(SegmentColumn column) {
            return column.id() + ": " + ParquetFiles.column(column.name(), column.sqlType(), column.absent());
        }

        @Override
        public List<String> blamed(String message) {
            List<String> named = links.entrySet().stream()
                    .filter(link -> message.contains(link.getKey().toString()))
                    .map(link -> link.getValue().file().location())
                    .toList();
            return named.isEmpty() && message.contains(NO_PAGE)
                    ? segments.stream()
                            .map(segment -> segment.file().location())
                            .toList()
                    : named;
        }

        long fetchedBytes() {
            return fetchedBytes;
        }

        @Override
        public void close() {
            try {
                for (Path link : links.keySet()) {
                    Files.deleteIfExists(link);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot let go of a segment", e);
            } finally {
                objects.forEach(CachedObject::close);
            }
        }
    }
}
