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

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProcessTreeTest {

    private static final ProcessTree SELF =
            new ProcessTree(List.of(ProcessHandle.current().pid()));

    @Test
    void cpuTimeIsThatOfTheProcessAndOfEndedChildren() {
        String stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 25 75 20 0 9 0 1000 1 1";

        assertThat(ProcessTree.cpuSeconds(stat)).isEqualTo(3.0);
    }

    @Test
    void javaProcessAndItsChildrenAreCounted() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            ProcessTree.Usage usage = SELF.usage();

            assertThat(usage.jvmPeakBytes()).isBetween(20L << 20, 16L << 30);
            assertThat(usage.otherBytes()).isPositive();
            assertThat(usage.cpuSeconds()).isPositive();
        } finally {
            child.destroy();
        }
    }

    /// Until its parent has heard of its end, a process that has ended still has a name, but no memory.
    @Test
    @Timeout(30)
    void processThatHasEndedDoesNotCount() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "true & exec sleep 60").start();
        try {
            while (parent.children().noneMatch(child -> state(child).equals("Z"))) {
                Thread.sleep(10);
            }

            assertThat(SELF.usage().otherBytes()).isPositive();
        } finally {
            parent.destroy();
        }
    }

    private static String state(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void samplerKeepsPeaks() throws Exception {
        UsageSampler sampler = UsageSampler.open(SELF);
        sampler.close();

        assertThat(sampler.jvmPeakBytes()).isPositive();
    }
}
