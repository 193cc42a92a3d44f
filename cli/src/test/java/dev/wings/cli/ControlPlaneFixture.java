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
package dev.wings.cli;

import dev.wings.common.process.Resources;
import dev.wings.common.service.Machine;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.controlplane.ControlPlane;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A control plane with its state in memory, and commands that talk to it. There is no ingestor and no SQL server.
public final class ControlPlaneFixture implements AutoCloseable {

    private final Resources resources = new Resources();
    private final int port;

    /// @param objects directory of the default object store
    public ControlPlaneFixture(Path objects) {
        ControlPlane controlPlane = resources.add(ControlPlane.openInMemory(new ControlPlane.Surroundings(
                Machine.open(resources), resources.add(Telemetry.open("control-plane")))));
        controlPlane.createDefaults(objects.toUri());
        port = controlPlane.grpcPort();
    }

    public Outcome run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--port-offset=" + (port - 7701));
        return Outcome.of(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        resources.close();
    }
}
