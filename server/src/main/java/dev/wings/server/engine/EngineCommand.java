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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a process for an engine is started: a small Java with the class path of the server.
final class EngineCommand {

    /// The property that names a file with the parsed classes of [EngineMain], made by [EngineArchive]. It
    /// halves the time that a process needs to start.
    private static final String ARCHIVE_PROPERTY = "wings.engine.archive";

    /// The signals that a process ignores. A signal that ends a server is often sent to all processes of its
    /// group; the server itself says when an engine is to end, and lets the engine's queries come to their end
    /// first.
    private static final List<String> IGNORING_SIGNALS =
            List.of("/bin/sh", "-c", "trap '' HUP INT TERM; exec \"$@\"", "sh");

    private static final List<String> OPTIONS = List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Xms8m",
            "-Xmx48m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=24m",
            "-XX:MaxDirectMemorySize=1g",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Dio.netty.allocator.numDirectArenas=1",
            "-Dio.netty.allocator.maxOrder=7",
            "-Dio.netty.maxDirectMemory=0",
            "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
            "-Dslf4j.internal.verbosity=ERROR");

    private final Path library;
    private final Optional<Path> archive;
    private @Nullable List<String> command;

    private EngineCommand(Path library, Optional<Path> archive) {
        this.library = library;
        this.archive = archive;
    }

    /// @param directory a directory of this server alone, for the native library
    static EngineCommand of(Path directory) {
        return new EngineCommand(
                directory.resolve("libduckdb"),
                Optional.ofNullable(System.getProperty(ARCHIVE_PROPERTY)).map(Path::of));
    }

    /// @param library where the native library goes
    static EngineCommand unarchived(Path library) {
        return new EngineCommand(library, Optional.empty());
    }

    /// Returns what all processes start with. The library is unpacked for the first process, not when the
    /// server opens, which then has other things to do.
    private synchronized List<String> command() {
        if (command == null) {
            List<String> made = new ArrayList<>();
            made.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            made.addAll(OPTIONS);
            if (unpackLibrary(library)) {
                made.add("-Dwings.duckdb.library=" + library);
            }
            made.add("-cp");
            made.add(System.getProperty("java.class.path"));
            command = List.copyOf(made);
        }
        return command;
    }

    /// Returns the command line, to which the path of the socket is to be added.
    List<String> line() {
        return line(archive.filter(Files::isReadable).map(file -> "-XX:SharedArchiveFile=" + file).stream()
                .toList());
    }

    private List<String> line(List<String> options) {
        List<String> line = new ArrayList<>(IGNORING_SIGNALS);
        line.addAll(command());
        line.addAll(IGNORING_SIGNALS.size() + 1, options);
        line.add(EngineMain.class.getName());
        return line;
    }

    /// Starts a process that loads what an engine needs, writes its classes to a new archive, and ends.
    List<String> lineForArchive(Path made) {
        List<String> line = line(List.of("-XX:ArchiveClassesAtExit=" + made));
        line.add(EngineMain.WARM_UP_ONLY);
        return line;
    }

    /// Unpacks the library once for all processes, which then share its pages. Where the library has another
    /// name, each process unpacks its own.
    private static boolean unpackLibrary(Path file) {
        String name = "libduckdb_java.so_" + system() + "_"
                + System.getProperty("os.arch").replace("aarch64", "arm64");
        try (InputStream library = EngineCommand.class.getClassLoader().getResourceAsStream(name)) {
            if (library == null) {
                return false;
            }
            Files.copy(library, file);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the DuckDB library: file=" + file, e);
        }
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "macos" : name;
    }
}
