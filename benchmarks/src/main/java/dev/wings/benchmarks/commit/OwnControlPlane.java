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
package dev.wings.benchmarks.commit;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.ControlPlane;
import dev.wings.controlplane.ControlPlaneConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A control plane in this process, with a PostgreSQL that is as durable as in production and an object store in a
/// directory. Nobody does its tasks.
///
/// @param objects the directory of the object store
/// @param resources what closing it closes
record OwnControlPlane(
        ControlPlane controlPlane,
        Path objects,
        ObjectStores stores,
        Scheduler scheduler,
        IdGenerator ids,
        Resources resources)
        implements AutoCloseable {

    static OwnControlPlane open() throws IOException {
        Resources resources = new Resources();
        try {
            Path directory = Files.createTempDirectory("wings-benchmark-");
            resources.add(() -> remove(directory));
            EmbeddedPostgres postgres = resources.add(EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start());
            Path password = Files.writeString(directory.resolve("password"), "postgres");
            Path objects = Files.createDirectory(directory.resolve("objects"));
            Map<String, String> settings = Map.of(
                    "WINGS_CONTROL_PLANE_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"),
                    "WINGS_CONTROL_PLANE_DATABASE_USER", "postgres",
                    "WINGS_CONTROL_PLANE_DATABASE_PASSWORD_FILE", password.toString(),
                    "WINGS_CONTROL_PLANE_GRPC_PORT", "0",
                    "WINGS_CONTROL_PLANE_HTTP_PORT", "0",
                    "WINGS_CONTROL_PLANE_MANAGEMENT_PORT", "0",
                    // the first folios are enough for a compaction at once
                    "WINGS_CONTROL_PLANE_COMPACT_BYTES", "1MiB");
            ObjectStores stores = resources.add(new ObjectStores());
            Scheduler scheduler = resources.add(Scheduler.system());
            IdGenerator ids = new IdGenerator(InstantSource.system(), new SecureRandom());
            ControlPlane controlPlane = resources.add(ControlPlane.open(
                    Settings.read(ControlPlaneConfig.SERVICE, settings, ControlPlaneConfig::from),
                    new ControlPlane.Surroundings(
                            stores,
                            new World(scheduler, Threads.system(), ids),
                            resources.add(Telemetry.open("control-plane")))));
            controlPlane.createDefaults(objects.toUri());
            return new OwnControlPlane(controlPlane, objects, stores, scheduler, ids, resources);
        } catch (IOException | RuntimeException e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
