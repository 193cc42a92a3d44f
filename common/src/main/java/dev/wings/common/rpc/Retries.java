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
package dev.wings.common.rpc;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.GrpcErrors;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// How often, and after which pauses, something that failed is tried again. Calls of blocking stubs fail with
/// [WingsException] here.
///
/// @param attempts how many are made at most
/// @param firstPause before the second attempt; doubles from attempt to attempt. What is waited is a random part of
///     it, half of it at least, so that many callers do not come back at once
/// @param longestPause where the doubling ends
public record Retries(
        Scheduler scheduler, RandomGenerator random, int attempts, Duration firstPause, Duration longestPause) {

    public Retries {
        if (attempts < 1 || !firstPause.isPositive() || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException("bad retries: attempts=" + attempts + ", first_pause=" + firstPause
                    + ", longest_pause=" + longestPause);
        }
    }

    /// Retries for about 10 seconds.
    public static Retries defaults(Scheduler scheduler, RandomGenerator random) {
        return new Retries(scheduler, random, 12, Duration.ofMillis(50), Duration.ofSeconds(2));
    }

    /// Makes a call once.
    public static <T> T once(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw GrpcErrors.fromStatus(e);
        }
    }

    /// Makes a call once whose answers come one after the other, and gives them to `reader`. The call is cancelled if
    /// answers are left when the reader returns or fails: they would else wait at the other side until somebody
    /// asks.
    public static <A, R> R streaming(Supplier<Iterator<A>> call, Function<Iterator<A>, R> reader) {
        Context.CancellableContext context = Context.current().withCancellation();
        try {
            return once(() -> {
                Iterator<A> answers;
                Context caller = context.attach();
                try {
                    answers = call.get();
                } finally {
                    context.detach(caller);
                }
                return reader.apply(answers);
            });
        } finally {
            context.cancel(null);
        }
    }

    /// Makes a call until it succeeds, fails with another kind than UNAVAILABLE, or the attempts are used up. For
    /// calls that may be made twice. Fails with CANCELLED if the thread is interrupted, which stays so.
    public <T> T idempotent(Supplier<T> call) {
        Pauses pauses = pauses();
        while (true) {
            try {
                return once(call);
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.UNAVAILABLE || pauses.isLast()) {
                    throw e;
                }
                try {
                    pauses.await();
                } catch (InterruptedException interrupt) {
                    Thread.currentThread().interrupt();
                    throw new WingsException(ErrorKind.CANCELLED, "interrupted between attempts of a call", e);
                }
            }
        }
    }

    /// Pauses for callers that decide themselves what is worth another attempt.
    public Pauses pauses() {
        return new Pauses();
    }

    /// The pauses between the attempts at one thing. Not safe for use by many threads.
    public final class Pauses {

        private int attempt = 1;
        private Duration pause = firstPause;

        private Pauses() {}

        /// The number of the attempt that is being made, from 1 on.
        public int attempt() {
            return attempt;
        }

        /// Whether no more attempts are to be made.
        public boolean isLast() {
            return attempt >= attempts;
        }

        /// Waits until the next attempt.
        public void await() throws InterruptedException {
            long half = pause.toNanos() / 2;
            attempt++;
            scheduler.sleep(Duration.ofNanos(pause.toNanos() - random.nextLong(half + 1)));
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
        }
    }
}
