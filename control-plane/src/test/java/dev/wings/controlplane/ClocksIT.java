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

import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.GetTaskRequest;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseRef;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TaskState;
import dev.wings.common.time.IdGenerator;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.TestPostgres;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Replicas whose clocks are apart, one of them with the database's: what is a lease for one is one for both.
@Timeout(240)
final class ClocksIT {

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-2M", "PT2H", "PT-2H"})
    void leaseIsJudgedByTheDatabasesTime(Duration off) {
        DatabaseConfig database = TestPostgres.shared().createDatabase();
        InstantSource wrong = InstantSource.offset(InstantSource.system(), off);
        try (TestControlPlane here = new TestControlPlane(database);
                TestControlPlane there =
                        new TestControlPlane(database, 0, new IdGenerator(wrong, new SecureRandom()))) {
            // made by one, due for the other at once, in both directions
            here.createTopic("one", "origin");
            Lease one = lease(there, Duration.ofSeconds(60)).getLease();
            there.createTopic("two", "origin");
            Lease two = lease(here, Duration.ofSeconds(60)).getLease();
            assertThat(one.getTask().getTarget()).endsWith("topics/one");
            assertThat(two.getTask().getTarget()).endsWith("topics/two");

            // neither takes the other's away
            assertThat(lease(here, Duration.ofMillis(1)).hasLease()).isFalse();
            assertThat(lease(there, Duration.ofMillis(1)).hasLease()).isFalse();
            assertThat(get(here, one).getState()).isEqualTo(TaskState.RUNNING);
            assertThat(get(here, two).getState()).isEqualTo(TaskState.RUNNING);

            // and what one extends lasts as long for the other
            there.tasks()
                    .renewLease(
                            RenewLeaseRequest.newBuilder().setLease(ref(two)).build());
            Instant end = Instant.ofEpochSecond(get(here, two).getLeaseEndTime().getSeconds());
            assertThat(end)
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
            assertThat(lease(here, Duration.ofMillis(1)).hasLease()).isFalse();
            there.tasks()
                    .completeTask(
                            CompleteTaskRequest.newBuilder().setLease(ref(two)).build());
            here.tasks()
                    .completeTask(
                            CompleteTaskRequest.newBuilder().setLease(ref(one)).build());
            assertThat(get(there, one).getState()).isEqualTo(TaskState.DONE);
        }
    }

    private static LeaseTaskResponse lease(TestControlPlane replica, Duration wait) {
        return replica.tasks()
                .leaseTask(LeaseTaskRequest.newBuilder()
                        .addKinds(TaskKind.CREATE_TABLE)
                        .setWorker("worker")
                        .setWait(com.google.protobuf.Duration.newBuilder().setSeconds(wait.toSeconds()))
                        .build());
    }

    private static LeaseRef ref(Lease lease) {
        return LeaseRef.newBuilder()
                .setTask(lease.getTask().getName())
                .setEpoch(lease.getTask().getEpoch())
                .build();
    }

    private static Task get(TestControlPlane replica, Lease lease) {
        return replica.tasks()
                .getTask(GetTaskRequest.newBuilder()
                        .setName(lease.getTask().getName())
                        .build());
    }
}
