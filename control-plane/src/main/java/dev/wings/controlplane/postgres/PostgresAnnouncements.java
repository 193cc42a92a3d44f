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
import dev.wings.controlplane.announce.Announcements;
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

/// Tells all replicas how far namespaces have got and that tasks have changed, over PostgreSQL's NOTIFY.
///
/// Announcements are sent after the commits that they tell of, in transactions of their own: a transaction that
/// notifies takes a lock of the whole database until it is durable, so commits would wait for each other across
/// all namespaces.
final class PostgresAnnouncements implements Announcements {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresAnnouncements.class);

    private static final String COMMITS = "wings_commits";
    private static final String TASKS = "wings_tasks";

    /// How many entries one notification's text has at most: `uid=number`, divided by spaces. PostgreSQL takes
    /// less than 8,000 bytes.
    private static final int MAX_ENTRIES = 100;

    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);

    /// How long one look at the connection lasts. After one that saw nothing the database is asked whether it is
    /// there: a connection may be lost without a word to either end, and nothing arrives on it ever after.
    private static final int WAIT_MILLIS = 10_000;

    private static final int ANSWER_SECONDS = 5;

    private final PostgresDatabase database;
    private final Scheduler scheduler;

    PostgresAnnouncements(PostgresDatabase database, Scheduler scheduler) {
        this.database = database;
        this.scheduler = scheduler;
    }

    @Override
    public void commits(Map<UUID, Long> commitNumbers) {
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
        String sql = "select pg_notify('" + COMMITS + "', payload) from unnest(?::text[]) as payload";
        database.change(
                "announce commits",
                connection -> Sql.query(connection, sql, row -> payloads, Sql.texts(connection, payloads.stream())));
    }

    @Override
    public void tasksChanged() {
        database.change(
                "announce tasks", connection -> Sql.query(connection, "select pg_notify(?, '')", row -> TASKS, TASKS));
    }

    @Override
    public Subscription subscribe(Listener listener) {
        Listening listening = new Listening(database, scheduler, listener);
        listening.thread = Thread.ofVirtual().name("announcements").start(listening::run);
        return listening;
    }

    private static void deliver(String text, Listener listener) {
        for (String entry : text.split(" ", -1)) {
            try {
                int divider = entry.indexOf('=');
                UUID uid = UUID.fromString(entry.substring(0, divider));
                listener.committed(uid, Long.parseLong(entry.substring(divider + 1)));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                // anybody who may connect can notify
                LOG.warn("announcement ignored: text={}", entry, e);
            }
        }
    }

    /// One connection that listens, made again when it is lost, and the thread that waits on it.
    private static final class Listening implements Subscription {

        private final PostgresDatabase database;
        private final Scheduler scheduler;
        private final Listener listener;
        private @Nullable Thread thread;
        private volatile boolean closed;

        Listening(PostgresDatabase database, Scheduler scheduler, Listener listener) {
            this.database = database;
            this.scheduler = scheduler;
            this.listener = listener;
        }

        void run() {
            boolean away = false;
            while (!closed) {
                try (Connection connection = database.openConnection()) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("listen " + COMMITS);
                        statement.execute("listen " + TASKS);
                    }
                    if (away) {
                        LOG.info("announcements arrive again");
                        away = false;
                    }
                    // what was announced while nobody listened is lost
                    listener.interrupted();
                    receive(connection);
                } catch (SQLException | RuntimeException e) {
                    // the loss is said once, however often connecting is tried
                    if (!closed && !away) {
                        LOG.warn("announcements are interrupted, followers and tasks may lag: {}", e.getMessage());
                        away = true;
                    }
                }
                pause();
            }
        }

        private void receive(Connection connection) throws SQLException {
            PGConnection listening = connection.unwrap(PGConnection.class);
            while (!closed) {
                PGNotification[] notifications = listening.getNotifications(WAIT_MILLIS);
                if (notifications == null || notifications.length == 0) {
                    if (!connection.isValid(ANSWER_SECONDS)) {
                        throw new SQLException("the database does not answer: waited_seconds=" + ANSWER_SECONDS);
                    }
                    continue;
                }
                for (PGNotification notification : notifications) {
                    if (notification.getName().equals(TASKS)) {
                        listener.tasksChanged();
                    } else {
                        deliver(notification.getParameter(), listener);
                    }
                }
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
                // this closes the connection that the thread waits on
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
