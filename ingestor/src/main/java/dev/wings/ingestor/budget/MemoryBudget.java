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
package dev.wings.ingestor.budget;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Counts the bytes of all batches between their first byte on the wire and their answer, and says who may send
/// more.
///
/// A stream asks for its next message only while the process as a whole and the stream's own group (its namespace)
/// are below their thresholds; so one namespace whose store is slow cannot take the memory of the others. How
/// large a message is shows only when its bytes come in. They are counted as they do, and a stream whose bytes
/// would exceed the hard limit is told to end.
///
/// Tenants share fairly: each may hold three times what it leaves to others, however many namespaces it has;
/// the stream of a tenant that holds more is the one that ends.
///
/// Bytes that are held for as long as a client likes never take more than half of what streams are admitted up to,
/// and less than all of a group's share: so whatever clients do, the other bytes come back, and streams go on.
///
/// Safe for use by many threads. Callbacks run on the thread that gave bytes back, or one of the scheduler's, outside
/// of the lock.
public final class MemoryBudget {

    /// How long room is left for streams that were admitted and have sent nothing yet.
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// How much more a tenant may hold than it leaves to others.
    private static final int HELD_PER_FREE = 3;

    private final Scheduler scheduler;
    private final long limitBytes;
    private final long admitBytes;
    private final long groupBytes;

    private final Map<String, Group> groups = new HashMap<>();
    private final Map<String, Tenant> tenants = new HashMap<>();
    private final Deque<Group> waiting = new ArrayDeque<>();
    private long usedBytes;
    private long keptBytes;
    private boolean admitsLater;

    /// Why bytes are held for as long as a client likes.
    public enum Reason {
        DICTIONARIES,
        /// Answers that the client has not read. These may take more than dictionaries, so that streams with
        /// many dictionaries do not end others whose clients are slow for a moment.
        UNREAD_ANSWERS
    }

    /// @param limitBytes is never exceeded by more than one network read; streams are admitted up to three
    ///     quarters of it, those of each group up to a quarter
    public MemoryBudget(long limitBytes, Scheduler scheduler) {
        if (limitBytes <= 0) {
            throw new IllegalArgumentException("a budget must be positive: limit=" + limitBytes);
        }
        this.scheduler = scheduler;
        this.limitBytes = limitBytes;
        this.admitBytes = limitBytes / 4 * 3;
        this.groupBytes = limitBytes / 4;
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    /// Opens the account of one stream. It belongs to no group until [Account#join].
    public Account open() {
        return new Account();
    }

    /// How many bytes all streams may keep when new ones are to be kept for this reason.
    private long keepBytes(Reason reason) {
        return switch (reason) {
            case DICTIONARIES -> admitBytes / 8 * 3;
            case UNREAD_ANSWERS -> admitBytes / 2;
        };
    }

    private long keepBytesOfGroup(Reason reason) {
        return switch (reason) {
            case DICTIONARIES -> groupBytes / 2;
            case UNREAD_ANSWERS -> groupBytes / 4 * 3;
        };
    }

    private static void runAll(List<Runnable> actions) {
        actions.forEach(Runnable::run);
    }

    /// Takes the waiters that may go on now, group by group in turn. A waiter counts with the size of its last
    /// message, so that room for one wakes one and not all; if that one sends nothing, the next is woken later.
    private List<Runnable> admitted() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Runnable> runnable = new ArrayList<>();
        long expectedBytes = 0;
        for (int turns = waiting.size(); turns > 0; turns--) {
            Group group = waiting.remove();
            long expectedOfGroup = 0;
            while (!group.waiters.isEmpty()
                    && usedBytes + expectedBytes < admitBytes
                    && group.usedBytes + expectedOfGroup < groupBytes) {
                Waiter waiter = group.waiters.remove();
                runnable.add(waiter.action);
                expectedBytes += waiter.account.lastMessageBytes;
                expectedOfGroup += waiter.account.lastMessageBytes;
            }
            if (!group.waiters.isEmpty()) {
                waiting.add(group);
            }
        }
        if (!admitsLater && waiting.stream().anyMatch(this::hasRoom)) {
            scheduler.schedule(PATIENCE, this::admitMore);
            admitsLater = true;
        }
        return runnable;
    }

