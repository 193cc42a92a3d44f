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
package dev.wings.controlplane.postgres;

import dev.wings.common.config.Secret;
import java.time.Duration;
import java.util.Optional;

/// How to reach the database.
///
/// @param url the URL for JDBC: `jdbc:postgresql://host:port/database`
/// @param commitConnections for commits
/// @param taskConnections for tasks, and commits to tables
/// @param readConnections for plans and lists; a plan holds one while it is read
/// @param connectTimeout how long a request waits for a connection before it is told that the database is away
public record DatabaseConfig(
        String url,
        String user,
        Optional<Secret> password,
        int commitConnections,
        int taskConnections,
        int readConnections,
        Duration connectTimeout) {

    public DatabaseConfig {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("the database's URL must start with jdbc:postgresql:");
        }
        if (commitConnections < 1 || taskConnections < 1 || readConnections < 1) {
            throw new IllegalArgumentException("too few database connections: commit=" + commitConnections + ", task="
                    + taskConnections + ", read=" + readConnections);
        }
    }
}
