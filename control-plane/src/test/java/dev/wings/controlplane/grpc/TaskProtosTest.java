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
package dev.wings.controlplane.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.proto.TaskKind;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TaskProtosTest {

    private static final Set<TaskKind> NONE = EnumSet.of(TaskKind.TASK_KIND_UNSPECIFIED, TaskKind.UNRECOGNIZED);

    @Test
    void everyKindHasItsNameInTheProtocol() {
        for (dev.wings.controlplane.task.TaskKind kind : dev.wings.controlplane.task.TaskKind.values()) {
            assertThat(TaskProtos.fromProto(TaskProtos.toProto(kind))).isEqualTo(kind);
        }
        for (TaskKind kind : EnumSet.complementOf(EnumSet.copyOf(NONE))) {
            assertThat(TaskProtos.toProto(TaskProtos.fromProto(kind))).isEqualTo(kind);
        }
        for (TaskKind kind : NONE) {
            assertThatThrownBy(() -> TaskProtos.fromProto(kind)).hasMessageContaining(kind.name());
        }
    }
}
