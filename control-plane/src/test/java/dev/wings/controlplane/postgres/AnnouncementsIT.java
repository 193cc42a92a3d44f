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
package dev.wings.controlplane.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.announce.Announcements.Subscription;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class AnnouncementsIT {

    private static final UUID NAMESPACE = new UUID(1, 2);

    private final Semaphore looks = new Semaphore(0);
    private final LinkedBlockingQueue<Long> announced = new LinkedBlockingQueue<>();

    private final class Listener implements Announcements.Listener {
        @Override
        public void committed(UUID namespaceUid, long commitNumber) {
            announced.add(commitNumber);
        }

        @Override
        public void interrupted() {
            looks.release();
        }
    }

    /// A connection on which nothing happens for long may be forgotten on the way, and nobody is told.
    @Tag("full")
    @Test
    void connectionThatIsSilentlyLostIsNoticed() throws Exception {
        DatabaseConfig direct = TestPostgres.shared().createDatabase();
        try (Scheduler scheduler = Scheduler.system();
                Relay relay = new Relay(URI.create(direct.url().substring("jdbc:".length())));
                PostgresDatabase sender = PostgresDatabase.open(direct, new SimpleMeterRegistry());
                PostgresDatabase receiver = PostgresDatabase.open(relay.relayed(direct), new SimpleMeterRegistry());
                Subscription subscription = new PostgresAnnouncements(receiver, scheduler).subscribe(new Listener())) {
            Announcements sending = new PostgresAnnouncements(sender, scheduler);
            assertThat(looks.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            sending.commits(Map.of(NAMESPACE, 1L));
            assertThat(announced.poll(30, TimeUnit.SECONDS)).isEqualTo(1);

            relay.forgetConnections();
            sending.commits(Map.of(NAMESPACE, 2L));
            assertThat(looks.tryAcquire(40, TimeUnit.SECONDS))
                    .as("whether a new connection was made")
                    .isTrue();
            sending.commits(Map.of(NAMESPACE, 3L));
            assertThat(announced.poll(30, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }

    /// Relays connections to a server, until it swallows all that is sent over them.
    private static final class Relay implements AutoCloseable {

        private final URI server;
        private final ServerSocket listening;
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private volatile AtomicBoolean forgotten = new AtomicBoolean();

        Relay(URI server) throws IOException {
            this.server = server;
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().name("relay").start(this::accept);
        }

        DatabaseConfig relayed(DatabaseConfig direct) {
            String url = direct.url()
                    .replace(server.getHost() + ":" + server.getPort(), "127.0.0.1:" + listening.getLocalPort());
            return new DatabaseConfig(
                    url,
                    direct.user(),
                    direct.password(),
                    direct.commitConnections(),
                    direct.taskConnections(),
                    direct.readConnections(),
                    direct.connectTimeout());
        }

        /// Forgets the connections that there are; new ones are relayed.
        void forgetConnections() {
            forgotten.set(true);
            forgotten = new AtomicBoolean();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listening.accept();
                    sockets.add(client);
                    Socket onward = new Socket(server.getHost(), server.getPort());
                    sockets.add(onward);
                    AtomicBoolean swallowed = forgotten;
                    Thread.ofVirtual().start(() -> relay(client, onward, swallowed));
                    Thread.ofVirtual().start(() -> relay(onward, client, swallowed));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private static void relay(Socket from, Socket to, AtomicBoolean swallowed) {
            byte[] buffer = new byte[8192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
                    if (!swallowed.get()) {
                        out.write(buffer, 0, bytes);
                    }
                }
                if (!swallowed.get()) {
                    to.close();
                }
            } catch (IOException e) {
                // closed
            }
        }

        @Override
        public void close() {
            try {
                listening.close();
                for (Socket socket : sockets) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
