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

import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageContract;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.task.TaskStore;
import java.util.UUID;

final class MemoryGarbageTest extends GarbageContract {

    private final MemoryDatabase database = new MemoryDatabase();

    @Override
    protected GarbageStore store() {
        return new MemoryGarbageStore(database);
    }

    /// All are in memory: one is looked at as long as there is something to collect.
    @Override
    protected boolean isLookedAt(UUID namespaceUid) {
        return database.transaction(() -> database.hasCollector(namespaceUid));
    }

    @Override
    protected TaskStore tasks() {
        return new MemoryTaskStore(database);
    }

    @Override
    protected ClusterMetadataStore cluster() {
        return new MemoryClusterMetadataStore(database);
    }

    @Override
    protected LogMetadataStore log() {
        return new MemoryLogMetadataStore(database);
    }

    @Override
    protected LakeMetadataStore lake() {
        return new MemoryLakeMetadataStore(database);
    }
}
