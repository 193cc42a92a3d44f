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
package dev.wings.controlplane.announce;

import java.util.Map;
import java.util.UUID;

/// What replicas of the control plane tell each other. The stores are the truth; an announcement only says when to look
/// at them, and may get lost.
public interface Announcements {

    /// Tells that namespaces have got as far as these commits. Fails with UNAVAILABLE if nobody can be told.
    void commits(Map<UUID, Long> commitNumbers);

    /// Tells that tasks have changed. Fails with UNAVAILABLE if nobody can be told.
    void tasksChanged();

    /// Opens a subscription to what this replica or another announces; the caller closes it.
    Subscription subscribe(Listener listener);

    /// Hears announcements, on a thread of their own; must not block.
    interface Listener {

        default void committed(UUID namespaceUid, long commitNumber) {}

        default void tasksChanged() {}

        /// Announcements may have been missed, so it is time to look at the state.
        void interrupted();
    }

    /// What a listener is heard by, until this is closed.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
