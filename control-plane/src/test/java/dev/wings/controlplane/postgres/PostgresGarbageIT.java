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
package dev.wings.controlplane.postgres;

import dev.wings.common.time.Scheduler;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageContract;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.task.TaskStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;

final class PostgresGarbageIT extends GarbageContract {

    // opened here, not in a method of its own: those of the contract come first
    private final PostgresDatabase database =
            PostgresDatabase.open(TestPostgres.shared().createDatabase(), new SimpleMeterRegistry());
    private final Scheduler scheduler = Scheduler.system();

    @AfterEach
    void close() {
        database.close();
        scheduler.close();
    }

    @Override
    protected GarbageStore store() {
        return new PostgresGarbageStore(database);
    }

    @Override
    protected TaskStore tasks() {
        return new PostgresTaskStore(database, scheduler);
    }

    @Override
    protected ClusterMetadataStore cluster() {
        return new PostgresClusterMetadataStore(database);
    }

    @Override
    protected LogMetadataStore log() {
        return new PostgresLogMetadataStore(database, scheduler);
    }

    @Override
    protected LakeMetadataStore lake() {
        return new PostgresLakeMetadataStore(database);
    }
}
