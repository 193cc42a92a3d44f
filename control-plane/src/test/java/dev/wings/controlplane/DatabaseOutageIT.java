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
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.PlannedPage;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.WatchCommitsRequest;
import dev.wings.common.proto.WatchCommitsResponse;
import dev.wings.controlplane.TestControlPlane.TestPage;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The database goes away and comes back.
@Timeout(180)
final class DatabaseOutageIT {

    private TestPostgres postgres;
    private DatabaseConfig database;

    @BeforeEach
    void start(@TempDir Path directory) {
        postgres = TestPostgres.open(directory.resolve("data"));
        database = postgres.createDatabase();
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    /// I1, I4.
    @Test
    void everyAcknowledgedCommitSurvivesAndUnknownOutcomesAreResolvedByRepeating() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Map<CommitFolioRequest, CommitFolioResponse> acknowledged = new ConcurrentHashMap<>();
        Queue<CommitFolioRequest> unknown = new ConcurrentLinkedQueue<>();
        try (TestControlPlane wings = new TestControlPlane(database);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Topic topic = wings.createTopic("flights", "origin");
            Namespace namespace = wings.namespace();
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                callers.add(threads.submit(() -> {
                    while (!done.get()) {
                        CommitFolioRequest request = TestControlPlane.folio(
                                namespace, new TestPage(topic, "JFK", 3), new TestPage(topic, "AMS", 2));
                        try {
                            acknowledged.put(request, wings.log().commitFolio(request));
                        } catch (StatusRuntimeException e) {
                            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                            unknown.add(request);
                        }
                    }
                }));
            }
            awaitMore(acknowledged, 50);
            postgres.stop();
            while (unknown.isEmpty()) {
                LockSupport.parkNanos(1_000_000);
            }
            postgres.startAgain();
            // it recovers by itself
            awaitMore(acknowledged, acknowledged.size() + 50);
            done.set(true);
            for (Future<?> caller : callers) {
                caller.get();
            }

            for (CommitFolioRequest request : unknown) {
                acknowledged.put(request, wings.log().commitFolio(request));
            }
            acknowledged.forEach((request, response) ->
                    assertThat(wings.log().commitFolio(request)).isEqualTo(response));
            Set<Long> numbers = new HashSet<>();
            acknowledged.values().forEach(response -> numbers.add(response.getCommitNumber()));
            assertThat(numbers).hasSameSizeAs(acknowledged.keySet());
            List<PlannedPage> pages = wings.plan(topic);
            assertThat(pages).hasSize(2 * acknowledged.size());
            assertThat(pages.getLast().getEndOffset()).isEqualTo(3L * acknowledged.size());
        }
    }

    @Tag("full")
    @Test
    void followersAreToldAndGoOnFromWhereTheyWere() {
        try (TestControlPlane wings = new TestControlPlane(database)) {
            Topic topic = wings.createTopic("flights", "origin");
            Namespace namespace = wings.namespace();
            WatchCommitsRequest request = WatchCommitsRequest.newBuilder()
                    .setNamespaceUid(namespace.getUid())
                    .setStartCommitNumber(1)
                    .build();
            Iterator<WatchCommitsResponse> answers = wings.log().watchCommits(request);
            assertThat(answers.next().getCommitsCount()).isZero();
            postgres.stop();
            assertThatThrownBy(() -> wings.log().watchCommits(request).next())
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            postgres.startAgain();
            CommitFolioRequest folio = TestControlPlane.folio(namespace, new TestPage(topic, "JFK", 3));
            assertThat(retry(wings, folio).getCommitNumber()).isEqualTo(1);
            assertThat(answers.next().getCommits(0).getCommitNumber()).isEqualTo(1);
        }
    }

    private static CommitFolioResponse retry(TestControlPlane wings, CommitFolioRequest folio) {
        while (true) {
            try {
                return wings.log().commitFolio(folio);
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            }
        }
    }

    private static void awaitMore(Map<?, ?> acknowledged, int count) {
        while (acknowledged.size() < count) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void databaseThatIsAwayAtStartIsOneClearError() {
        postgres.stop();
        assertThatThrownBy(() -> new TestControlPlane(database))
                .isInstanceOfSatisfying(WingsException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
                    assertThat(failure.getMessage())
                            .startsWith("the metadata database cannot be reached: url=jdbc:postgresql://")
                            .contains("user=postgres")
                            .doesNotContain("password=");
                });
        postgres.startAgain();
        new TestControlPlane(database).close();
    }
}
