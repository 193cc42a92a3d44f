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
package dev.wings.cli.postgres;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// PostgreSQL's programs, unpacked from this process' class path into a directory that is kept: one for each
/// version of the archive.
final class PostgresBinaries {

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /// Unpacks what is missing below `cache`. Processes that do so at the same time do not disturb each other.
    static PostgresBinaries unpack(Path cache) {
        String archive = archive();
        try {
            Path home = cache.resolve("postgresql-" + version(archive));
            if (!Files.isDirectory(home)) {
                Files.createDirectories(cache);
                Path unpacked = Files.createTempDirectory(cache, "unpacking-");
                extract(archive, unpacked);
                publish(unpacked, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new WingsException(
                    ErrorKind.PRECONDITION,
                    "cannot unpack PostgreSQL: "
                            + StartFailure.reason(e.toString(), cache)
                                    .map(reason -> reason.replace("--data", "XDG_CACHE_HOME"))
                                    .orElse("directory=" + cache + ", reason=" + e),
                    e);
        }
    }

    /// A program: `initdb`, `pg_ctl` or `postgres`.
    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    private static String archive() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        boolean amd = arch.equals("amd64") || arch.equals("x86_64");
        if (os.startsWith("linux") && (arm || amd)) {
            return arm ? "postgres-linux-arm_64.txz" : "postgres-linux-x86_64.txz";
        }
        if (os.startsWith("mac") && (arm || amd)) {
            return arm ? "postgres-darwin-arm_64.txz" : "postgres-darwin-x86_64.txz";
        }
        throw new WingsException(
                ErrorKind.PRECONDITION,
                "PostgreSQL is embedded for Linux and macOS on x86-64 and ARM only: os=" + os + ", arch=" + arch);
    }

    private static InputStream open(String archive) throws IOException {
        InputStream in = PostgresBinaries.class.getClassLoader().getResourceAsStream(archive);
        if (in == null) {
            throw new IOException("the archive is not on the class path: " + archive);
        }
        return in;
    }

    /// A text that tells versions of the archive apart, without reading it.
    private static String version(String archive) throws IOException {
        URL url = PostgresBinaries.class.getClassLoader().getResource(archive);
        if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("the archive is not in a jar of the class path: " + archive);
        }
        connection.setUseCaches(false);
        try (JarFile ignored = connection.getJarFile()) {
            JarEntry entry = connection.getJarEntry();
            return String.format(Locale.ROOT, "%08x-%d", entry.getCrc(), entry.getSize());
        }
    }

    private static void extract(String archive, Path into) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = into.resolve(entry.getName()).normalize();
                if (!path.startsWith(into)) {
                    throw new IOException("the archive leads out of its directory: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    extract(tar, entry, path);
                }
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((entry.getMode() & 0100) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(path, permissions);
    }

    /// Moves the complete directory to its name; a process that comes second throws its own away.
    private static void publish(Path unpacked, Path home) throws IOException {
        // it was created for its owner only
        Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
            delete(unpacked);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
