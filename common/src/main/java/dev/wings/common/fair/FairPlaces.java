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
package dev.wings.common.fair;

import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded number of places, or bytes, that owners (tenants, say) share.
///
/// **Turns are fair.** The next place goes to the owner who holds the least; among equals, to the one who was
/// served, gave back or came the longest time ago. How much the others have waiting does not matter, so that
/// many clients of one owner are as one.
///
/// **Something is always left.** An owner may hold three times what it leaves free: three quarters of all when
/// it is alone, and less the more such owners there are. So an owner who holds nothing need not wait for others
/// who hold on to what they have. Nobody can have more than [#most] at once; if there is a single place, it may
/// be taken.
///
/// **Waiting is bounded**: so many requests of one owner may wait, four times as many of all owners, each for
/// so long; what is beyond fails with EXHAUSTED.
///
/// An owner is remembered while it holds something or waits. Safe for use by many threads.
public final class FairPlaces {

    /// How much more an owner may hold than it leaves to others.
    private static final int HELD_PER_FREE = 3;

    private static final int QUEUES_OF_ALL = 4;

    /// @param size how many places there are
    /// @param queued how many requests of one owner may wait
    /// @param patience how long a request waits at most
    public record Limits(long size, int queued, Duration patience) {

        public Limits {
            if (size <= 0 || queued < 0 || patience.isNegative()) {
                throw new IllegalArgumentException(
                        "bad limits of places: size=" + size + ", queued=" + queued + ", patience=" + patience);
            }
        }
    }

    private final String what;
    private final Limits limits;
    private final Optional<Scheduler> scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allFree = lock.newCondition();
    private final Map<String, Owner> owners = new HashMap<>();
    private long free;
    private int waiting;
    private long turns;
    private boolean draining;

    /// @param what names in the plural what is shared, for messages
    /// @param scheduler its time is the one in which requests wait
    public FairPlaces(String what, Limits limits, Scheduler scheduler) {
        this(what, limits, Optional.of(scheduler));
    }

    /// Places that nobody waits for.
    ///
    /// @param what names in the plural what is shared, for messages
    public FairPlaces(String what, long size) {
        this(what, new Limits(size, 0, Duration.ZERO), Optional.empty());
    }

    private FairPlaces(String what, Limits limits, Optional<Scheduler> scheduler) {
        this.what = what;
        this.limits = limits;
        this.scheduler = scheduler;
        this.free = limits.size();
    }

    private static final class Owner {
        final Deque<Waiter> waiters = new ArrayDeque<>();
        long held;
        /// The turn at which the owner came, or was last served.
        long lastTurn;
    }

    private enum Turn {
        WAITS,
        GRANTED,
        REFUSED
    }

    private static final class Waiter {
        final long amount;
        final Condition decided;
        Turn turn = Turn.WAITS;

        Waiter(long amount, Condition decided) {
            this.amount = amount;
            this.decided = decided;
        }

        void decide(Turn decision) {
            turn = decision;
            decided.signal();
        }
    }

    /// The most that one owner, and so one request, can ever hold.
    public long most() {
        return (HELD_PER_FREE * limits.size() + 1) / (HELD_PER_FREE + 1);
    }

    /// Waits for one place.
    public Place acquire(String owner) throws InterruptedException {
        return acquire(owner, 1);
    }

    /// Waits until `amount` places are free at once, and takes them. Fails with EXHAUSTED if too many requests
    /// wait, or it takes too long, or there are never so many; with UNAVAILABLE after [#drain].
    public Place acquire(String owner, long amount) throws InterruptedException {
        check(amount);
        if (amount > most()) {
            throw exhausted(owner, "more than one may have: wanted=" + amount);
        }
        lock.lockInterruptibly();
        try {
            Owner mine = owner(owner);
            Waiter waiter = enqueue(mine, amount);
            serve();
            boolean waits = waiter.turn == Turn.WAITS;
            try {
                if (waits) {
                    checkQueue(owner, mine);
                    await(owner, waiter);
                }
            } finally {
                leaveQueue(owner, mine, waiter);
            }
            if (waiter.turn == Turn.REFUSED) {
                throw WingsException.unavailable("stopping: no more " + what + " are given", null);
            }
            return new Place(owner, mine, amount, waits);
        } finally {
            lock.unlock();
        }
    }

    /// Takes one place if it is free now and nobody waits before.
    public Optional<Place> tryAcquire(String owner) {
        return tryAcquire(owner, 1);
    }

