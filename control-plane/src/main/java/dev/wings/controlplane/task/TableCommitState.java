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
package dev.wings.controlplane.task;

import dev.wings.common.lake.StoreLocations;
import dev.wings.common.lake.TableLocations;
import dev.wings.controlplane.lake.LakeHome;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is known at the moment of a commit to a table. Nobody else changes any of it until the commit is done.
///
/// @param known the commit, if it was made before; the rest does not matter then
/// @param task null if there is none of that name
/// @param topic null if it does not exist
/// @param table null if the topic has none yet
/// @param watermarks of the partitions that the commit moves; without those that do not exist
public record TableCommitState(
        @Nullable KnownCommit known,
        @Nullable TaskRecord task,
        @Nullable TopicHome topic,
        @Nullable TablePointer table,
        Map<String, Long> watermarks) {

    public TableCommitState {
        watermarks = Map.copyOf(watermarks);
    }

    /// A commit that was made before.
    public record KnownCommit(UUID topicUid, long rows) {}

    /// Where a topic's objects are.
    public record TopicHome(UUID topicUid, String topicId, LakeHome home) {

        /// What the locations of all files of the topic's table start with, the slash included.
        public String tablePrefix() {
            StoreLocations store = StoreLocations.of(home.objectStore());
            return TableLocations.of(store, home.objectPrefix(), topicId, topicUid)
                            .table() + "/";
        }
    }

    /// The table as it is.
    ///
    /// @param version counts up with each change of the pointer
    public record TablePointer(UUID tableUuid, String metadataLocation, long version) {}
}
