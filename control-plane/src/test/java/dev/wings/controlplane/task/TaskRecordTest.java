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
package dev.wings.controlplane.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class TaskRecordTest {

    private static final TaskPolicy POLICY = TaskFixture.POLICY;
    private static final TaskTarget TARGET =
            new TaskTarget(new UUID(0, 1), new UUID(0, 2), new UUID(0, 2), "tenants/acme/namespaces/sales");

    @Test
    void taskThatFailsForGoodIsDead() {
        assertThat(failed(waiting(TaskKind.COMPACT)).state()).isEqualTo(TaskState.DEAD);
    }

    @Test
    void collectionOfGarbageIsTriedForEverAndSaysWhy() {
        TaskRecord task = waiting(TaskKind.COLLECT_GARBAGE);
        for (int i = 0; i < 2 * POLICY.maxAttempts(); i++) {
            task = failed(task);
            assertThat(task.state()).isEqualTo(TaskState.WAITING);
            assertThat(task.failure()).isEqualTo("no such file");
        }
        assertThat(task.attempts()).isGreaterThan(POLICY.maxAttempts());
    }

    private static TaskRecord waiting(TaskKind kind) {
        Instant start = TaskFixture.START;
        return TaskRecord.of(new NewTask(new UUID(0, 3), kind, TARGET, 0, start, start), start);
    }

    private static TaskRecord failed(TaskRecord task) {
        TaskRecord leased = task.leased("worker", TaskFixture.START, POLICY.lease());
        return leased.failed(
                leased.epoch(), "no such file", FailureCause.PERMANENT, TaskFixture.START, POLICY, new Random(1));
    }
}
