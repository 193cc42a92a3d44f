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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What processes and all that they started use, read from `/proc`.
public record ProcessTree(List<Long> roots) {

    private static final double TICKS_PER_SECOND = 100;
    private static final long KIB = 1024;

    public ProcessTree {
        roots = List.copyOf(roots);
    }

    /// @param jvmPeakBytes the most that Java processes ever held resident (`VmHWM`)
    /// @param otherBytes what the other processes, PostgreSQL, hold now: shared pages are counted once (`Pss`)
    /// @param cpuSeconds the processor time used so far, by children that have ended too
    public record Usage(long jvmPeakBytes, long otherBytes, double cpuSeconds) {}

    public Usage usage() throws IOException {
        long jvmPeakBytes = 0;
        long otherBytes = 0;
        double cpuSeconds = 0;
        for (long member : members()) {
            Path proc = Path.of("/proc", String.valueOf(member));
            try {
                if (Files.readString(proc.resolve("comm")).strip().equals("java")) {
                    jvmPeakBytes += kibField(proc.resolve("status"), "VmHWM:") * KIB;
                } else {
                    otherBytes += kibField(proc.resolve("smaps_rollup"), "Pss:") * KIB;
                }
                cpuSeconds += cpuSeconds(Files.readString(proc.resolve("stat")));
            } catch (IOException e) {
                if (!hasEnded(e)) {
                    throw e;
                }
            }
        }
        return new Usage(jvmPeakBytes, otherBytes, cpuSeconds);
    }

    /// Whether the process has ended: one that ends in this moment still has files, which can no longer be
    /// opened (`ESRCH`).
    private static boolean hasEnded(IOException e) {
        return e instanceof NoSuchFileException
                || (e instanceof FileSystemException failure && "No such process".equals(failure.getReason()))
                || "No such process".equals(e.getMessage());
    }

    private List<Long> members() {
        return roots.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .map(ProcessHandle::pid)
                .distinct()
                .toList();
    }

    private static long kibField(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    /// The sum of fields 14 to 17 of proc_pid_stat(5): user and system time, of the process itself and of the
    /// children that it has waited for.
    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        long ticks = 0;
        for (int field = 14; field <= 17; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}
