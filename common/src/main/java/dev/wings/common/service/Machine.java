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
package dev.wings.common.service;

import dev.wings.common.process.Resources;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import java.net.URI;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/// What the services of one process share: its memory, its object stores, its world.
public record Machine(ObjectStores stores, BufferAllocator allocator, World world) {

    private static final int MAX_ANSWER_BYTES = 64 << 20;

    /// @param resources own what is opened, here and in [#surroundings]
    public static Machine open(Resources resources) {
        World world = World.system();
        resources.add(world.scheduler());
        return new Machine(resources.add(new ObjectStores()), resources.add(new RootAllocator()), world);
    }

    /// The surroundings of one service, with figures and a connection to the control plane of its own. It
    /// connects to nothing yet.
    ///
    /// @param callTimeout how long a call to the control plane that sets no limit may take
    public Surroundings surroundings(String service, URI controlPlane, Duration callTimeout, Resources resources) {
        Telemetry telemetry = resources.add(Telemetry.open(service));
        GrpcClient client = resources.add(GrpcClient.open(controlPlane, callTimeout, MAX_ANSWER_BYTES));
        return new Surroundings(client.channel(), stores::open, allocator, world, telemetry);
    }
}
