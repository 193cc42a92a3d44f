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
package dev.wings.controlplane.state;

import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.Garbage;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.task.TaskStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/// What the suites that all kinds of [Stores] pass have in common.
public abstract class StateContract {

    /// The stores of this test, empty at its start; the suite closes them.
    protected abstract Stores stores();

    @AfterEach
    void closeStores() {
        stores().close();
    }

    protected ClusterMetadataStore cluster() {
        return stores().cluster();
    }

    protected LogMetadataStore log() {
        return stores().log();
    }

    protected LakeMetadataStore lake() {
        return stores().lake();
    }

    protected TaskStore tasks() {
        return stores().tasks();
    }

    /// Locations of what may be removed at this time and not before.
    protected List<String> dueFrom(UUID namespaceUid, Instant time) {
        List<String> due = due(namespaceUid, time);
        due.removeAll(due(namespaceUid, time.minusNanos(1_000)));
        return due;
    }

    /// Locations of what may be removed at this time.
    protected List<String> due(UUID namespaceUid, Instant time) {
        return new ArrayList<>(stores().garbage().findDue(namespaceUid, time, 1_000).stream()
                .map(Garbage::location)
                .toList());
    }
}
