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

/// What is left of a namespace, as far as the collector of its garbage has to know.
///
/// @param exists whether it was not deleted
/// @param garbage whether some of it is listed
/// @param topics whether some were deleted and have pages or partitions
/// @param purgedTables whether tables of other engines were dropped together with their files
/// @param folios whether some are known
public record NamespaceRemains(boolean exists, boolean garbage, boolean topics, boolean purgedTables, boolean folios) {

    /// Whether nobody has to look at it again: nothing is added to a namespace that was deleted.
    public boolean isThrough() {
        return !(exists || garbage || topics || purgedTables || folios);
    }
}
