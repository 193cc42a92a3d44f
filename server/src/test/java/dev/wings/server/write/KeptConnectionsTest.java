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
package dev.wings.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptConnectionsTest {

    private final List<String> events = new ArrayList<>();
    private final Timers timers = new Timers();
    private final KeptConnections<Connection> kept =
            new KeptConnections<>(this::open, 2, Duration.ofMinutes(1), timers);

    @Test
    void nextOneOfTheTenantUsesTheSameConnection() {
        kept.take("acme", any -> true).giveBack();

        assertThat(kept.take("acme", any -> true).connection().name).isEqualTo("acme 1");
        assertThat(events).containsExactly("open acme 1");
    }

    @Test
    void connectionInUseIsNotShared() {
        kept.take("acme", any -> true);

        assertThat(kept.take("acme", any -> true).connection().name).isEqualTo("acme 2");
    }

    @Test
    void otherTenantGetsItsOwn() {
        kept.take("acme", any -> true).giveBack();

        assertThat(kept.take("other", any -> true).connection().name).isEqualTo("other 2");
    }

    @Test
    void thoseThatHaveWaitedLongestAreClosedWhenThereAreTooMany() {
        KeptConnections<Connection>.Kept first = kept.take("acme", any -> true);
        KeptConnections<Connection>.Kept second = kept.take("acme", any -> true);
        KeptConnections<Connection>.Kept third = kept.take("acme", any -> true);
        first.giveBack();
        second.giveBack();
        third.giveBack();

        assertThat(events).endsWith("close acme 1");
        assertThat(kept.take("acme", any -> true).connection().name).isEqualTo("acme 3");
    }

    @Test
    void wantedOneIsPreferredToLaterOnes() {
        KeptConnections<Connection>.Kept first = kept.take("acme", any -> true);
        kept.take("acme", any -> true).giveBack();
        kept.take("acme", any -> false);
        first.giveBack();

        assertThat(kept.take("acme", known -> known.name.equals("acme 2")).connection().name)
                .isEqualTo("acme 2");
    }

    @Test
    void onlyAWantedOneServesWhileThereIsRoomForMore() {
        kept.take("acme", any -> true).giveBack();

        assertThat(kept.take("acme", any -> false).connection().name).isEqualTo("acme 2");
    }

    @Test
    void theOneThatWaitedLongestServesWhenThereIsNoRoomForMore() {
        KeptConnections<Connection>.Kept first = kept.take("acme", any -> true);
        kept.take("acme", any -> true).giveBack();
        first.giveBack();

        assertThat(kept.take("acme", any -> false).connection().name).isEqualTo("acme 2");
        kept.take("other", any -> false).giveBack();
        assertThat(kept.take("other", any -> false).connection().name)
                .as("never one of another tenant")
                .startsWith("other");
    }

    @Test
    void oneThatFailedIsNotUsedAgain() {
        kept.take("acme", any -> true).close();

        assertThat(kept.take("acme", any -> true).connection().name).isEqualTo("acme 2");
        assertThat(events).containsExactly("open acme 1", "close acme 1", "open acme 2");
    }

    @Test
    void unusedOneIsClosedAtTheEndOfItsLife() {
        kept.take("acme", any -> true).giveBack();
        timers.pass();

        assertThat(events).containsExactly("open acme 1", "close acme 1");
        assertThat(kept.take("acme", any -> true).connection().name).isEqualTo("acme 2");
    }

    @Test
    void oneInUseIsClosedAfterwards() {
        KeptConnections<Connection>.Kept used = kept.take("acme", any -> true);
        timers.pass();
        assertThat(events).containsExactly("open acme 1");

        used.giveBack();

        assertThat(events).containsExactly("open acme 1", "close acme 1");
    }

    @Test
    void nothingIsKeptOnceClosed() {
        KeptConnections<Connection>.Kept used = kept.take("acme", any -> true);
        kept.take("acme", any -> true).giveBack();
        kept.close();
        used.giveBack();

        assertThat(events).endsWith("close acme 2", "close acme 1");
        assertThat(timers.waiting).isEmpty();
    }

    private Connection open(String tenant) {
        String name = tenant + " "
                + (1 + events.stream().filter(event -> event.startsWith("open")).count());
        events.add("open " + name);
        return new Connection(name);
    }

    private final class Connection implements AutoCloseable {

        private final String name;

        Connection(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            events.add("close " + name);
        }
    }

    /// Time passes when it is told to.
    private static final class Timers implements Scheduler {

        private final List<Runnable> waiting = new ArrayList<>();

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            waiting.add(action);
            return () -> waiting.remove(action);
        }

        void pass() {
            List<Runnable> due = List.copyOf(waiting);
            waiting.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            waiting.clear();
        }
    }
}
