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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/// Announcements to the replicas of this process, on the thread of whoever has something to say.
final class MemoryAnnouncements implements Announcements {

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    @Override
    public void commits(Map<UUID, Long> commitNumbers) {
        listeners.forEach(listener -> commitNumbers.forEach(listener::committed));
    }

    @Override
    public void tasksChanged() {
        listeners.forEach(Listener::tasksChanged);
    }

    @Override
    public Subscription subscribe(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
