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
package dev.wings.common.http;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The connections of an edge. Only the network's thread may call these methods, except [#drain].
final class Connections {

    private final int limit;
    private final Set<HttpConnection> open = new LinkedHashSet<>();
    private long moments;
    private boolean draining;
    private @Nullable CountDownLatch idle;

    Connections(int limit) {
        this.limit = limit;
    }

    /// A number that grows with time: whoever waits longer has the smaller one.
    long nextMoment() {
        return ++moments;
    }

    boolean isDraining() {
        return draining;
    }

    /// Takes a connection up. If there are too many, one that keeps the server waiting goes: it is taken from
    /// the address that has the most of them, and is the one that has waited for the longest. If all
    /// connections are at work, the new one goes.
    void add(HttpConnection connection) {
        open.add(connection);
        if (open.size() > limit) {
            Map<InetAddress, List<HttpConnection>> waiting = open.stream()
                    .filter(each -> each != connection && each.waitsForClient())
                    .collect(Collectors.groupingBy(HttpConnection::client));
            waiting.values().stream()
                    .max(Comparator.comparingInt(Collection::size))
                    .flatMap(each -> longestWaiting(each.stream()))
                    .orElse(connection)
                    .cut();
        }
    }

    void remove(HttpConnection connection) {
        open.remove(connection);
        signalIfIdle();
    }

    /// Cuts the connection of an owner that has not taken its answer for the longest time. Returns whether
    /// there was one.
    boolean cutSlowestTaker(String owner) {
        Optional<HttpConnection> slowest =
                longestWaiting(open.stream().filter(each -> each.isAnswering() && each.isOf(owner)));
        slowest.ifPresent(HttpConnection::cut);
        return slowest.isPresent();
    }

    private static Optional<HttpConnection> longestWaiting(Stream<HttpConnection> connections) {
        return connections.min(Comparator.comparingLong(HttpConnection::since));
    }

    /// Closes idle connections, and waits until the others have answered.
    void drain(EventLoopGroup loop, Duration atMost) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            draining = true;
            idle = done;
            List.copyOf(open).stream().filter(HttpConnection::isIdle).forEach(HttpConnection::cut);
            signalIfIdle();
        });
        done.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    void closeAll() {
        List.copyOf(open).forEach(HttpConnection::cut);
    }

    private void signalIfIdle() {
        if (idle != null && open.isEmpty()) {
            idle.countDown();
        }
    }
}
