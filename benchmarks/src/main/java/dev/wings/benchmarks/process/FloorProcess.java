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

import dev.wings.benchmarks.floor.FloorServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The floor server as a process with the JVM flags of `wings dev`.
public final class FloorProcess implements AutoCloseable {

    private final ChildProcess process;

    private FloorProcess(ChildProcess process) {
        this.process = process;
    }

    /// @param batches how many distinct ones its DoGet sends in turn
    /// @param rowsPerBatch how many rows each has
    public static FloorProcess start(Path root, int batches, int rowsPerBatch) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                // this is how ./wings starts the platform
                "-Xms64m",
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=384m",
                "-XX:+UseG1GC",
                "-Dlogback.configurationFile=logback-benchmarks.xml",
                "-cp",
                System.getProperty("java.class.path"),
                FloorServer.class.getName(),
                String.valueOf(batches),
                String.valueOf(rowsPerBatch));
        return new FloorProcess(ChildProcess.start(command, Map.of(), FloorServer.READY));
    }

    public long pid() {
        return process.pid();
    }

    public int port() {
        return Integer.parseInt(process.readyLine().substring(FloorServer.READY.length()));
    }

    @Override
    public void close() {
        process.close();
    }
}
