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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// `wings dev --ephemeral`, the whole platform with nothing kept.
public final class DevProcess implements AutoCloseable {

    private static final int FIRST_PORT = 7700;
    private static final int LAST_PORT = 7799;
    private static final int ATTEMPTS = 100;

    private final ChildProcess process;
    private final int portOffset;

    private DevProcess(ChildProcess process, int portOffset) {
        this.process = process;
        this.portOffset = portOffset;
    }

    /// Starts the platform and returns once it says that it is ready.
    ///
    /// @param root the root of the checkout, where the `wings` command is
    /// @param settings environment variables, `WINGS_...`
    public static DevProcess start(Path root, Map<String, String> settings) throws Exception {
        int portOffset = freePortOffset();
        List<String> command = List.of(
                root.resolve("wings").toString(), "dev", "--ephemeral", "--port-offset", String.valueOf(portOffset));
        return new DevProcess(ChildProcess.start(command, settings, "ready"), portOffset);
    }

    /// The process itself and its PostgreSQL, which runs in a session of its own.
    public ProcessTree processes() throws IOException {
        Path postmaster = data().resolve("postgresql").resolve("data").resolve("postmaster.pid");
        long postgres = Long.parseLong(Files.readAllLines(postmaster).getFirst().strip());
        return new ProcessTree(List.of(process.pid(), postgres));
    }

    /// The directory in which the platform keeps its data.
    public Path data() {
        return Path.of(process.findLine("data ")
                .orElseThrow(() -> new IllegalStateException("does not say where its data is:\n" + process.output()))
                .replaceAll(" \\(.*", ""));
    }

    /// Removes the folios that it has stored, whose rows can then no longer be read: a minute of full speed would take
    /// as much of the disk as it writes.
    public void removeFolios() throws IOException {
        List<Path> folios;
        try (Stream<Path> files = Files.walk(data().resolve("objects"))) {
            folios = files.filter(file -> file.toString().endsWith(".folio")).toList();
        }
        if (folios.isEmpty()) {
            throw new IllegalStateException("no folios are stored: data=" + data());
        }
        for (Path folio : folios) {
            Files.delete(folio);
        }
    }

    /// Returns the offset of the ports, which commands are told.
    public int portOffset() {
        return portOffset;
    }

    public int controlPlanePort() {
        return 7701 + portOffset;
    }

    public int ingestorPort() {
        return 7702 + portOffset;
    }

    public int ingestorHttpPort() {
        return 7703 + portOffset;
    }

    public int serverPort() {
        return 7704 + portOffset;
    }

    /// The sum of all lines of the server's metrics that start with `prefix`.
    public double serverMetric(String prefix) throws IOException, InterruptedException {
        URI metrics = URI.create("http://127.0.0.1:" + (7792 + portOffset) + "/metrics");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith(prefix))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private static int freePortOffset() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int offset = ThreadLocalRandom.current().nextInt(2_000, 24_000);
            if (IntStream.rangeClosed(FIRST_PORT, LAST_PORT).allMatch(port -> isFree(port + offset))) {
                return offset;
            }
        }
        throw new IllegalStateException("no free range of ports found: attempts=" + ATTEMPTS);
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
