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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.OnError;
import dev.wings.common.proto.SchemaPolicy;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.topic.DeadLetters;
import dev.wings.controlplane.postgres.TestPostgres;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which rows a topic takes is said when it is made, and changed later; the topics of dead letters are what
/// they are.
@Timeout(120)
final class IntakeRulesIT {

    private static final IntakeSpec DEAD_LETTER =
            IntakeSpec.newBuilder().setOnError(OnError.DEAD_LETTER).build();

    private TestControlPlane wings;

    @BeforeEach
    void open() {
        wings = new TestControlPlane(TestPostgres.shared().createDatabase());
    }

    @AfterEach
    void close() {
        wings.close();
    }

    @Test
    void rulesAreMadeWithTheTopicAndChangedLater() {
        assertThat(create("plain", "id long", IntakeSpec.getDefaultInstance())
                        .getIntake()
                        .getOnError())
                .isEqualTo(OnError.REJECT);
        Topic made = create("events", "id long", DEAD_LETTER);
        assertThat(made.getIntake()).isEqualTo(DEAD_LETTER);
        assertThat(get("events")).isEqualTo(made);

        Topic changed = update("events", OnError.REJECT);

        assertThat(changed.getIntake().getOnError()).isEqualTo(OnError.REJECT);
        assertThat(changed.getEtag()).isNotEqualTo(made.getEtag());
        assertThat(get("events")).isEqualTo(changed);
        assertRefused(
                "intake.other",
                () -> wings.cluster()
                        .updateTopic(UpdateTopicRequest.newBuilder()
                                .setTopic(Topic.newBuilder().setName(made.getName()))
                                .setUpdateMask(FieldMask.newBuilder().addPaths("intake.other"))
                                .build()));
    }

    @Test
    void namesOfDeadLettersAreForThem() {
        assertRefused("__errors", () -> create("events__errors", "id long", IntakeSpec.getDefaultInstance()));
        assertRefused(
                "events__errors",
                () -> wings.cluster().createTopic(request("events__errors", DeadLetters.SCHEMA, DEAD_LETTER)));
        Topic letters = wings.cluster()
                .createTopic(request("events__errors", DeadLetters.SCHEMA, IntakeSpec.getDefaultInstance()));
        assertThat(letters.getName()).endsWith("/events__errors");
        assertRefused("dead letters", () -> update("events__errors", OnError.DEAD_LETTER));
        assertRefused(
                "stay as they are",
                () -> wings.cluster()
                        .updateTopic(UpdateTopicRequest.newBuilder()
                                .setTopic(Topic.newBuilder().setName(letters.getName()))
                                .addAllSchemaChanges(List.of(SchemaChangeProtos.drop(List.of("door"))))
                                .build()));
        assertRefused(
                "stay as they are",
                () -> wings.cluster()
                        .updateTopic(UpdateTopicRequest.newBuilder()
                                .setTopic(Topic.newBuilder()
                                        .setName(letters.getName())
                                        .setSchemaPolicy(SchemaPolicy.ADDITIVE))
                                .setUpdateMask(FieldMask.newBuilder().addPaths("schema_policy"))
                                .build()));
    }

    @Test
    void aNameWithoutRoomForMoreHasNoDeadLetters() {
        String longest = "t".repeat(55);
        assertThat(create(longest, "id long", DEAD_LETTER).getIntake()).isEqualTo(DEAD_LETTER);
        assertRefused("too long", () -> create(longest + "t", "id long", DEAD_LETTER));
        Topic made = create(longest + "t", "id long", IntakeSpec.getDefaultInstance());
        assertRefused("too long", () -> update(longest + "t", OnError.DEAD_LETTER));
        assertThat(get(longest + "t")).isEqualTo(made);
    }

    @Test
    void theColumnThatSaysWhenRowsHappenedIsATimeThatStays() {
        IntakeSpec bounds = IntakeSpec.newBuilder()
                .setTimestampField("at")
                .setMaxLate(Duration.newBuilder().setSeconds(60))
                .build();
        Topic made = create("timed", "id long, at timestamptz, name string", bounds);
        assertThat(made.getIntake().getTimestampFieldId()).isEqualTo(2);
        assertThat(made.getIntake().getMaxLate().getSeconds()).isEqualTo(60);
        assertThat(made.getIntake().hasMaxFuture()).isFalse();
        assertThat(get("timed")).isEqualTo(made);
        assertRefused(
                "type=string",
                () -> create(
                        "bad",
                        "name string",
                        IntakeSpec.newBuilder().setTimestampField("name").build()));
        assertRefused(
                "found=\"when\"",
                () -> create(
                        "bad",
                        "name string",
                        IntakeSpec.newBuilder().setTimestampField("when").build()));
        assertRefused(
                "max_late",
                () -> create(
                        "bad",
                        "at timestamp",
                        IntakeSpec.newBuilder().setMaxLate(bounds.getMaxLate()).build()));
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> change(
                        UpdateTopicRequest.newBuilder().addSchemaChanges(SchemaChangeProtos.drop(List.of("at")))))
                .withMessageContaining("FAILED_PRECONDITION")
                .withMessageContaining("timestamp_column");
        Topic renamed = change(UpdateTopicRequest.newBuilder()
                .addSchemaChanges(SchemaChangeProtos.of(List.of("at")).setRename("happened")));
        assertThat(renamed.getIntake().getTimestampField()).isEqualTo("happened");

        Topic without = change(UpdateTopicRequest.newBuilder()
                .setUpdateMask(FieldMask.newBuilder().addPaths("intake.timestamp_field")));

        assertThat(without.getIntake())
                .isEqualTo(IntakeSpec.newBuilder().setOnError(OnError.REJECT).build());
        assertThat(change(UpdateTopicRequest.newBuilder()
                                .addSchemaChanges(SchemaChangeProtos.drop(List.of("happened"))))
                        .getSchema()
                        .getFieldsCount())
                .isEqualTo(2);
    }

    private Topic change(UpdateTopicRequest.Builder request) {
        return wings.cluster()
                .updateTopic(request.setTopic(Topic.newBuilder().setName(name("timed")))
                        .build());
    }

    private Topic create(String id, String schema, IntakeSpec intake) {
        return wings.cluster().createTopic(request(id, SchemaText.parseSchema(schema), intake));
    }

    private static CreateTopicRequest request(String id, dev.wings.common.proto.Schema schema, IntakeSpec intake) {
        return CreateTopicRequest.newBuilder()
                .setParent("tenants/default/namespaces/default")
                .setTopicId(id)
                .setTopic(Topic.newBuilder().setSchema(schema).setIntake(intake))
                .build();
    }

    private Topic get(String id) {
        return wings.cluster()
                .getTopic(GetTopicRequest.newBuilder().setName(name(id)).build());
    }

    private Topic update(String id, OnError onError) {
        return wings.cluster()
                .updateTopic(UpdateTopicRequest.newBuilder()
                        .setTopic(Topic.newBuilder()
                                .setName(name(id))
                                .setIntake(IntakeSpec.newBuilder().setOnError(onError)))
                        .setUpdateMask(FieldMask.newBuilder().addPaths("intake.on_error"))
                        .build());
    }

    private static String name(String id) {
        return "tenants/default/namespaces/default/topics/" + id;
    }

    private static void assertRefused(String message, ThrowingCallable call) {
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call).satisfies(failure -> {
            assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(failure.getStatus().getDescription()).contains(message);
        });
    }
}
