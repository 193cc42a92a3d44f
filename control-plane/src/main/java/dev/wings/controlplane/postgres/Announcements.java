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

import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.log.LogMetadataStore.CommitListener;
import dev.wings.controlplane.log.LogMetadataStore.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells all replicas how far namespaces have got, over PostgreSQL's NOTIFY.
///
/// Sent after the commits that they tell of, in transactions of their own: a transaction that notifies takes a
/// lock of the whole database until it is durable, so commits would wait for each other across all namespaces.
final class Announcements {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    private static final String CHANNEL = "wings_commits";

    /// Of one notification's text: `uid=number`, divided by spaces. PostgreSQL takes less than 8,000 bytes.
    private static final int MAX_ENTRIES = 100;

    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);

    /// How long one look at the connection lasts, and so how long a lost one goes unnoticed at most.
    private static final int WAIT_MILLIS = 10_000;

    private Announcements() {}

    static void send(PostgresDatabase database, Map<UUID, Long> commitNumbers) {
        List<String> payloads = new ArrayList<>();
        List<String> entries = new ArrayList<>();
        commitNumbers.forEach((uid, number) -> {
            entries.add(uid + "=" + number);
            if (entries.size() == MAX_ENTRIES) {
                payloads.add(String.join(" ", entries));
                entries.clear();
            }
        });
        if (!entries.isEmpty()) {
            payloads.add(String.join(" ", entries));
        }
        String sql = "select pg_notify('" + CHANNEL + "', payload) from unnest(?::text[]) as payload";
        database.change(
                "announce commits",
                connection -> Sql.query(connection, sql, row -> payloads, Sql.texts(connection, payloads.stream())));
    }

    static Subscription listen(PostgresDatabase database, Scheduler scheduler, CommitListener listener) {
        Listening listening = new Listening(database, scheduler, listener);
        listening.thread = Thread.ofVirtual().name("commit-announcements").start(listening::run);
        return listening;
    }

    /// One connection that listens, made again when it is lost, and the thread that waits on it.
    private static final class Listening implements Subscription {

        private final PostgresDatabase database;
        private final Scheduler scheduler;
        private final CommitListener listener;
        private @Nullable Thread thread;
        private volatile boolean closed;

        Listening(PostgresDatabase database, Scheduler scheduler, CommitListener listener) {
            this.database = database;
            this.scheduler = scheduler;
            this.listener = listener;
        }

        void run() {
            boolean away = false;
            while (!closed) {
                try (Connection connection = database.openConnection()) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("listen " + CHANNEL);
                    }
                    if (away) {
                        LOG.info("announcements of commits arrive again");
                        away = false;
                    }
                    // what was announced while nobody listened is lost
                    listener.interrupted();
                    receive(connection.unwrap(PGConnection.class));
                } catch (SQLException | RuntimeException e) {
                    // said once, however often it is tried
                    if (!closed && !away) {
                        LOG.warn("announcements of commits are interrupted, followers may lag: {}", e.getMessage());
                        away = true;
                    }
                }
                pause();
            }
        }

        private void receive(PGConnection connection) throws SQLException {
            while (!closed) {
                PGNotification[] notifications = connection.getNotifications(WAIT_MILLIS);
                if (notifications == null) {
                    continue;
                }
                for (PGNotification notification : notifications) {
                    for (String entry : notification.getParameter().split(" ", -1)) {
                        deliver(entry);
                    }
                }
            }
        }

        private void deliver(String entry) {
            try {
                int divider = entry.indexOf('=');
                UUID uid = UUID.fromString(entry.substring(0, divider));
                listener.announced(uid, Long.parseLong(entry.substring(divider + 1)));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                // anybody who may connect can notify
                LOG.warn("announcement ignored: text={}", entry, e);
            }
        }

        private void pause() {
            if (closed) {
                return;
            }
            try {
                scheduler.sleep(RECONNECT_DELAY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                closed = true;
            }
        }

        @Override
        public void close() {
            closed = true;
            if (thread != null) {
                // closes the connection that the thread waits on
                thread.interrupt();
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
