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
package dev.wings.cli;

import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Runs commands where no platform is, so that Java can write down what they load: from a cache of that,
/// commands start in half the time. The launcher does this once for each build.
public final class Rehearsal {

    private static final int FIRST_OFFSET = 20_000;
    private static final int LAST_OFFSET = 30_000;

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Path rows = Files.createTempFile("wings-rehearsal", ".csv");
        try {
            Files.writeString(rows, "id,name\n1,one\n");
            try (Nobody nobody = Nobody.find()) {
                String offset = "--port-offset=" + nobody.offset();
                expectNobody("topic", "list", offset);
                expectNobody("sql", "select 1", offset);
                expectNobody("push", "rehearsal", rows.toString(), offset);
            }
        } finally {
            Files.delete(rows);
        }
    }

    private static void expectNobody(String... command) {
        int exitCode = Main.run(command);
        if (exitCode != ExitCode.FAILED) {
            throw new IllegalStateException("the command should have found no platform: command="
                    + String.join(" ", command) + ", exitCode=" + exitCode);
        }
    }

    /// Takes ports, at which nobody answers, so that commands never meet a platform that runs.
    private record Nobody(int offset, List<Socket> sockets) implements AutoCloseable {

        static Nobody find() throws IOException {
            for (int offset = FIRST_OFFSET; offset < LAST_OFFSET; offset += 100) {
                Nobody found = new Nobody(offset, List.of(new Socket(), new Socket(), new Socket()));
                if (found.bind()) {
                    return found;
                }
                found.close();
            }
            throw new IOException("no ports are free: offsets=" + FIRST_OFFSET + " to " + LAST_OFFSET);
        }

        private boolean bind() {
            InetAddress here = InetAddress.getLoopbackAddress();
            try {
                sockets.get(0).bind(new InetSocketAddress(here, Port.CONTROL_PLANE.number(offset)));
                sockets.get(1).bind(new InetSocketAddress(here, Port.INGESTOR.number(offset)));
                sockets.get(2).bind(new InetSocketAddress(here, Port.SERVER.number(offset)));
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
