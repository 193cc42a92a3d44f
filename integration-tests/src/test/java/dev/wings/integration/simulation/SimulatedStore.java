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
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// An object store as one process reaches it. It is slow now and then, refuses a call, or loses its answer.
///
/// @param faults how often a call is refused, and how often its answer is lost
record SimulatedStore(
        Simulation simulation, SimulatedProcess process, MemoryObjectStore objects, Flaw flaw, double faults)
        implements ObjectStore {

    private static final Pattern MANIFEST = Pattern.compile("-m[0-9]+\\.avro$");
    private static final Duration USUAL = Duration.ofMillis(30);
    private static final Duration SLOW = Duration.ofSeconds(5);

    @Override
    public void create(String key, List<ByteBuffer> content) {
        ask("create " + key, () -> {
            if (flaw != Flaw.FORGETFUL_STORE || simulation.chance(0.9)) {
                objects.create(key, content);
            }
            return true;
        });
    }

    @Override
    public void read(String key, long start, ByteBuffer into) {
        ask("read " + key, faultsOf(key), () -> {
            objects.read(key, start, into);
            return true;
        });
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
        return ask("find " + key, faultsOf(key), () -> objects.find(key));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int limit) {
        return ask("list " + prefix, () -> objects.list(prefix, startAfter, limit));
    }

    @Override
    public void delete(String key) {
        ask("delete " + key, () -> {
            objects.delete(key);
            return true;
        });
    }

    /// How often a read fails. Reads of a table's metadata seldom fail, since a task reads many of them, and
    /// repeats none. Reads of a manifest never fail: when Iceberg plans a scan, it waits for such failures in
    /// the machine's time.
    private double faultsOf(String key) {
        if (!key.contains("/metadata/")) {
            return faults;
        }
        return MANIFEST.matcher(key).find() ? 0 : faults / 5;
    }

    private <T> T ask(String what, Supplier<T> work) {
        return ask(what, faults, work);
    }

    private <T> T ask(String what, double probability, Supplier<T> work) {
        pause();
        if (simulation.chance(probability)) {
            simulation.note("refused " + what);
            throw WingsException.unavailable("the store is away", null);
        }
        T answer = work.get();
        simulation.note(what);
        pause();
        if (simulation.chance(probability)) {
            simulation.note("lost answer to " + what);
            throw WingsException.unavailable("the store's answer got lost", null);
        }
        return answer;
    }

    private void pause() {
        try {
            process.world().scheduler().sleep(simulation.upTo(simulation.chance(0.03) ? SLOW : USUAL));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw WingsException.unavailable("interrupted", e);
        }
    }

    @Override
    public void close() {}
}
