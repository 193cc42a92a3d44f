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
package dev.wings.integration.simulation;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.cluster.ClusterMetadataStore;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.lake.LakeMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;

/// The stores of a control plane behind a network: a question takes its time, is refused now and then, or is
/// done without an answer.
record RemoteStores(Simulation simulation, SimulatedProcess process) {

    private static final Duration USUAL = Duration.ofMillis(3);
    private static final Duration SLOW = Duration.ofSeconds(3);
    private static final double FAULTS = 0.005;

    Stores of(Stores stores) {
        return new Stores(
                remote(ClusterMetadataStore.class, stores.cluster()),
                remote(LogMetadataStore.class, stores.log()),
                remote(LakeMetadataStore.class, stores.lake()),
                remote(TaskStore.class, stores.tasks()),
                remote(GarbageStore.class, stores.garbage()),
                stores.announcements(),
                () -> late(stores.time().instant()),
                stores.problem(),
                stores.connection());
    }

    private <T> T remote(Class<T> type, T store) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    pause();
                    fault("refused " + called.getName());
                    Object answer = invoke(store, called, arguments);
                    pause();
                    fault("lost answer to " + called.getName());
                    return answer;
                }));
    }

    static Object invoke(Object store, Method called, Object[] arguments) throws Throwable {
        try {
            return called.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /// Gives a time back after a pause: what a store says is true when it is said, and is heard a moment later.
    private Instant late(Instant time) {
        pause();
        return time;
    }

    private void fault(String what) {
        if (simulation.chance(FAULTS)) {
            simulation.note(what);
            throw WingsException.unavailable("the database: " + what, null);
        }
    }

    private void pause() {
        if (simulation.chance(0.8)) {
            return;
        }
        try {
            process.world().scheduler().sleep(simulation.upTo(simulation.chance(0.01) ? SLOW : USUAL));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WingsException.unavailable("interrupted", e);
        }
    }
}
