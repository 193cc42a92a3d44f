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

import dev.wings.common.error.WingsException;
import dev.wings.common.process.Scratch;
import dev.wings.common.scan.PageRef;
import dev.wings.common.scan.PageRun;
import dev.wings.common.scan.PageSource;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.store.ObjectRange;
import dev.wings.worker.task.TaskLease;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Pages copied to the local disk, folio by folio, for whoever reads them in another order. The pages of a
/// topic lie side by side in a folio and take one request there; read partition by partition, each would take
/// one of its own.
final class StagedPages implements PageSource, AutoCloseable {

    /// How many bytes one read copies; a page that is larger takes a read of its own.
    private static final long MAX_RUN_BYTES = 4L << 20;

    /// Copying is worth it if it takes so many times fewer reads.
    private static final int MIN_GAIN = 2;

    private final FileChannel file;
    /// Where in the file the bytes of a folio are, by their place in the folio.
    private final Map<String, NavigableMap<Long, Long>> positions = new HashMap<>();

    /// How the copying is done.
    ///
    /// @param threads runs the reads, each on a thread of its own
    record Reads(PageSource from, BufferAllocator allocator, Executor threads, ReadAhead ahead) {}

    private record Copy(long bytes, CompletableFuture<Void> done) {}

    private StagedPages(FileChannel file) {
        this.file = file;
    }

    /// Whether pages in this order had better be copied before they are read.
    static boolean pays(List<PageRef> pages) {
        return pages.size() > 1
                && reads(pages.iterator())
                        >= MIN_GAIN * reads(inFolioOrder(pages).iterator());
    }

    private static long reads(Iterator<PageRef> pages) {
        long count = 0;
        for (Iterator<PageRun> runs = PageRun.of(pages, MAX_RUN_BYTES); runs.hasNext(); runs.next()) {
            count++;
        }
        return count;
    }

    private static List<PageRef> inFolioOrder(List<PageRef> pages) {
        return pages.stream().sorted(PageRef.FOLIO_ORDER).toList();
    }

    /// Copies all of `pages`, several reads at once; none goes on when this returns or fails.
    ///
    /// @param path the file to be made
    /// @param lease is checked before each read
    static StagedPages copy(List<PageRef> pages, Reads reads, Path path, TaskLease lease) {
        StagedPages staged = new StagedPages(open(path));
        try {
            staged.copy(PageRun.of(inFolioOrder(pages).iterator(), MAX_RUN_BYTES), reads, lease);
            return staged;
        } catch (Throwable t) {
            try {
                staged.close();
            } catch (WingsException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    private static FileChannel open(Path path) {
        try {
            return FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw Scratch.failed("cannot make a file for copies of pages: path=" + path, e);
        }
    }

    private void copy(Iterator<PageRun> runs, Reads reads, TaskLease lease) {
        Deque<Copy> copies = new ArrayDeque<>();
        try {
            long bytes = 0;
            long end = 0;
            while (runs.hasNext()) {
                ObjectRange range = runs.next().range();
                while (!copies.isEmpty()
                        && (copies.size() == reads.ahead().reads()
                                || bytes + range.length() > reads.ahead().bytes())) {
                    bytes -= await(copies);
                }
                lease.check();
                long position = end;
                positions.computeIfAbsent(range.key(), key -> new TreeMap<>()).put(range.start(), position);
                copies.add(new Copy(
                        range.length(),
                        CompletableFuture.runAsync(() -> copy(range, position, reads), reads.threads())));
                bytes += range.length();
                end += range.length();
            }
            while (!copies.isEmpty()) {
                await(copies);
            }
        } finally {
            copies.forEach(
                    copy -> copy.done().handle((nothing, failure) -> true).join());
        }
    }

    /// Waits for the oldest copy.
    ///
    /// @return how many bytes it was
    private static long await(Deque<Copy> copies) {
        Copy oldest = copies.remove();
        try {
            oldest.done().join();
            return oldest.bytes();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private void copy(ObjectRange range, long position, Reads reads) {
        try (ArrowBuf memory = reads.allocator().buffer(range.length())) {
            ByteBuffer bytes = memory.nioBuffer(0, Math.toIntExact(range.length()));
            reads.from().read(range.key(), range.start(), bytes);
            bytes.flip();
            for (long to = position; bytes.hasRemaining(); ) {
                to += file.write(bytes, to);
            }
        } catch (IOException e) {
            throw Scratch.failed("cannot write a copy of pages: " + range, e);
        }
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        NavigableMap<Long, Long> folio = positions.get(key);
        Map.Entry<Long, Long> run = folio == null ? null : folio.floorEntry(start);
        if (run == null) {
            throw new IllegalStateException("not a page that was copied: key=" + key + ", start=" + start);
        }
        long position = run.getValue() + start - run.getKey();
        try {
            while (into.hasRemaining()) {
                int bytes = file.read(into, position);
                if (bytes < 0) {
                    throw new EOFException("the file ends before the page does: position=" + position);
                }
                position += bytes;
            }
        } catch (IOException e) {
            throw Scratch.failed("cannot read a copy of a page: key=" + key + ", start=" + start, e);
        }
    }

    /// Closes the file, which stays.
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw Scratch.failed("cannot close a file of copies of pages", e);
        }
    }
}
