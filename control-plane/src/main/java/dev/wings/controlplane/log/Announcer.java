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
package dev.wings.controlplane.log;

import dev.wings.common.time.Threads;
import dev.wings.controlplane.announce.Announcements;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Announces commits to other replicas, outside of the commits' own path: one announcement at a time, which
/// tells everything that has happened since the last one.
final class Announcer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private final Announcements announcements;
    private final ExecutorService threads;

    private final ReentrantLock lock = new ReentrantLock();
    private Map<UUID, Long> waiting = new HashMap<>();
    private boolean announcing;
    private boolean closed;

    Announcer(Announcements announcements, Threads threads) {
        this.announcements = announcements;
        this.threads = threads.executor("announce");
    }

    void announce(UUID namespaceUid, long commitNumber) {
        lock.lock();
        try {
            waiting.merge(namespaceUid, commitNumber, Math::max);
            if (!announcing && !closed) {
                announcing = true;
                threads.execute(this::announceAll);
            }
        } finally {
            lock.unlock();
        }
    }

    private void announceAll() {
        for (Map<UUID, Long> next = take(); !next.isEmpty(); next = take()) {
            try {
                announcements.commits(next);
            } catch (RuntimeException e) {
                // followers on other replicas see it at their next look at the state
                LOG.warn("commits were not announced: {}", e.getMessage());
            }
        }
    }

    private Map<UUID, Long> take() {
        lock.lock();
        try {
            Map<UUID, Long> taken = waiting;
            waiting = new HashMap<>();
            announcing = !taken.isEmpty();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        threads.close();
    }
}
