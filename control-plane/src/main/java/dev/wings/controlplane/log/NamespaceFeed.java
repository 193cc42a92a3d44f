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

import dev.wings.controlplane.cluster.ResourceErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The newest commits of one namespace, shared by its followers on this replica. What is not in memory, because
/// another replica committed it or it is too old, is read from the store.
final class NamespaceFeed {

    /// Commits are kept in memory up to so many pages.
    private static final int RECENT_PAGES = 4_096;

    /// How many pages a follower is given at once.
    private static final int BATCH_PAGES = 1_024;

    private final UUID namespaceUid;
    private final LogMetadataStore store;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    /// The commits without gaps; the last one is `nextRecent - 1`.
    private final Deque<Commit> recent = new ArrayDeque<>();
    private long recentPages;
    /// The number of the commit that `recent` goes on with; 0 while nothing is known.
    private long nextRecent;
    /// The newest commit that was heard of.
    private long newest;
    /// How often a commit was heard of, even if it was not newer.
    private long hints;
    private boolean deleted;

    /// Held while reading from the store, so that followers at the same place read once.
    private final ReentrantLock reading = new ReentrantLock(true);

    NamespaceFeed(UUID namespaceUid, LogMetadataStore store) {
        this.namespaceUid = namespaceUid;
        this.store = store;
    }

    /// Takes commits of this replica, which need not follow those that are known.
    void published(List<Commit> commits) {
        lock.lock();
        try {
            add(commits);
            heardOf(commits.getLast().number());
        } finally {
            lock.unlock();
        }
    }

    /// Hears that some replica has committed up to `number`.
    void announced(long number) {
        lock.lock();
        try {
            heardOf(number);
        } finally {
            lock.unlock();
        }
    }

    void deleted() {
        lock.lock();
        try {
            deleted = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the followers that wait, so that they see what else may have happened to them.
    void wake() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void heardOf(long number) {
        hints++;
        if (nextRecent == 0) {
            nextRecent = number + 1;
        }
        if (number > newest) {
            newest = number;
            moved.signalAll();
        }
    }

    private void add(List<Commit> commits) {
        for (Commit commit : commits) {
            if (nextRecent == 0) {
                nextRecent = commit.number();
            }
            if (commit.number() == nextRecent) {
                recent.add(commit);
                recentPages += weight(commit);
                nextRecent++;
            }
        }
        while (recentPages > RECENT_PAGES) {
            recentPages -= weight(recent.remove());
        }
    }

    private static int weight(Commit commit) {
        return Math.max(1, commit.pages().size());
    }

    /// Something that ends a follower's waiting.
    interface Ending {
        /// Whether it happened; throws if it is a failure.
        boolean happened();
    }

    /// Some of the commits from `start` on; waits until there is one. None if `ending` happened.
    List<Commit> next(long start, Ending ending) throws InterruptedException {
        while (true) {
            long heard;
            lock.lock();
            try {
                while (start > newest && !deleted && !ending.happened()) {
                    moved.await();
                }
                if (ending.happened()) {
                    return List.of();
                }
                if (deleted) {
                    throw ResourceErrors.namespaceNotFound(namespaceUid);
                }
                heard = hints;
            } finally {
                lock.unlock();
            }
            List<Commit> commits = read(start, heard);
            if (!commits.isEmpty()) {
                return commits;
            }
        }
    }

    private List<Commit> read(long start, long heard) throws InterruptedException {
        List<Commit> known = recentFrom(start);
        if (!known.isEmpty()) {
            return known;
        }
        reading.lockInterruptibly();
        try {
            // another follower may have read it meanwhile
            known = recentFrom(start);
            return known.isEmpty() ? readStore(start, heard) : known;
        } finally {
            reading.unlock();
        }
    }

    private List<Commit> readStore(long start, long heard) {
        List<Commit> commits = store.readCommits(namespaceUid, start, BATCH_PAGES);
        lock.lock();
        try {
            add(commits);
            if (commits.isEmpty() && hints == heard) {
                // What was announced is not there: announcements are hints, and this one was wrong.
                newest = start - 1;
            }
        } finally {
            lock.unlock();
        }
        return commits;
    }

    private List<Commit> recentFrom(long start) {
        List<Commit> found = new ArrayList<>();
        lock.lock();
        try {
            if (recent.isEmpty() || start < recent.getFirst().number()) {
                return found;
            }
            int pages = 0;
            Iterator<Commit> commits = recent.iterator();
            while (commits.hasNext() && pages < BATCH_PAGES) {
                Commit commit = commits.next();
                if (commit.number() >= start) {
                    found.add(commit);
                    pages += weight(commit);
                }
            }
        } finally {
            lock.unlock();
        }
        return found;
    }
}