    /// Takes `amount` places if they are free now and nobody waits before.
    public Optional<Place> tryAcquire(String owner, long amount) {
        check(amount);
        lock.lock();
        try {
            Owner mine = owner(owner);
            Waiter waiter = enqueue(mine, amount);
            serve();
            leaveQueue(owner, mine, waiter);
            return waiter.turn == Turn.GRANTED ? Optional.of(new Place(owner, mine, amount, false)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// How many requests wait.
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    public long free() {
        lock.lock();
        try {
            return free;
        } finally {
            lock.unlock();
        }
    }

    public long taken() {
        return limits.size() - free();
    }

    /// How many owners hold something or wait.
    int owners() {
        lock.lock();
        try {
            return owners.size();
        } finally {
            lock.unlock();
        }
    }

    /// Hands out nothing any more, and waits until everything was given back. Returns whether that happened in
    /// time.
    public boolean drain(Duration timeout) throws InterruptedException {
        long leftNanos = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            draining = true;
            serve();
            while (free < limits.size() && leftNanos > 0) {
                leftNanos = awaitNanos(allFree, leftNanos);
            }
            return free == limits.size();
        } finally {
            lock.unlock();
        }
    }

    /// What an owner holds until it is closed; closing it again does nothing.
    public final class Place implements AutoCloseable {

        private final String name;
        private final boolean waited;
        private Owner owner;
        private long amount;

        private Place(String name, Owner owner, long amount, boolean waited) {
            this.name = name;
            this.owner = owner;
            this.amount = amount;
            this.waited = waited;
        }

        public String owner() {
            return name;
        }

        /// Whether other requests were served before this one.
        public boolean waited() {
            return waited;
        }

        /// Takes `more` places without waiting, and returns whether they were free.
        public boolean tryGrow(long more) {
            Optional<Place> grown = tryAcquire(name, more);
            grown.ifPresent(place -> {
                lock.lock();
                try {
                    // An owner that held nothing was forgotten; the one of that name is another object now.
                    owner = place.owner;
                    amount += place.amount;
                    place.amount = 0;
                } finally {
                    lock.unlock();
                }
            });
            return grown.isPresent();
        }

        /// Gives a part back.
        public void shrink(long less) {
            lock.lock();
            try {
                if (less < 0 || less > amount) {
                    throw new IllegalArgumentException("not held: held=" + amount + ", given_back=" + less);
                }
                giveBack(less);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                giveBack(amount);
            } finally {
                lock.unlock();
            }
        }

        private void giveBack(long less) {
            amount -= less;
            owner.held -= less;
            // The owner's turn comes behind those who came while it held this, and before those who come later.
            owner.lastTurn = ++turns;
            free += less;
            forgetIfUnused(name, owner);
            if (free == limits.size()) {
                allFree.signalAll();
            }
            serve();
        }
    }

    private static void check(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("a negative number of places: " + amount);
        }
    }

    private Owner owner(String name) {
        return owners.computeIfAbsent(name, ignored -> {
            Owner owner = new Owner();
            owner.lastTurn = ++turns;
            return owner;
        });
    }

    private Waiter enqueue(Owner owner, long amount) {
        Waiter waiter = new Waiter(amount, lock.newCondition());
        owner.waiters.add(waiter);
        waiting++;
        return waiter;
    }

    private void leaveQueue(String name, Owner owner, Waiter waiter) {
        if (owner.waiters.remove(waiter)) {
            waiting--;
            // the request that is next now may need less
            serve();
        }
        forgetIfUnused(name, owner);
    }

    private void forgetIfUnused(String name, Owner owner) {
        if (owner.held == 0 && owner.waiters.isEmpty()) {
            owners.remove(name, owner);
        }
    }

    /// Fails if too many wait. The new request is in the queue by now.
    private void checkQueue(String name, Owner owner) {
        int ofOthers = waiting - owner.waiters.size();
        long left = (long) QUEUES_OF_ALL * limits.queued() - ofOthers;
        if (owner.waiters.size() > limits.queued() || owner.waiters.size() > left) {
            throw exhausted(name, "too many wait: limit=" + limits.queued());
        }
    }

    private void await(String name, Waiter waiter) throws InterruptedException {
        long leftNanos = limits.patience().toNanos();
        while (waiter.turn == Turn.WAITS) {
            if (leftNanos <= 0) {
                throw exhausted(name, "others hold them: waited=" + limits.patience());
            }
            try {
                leftNanos = awaitNanos(waiter.decided, leftNanos);
            } catch (InterruptedException e) {
                if (waiter.turn == Turn.WAITS) {
                    throw e;
                }
                // The places are ours already; whoever waits next notices the interruption.
                Thread.currentThread().interrupt();
            }
        }
    }

    private long awaitNanos(Condition condition, long nanos) throws InterruptedException {
        return scheduler
                .orElseThrow(() -> new IllegalStateException("nobody waits for " + what))
                .awaitNanos(lock, condition, nanos);
    }

    private WingsException exhausted(String owner, String reason) {
        return WingsException.exhausted("too many " + what + " at once: limit=" + most() + " of one, " + limits.size()
                + " of all, owner=" + owner + ", " + reason);
    }

    /// Gives to those who wait what is free for them.
    private void serve() {
        if (draining) {
            refuseAll();
            return;
        }
        while (waiting > 0) {
            Optional<Owner> next = next();
            if (next.isEmpty()) {
                return;
            }
            grant(next.get());
        }
    }

    private void refuseAll() {
        for (Owner owner : List.copyOf(owners.values())) {
            owner.waiters.forEach(waiter -> waiter.decide(Turn.REFUSED));
            waiting -= owner.waiters.size();
            owner.waiters.clear();
        }
    }

    /// The owner that is served next. One that holds nothing yet makes the others wait behind it; one that is
    /// at the end of its share does not.
    private Optional<Owner> next() {
        List<Owner> inTurn = owners.values().stream()
                .filter(owner -> !owner.waiters.isEmpty())
                .sorted(Comparator.<Owner>comparingLong(owner -> owner.held).thenComparingLong(owner -> owner.lastTurn))
                .toList();
        for (Owner owner : inTurn) {
            long amount = owner.waiters.element().amount;
            if (owner.held == 0) {
                return amount <= free ? Optional.of(owner) : Optional.empty();
            }
            if (HELD_PER_FREE * (free - amount) >= owner.held + amount - 1) {
                return Optional.of(owner);
            }
        }
        return Optional.empty();
    }

    private void grant(Owner owner) {
        Waiter waiter = owner.waiters.remove();
        waiting--;
        owner.held += waiter.amount;
        owner.lastTurn = ++turns;
        free -= waiter.amount;
        waiter.decide(Turn.GRANTED);
    }
}
