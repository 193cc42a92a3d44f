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
package dev.wings.cli.dev;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.push.Pusher;
import dev.wings.cli.sql.Answer;
import dev.wings.client.FlightConnection;
import dev.wings.client.SqlSession;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.TopicName;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;

/// One request to each service over the network, as the first client would send it: what only shows at the first
/// request (Arrow without its JVM flags, DuckDB that cannot be loaded) shows before anybody is told `ready`.
final class FirstRequests {

    /// A machine that does much else needs longer for what comes first, but not for ever.
    private static final int MAX_ATTEMPTS = 5;

    private FirstRequests() {}

    /// Returns once each service has answered. Fails as the request did.
    static void await(Connection connection) throws InterruptedException {
        try (SqlSession session = SqlSession.open(connection.endpoint(Port.SERVER))) {
            boolean answered = false;
            for (int attempt = 1; !answered; attempt++) {
                answered = isAnswered(session, attempt == MAX_ATTEMPTS);
            }
        }
        try (BufferAllocator allocator = new RootAllocator();
                FlightConnection ingestor = FlightConnection.open(connection.endpoint(Port.INGESTOR), allocator);
                Pusher pusher = new Pusher(
                        ingestor,
                        allocator,
                        missing(connection),
                        new Schema(List.of()),
                        new DictionaryProvider.MapDictionaryProvider(),
                        1)) {
            pusher.finish();
        } catch (WingsException e) {
            // this is the right answer
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /// Planning a query takes an engine and asks the control plane; rows as they stand in a table take no other engine.
    private static boolean isAnswered(SqlSession session, boolean last) {
        try {
            Answer.of(session, "select topic from system.topics limit 1");
            return true;
        } catch (WingsException e) {
            if (last || e.kind() != ErrorKind.DEADLINE) {
                throw e;
            }
            return false;
        }
    }

    /// A topic that nobody has: its name is the longest there is.
    private static TopicName missing(Connection connection) {
        return connection.topic("z".repeat(63));
    }
}
