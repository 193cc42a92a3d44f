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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RetriesTest {

    private final List<Duration> slept = new ArrayList<>();
    private final Scheduler scheduler = new Scheduler() {
        @Override
        public Timer schedule(Duration delay, Runnable action) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            slept.add(duration);
        }

        @Override
        public void close() {}
    };
    private final Retries calls =
            new Retries(scheduler, new Random(5), 5, Duration.ofMillis(10), Duration.ofMillis(25));
    private int made;

    private String failing(Status status, int times) {
        made++;
        if (made <= times) {
            throw status.withDescription("attempt " + made).asRuntimeException();
        }
        return "answer";
    }

    @Test
    void unavailableIsRepeatedWithJitterUpToALimit() {
        assertThat(calls.idempotent(() -> failing(Status.UNAVAILABLE, 4))).isEqualTo("answer");
        assertThat(made).isEqualTo(5);
        assertThat(slept).hasSize(4).doesNotHaveDuplicates();
        List<Duration> longest =
                List.of(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(25), Duration.ofMillis(25));
        for (int i = 0; i < longest.size(); i++) {
            assertThat(slept.get(i)).isBetween(longest.get(i).dividedBy(2), longest.get(i));
        }
    }

    @Test
    void lastFailureIsThrownWhenAttemptsAreUsedUp() {
        assertThatThrownBy(() -> calls.idempotent(() -> failing(Status.UNAVAILABLE, 9)))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
                .hasMessage("attempt 5");
    }

    @Test
    void otherFailuresAreNotRepeated() {
        for (Status status : List.of(Status.INTERNAL, Status.ABORTED, Status.DEADLINE_EXCEEDED, Status.NOT_FOUND)) {
            made = 0;
            assertThatThrownBy(() -> calls.idempotent(() -> failing(status, 9))).hasMessage("attempt 1");
        }
        assertThat(slept).isEmpty();
    }

    @Test
    void onceDoesNotRepeat() {
        assertThatThrownBy(() -> Retries.once(() -> failing(Status.UNAVAILABLE, 9)))
                .hasMessage("attempt 1");
    }

    @Test
    void whoDecidesHimselfGetsThePauses() throws InterruptedException {
        Retries.Pauses pauses = calls.pauses();
        for (int attempt = 1; attempt <= 5; attempt++) {
            assertThat(pauses.attempt()).isEqualTo(attempt);
            assertThat(pauses.isLast()).isEqualTo(attempt == 5);
            pauses.await();
        }
        assertThat(slept).hasSize(5);
        assertThat(calls.pauses().attempt()).isEqualTo(1);
    }

    @Test
    void interruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> calls.idempotent(() -> failing(Status.UNAVAILABLE, 9)))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(made).isEqualTo(1);
    }
}
