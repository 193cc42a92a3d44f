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
package dev.wings.integration;

import io.grpc.stub.AbstractStub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Makes every call that is banned. Never run.
@SuppressWarnings("all")
final class Offender {

    Object clocks() {
        return new Object[] {
            Instant.now(),
            LocalDate.now(),
            LocalDateTime.now(),
            OffsetDateTime.now(),
            ZonedDateTime.now(),
            InstantSource.system(),
            Clock.systemUTC(),
            Clock.systemDefaultZone(),
            System.currentTimeMillis(),
            System.nanoTime()
        };
    }

    Supplier<Instant> reference() {
        return Instant::now;
    }

    void sleeps() throws InterruptedException {
        Thread.sleep(1);
        TimeUnit.SECONDS.sleep(1);
        LockSupport.parkNanos(1);
    }

    void sleepsForADuration() throws InterruptedException {
        Thread.sleep(Duration.ZERO);
    }

    void waits(Condition condition, CountDownLatch latch, Semaphore semaphore, Thread thread) throws Exception {
        condition.awaitNanos(1);
        condition.await(1, TimeUnit.SECONDS);
        latch.await(1, TimeUnit.SECONDS);
        semaphore.tryAcquire(1, TimeUnit.SECONDS);
        new ReentrantLock().tryLock(1, TimeUnit.SECONDS);
        thread.join(1);
        synchronized (this) {
            wait(1);
        }
    }

    void waitsForOthers(BlockingQueue<String> queue, ExecutorService executor, Process process) throws Exception {
        queue.poll(1, TimeUnit.SECONDS);
        queue.offer("", 1, TimeUnit.SECONDS);
        executor.awaitTermination(1, TimeUnit.SECONDS);
        process.waitFor(1, TimeUnit.SECONDS);
    }

    void waitsForResults(Future<String> future, CompletableFuture<String> completable) throws Exception {
        future.get(1, TimeUnit.SECONDS);
        completable.orTimeout(1, TimeUnit.SECONDS);
        completable.completeOnTimeout("", 1, TimeUnit.SECONDS);
    }

    void waitsForASubclass(CompletableFuture<String> completable) throws Exception {
        completable.get(1, TimeUnit.SECONDS);
    }

    <S extends AbstractStub<S>> S calls(S stub) {
        return stub.withDeadlineAfter(1, TimeUnit.SECONDS);
    }

    Object threads() {
        return new Object[] {
            new Thread(() -> {}),
            Thread.ofVirtual(),
            Thread.ofPlatform(),
            Thread.startVirtualThread(() -> {}),
            new Timer()
        };
    }

    Object pools() {
        return new Object[] {
            Executors.newThreadPerTaskExecutor(Thread::new),
            Executors.newVirtualThreadPerTaskExecutor(),
            Executors.newCachedThreadPool(),
            Executors.newFixedThreadPool(1),
            Executors.newSingleThreadExecutor(),
            Executors.newScheduledThreadPool(1),
            Executors.newSingleThreadScheduledExecutor(),
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>()),
            ForkJoinPool.commonPool()
        };
    }

    Object commonPool() {
        CompletableFuture.runAsync(() -> {});
        return CompletableFuture.supplyAsync(() -> IntStream.of(1).parallel().sum());
    }

    Object chance() {
        return new Object[] {new Random(), ThreadLocalRandom.current(), Math.random(), UUID.randomUUID()};
    }

    Object environment() {
        return new Object[] {System.getenv(), System.getenv("HOME")};
    }
}
