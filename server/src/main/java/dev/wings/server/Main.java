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
package dev.wings.server;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.process.ServiceProcess;
import dev.wings.common.service.Machine;
import dev.wings.common.service.Surroundings;

/// The SQL server as a process of its own.
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        ServiceProcess.run(
                "server", () -> open(Settings.read(ServerConfig.SERVICE, System.getenv(), ServerConfig::from)));
    }

    private static AutoCloseable open(ServerConfig config) {
        return Resources.opening(resources -> {
            Surroundings surroundings = Machine.open(resources)
                    .surroundings("server", config.controlPlane(), config.callTimeout(), resources);
            resources.add(SqlServer.open(config, surroundings));
            return resources;
        });
    }
}