    private boolean hasRoom(Group group) {
        return usedBytes < admitBytes && group.usedBytes < groupBytes && isFair(group.tenant, admitBytes);
    }

    /// Whether a tenant leaves enough to others of what all may have.
    private boolean isFair(@Nullable Tenant tenant, long bytesOfAll) {
        return tenant == null || tenant.usedBytes <= HELD_PER_FREE * (bytesOfAll - usedBytes);
    }

    private void admitMore() {
        List<Runnable> next;
        synchronized (this) {
            admitsLater = false;
            next = admitted();
        }
        runAll(next);
    }

    private static final class Tenant {
        long usedBytes;
        long keptBytes;
        int accounts;
    }

    private static final class Group {
        final @Nullable Tenant tenant;
        final Deque<Waiter> waiters = new ArrayDeque<>();
        long usedBytes;
        long keptBytes;
        int accounts;

        Group(@Nullable Tenant tenant) {
            this.tenant = tenant;
        }
    }

    private record Waiter(Account account, Runnable action) {}

    /// The bytes of one stream: those of the message that is coming in, and the leases on messages taken out of it.
    public final class Account implements AutoCloseable {

        private @Nullable String tenantName;
        private @Nullable Tenant tenant;
        private @Nullable String groupName;
        private @Nullable Group group;
        private long incomingBytes;
        private long lastMessageBytes;
        private boolean closed;

        /// Makes the stream one of a tenant, with all that it holds. It can be called once, before the stream
        /// joins a group.
        public void joinTenant(String name) {
            synchronized (MemoryBudget.this) {
                if (closed || tenant != null) {
                    return;
                }
                tenantName = name;
                tenant = tenants.computeIfAbsent(name, ignored -> new Tenant());
                tenant.accounts++;
                tenant.usedBytes += incomingBytes;
            }
        }

        /// Makes the stream one of a group, with all that it holds. It can be called once.
        public void join(String name) {
            synchronized (MemoryBudget.this) {
                if (closed || group != null) {
                    return;
                }
                groupName = name;
                group = groups.computeIfAbsent(name, ignored -> new Group(tenant));
                group.accounts++;
                group.usedBytes += incomingBytes;
            }
        }

        /// Counts bytes that came in for the message being received. Returns whether they fit under the limit; if
        /// they do not, they are counted all the same, since they are there, and the stream must end.
        public boolean receive(long bytes) {
            synchronized (MemoryBudget.this) {
                if (closed) {
                    return true;
                }
                incomingBytes += bytes;
                add(bytes);
                return usedBytes <= limitBytes && isFair(tenant, limitBytes);
            }
        }

        /// The limit of the whole budget.
        public long limitBytes() {
            return limitBytes;
        }

        /// A lease on bytes that did not come in as a message.
        public Lease hold(long bytes) {
            synchronized (MemoryBudget.this) {
                add(bytes);
                return new Lease(bytes, tenant, group);
            }
        }

        /// Turns what came in so far into a lease of its own.
        public Lease take() {
            synchronized (MemoryBudget.this) {
                Lease lease = new Lease(incomingBytes, tenant, group);
                lastMessageBytes = incomingBytes;
                incomingBytes = 0;
                return lease;
            }
        }

        /// Runs `action` as soon as the stream may send another message: at once, or when others gave bytes back.
        public void whenAdmitted(Runnable action) {
            synchronized (MemoryBudget.this) {
                if (closed) {
                    return;
                }
                Group mine = group;
                if (mine != null && !hasRoom(mine)) {
                    if (mine.waiters.isEmpty()) {
                        waiting.add(mine);
                    }
                    mine.waiters.add(new Waiter(this, action));
                    return;
                }
            }
            action.run();
        }

