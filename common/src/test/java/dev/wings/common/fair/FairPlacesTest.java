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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How places are shared (I9), and that waiting for them is bounded (I11).
class FairPlacesTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static FairPlaces places(long size, int queued, Duration patience) {
        return new FairPlaces("places", new FairPlaces.Limits(size, queued, patience), Scheduler.system());
    }

    private static List<FairPlaces.Place> takeAll(FairPlaces places, String owner) {
        List<FairPlaces.Place> taken = new ArrayList<>();
        for (Optional<FairPlaces.Place> next = places.tryAcquire(owner);
                next.isPresent();
                next = places.tryAcquire(owner)) {
            taken.add(next.get());
        }
        return taken;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 3", "5, 4", "16, 12", "512, 384"})
    void whoComesFirstLeavesSomeForOthers(int size, int most) {
        FairPlaces places = places(size, 0, Duration.ZERO);
        assertThat(takeAll(places, "noisy")).hasSize(most);
        assertThat(places.most()).isEqualTo(most);
        if (size > 1) {
            assertThat(places.tryAcquire("quiet")).isPresent();
        }
    }

    /// A place of no size, and what grew and was given back.
    @Test
    void placeOfNothingGrows() {
        FairPlaces places = new FairPlaces("bytes", 100);
        FairPlaces.Place place = places.tryAcquire("a", 0).orElseThrow();
        for (int round = 0; round < 5; round++) {
            assertThat(place.tryGrow(50)).isTrue();
            assertThat(place.tryGrow(50)).isFalse();
            place.shrink(50);
            assertThat(places.free()).isEqualTo(100);
        }
        assertThat(place.tryGrow(50)).isTrue();
        place.close();
        assertThat(places.free()).isEqualTo(100);
        assertThat(places.owners()).isZero();
    }

    @Test
    void manyGreedyOwnersLeaveSomeToo() {
        FairPlaces places = places(512, 0, Duration.ZERO);
        for (String owner : List.of("a", "b", "c", "d", "e")) {
            assertThat(takeAll(places, owner)).isNotEmpty();
            assertThat(places.free()).isPositive();
        }
        assertThat(places.tryAcquire("quiet")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void whoHoldsNothingIsServedNextWhateverOthersHaveWaiting(int size) throws Exception {
        FairPlaces places = places(size, 100, LONG);
        Deque<FairPlaces.Place> taken = new ArrayDeque<>(takeAll(places, "noisy"));
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        for (int i = 0; i < 100; i++) {
            wait(places, "noisy", served);
        }
        if (size == 1) {
            wait(places, "quiet", served);
            taken.remove().close();
            FairPlaces.Place quiet = served.poll(1, TimeUnit.MINUTES);
            assertThat(quiet.owner()).isEqualTo("quiet");
            assertThat(quiet.waited()).isTrue();
            quiet.close();
        } else {
            FairPlaces.Place quiet = places.acquire("quiet");
            assertThat(quiet.waited()).isFalse();
            quiet.close();
            taken.remove().close();
        }
        FairPlaces.Place noisy = served.poll(1, TimeUnit.MINUTES);
        assertThat(noisy.owner()).isEqualTo("noisy");
        noisy.close();
        places.drain(Duration.ZERO);
    }

    @Test
    void ownersTakeTurns() throws Exception {
        FairPlaces places = places(1, 10, LONG);
        FairPlaces.Place first = places.acquire("a");
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        for (String owner : List.of("a", "a", "a", "b", "b", "c")) {
            wait(places, owner, served);
        }
        List<String> order = new ArrayList<>();
        first.close();
        for (int i = 0; i < 6; i++) {
            FairPlaces.Place next = served.poll(1, TimeUnit.MINUTES);
            order.add(next.owner());
            next.close();
        }
        assertThat(order).containsExactly("b", "c", "a", "b", "a", "a");
    }

    @Test
    void theQueueOfOneOwnerIsBoundedAndLeavesThoseOfOthersAlone() throws Exception {
        FairPlaces places = places(1, 2, LONG);
        places.acquire("noisy");
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        wait(places, "noisy", served);
        wait(places, "noisy", served);
        assertExhausted(places, "noisy");
        wait(places, "quiet", served);
        assertThat(places.waiting()).isEqualTo(3);
        places.drain(Duration.ZERO);
    }

    @Test
    void theQueueOfAllIsBounded() throws Exception {
        FairPlaces places = places(1, 1, LONG);
        places.acquire("holder");
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        for (int i = 0; i < 4; i++) {
            wait(places, "owner-" + i, served);
        }
        assertExhausted(places, "one-more");
        assertThat(places.owners()).isEqualTo(5);
        places.drain(Duration.ZERO);
    }

    @Test
    void patienceEndsAndLeavesNoTrace() throws Exception {
        FairPlaces places = places(1, 5, Duration.ofMillis(1));
        try (FairPlaces.Place held = places.acquire("a")) {
            assertExhausted(places, "b");
            assertThat(held.waited()).isFalse();
            assertThat(places.owners()).isEqualTo(1);
        }
        assertThat(places.owners()).isZero();
        assertThat(places.waiting()).isZero();
        places.acquire("b").close();
    }

    @Test
    void whoIsInterruptedLeavesTheQueue() throws Exception {
        FairPlaces places = places(1, 5, LONG);
        FairPlaces.Place held = places.acquire("a");
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        Thread waiter = wait(places, "b", served);
        waiter.interrupt();
        waiter.join();
        assertThat(places.waiting()).isZero();
        held.close();
        assertThat(places.free()).isEqualTo(1);
        assertThat(places.owners()).isZero();
    }

    @Test
    void closingTwiceGivesBackOnce() throws Exception {
        FairPlaces places = places(4, 0, Duration.ZERO);
        FairPlaces.Place place = places.acquire("a", 3);
        place.close();
        place.close();
        assertThat(places.free()).isEqualTo(4);
    }

    @Test
    void aLargeRequestIsNotStarvedBySmallOnes() throws Exception {
        FairPlaces places = places(8, 5, LONG);
        FairPlaces.Place small = places.acquire("noisy", 5);
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        wait(places, "large", 6, served);
        assertThat(places.tryAcquire("noisy")).isEmpty();
        small.shrink(3);
        FairPlaces.Place large = served.poll(1, TimeUnit.MINUTES);
        assertThat(large.owner()).isEqualTo("large");
        large.close();
        assertThatThrownBy(() -> places.acquire("large", 7)).isInstanceOf(WingsException.class);
    }

    @Test
    void whatIsHeldGrowsOnlyWithinItsShare() throws Exception {
        FairPlaces places = places(16, 0, Duration.ZERO);
        FairPlaces.Place place = places.acquire("a", 0);
        assertThat(place.tryGrow(12)).isTrue();
        assertThat(place.tryGrow(1)).isFalse();
        place.shrink(4);
        assertThat(places.free()).isEqualTo(8);
        place.close();
        assertThat(places.free()).isEqualTo(16);
    }

    @Test
    void drainingRefusesAllAndWaitsForThoseWhoHold() throws Exception {
        FairPlaces places = places(1, 5, LONG);
        FairPlaces.Place held = places.acquire("a");
        BlockingQueue<FairPlaces.Place> served = new LinkedBlockingQueue<>();
        Thread waiter = wait(places, "b", served);
        assertThat(places.drain(Duration.ZERO)).isFalse();
        waiter.join();
        assertThat(served).isEmpty();
        assertThatThrownBy(() -> places.acquire("c"))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        held.close();
        assertThat(places.drain(Duration.ZERO)).isTrue();
        assertThat(places.owners()).isZero();
    }

    /// Whatever is taken and given back, no more is handed out than there is, and nothing is lost.
    @Test
    void countsHoldForAnySequence() {
        long seed = Long.getLong("wings.seed", 42);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int size = 1 + random.nextInt(40);
            FairPlaces places = places(size, 0, Duration.ZERO);
            Map<String, List<FairPlaces.Place>> held = new HashMap<>();
            long taken = 0;
            for (int step = 0; step < 100; step++) {
                String owner = "owner-" + random.nextInt(5);
                List<FairPlaces.Place> mine = held.computeIfAbsent(owner, ignored -> new ArrayList<>());
                if (random.nextBoolean()) {
                    int amount = 1 + random.nextInt(3);
                    Optional<FairPlaces.Place> place = places.tryAcquire(owner, amount);
                    place.ifPresent(mine::add);
                    taken += place.isPresent() ? amount : 0;
                    if (mine.isEmpty()) {
                        assertThat(places.free()).as("seed %d", seed).isLessThan(amount);
                    }
                } else if (!mine.isEmpty()) {
                    long before = places.free();
                    mine.remove(random.nextInt(mine.size())).close();
                    taken -= places.free() - before;
                }
                assertThat(places.taken()).as("seed %d", seed).isEqualTo(taken).isBetween(0L, (long) size);
            }
            held.values().forEach(each -> each.forEach(FairPlaces.Place::close));
            assertThat(places.free()).isEqualTo(size);
            assertThat(places.owners()).isZero();
        }
    }

    private static void assertExhausted(FairPlaces places, String owner) {
        assertThatThrownBy(() -> places.acquire(owner))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.EXHAUSTED));
    }

    private static Thread wait(FairPlaces places, String owner, BlockingQueue<FairPlaces.Place> served) {
        return wait(places, owner, 1, served);
    }

    /// Starts to wait for places, and returns when the request is in the queue.
    private static Thread wait(FairPlaces places, String owner, long amount, BlockingQueue<FairPlaces.Place> served) {
        int before = places.waiting();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                served.add(places.acquire(owner, amount));
            } catch (InterruptedException | WingsException e) {
                // how it ended shows in what was served
            }
        });
        while (places.waiting() == before) {
            Thread.onSpinWait();
        }
        return thread;
    }
}
