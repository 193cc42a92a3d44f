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
package dev.wings.common.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What is added to the ports of a platform of a test, so that no other test on this machine has the same ones,
/// whatever process it runs in.
public final class PortOffset {

    /// The ports of a platform lie within these.
    private static final int FIRST_PORT = 7_700;

    private static final int PORTS = 100;

    /// Offsets are multiples of [#PORTS] from here on, all below the ports that systems give to clients.
    private static final int FIRST_OFFSET = 2_000;

    private static final int OFFSETS = 220;

    /// Held until this process ends.
    private static final List<FileLock> CLAIMS = new ArrayList<>();

    private PortOffset() {}

    /// An offset at which all ports are free, and that is this process's own until it ends.
    public static synchronized int claim() {
        int start = ThreadLocalRandom.current().nextInt(OFFSETS);
        for (int i = 0; i < OFFSETS; i++) {
            int offset = FIRST_OFFSET + (start + i) % OFFSETS * PORTS;
            if (tryClaim(offset) && IntStream.range(0, PORTS).allMatch(port -> isFree(FIRST_PORT + offset + port))) {
                return offset;
            }
        }
        throw new IllegalStateException("all offsets of ports are taken by tests that run: offsets=" + OFFSETS);
    }

    private static boolean tryClaim(int offset) {
        Path directory =
                Path.of(System.getProperty("java.io.tmpdir"), "wings-test-ports-" + System.getProperty("user.name"));
        try {
            Files.createDirectories(directory);
            // Stays open: a lock ends with its file.
            FileChannel file = FileChannel.open(
                    directory.resolve(offset + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = null;
            try {
                lock = tryLock(file);
            } finally {
                if (lock == null) {
                    file.close();
                }
            }
            return lock != null && CLAIMS.add(lock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // claimed by this process before
            return null;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
