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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/// Makes the archive of the classes that a process for an engine loads; it holds them parsed. An archive is
/// good for one build and one Java: whoever builds makes it, with the Java and the class path that the server
/// will have.
public final class EngineArchive {

    private static final long LIMIT_SECONDS = 120;

    private EngineArchive() {}

    /// @param args the file, which is written as a whole or not at all
    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Path.of(args[0]).toAbsolutePath();
        // It is beside the archive, so that what a killed build leaves is removed together with it.
        Path scratch = Files.createTempDirectory(file.getParent(), "engine");
        Path library = scratch.resolve("libduckdb");
        Path made = scratch.resolve("engine.jsa");
        try {
            Process process = new ProcessBuilder(
                            EngineCommand.unarchived(library).lineForArchive(made))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().close();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IOException("no archive of an engine's classes could be made: file=" + file);
                }
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(library);
            Files.delete(scratch);
        }
    }
}
