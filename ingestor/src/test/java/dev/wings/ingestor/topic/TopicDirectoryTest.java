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
package dev.wings.ingestor.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.time.ManualTime;
import dev.wings.ingestor.testing.MemoryControlPlane;
import dev.wings.ingestor.testing.SampleRows;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicDirectoryTest {

    private static final TopicName NAME = TopicName.parse("tenants/default/namespaces/default/topics/events");

    private final MemoryControlPlane controlPlane = new MemoryControlPlane("file:///nowhere");
    private final TopicDirectory directory = new TopicDirectory(
            ClusterMetadataGrpc.newBlockingStub(controlPlane.channel()), Duration.ofSeconds(20), new ManualTime());

    @AfterEach
    void close() {
        controlPlane.close();
    }

    private Topic createTopic() {
        return controlPlane.createTopic(NAME.toString(), new TopicSchema(0, List.of(SampleRows.ID), 1), "");
    }

    @Test
    void whatIsKnownIsAskedForOnce() {
        Topic topic = createTopic();
        assertThat(directory.load(NAME).uid()).isEqualTo(topic.getUid());
        assertThat(directory.load(NAME)).isSameAs(directory.load(NAME));
        assertThat(controlPlane.lookups()).isEqualTo(1);
    }

    @Test
    void answerThatWasOvertakenIsAskedForAgain() {
        createTopic();
        AtomicBoolean overtaken = new AtomicBoolean();
        controlPlane.afterLookup(() -> {
            if (overtaken.compareAndSet(false, true)) {
                createTopic();
                directory.refresh(NAME);
            }
        });
        TopicTarget refreshed = directory.refresh(NAME);
        controlPlane.afterLookup(() -> {});
        TopicTarget now = directory.refresh(NAME);
        assertThat(refreshed.uid()).isEqualTo(now.uid());
        assertThat(directory.load(NAME)).isSameAs(refreshed);
    }

    /// Others may learn something else each time.
    @Test
    void topicThatChangesAllTheTimeIsFoundNevertheless() {
        createTopic();
        AtomicBoolean busy = new AtomicBoolean();
        controlPlane.afterLookup(() -> {
            if (busy.compareAndSet(false, true)) {
                createTopic();
                directory.refresh(NAME);
                busy.set(false);
            }
        });
        assertThat(directory.refresh(NAME).name()).isEqualTo(NAME);
    }
}
