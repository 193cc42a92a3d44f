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
package dev.wings.server.flight;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.World;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.vector.VectorSchemaRoot;

/// Sends the rows of metadata, in a bounded number of streams at once. A client that does not take its rows
/// holds memory that all share, but no longer than the time limit.
final class MetadataStreams {

    private final int limit;
    private final FairPlaces places;
    private final FairPlaces turns;
    private final Duration timeout;
    private final World world;

    /// @param limit how many streams there may be at once, shared by the tenants
    /// @param turns how many listings are made at once. Tenants take turns, since threads that compute would
    ///     take them in the order in which they came, whichever tenant they are of
    /// @param timeout of one stream, from the call until its last row is taken
    MetadataStreams(int limit, int turns, Duration timeout, World world) {
        this.limit = limit;
        this.places = new FairPlaces("readers of metadata", limit);
        this.turns =
                new FairPlaces("listings of metadata", new FairPlaces.Limits(turns, limit, timeout), world.scheduler());
        this.timeout = timeout;
        this.world = world;
    }

    /// Sends rows on a thread of its own, since calls are needed to make them. Fails with EXHAUSTED if too many
    /// are being sent.
    void send(String tenant, Supplier<VectorSchemaRoot> rows, ServerStreamListener listener) {
        StreamSink sink = new StreamSink(listener, () -> {}, () -> () -> {});
        Optional<FairPlaces.Place> place = places.tryAcquire(tenant);
        if (place.isEmpty()) {
            sink.failed(WingsException.exhausted("too many clients are reading metadata: limit=" + limit));
            return;
        }
        world.threads().start("sql-metadata", ActingTenant.working(tenant, () -> {
            try {
                send(tenant, rows, sink);
                sink.completed();
            } catch (Throwable t) {
                sink.failed(t);
            } finally {
                place.get().close();
            }
        }));
    }

    private void send(String tenant, Supplier<VectorSchemaRoot> rows, StreamSink sink) throws InterruptedException {
        Scheduler.Timer timer = world.scheduler()
                .schedule(
                        timeout,
                        () -> sink.stop(new WingsException(
                                ErrorKind.DEADLINE,
                                "reading metadata took too long: limit=" + timeout.toSeconds() + "s")));
        try (VectorSchemaRoot root = make(tenant, rows)) {
            sink.start(root, root.getSchema());
            sink.accept();
        } finally {
            timer.cancel();
        }
    }

    private VectorSchemaRoot make(String tenant, Supplier<VectorSchemaRoot> rows) throws InterruptedException {
        try (FairPlaces.Place turn = turns.acquire(tenant)) {
            return rows.get();
        }
    }
}
