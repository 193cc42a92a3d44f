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
package dev.wings.controlplane.memory;

import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// All state in memory. What replicas share is the database.
public record MemoryStores(MemoryDatabase database, InstantSource clock) implements Stores {

    /// A new cluster.
    public MemoryStores(InstantSource clock) {
        this(new MemoryDatabase(), clock);
    }

    @Override
    public ClusterMetadataStore cluster() {
        return new MemoryClusterMetadataStore(database);
    }

    @Override
    public LogMetadataStore log() {
        return new MemoryLogMetadataStore(database);
    }

    @Override
    public LakeMetadataStore lake() {
        return new MemoryLakeMetadataStore(database);
    }

    @Override
    public TaskStore tasks() {
        return new MemoryTaskStore(database);
    }

    @Override
    public GarbageStore garbage() {
        return new MemoryGarbageStore(database);
    }

    @Override
    public Announcements announcements() {
        return database.announcements();
    }

    @Override
    public Instant time() {
        return clock.instant();
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
