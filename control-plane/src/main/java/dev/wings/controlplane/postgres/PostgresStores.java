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
import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Optional;

/// All state in a PostgreSQL database.
public record PostgresStores(PostgresDatabase database, Scheduler scheduler) implements Stores {

    /// See [PostgresDatabase#open].
    public static PostgresStores open(DatabaseConfig config, Scheduler scheduler, MeterRegistry registry) {
        return new PostgresStores(PostgresDatabase.open(config, registry), scheduler);
    }

    @Override
    public ClusterMetadataStore cluster() {
        return new PostgresClusterMetadataStore(database);
    }

    @Override
    public LogMetadataStore log() {
        return new PostgresLogMetadataStore(database);
    }

    @Override
    public LakeMetadataStore lake() {
        return new PostgresLakeMetadataStore(database);
    }

    @Override
    public TaskStore tasks() {
        return new PostgresTaskStore(database);
    }

    @Override
    public GarbageStore garbage() {
        return new PostgresGarbageStore(database);
    }

    @Override
    public Announcements announcements() {
        return new PostgresAnnouncements(database, scheduler);
    }

    @Override
    public Instant time() {
        return database.time();
    }

    @Override
    public Optional<String> problem() {
        return database.problem();
    }

    @Override
    public void close() {
        database.close();
    }
}
