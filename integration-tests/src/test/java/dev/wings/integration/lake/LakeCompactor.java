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
package dev.wings.integration.lake;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.compactor.Compactor;
import dev.wings.compactor.CompactorConfig;
import io.grpc.Channel;
import io.micrometer.core.instrument.Timer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;

/// A compactor as it runs, over the control plane and the objects of a fixture. Its time is the machine's.
final class LakeCompactor implements AutoCloseable {

    private final Resources resources = new Resources();
    private final Telemetry telemetry;

    LakeCompactor(Channel controlPlane, ObjectStore store, Path directory) {
        CompactorConfig config = Settings.read(
                CompactorConfig.SERVICE,
                Map.of(
                        "WINGS_COMPACTOR_MANAGEMENT_PORT", "0",
                        "WINGS_COMPACTOR_DRAIN_TIMEOUT", "0s",
                        "WINGS_COMPACTOR_TASK_MEMORY_BYTES", "128MiB",
                        "WINGS_COMPACTOR_SCRATCH_DIRECTORY", directory.toString()),
                CompactorConfig::from);
        telemetry = resources.add(Telemetry.open("compactor"));
        resources.add(Compactor.open(
                config,
                new Surroundings(
                        controlPlane,
                        uri -> store,
                        resources.add(new RootAllocator()),
                        new World(
                                resources.add(Scheduler.system()),
                                Threads.system(),
                                new IdGenerator(InstantSource.system(), new Random(7))),
                        telemetry)));
    }

    /// How many tasks of a kind have ended so: `done`, `failed`, `lost`, `returned`.
    long tasks(String kind, String outcome) {
        Timer timer = telemetry
                .registry()
                .find("wings.compactor.tasks")
                .tags("kind", kind, "outcome", outcome)
                .timer();
        return timer == null ? 0 : timer.count();
    }

    @Override
    public void close() {
        resources.close();
    }
}
