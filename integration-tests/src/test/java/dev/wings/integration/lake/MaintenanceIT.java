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
package dev.wings.integration.lake;

import dev.wings.cli.postgres.EmbeddedPostgres;
import dev.wings.common.config.Secret;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.integration.lake.TestControlPlane.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/// The simulation of maintenance with the state in PostgreSQL (I8).
final class MaintenanceIT extends MaintenanceSimulationTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    @SuppressWarnings("NullAway.Init")
    private EmbeddedPostgres postgres;

    @Override
    State openState() throws InterruptedException {
        postgres = EmbeddedPostgres.open(
                root.resolve("postgresql"),
                Path.of(System.getProperty("java.io.tmpdir"), "wings-test-programs"),
                root.resolve("logs"));
        try {
            Secret password =
                    new Secret(Files.readString(postgres.passwordFile()).strip());
            return State.inPostgres(new DatabaseConfig(
                    postgres.jdbcUrl(), EmbeddedPostgres.USER, Optional.of(password), 2, 2, 2, Duration.ofSeconds(10)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void closeState() {
        postgres.close();
    }
}
