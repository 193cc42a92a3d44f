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
package dev.wings.server.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoTest {

    private final Memo<String, String> memo = new Memo<>(10, String::length);
    private final CountDownLatch making = new CountDownLatch(1);
    private final CompletableFuture<String> file = new CompletableFuture<>();

    @Test
    void whoWaitsGetsWhatTheOtherMakes() throws Exception {
        FutureTask<String> maker = start(() -> memo.get("a", this::slowly));
        making.await();
        FutureTask<String> waiter = startWaiting(() -> memo.get("a", key -> "other"));
        file.complete("made");
        assertThat(maker.get()).isEqualTo("made");
        assertThat(waiter.get()).isEqualTo("made");
    }

    @Test
    void failureIsThatOfAllWhoWaitedAndIsNotRemembered() throws Exception {
        FutureTask<String> maker = start(() -> memo.get("a", this::slowly));
        making.await();
        FutureTask<String> waiter = startWaiting(() -> memo.get("a", key -> "other"));
        file.completeExceptionally(new WingsException(ErrorKind.DATA_LOSS, "lost"));
        assertFails(maker, ErrorKind.DATA_LOSS);
        assertFails(waiter, ErrorKind.DATA_LOSS);
        assertThat(memo.get("a", key -> "again")).isEqualTo("again");
    }

    @Test
    void whoWaitsMakesItWhenTheMakerIsCancelled() throws Exception {
        FutureTask<String> maker = start(() -> memo.get("a", this::slowly));
        making.await();
        FutureTask<String> waiter = startWaiting(() -> memo.get("a", key -> "other"));
        FutureTask<String> third = startWaiting(() -> memo.get("a", key -> "other"));
        file.completeExceptionally(new WingsException(ErrorKind.CANCELLED, "cancelled"));
        assertFails(maker, ErrorKind.CANCELLED);
        assertThat(waiter.get()).isEqualTo("other");
        assertThat(third.get()).isEqualTo("other");
    }

    /// What reads files may say anything when it is interrupted.
    @Test
    void whoWaitsMakesItWhenTheMakerFailsInterrupted() throws Exception {
        FutureTask<String> maker = start(() -> memo.get("a", key -> {
            try {
                return slowly(key);
            } catch (WingsException e) {
                Thread.currentThread().interrupt();
                throw e;
            }
        }));
        making.await();
        FutureTask<String> waiter = startWaiting(() -> memo.get("a", key -> "other"));
        file.completeExceptionally(new WingsException(ErrorKind.UNAVAILABLE, "the connection was closed"));
        assertFails(maker, ErrorKind.UNAVAILABLE);
        assertThat(waiter.get()).isEqualTo("other");
    }

    @Test
    void whoIsInterruptedHimselfDoesNotTryAgain() throws Exception {
        FutureTask<String> maker = start(() -> memo.get("a", this::slowly));
        making.await();
        Thread[] thread = new Thread[1];
        FutureTask<String> waiter = startWaiting(() -> {
            thread[0] = Thread.currentThread();
            return memo.get("a", key -> "other");
        });
        thread[0].interrupt();
        assertFails(waiter, ErrorKind.CANCELLED);
        file.complete("made");
        assertThat(maker.get()).isEqualTo("made");
    }

    private String slowly(String key) {
        making.countDown();
        try {
            return file.get();
        } catch (ExecutionException e) {
            throw (WingsException) e.getCause();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /// Returns when the thread waits for the one that makes the value.
    private static <T> FutureTask<T> startWaiting(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().daemon().start(task);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!waitsInMemo(thread)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        return task;
    }

    private static boolean waitsInMemo(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(Memo.class.getName()))
                && thread.getState() == Thread.State.WAITING;
    }

    private static void assertFails(FutureTask<String> task, ErrorKind kind) {
        assertThatThrownBy(task::get)
                .cause()
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
