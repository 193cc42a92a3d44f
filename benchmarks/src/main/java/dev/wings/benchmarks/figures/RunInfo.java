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
package dev.wings.benchmarks.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// When and on what figures were taken: enough to compare, nothing that names a host.
///
/// @param scale `full` or `quick`; quick ones are no baseline
/// @param date to the minute, UTC
/// @param machine processor, cores, memory, JDK
public record RunInfo(String scale, String date, String machine) {

    private static final double KIB_PER_GIB = 1 << 20;

    public static RunInfo of(Scale scale, InstantSource clock) throws IOException {
        Instant minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        return new RunInfo(scale.name(), minute.toString(), describeMachine());
    }

    private static String describeMachine() throws IOException {
        return "%s, %d cores, %.0f GiB, %s, JDK %s"
                .formatted(
                        field(Path.of("/proc/cpuinfo"), "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        Double.parseDouble(field(Path.of("/proc/meminfo"), "MemTotal")
                                        .replaceAll("\\D", ""))
                                / KIB_PER_GIB,
                        System.getProperty("os.name"),
                        System.getProperty("java.version"));
    }

    private static String field(Path file, String name) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("0");
    }
}
