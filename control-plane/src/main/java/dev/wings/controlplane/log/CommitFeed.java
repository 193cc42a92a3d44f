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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.announce.Announcements.Subscription;
import dev.wings.controlplane.cluster.ResourceErrors;
import dev.wings.controlplane.log.GroupCommitter.CommitPublisher;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets followers see the commits of a namespace in order and without gaps, whichever replica made them.
///
/// The store is the truth, everything else only says when to look: commits of this replica come here at once,
/// those of others are announced, and for announcements that got lost the state is looked at now and then.
public final class CommitFeed implements CommitPublisher, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommitFeed.class);

    private static final Duration RECHECK = Duration.ofSeconds(10);

    private final LogMetadataStore store;
    private final Scheduler scheduler;
    private final int maxWatches;
    private final FairPlaces watches;
    private final Announcer announcer;

    private final ReentrantLock lock = new ReentrantLock();
    /// The namespaces that are followed.
    private final Map<UUID, Followed> followed = new HashMap<>();
    private volatile boolean closed;
    private @Nullable Subscription subscription;
    private Scheduler.@Nullable Timer recheck;

    private static final class Followed {
        final NamespaceFeed feed;
        int watches;

        Followed(NamespaceFeed feed) {
            this.feed = feed;
        }
    }

    private CommitFeed(
            LogMetadataStore store,
            Announcements announcements,
            Scheduler scheduler,
            Threads threads,
            int maxWatches,
            MeterRegistry registry) {
        this.store = store;
        this.scheduler = scheduler;
        this.maxWatches = maxWatches;
        this.watches = new FairPlaces("followers of commits", maxWatches);
        this.announcer = new Announcer(announcements, threads);
        Gauge.builder("wings.commit.watches", watches::taken)
                .description("followers of commits")
                .register(registry);
    }

    /// @param maxWatches how many followers there may be at once, shared by the tenants whose namespaces they
    ///     follow; more are refused with EXHAUSTED
    public static CommitFeed open(
            LogMetadataStore store,
            Announcements announcements,
            Scheduler scheduler,
            Threads threads,
            int maxWatches,
            MeterRegistry registry) {
        CommitFeed feed = new CommitFeed(store, announcements, scheduler, threads, maxWatches, registry);
        Subscription subscription = announcements.subscribe(feed.new Listener());
        feed.lock.lock();
        try {
            feed.subscription = subscription;
            feed.recheck = scheduler.schedule(RECHECK, feed::recheckAgain);
        } finally {
            feed.lock.unlock();
        }
        return feed;
    }

    @Override
    public void published(UUID namespaceUid, List<Commit> commits) {
        find(namespaceUid).ifPresent(feed -> feed.published(commits));
        announcer.announce(namespaceUid, commits.getLast().number());
    }

    /// Starts to follow a namespace; the caller closes the watch. Fails with NOT_FOUND if there is no such
    /// namespace, with PRECONDITION if it has not got as far as `start`, with EXHAUSTED if too many follow.
    ///
    /// @param start the first commit wanted; 0 for those that happen from now on
    public Watch openWatch(UUID namespaceUid, long start) {
        String tenant = store.tenant(namespaceUid).orElseThrow(() -> ResourceErrors.namespaceNotFound(namespaceUid));
        FairPlaces.Place place = watches.tryAcquire(tenant)
                .orElseThrow(() -> WingsException.exhausted(
                        "too many followers of commits: limit_of_all=" + maxWatches + ", tenant=" + tenant));
        try {
            return openWatch(namespaceUid, start, place);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    private Watch openWatch(UUID namespaceUid, long start, FairPlaces.Place place) {
        // The feed is followed before the state is read: what is committed after that comes to the feed.
        NamespaceFeed feed = follow(namespaceUid);
        try {
            Long newest = store.lastCommitNumbers(Set.of(namespaceUid)).get(namespaceUid);
            if (newest == null) {
                throw ResourceErrors.namespaceNotFound(namespaceUid);
            }
            if (start > newest + 1) {
                throw new WingsException(
                        ErrorKind.PRECONDITION,
                        "the namespace has not got so far: namespace_uid=" + namespaceUid + ", start=" + start
                                + ", newest=" + newest);
            }
            feed.announced(newest);
            return new Watch(namespaceUid, feed, place, start == 0 ? newest + 1 : start);
        } catch (RuntimeException | Error e) {
            unfollow(namespaceUid);
            throw e;
        }
    }

    /// One follower. `next` is for one thread; `close` may come from another and ends its waiting.
    public final class Watch implements AutoCloseable {
        private final UUID namespaceUid;
        private final NamespaceFeed feed;
        private final FairPlaces.Place place;
        private long next;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Watch(UUID namespaceUid, NamespaceFeed feed, FairPlaces.Place place, long start) {
            this.namespaceUid = namespaceUid;
            this.feed = feed;
            this.place = place;
            this.next = start;
        }

        /// Waits for the next commits and returns some of them in order; none once the watch is closed. Fails
        /// with UNAVAILABLE when the control plane stops or the state cannot be reached: go on with another
        /// watch. Fails with NOT_FOUND when the namespace was deleted.
        public List<Commit> next() throws InterruptedException {
            List<Commit> commits = feed.next(next, this::ended);
            if (!commits.isEmpty()) {
                if (commits.getFirst().number() != next) {
                    throw new IllegalStateException("followers see every commit: expected=" + next + ", found="
                            + commits.getFirst().number());
                }
                next = commits.getLast().number() + 1;
            }
            return commits;
        }

        private boolean ended() {
            if (closed) {
                throw WingsException.unavailable("the control plane is stopping", null);
            }
            return ended.get();
        }

        @Override
        public void close() {
            if (ended.compareAndSet(false, true)) {
                feed.wake();
                unfollow(namespaceUid);
                place.close();
            }
        }
    }

    private final class Listener implements Announcements.Listener {
        @Override
        public void committed(UUID namespaceUid, long commitNumber) {
            find(namespaceUid).ifPresent(feed -> feed.announced(commitNumber));
        }

        @Override
        public void interrupted() {
            scheduler.schedule(Duration.ZERO, CommitFeed.this::recheckNow);
        }
    }

    private void recheckAgain() {
        recheckNow();
        locked(() -> recheck = closed ? null : scheduler.schedule(RECHECK, this::recheckAgain));
    }

    private void recheckNow() {
        Map<UUID, NamespaceFeed> feeds = feeds();
        if (feeds.isEmpty()) {
            return;
        }
        try {
            Map<UUID, Long> newest = store.lastCommitNumbers(new HashSet<>(feeds.keySet()));
            feeds.forEach((uid, feed) -> {
                Long number = newest.get(uid);
                if (number == null) {
                    feed.deleted();
                } else {
                    feed.announced(number);
                }
            });
        } catch (RuntimeException e) {
            // The state is read again soon; until then followers have what was announced.
            LOG.warn("followers may lag: {}", e.getMessage());
        }
    }

    private NamespaceFeed follow(UUID namespaceUid) {
        lock.lock();
        try {
            if (closed) {
                throw WingsException.unavailable("the control plane is stopping", null);
            }
            Followed entry = followed.computeIfAbsent(namespaceUid, uid -> new Followed(new NamespaceFeed(uid, store)));
            entry.watches++;
            return entry.feed;
        } finally {
            lock.unlock();
        }
    }

    private void unfollow(UUID namespaceUid) {
        locked(() -> {
            Followed entry = followed.get(namespaceUid);
            if (entry != null && --entry.watches == 0) {
                followed.remove(namespaceUid);
            }
        });
    }

    private Optional<NamespaceFeed> find(UUID namespaceUid) {
        lock.lock();
        try {
            return Optional.ofNullable(followed.get(namespaceUid)).map(entry -> entry.feed);
        } finally {
            lock.unlock();
        }
    }

    private Map<UUID, NamespaceFeed> feeds() {
        Map<UUID, NamespaceFeed> feeds = new HashMap<>();
        locked(() -> followed.forEach((uid, entry) -> feeds.put(uid, entry.feed)));
        return feeds;
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /// Ends all watches with UNAVAILABLE, and refuses new ones.
    public void endWatches() {
        closed = true;
        feeds().values().forEach(NamespaceFeed::wake);
    }

    /// Closes the feed, after what is still to be announced.
    @Override
    public void close() {
        endWatches();
        locked(() -> {
            if (recheck != null) {
                recheck.cancel();
            }
        });
        announcer.close();
        if (subscription != null) {
            subscription.close();
        }
    }
}
