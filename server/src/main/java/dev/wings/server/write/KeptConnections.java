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
package dev.wings.server.write;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Keeps connections for a while between uses, so that the next caller need not open one. A connection belongs
/// to one tenant, and one caller at a time uses it. Safe for use by many threads.
///
/// @param <C> what a connection is
final class KeptConnections<C extends AutoCloseable> implements AutoCloseable {

    private final Function<String, C> opener;
    private final int maxIdle;
    private final Duration life;
    private final Scheduler scheduler;
    private final Deque<Kept> idle = new ArrayDeque<>();
    private boolean closed;

    /// @param opener opens a connection for a tenant
    /// @param maxIdle how many connections that nobody uses are kept
    /// @param life how long after it was opened a connection may be used anew. Later connections lead to
    ///     services that were not there before, if there is a balancer in between
    KeptConnections(Function<String, C> opener, int maxIdle, Duration life, Scheduler scheduler) {
        this.opener = opener;
        this.maxIdle = maxIdle;
        this.life = life;
        this.scheduler = scheduler;
    }

    /// Returns a connection that is the caller's alone until it is given back or closed.
    ///
    /// @param wanted says of a connection whether it serves the caller better than a new one does. If none is
    ///     kept, and there is no room to keep more, the caller gets the one of its tenant that has waited
    ///     longest
    Kept take(String tenant, Predicate<C> wanted) {
        synchronized (this) {
            boolean full = idle.size() >= maxIdle;
            Optional<Kept> found = find(idle.descendingIterator(), tenant, wanted)
                    .or(() -> full ? find(idle.iterator(), tenant, any -> true) : Optional.empty());
            if (found.isPresent()) {
                return found.get();
            }
        }
        Kept opened = new Kept(tenant, opener.apply(tenant));
        opened.end = scheduler.schedule(life, opened::expire);
        return opened;
    }

    private Optional<Kept> find(Iterator<Kept> inOrder, String tenant, Predicate<C> wanted) {
        while (inOrder.hasNext()) {
            Kept next = inOrder.next();
            if (next.tenant.equals(tenant) && wanted.test(next.connection)) {
                inOrder.remove();
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        List<Kept> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(idle);
            idle.clear();
        }
        left.forEach(Kept::close);
    }

    /// A connection that is lent to one caller at a time.
    final class Kept implements AutoCloseable {

        private final String tenant;
        private final C connection;
        private Scheduler.Timer end = () -> {};
        private boolean expired;

        private Kept(String tenant, C connection) {
            this.tenant = tenant;
            this.connection = connection;
        }

        C connection() {
            return connection;
        }

        /// Gives the connection back for the next caller. What was done over it must have ended well.
        void giveBack() {
            List<Kept> over = new ArrayList<>();
            synchronized (KeptConnections.this) {
                if (closed || expired) {
                    over.add(this);
                } else {
                    idle.addLast(this);
                    if (idle.size() > maxIdle) {
                        over.add(idle.removeFirst());
                    }
                }
            }
            over.forEach(Kept::close);
        }

        private void expire() {
            boolean unused;
            synchronized (KeptConnections.this) {
                expired = true;
                unused = idle.remove(this);
            }
            if (unused) {
                close();
            }
        }

        @Override
        public void close() {
            end.cancel();
            try {
                connection.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("a connection cannot be closed", e);
            }
        }
    }
}
