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

/// Calls blocking stubs so that failures are [WingsException], and repeats idempotent calls that failed with
/// UNAVAILABLE.
///
/// @param attempts how often a call is made at most
/// @param firstBackoff before the second attempt; doubles from attempt to attempt. What is waited is a random part of
///     it, so that many callers do not come back at once
/// @param maxBackoff where the doubling ends
public record GrpcCalls(
        Scheduler scheduler, RandomGenerator random, int attempts, Duration firstBackoff, Duration maxBackoff) {

    public GrpcCalls {
        if (attempts < 1 || !firstBackoff.isPositive() || maxBackoff.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException("bad retries: attempts=" + attempts + ", first_backoff=" + firstBackoff
                    + ", max_backoff=" + maxBackoff);
        }
    }

    /// About 10 seconds of attempts.
    public static GrpcCalls defaults(Scheduler scheduler, RandomGenerator random) {
        return new GrpcCalls(scheduler, random, 12, Duration.ofMillis(50), Duration.ofSeconds(2));
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
    /// answers are left when the reader returns or fails: else they would wait at the peer until somebody asks.
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
        Duration backoff = firstBackoff;
        for (int attempt = 1; ; attempt++) {
            try {
                return once(call);
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.UNAVAILABLE || attempt == attempts) {
                    throw e;
                }
                sleep(Duration.ofNanos(random.nextLong(backoff.toNanos()) + 1), e);
            }
            Duration doubled = backoff.multipliedBy(2);
            backoff = doubled.compareTo(maxBackoff) < 0 ? doubled : maxBackoff;
        }
    }

    private void sleep(Duration time, WingsException lastFailure) {
        try {
            scheduler.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted between attempts of a call", lastFailure);
        }
    }
}
