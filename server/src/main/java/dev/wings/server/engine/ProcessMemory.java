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
package dev.wings.server.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Lets the kernel bound the memory of this process, on Linux: an allocation that exceeds the bound fails.
///
/// `RLIMIT_DATA` counts what is private and writable (heaps, stacks, anonymous mappings), not what is only reserved,
/// nor files that are mapped, as the native library is.
@SuppressWarnings("restricted")
final class ProcessMemory {

    private static final int RLIMIT_DATA = 2;

    private static final Path STATUS = Path.of("/proc/self/status");

    private static final List<String> DATA = List.of("VmData:");

    private static final List<String> RESIDENT = List.of("RssAnon:", "RssShmem:");

    private ProcessMemory() {}

    /// Lets this process take so many bytes more than it has now. Returns how much it may have from now on; 0
    /// for no bound.
    static long limit(long more) {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        long limit = dataBytes() + more;
        try (Arena scope = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MemorySegment limits = scope.allocate(JAVA_LONG, 2);
            FunctionDescriptor shape = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
            int read = (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("getrlimit"), shape)
                    .invokeExact(RLIMIT_DATA, limits);
            // the hard limit stays: the next engine of the process may have more
            limits.set(JAVA_LONG, 0, limit);
            int written = (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("setrlimit"), shape)
                    .invokeExact(RLIMIT_DATA, limits);
            if (read != 0 || written != 0) {
                throw new IllegalStateException("the memory of the process cannot be limited: bytes=" + limit);
            }
            return limit;
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("the memory of the process cannot be limited", t);
        }
    }

    /// Returns how much memory a process has; files that are mapped do not count. The result is 0 if that
    /// cannot be known, or the process has ended.
    static long residentBytes(long process) {
        try {
            return bytes(Path.of("/proc/" + process + "/status"), RESIDENT);
        } catch (IOException e) {
            return 0;
        }
    }

    private static long dataBytes() {
        try {
            return bytes(STATUS, DATA);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(Path status, List<String> names) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> names.stream().anyMatch(line::startsWith))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .sum();
    }
}
