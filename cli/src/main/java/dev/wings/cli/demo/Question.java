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
package dev.wings.cli.demo;

import dev.wings.cli.sql.Answer;
import dev.wings.client.SqlSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Asks the same again and again, on a thread of its own; most of the time it rests.
final class Question implements AutoCloseable {

    private static final long MIN_REST_MILLIS = 400;
    /// A query that takes long is asked less often, so that the demo leaves the machine to others.
    private static final int REST_FACTOR = 4;

    /// The newest answer and how long it took.
    record Answered(Answer answer, Duration took) {}

    private final SqlSession session;
    private final String sql;
    private final Thread thread = Thread.ofVirtual().name("demo-question").unstarted(this::askOn);
    private volatile Optional<Answered> newest = Optional.empty();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Optional<RuntimeException> failure = Optional.empty();

    /// Starts to ask. The caller closes it, before `session`.
    Question(SqlSession session, String sql) {
        this.session = session;
        this.sql = sql;
        thread.start();
    }

    /// The newest answer, if there was one. Fails as the query did.
    Optional<Answered> newest() {
        failure.ifPresent(reason -> {
            throw reason;
        });
        return newest;
    }

    @Override
    public void close() {
        closing.countDown();
        // a query that runs is not waited for
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askOn() {
        try {
            Duration took;
            do {
                long start = System.nanoTime();
                Answer answer = Answer.of(session, sql);
                took = Duration.ofNanos(System.nanoTime() - start);
                newest = Optional.of(new Answered(answer, took));
            } while (!closing.await(Math.max(MIN_REST_MILLIS, REST_FACTOR * took.toMillis()), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            // the question is closed
        } catch (RuntimeException e) {
            // Flight wraps the interruption of a thread that waits for rows.
            if (closing.getCount() > 0) {
                failure = Optional.of(e);
            }
        }
    }
}
