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
package dev.wings.compactor.segment;

import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.rpc.GrpcCalls;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.PageTable;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.compactor.scratch.Scratch;
import dev.wings.compactor.task.TaskLease;
import dev.wings.compactor.topic.TopicTarget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.DataFile;

/// Makes segments for tasks, each with an engine, memory and a directory of its own.
public final class SegmentWork {

    private final Limits limits;
    private final Scratch scratch;
    private final BufferAllocator allocator;
    private final IdGenerator ids;
    private final GrpcCalls retries;
    private final Executor threads;
    private final Counter segments;
    private final Counter segmentBytes;

    /// What one task may use.
    ///
    /// @param readBytes of rows between the object store and the engine
    /// @param uploads at once
    public record Limits(SegmentEngine.Limits engine, long readBytes, ReadAhead readAhead, int uploads) {}

    /// @param allocator parent of the tasks' allocators
    /// @param retries of what the object store could not do just now
    /// @param threads runs reads and uploads, each on a thread of its own
    public SegmentWork(
            Limits limits,
            Scratch scratch,
            BufferAllocator allocator,
            IdGenerator ids,
            GrpcCalls retries,
            Executor threads,
            MeterRegistry registry) {
        this.limits = limits;
        this.scratch = scratch;
        this.allocator = allocator;
        this.ids = ids;
        this.retries = retries;
        this.threads = threads;
        this.segments = Counter.builder("wings.compactor.segments")
                .description("segments stored")
                .register(registry);
        this.segmentBytes = Counter.builder("wings.compactor.segment.bytes")
                .description("bytes of segments stored")
                .register(registry);
    }

    /// Has `writing` write segments, and stores them. The data files in the order in which they were written.
    ///
    /// @param writing is given a writer, what to do with each segment, and a directory for files of its own
    public List<DataFile> make(
            TopicTarget topic, TableLayout layout, ObjectStore store, TaskLease lease, Writing writing) {
        try (Scratch.Directory directory = scratch.directory();
                BufferAllocator memory = allocator.newChildAllocator(lease.ref().getTask(), 0, limits.readBytes())) {
            SegmentUploads uploads = new SegmentUploads(
                    store, topic.locations(), layout, ids, retries, lease, threads, limits.uploads());
            List<DataFile> files;
            try (Reading reading = new Reading(layout, store, memory, lease, subdirectory(directory, "pages"));
                    SegmentEngine engine =
                            SegmentEngine.open(limits.engine(), subdirectory(directory, "spill"), lease, memory)) {
                SegmentWriter writer = new SegmentWriter(layout, engine, memory, subdirectory(directory, "segments"));
                List<SegmentFile> written = new ArrayList<>();
                try {
                    writing.write(
                            writer,
                            segment -> {
                                written.add(segment);
                                uploads.add(segment);
                                lease.progress("wrote " + TaskLease.count(written.size(), "segment"));
                            },
                            reading,
                            subdirectory(directory, "input"));
                } finally {
                    // the local files go when this ends, also if it fails
                    files = uploads.finish();
                }
            }
            segments.increment(files.size());
            segmentBytes.increment(
                    (double) files.stream().mapToLong(DataFile::fileSizeInBytes).sum());
            return files;
        }
    }

    /// Writes segments.
    @FunctionalInterface
    public interface Writing {
        void write(
                SegmentWriter writer,
                Consumer<SegmentFile> segments,
                Function<List<TopicPage>, ArrowTable> reader,
                Path input);
    }

    /// Reads pages with all columns of the topic, from copies on the local disk where that takes fewer requests.
    private final class Reading implements Function<List<TopicPage>, ArrowTable>, AutoCloseable {

        private final TableLayout layout;
        private final PageSource source;
        private final BufferAllocator memory;
        private final TaskLease lease;
        private final Path directory;
        private final List<StagedPages> staged = new ArrayList<>();

        /// @param directory for the copies
        Reading(TableLayout layout, ObjectStore store, BufferAllocator memory, TaskLease lease, Path directory) {
            this.layout = layout;
            this.source = PageSource.of(store);
            this.memory = memory;
            this.lease = lease;
            this.directory = directory;
        }

        @Override
        public ArrowTable apply(List<TopicPage> pages) {
            List<PageRef> refs = pages.stream().map(TopicPage::ref).toList();
            return new PageTable(
                    refs,
                    SegmentWriter.columns(layout.topic()),
                    // rows are taken partition by partition
                    PageTable.Joining.IN_PAGES,
                    StagedPages.pays(refs) ? stage(refs) : source,
                    new BodyCompression(limits.readBytes()),
                    memory,
                    threads,
                    limits.readAhead());
        }

        private PageSource stage(List<PageRef> pages) {
            StagedPages copy = StagedPages.copy(
                    pages,
                    new StagedPages.Reads(source, memory, threads, limits.readAhead()),
                    directory.resolve("pages-" + staged.size()),
                    lease);
            staged.add(copy);
            return copy;
        }

        @Override
        public void close() {
            staged.forEach(StagedPages::close);
        }
    }

    private static Path subdirectory(Scratch.Directory directory, String name) {
        try {
            return Files.createDirectory(directory.path().resolve(name));
        } catch (IOException e) {
            throw Scratch.failed("cannot make a directory for local files: parent=" + directory.path(), e);
        }
    }
}
