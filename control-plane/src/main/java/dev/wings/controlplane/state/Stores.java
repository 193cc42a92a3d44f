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

import dev.wings.controlplane.announce.Announcements;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.task.TaskStore;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/// All state of a cluster, as one replica of the control plane reaches it. The parts are of one kind and show the same
/// state: what one has done the others see at once, at every replica.
///
/// @param time the clock by which leases, graces and turns are judged: the same for all replicas, whatever
///     their own say
/// @param problem says what is wrong now; empty if nothing is. It answers soon, also when the state cannot be
///     reached
/// @param connection closed with the stores
public record Stores(
        ClusterMetadataStore cluster,
        LogMetadataStore log,
        LakeMetadataStore lake,
        TaskStore tasks,
        GarbageStore garbage,
        Announcements announcements,
        InstantSource time,
        Supplier<Optional<String>> problem,
        Connection connection)
        implements AutoCloseable {

    /// What the stores are reached over.
    public interface Connection extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void close() {
        connection.close();
    }
}