        /// Gives back what was received and not taken, and stops waiting. Leases live on.
        @Override
        public void close() {
            List<Runnable> next;
            synchronized (MemoryBudget.this) {
                if (closed) {
                    return;
                }
                closed = true;
                add(-incomingBytes);
                incomingBytes = 0;
                if (group != null) {
                    if (group.waiters.removeIf(waiter -> waiter.account == this) && group.waiters.isEmpty()) {
                        waiting.remove(group);
                    }
                    group.accounts--;
                }
                if (tenant != null) {
                    tenant.accounts--;
                }
                dropIfUnused();
                next = admitted();
            }
            runAll(next);
        }

        private void add(long bytes) {
            usedBytes += bytes;
            if (tenant != null) {
                tenant.usedBytes += bytes;
            }
            if (group != null) {
                group.usedBytes += bytes;
            }
        }

        private void dropIfUnused() {
            if (group != null && group.accounts == 0 && group.usedBytes == 0) {
                groups.remove(Objects.requireNonNull(groupName), group);
            }
            if (tenant != null && tenant.accounts == 0 && tenant.usedBytes == 0) {
                tenants.remove(Objects.requireNonNull(tenantName), tenant);
            }
        }

        /// Bytes that are held until closed.
        public final class Lease implements AutoCloseable {

            private final @Nullable Tenant owner;
            private final @Nullable Group holder;
            private long bytes;
            private boolean open = true;
            private long kept;

            private Lease(long bytes, @Nullable Tenant owner, @Nullable Group holder) {
                this.bytes = bytes;
                this.owner = owner;
                this.holder = holder;
            }

            /// Sets how many bytes are held from now on. Growing never waits: the memory is in use already.
            public void resize(long newBytes) {
                change(newBytes, true);
            }

            /// Moves the bytes to a lease that lives on when this one is closed, which is empty from now on.
            public Lease move() {
                synchronized (MemoryBudget.this) {
                    Lease moved = new Lease(bytes, owner, holder);
                    moved.kept = kept;
                    bytes = 0;
                    kept = 0;
                    open = false;
                    return moved;
                }
            }

            public long bytes() {
                synchronized (MemoryBudget.this) {
                    return bytes;
                }
            }

            /// Says that the bytes stay for as long as the client likes, so that no commit gives them back. Returns
            /// whether so many may be kept; if not, the stream must end.
            public boolean keep(Reason reason) {
                synchronized (MemoryBudget.this) {
                    long grown = bytes - kept;
                    if (holder == null
                            || keptBytes + grown > keepBytes(reason)
                            || !mayKeep(grown, keepBytes(reason))
                            || holder.keptBytes + grown > keepBytesOfGroup(reason)) {
                        return false;
                    }
                    setKept(bytes);
                    return true;
                }
            }

            private boolean mayKeep(long grown, long bytesOfAll) {
                return owner == null || owner.keptBytes + grown <= HELD_PER_FREE * (bytesOfAll - keptBytes - grown);
            }

            /// Gives the bytes back; once is enough.
            @Override
            public void close() {
                change(0, false);
            }

            private void change(long newBytes, boolean stillOpen) {
                List<Runnable> next;
                synchronized (MemoryBudget.this) {
                    if (!open) {
                        return;
                    }
                    long grown = newBytes - bytes;
                    usedBytes += grown;
                    if (owner != null) {
                        owner.usedBytes += grown;
                    }
                    if (holder != null) {
                        holder.usedBytes += grown;
                    }
                    bytes = newBytes;
                    setKept(Math.min(kept, newBytes));
                    open = stillOpen;
                    if (!stillOpen) {
                        dropIfUnused();
                    }
                    next = grown < 0 ? admitted() : List.of();
                }
                runAll(next);
            }

            private void setKept(long newKept) {
                if (holder != null) {
                    keptBytes += newKept - kept;
                    holder.keptBytes += newKept - kept;
                    if (owner != null) {
                        owner.keptBytes += newKept - kept;
                    }
                    kept = newKept;
                }
            }
        }
    }
}
