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

import dev.wings.common.process.Resources;
import dev.wings.common.process.Scratch;
import dev.wings.common.rpc.Retries;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.DataFile;

/// Makes segments with DuckDB. Each job has an engine, memory and a directory of its own.
public final class DuckDbSegments implements SegmentMaker {

    private final Limits limits;
    private final Scratch scratch;
    private final BufferAllocator allocator;
    private final IdGenerator ids;
    private final Retries retries;
    private final Executor threads;
    private final Counter segments;
    private final Counter segmentBytes;

    /// What one task may use.
    ///
    /// @param readBytes the bytes of rows between the object store and the engine
    /// @param uploads how many run at once
    public record Limits(SegmentEngine.Limits engine, long readBytes, ReadAhead readAhead, int uploads) {}

    /// @param allocator parent of the tasks' allocators
    /// @param retries repeat what the object store could not do just now
    /// @param threads runs reads and uploads, each on a thread of its own
    public DuckDbSegments(
            Limits limits,
            Scratch scratch,
            BufferAllocator allocator,
            IdGenerator ids,
            Retries retries,
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

    @Override
    public Job open(TopicTarget topic, TableLayout layout, ObjectStore store, TaskLease lease) {
        return Resources.opening(resources -> {
            Scratch.Directory directory = resources.add(scratch.directory());
            BufferAllocator memory =
                    resources.add(allocator.newChildAllocator(lease.ref().getTask(), 0, limits.readBytes()));
            SegmentUploads uploads = resources.add(new SegmentUploads(
                    store, topic.locations(), layout, ids, retries, lease, threads, limits.uploads()));
            PageTables pages = resources.add(new PageTables(
                    layout,
                    PageSource.of(store),
                    memory,
                    threads,
                    limits.readAhead(),
                    lease,
                    subdirectory(directory, "pages")));
            SegmentEngine engine =
                    resources.add(SegmentEngine.open(limits.engine(), subdirectory(directory, "spill"), lease, memory));
            SegmentWriter writer =
                    new SegmentWriter(layout, engine, memory, subdirectory(directory, "segments"), uploads);
            SegmentDownloads downloads =
                    new SegmentDownloads(store, topic.locations().store(), retries);
            return new DuckDbJob(resources, pages, downloads, subdirectory(directory, "input"), writer, uploads);
        });
    }

    private static Path subdirectory(Scratch.Directory directory, String name) {
        try {
            return Files.createDirectory(directory.path().resolve(name));
        } catch (IOException e) {
            throw Scratch.failed("cannot make a directory for local files: parent=" + directory.path(), e);
        }
    }

    private final class DuckDbJob implements Job {

        private final Resources resources;
        private final PageTables tables;
        private final SegmentDownloads downloads;
        private final Path input;
        private final SegmentWriter writer;
        private final SegmentUploads uploads;

        /// Closes `resources`.
        ///
        /// @param input directory for copies of segments
        DuckDbJob(
                Resources resources,
                PageTables tables,
                SegmentDownloads downloads,
                Path input,
                SegmentWriter writer,
                SegmentUploads uploads) {
            this.resources = resources;
            this.tables = tables;
            this.downloads = downloads;
            this.input = input;
            this.writer = writer;
            this.uploads = uploads;
        }

        @Override
        public void addPages(List<TopicPage> pages) {
            writer.writePages(pages, tables);
        }

        @Override
        public void addSegments(List<Segment> group) {
            List<Path> files = new ArrayList<>();
            for (Segment segment : group) {
                Path file = input.resolve("segment-" + files.size() + ".parquet");
                downloads.copy(segment, file);
                files.add(file);
            }
            writer.writeSegments(group, files);
            // There may be more of them than fit on the disk at once.
            files.forEach(DuckDbJob::delete);
        }

        private static void delete(Path file) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw Scratch.failed("cannot remove a local file: file=" + file, e);
            }
        }

        @Override
        public List<DataFile> finish() {
            List<DataFile> files = uploads.finish();
            segments.increment(files.size());
            segmentBytes.increment(
                    (double) files.stream().mapToLong(DataFile::fileSizeInBytes).sum());
            return files;
        }

        @Override
        public void close() {
            resources.close();
        }
    }
}
