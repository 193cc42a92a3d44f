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
package dev.wings.benchmarks.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/// What the disk does when nothing but bytes are written.
public final class DiskProbe {

    private static final int FILE_BYTES = 8 << 20;
    private static final int WRITERS = 4;

    private static final int SMALL_FILE_BYTES = 100_000;
    private static final int LOG_BYTES = 1 << 20;
    private static final int LOG_RECORD_BYTES = 8 << 10;
    private static final long SYNCS_INTERVAL_NANOS = 20_000_000;

    private DiskProbe() {}

    /// How fast new files of a folio's size can be written, each synced before the next, in megabytes per
    /// second. Writes for about `duration` below the directory for temporary files.
    ///
    /// The files stay until the end, as folios do: on virtual machines whose memory is backed when it is first
    /// touched, a growing page cache is several times dearer than one that is used again.
    public static double megabytesPerSecond(Duration duration) throws Exception {
        Path directory = Files.createTempDirectory("wings-disk-probe");
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            long start = System.nanoTime();
            List<Future<Long>> written = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                String prefix = "writer-" + writer + "-";
                written.add(writers.submit(() -> write(directory, prefix, start + duration.toNanos())));
            }
            long bytes = 0;
            for (Future<Long> part : written) {
                bytes += part.get();
            }
            return bytes / ((System.nanoTime() - start) / 1e9) / 1e6;
        } finally {
            delete(directory);
        }
    }

    private static long write(Path directory, String prefix, long untilNanos) throws IOException {
        ByteBuffer content = ByteBuffer.allocateDirect(FILE_BYTES);
        long written = 0;
        for (int number = 0; System.nanoTime() < untilNanos; number++) {
            try (FileChannel channel = FileChannel.open(
                    directory.resolve(prefix + number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.clear();
                while (content.hasRemaining()) {
                    written += channel.write(content);
                }
                channel.force(true);
            }
        }
        return written;
    }

    /// How long the syncs that an acknowledgement waits for take, one after the other and as often as the
    /// latency benchmark pushes: a small new file, its directory, a record in a log that is written over. The
    /// values are nanoseconds of the three together.
    public static Histogram syncsNanos(Duration duration) throws IOException {
        Histogram nanos = new Histogram(3);
        Path directory = Files.createTempDirectory("wings-disk-probe");
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ);
                FileChannel log = FileChannel.open(
                        directory.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            log.write(ByteBuffer.allocate(LOG_BYTES));
            log.force(true);
            ByteBuffer content = ByteBuffer.allocateDirect(SMALL_FILE_BYTES);
            long start = System.nanoTime();
            for (int number = 0; System.nanoTime() - start < duration.toNanos(); number++) {
                for (long due = start + number * SYNCS_INTERVAL_NANOS; System.nanoTime() < due; ) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                long before = System.nanoTime();
                try (FileChannel file = FileChannel.open(
                        directory.resolve("small-" + number),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
                    file.write(content.clear());
                    file.force(false);
                }
                names.force(true);
                log.write(content.clear().limit(LOG_RECORD_BYTES), number * (long) LOG_RECORD_BYTES % LOG_BYTES);
                log.force(false);
                nanos.recordValue(System.nanoTime() - before);
            }
            return nanos;
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
