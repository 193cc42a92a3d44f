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
package dev.wings.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Topic;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a control plane starts.
@Timeout(120)
final class StartIT {

    @Test
    void replicasMayStartTogetherOnAnEmptyDatabase() throws Exception {
        DatabaseConfig database = TestPostgres.shared().createEmptyDatabase();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TestControlPlane>> starting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                starting.add(threads.submit(() -> new TestControlPlane(database)));
            }
            for (Future<TestControlPlane> replica : starting) {
                try (TestControlPlane wings = replica.get()) {
                    assertThat(wings.namespace().getName()).isEqualTo(TestControlPlane.NAMESPACE);
                }
            }
        }
    }

    @Test
    void stateOutlivesTheProcess() {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        Topic topic;
        try (TestControlPlane wings = new TestControlPlane(database)) {
            topic = wings.createTopic("flights", "origin");
            wings.log().commitFolio(TestControlPlane.folio(wings.namespace(), new TestPage(topic, "JFK", 3)));
        }
        try (TestControlPlane wings = new TestControlPlane(database)) {
            assertThat(wings.plan(topic)).hasSize(1);
        }
    }

    @Test
    void takenPortIsNamed() {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        try (TestControlPlane wings = new TestControlPlane(database)) {
            int port = wings.controlPlane().grpcPort();
            assertThatThrownBy(() -> new TestControlPlane(database, port))
                    .isInstanceOfSatisfying(WingsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.PRECONDITION);
                        assertThat(failure.getMessage()).contains("127.0.0.1:" + port);
                    });
        }
    }
}
