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
package dev.wings.controlplane.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Memory for metadata is bounded (I11).
@Timeout(30)
final class MetadataMemoryTest {

    private static final int KIB = 1024;

    private final MetadataMemory memory = new MetadataMemory(64 * KIB, Duration.ofMillis(50), Scheduler.system());

    @Test
    void takenMemoryIsFreeAfterTheRequest() {
        assertThat(memory.maxFileBytes()).isEqualTo(8 * KIB);
        for (int i = 0; i < 3; i++) {
            memory.during("t", () -> {
                memory.take(4 * KIB);
                memory.take(4 * KIB);
                assertThatThrownBy(() -> memory.take(KIB))
                        .isInstanceOfSatisfying(
                                WingsException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.EXHAUSTED));
            });
        }
    }

    /// The smallest parts of JSON take the most memory for their bytes.
    @Test
    void partsOfAFileAreCountedToo() throws IOException {
        assertThat(JsonTokens.count("{\"a\":[{},{},1]} {}")).isEqualTo(10);
        assertThat(JsonTokens.count("7")).isEqualTo(1);
        assertThat(memory.holds(8 * KIB, KIB)).isTrue();
        assertThat(memory.holds(8 * KIB, KIB + 1)).isFalse();
        assertThat(memory.holds(4 * KIB, KIB)).isTrue();
        assertThat(memory.holds(4 * KIB, 2 * KIB)).isFalse();
        assertThat(memory.holds(KIB, Long.MAX_VALUE / 128)).isFalse();
        memory.during("t", () -> {
            memory.take(4 * KIB);
            memory.takeTokens(4 * KIB, KIB);
            assertThatThrownBy(() -> memory.take(KIB)).isInstanceOf(WingsException.class);
        });
        memory.during("t", () -> memory.take(8 * KIB));
    }

    @Test
    void takenMemoryIsFreeAfterAFailure() {
        assertThatThrownBy(() -> memory.during("t", () -> {
                    memory.take(8 * KIB);
                    throw new IllegalStateException("boom");
                }))
                .hasMessage("boom");
        memory.during("t", () -> memory.take(8 * KIB));
    }

    @Test
    void takenMemoryIsFreeAfterAnAttemptThatFailed() {
        memory.during("t", () -> {
            memory.take(KIB);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> memory.attempt(() -> {
                            memory.take(7 * KIB);
                            throw new IllegalStateException("lost");
                        }))
                        .hasMessage("lost");
            }
            memory.<Boolean>attempt(() -> {
                memory.take(7 * KIB);
                return true;
            });
            assertThatThrownBy(() -> memory.take(KIB)).isInstanceOf(WingsException.class);
        });
        memory.during("t", () -> memory.take(8 * KIB));
    }

    /// It would wait for those who wait behind it, or for what it holds.
    @Test
    void whoHoldsSomeDoesNotWaitForMore() throws Exception {
        MetadataMemory patient = new MetadataMemory(64 * KIB, Duration.ofDays(1), Scheduler.system());
        CountDownLatch bothHold = new CountDownLatch(2);
        CountDownLatch bothAsked = new CountDownLatch(2);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> requests = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                requests.add(executor.submit(() -> {
                    patient.<InterruptedException>during("t", () -> {
                        patient.take(4 * KIB);
                        bothHold.countDown();
                        bothHold.await();
                        assertThatThrownBy(() -> patient.take(KIB)).isInstanceOf(WingsException.class);
                        bothAsked.countDown();
                        bothAsked.await();
                    });
                    return true;
                }));
            }
            for (Future<?> request : requests) {
                request.get();
            }
        }
    }

    @Test
    void requestWaitsForWhatAnotherHolds() throws Exception {
        MetadataMemory patient = new MetadataMemory(64 * KIB, Duration.ofSeconds(20), Scheduler.system());
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> first = executor.submit(() -> {
                patient.<InterruptedException>during("t", () -> {
                    patient.take(8 * KIB);
                    taken.countDown();
                    held.await();
                });
                return true;
            });
            taken.await();
            Future<?> second = executor.submit(() -> patient.during("t", () -> patient.take(KIB)));
            held.countDown();
            first.get();
            second.get();
        }
    }

    /// I9
    @Test
    void oneOwnerLeavesSomeToAnother() {
        memory.during("noisy", () -> {
            memory.take(8 * KIB);
            memory.<RuntimeException>during(
                    "noisy", () -> assertThatThrownBy(() -> memory.take(KIB)).isInstanceOf(WingsException.class));
            memory.<RuntimeException>during("quiet", () -> memory.take(KIB));
        });
    }
}
