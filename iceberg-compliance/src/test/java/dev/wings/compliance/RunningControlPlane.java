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
package dev.wings.compliance;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import dev.wings.controlplane.ControlPlane;
import dev.wings.controlplane.ControlPlaneConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A control plane on a PostgreSQL of its own, with a new directory as its object store. The kit's client finds it by
/// system properties.
final class RunningControlPlane implements BeforeAllCallback, AfterAllCallback {

    private final Resources resources = new Resources();

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        EmbeddedPostgres postgres = resources.add(EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofSeconds(60))
                .start());
        Path password = Files.writeString(Files.createTempFile("wings-compliance", ".password"), "postgres");
        resources.add(() -> Files.delete(password));
        ControlPlaneConfig config = Settings.read(
                ControlPlaneConfig.SERVICE,
                Map.of(
                        "WINGS_CONTROL_PLANE_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"),
                        "WINGS_CONTROL_PLANE_DATABASE_USER", "postgres",
                        "WINGS_CONTROL_PLANE_DATABASE_PASSWORD_FILE", password.toString(),
                        "WINGS_CONTROL_PLANE_GRPC_PORT", "0",
                        "WINGS_CONTROL_PLANE_MANAGEMENT_PORT", "0",
                        "WINGS_CONTROL_PLANE_HTTP_PORT", "0"),
                ControlPlaneConfig::from);
        World world = World.system();
        resources.add(world.scheduler());
        ControlPlane controlPlane = resources.add(ControlPlane.open(
                config,
                new ControlPlane.Surroundings(
                        resources.add(new ObjectStores()), world, resources.add(Telemetry.open("control-plane")))));
        Path objects = Files.createTempDirectory(Path.of("target"), "objects").toAbsolutePath();
        controlPlane.createDefaults(objects.toUri());
        System.setProperty("uri", "http://127.0.0.1:" + controlPlane.httpPort() + "/iceberg");
        System.setProperty("warehouse", "tenants/default");
        System.setProperty("rck.requires-namespace-create", "true");
        System.setProperty("rck.supports-names-with-dot", "false");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        resources.close();
    }
}
