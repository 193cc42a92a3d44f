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
package dev.wings.compactor;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.process.ServiceProcess;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.apache.arrow.memory.RootAllocator;

/// The compactor as a process of its own.
public final class Main {

    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private Main() {}

    public static void main(String[] args) {
        ServiceProcess.run(
                "compactor",
                () -> open(Settings.read(CompactorConfig.SERVICE, System.getenv(), CompactorConfig::from)));
    }

    private static AutoCloseable open(CompactorConfig config) {
        Resources resources = new Resources();
        try {
            Telemetry telemetry = resources.add(Telemetry.open("compactor"));
            Scheduler scheduler = resources.add(Scheduler.system());
            RootAllocator allocator = resources.add(new RootAllocator());
            ObjectStores stores = resources.add(new ObjectStores());
            GrpcClient controlPlane =
                    resources.add(GrpcClient.open(config.controlPlane(), config.callTimeout(), MAX_ANSWER_BYTES));
            IdGenerator ids = new IdGenerator(InstantSource.system(), new SecureRandom());
            resources.add(Compactor.open(
                    config,
                    new Compactor.Surroundings(
                            controlPlane.channel(), stores::open, allocator, scheduler, ids, telemetry)));
            return resources;
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }
}
