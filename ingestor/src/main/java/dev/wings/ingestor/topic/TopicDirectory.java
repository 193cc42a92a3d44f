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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Retries;
import dev.wings.common.schema.SchemaChange;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.time.Scheduler;
import dev.wings.common.topic.DeadLetters;
import dev.wings.common.topic.ResolvedTopic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Topics by name, as the control plane last told them. Each stream asks when it begins; the answer is kept for
/// the batches of all streams until a commit is refused. Safe for use by many threads.
public final class TopicDirectory {

    private static final int MAX_TOPICS = 10_000;

    /// How often a topic is fetched while others keep learning it anew.
    private static final int MAX_ATTEMPTS = 3;

    private final ClusterMetadataBlockingStub clusterMetadata;
    private final Duration callTimeout;
    private final Scheduler scheduler;
    private final Map<TopicName, TopicTarget> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicName, TopicTarget> eldest) {
            return size() > MAX_TOPICS;
        }
    };

    public TopicDirectory(ClusterMetadataBlockingStub clusterMetadata, Duration callTimeout, Scheduler scheduler) {
        this.clusterMetadata = clusterMetadata;
        this.callTimeout = callTimeout;
        this.scheduler = scheduler;
    }

    /// The topic, as last seen. Blocks if it has to be asked for; fails with NOT_FOUND if it does not exist,
    /// and UNAVAILABLE or DEADLINE if the control plane does not answer.
    public TopicTarget load(TopicName name) {
        TopicTarget target = find(name);
        return target == null ? refresh(name) : target;
    }

    /// The topic as it is now: it may have changed, or have been deleted and made again, since it was last
    /// seen. Blocks and fails as [#load] does.
    public TopicTarget refresh(TopicName name) {
        for (int attempt = 1; ; attempt++) {
            TopicTarget last = find(name);
            TopicTarget target = fetch(name, last);
            if (replace(name, last, target) || attempt == MAX_ATTEMPTS) {
                return target;
            }
        }
    }

    /// Makes `target` known, unless something else was learned since `last` was known, which may be newer.
    /// Returns whether it is known now.
    private boolean replace(TopicName name, @Nullable TopicTarget last, TopicTarget target) {
        synchronized (known) {
            TopicTarget now = known.get(name);
            if (!Objects.equals(now, last) && !target.equals(now)) {
                return false;
            }
            known.put(name, target);
            return true;
        }
    }

    private @Nullable TopicTarget find(TopicName name) {
        synchronized (known) {
            return known.get(name);
        }
    }

    /// Adds fields to a topic, and returns it as it is then. Who is not the first to add them finds them there.
    /// Blocks and fails as [#load] does, and with INVALID or PRECONDITION if the topic cannot have them.
    public TopicTarget add(TopicTarget topic, List<SchemaChange> fields) {
        UpdateTopicRequest request = UpdateTopicRequest.newBuilder()
                .setTopic(Topic.newBuilder().setName(topic.name().toString()))
                .addAllSchemaChanges(SchemaChangeProtos.toProtos(fields))
                .build();
        try {
            Topic ignored = Retries.once(() -> clusterMetadata
                    .withDeadline(scheduler.deadline(callTimeout))
                    .updateTopic(request));
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                throw e;
            }
        }
        return refresh(topic.name());
    }

    /// The topic for the dead letters of another as it is now; it is made if it is not there. Blocks and fails
    /// as [#load] does, and with PRECONDITION if it cannot be made.
    public TopicTarget refreshDeadLetters(TopicTarget topic) {
        TopicName name = DeadLetters.of(topic.name());
        try {
            return refresh(name);
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
        }
        CreateTopicRequest request = CreateTopicRequest.newBuilder()
                .setParent(name.parent().toString())
                .setTopicId(name.topic())
                .setTopic(Topic.newBuilder().setSchema(DeadLetters.SCHEMA))
                .build();
        try {
            Topic ignored = Retries.once(() -> clusterMetadata
                    .withDeadline(scheduler.deadline(callTimeout))
                    .createTopic(request));
        } catch (WingsException e) {
            // somebody else may have been the first
            if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                throw e;
            }
        }
        try {
            return refresh(name);
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND
                    ? new WingsException(
                            ErrorKind.PRECONDITION,
                            "the topic for what does not fit cannot be made, its name is that of something else: topic="
                                    + name,
                            e)
                    : e;
        }
    }

    /// Drops what is known of a topic if it still is `target`, so that the next [#load] asks again.
    public void forget(TopicTarget target) {
        synchronized (known) {
            known.remove(target.name(), target);
        }
    }

    /// @param last the topic as it was known, which is returned if it still is that
    private TopicTarget fetch(TopicName name, @Nullable TopicTarget last) {
        // this waits for a control plane that is just being restarted
        ClusterMetadataBlockingStub stub =
                clusterMetadata.withWaitForReady().withDeadline(scheduler.deadline(callTimeout));
        ResolvedTopic topic = Retries.once(() -> ResolvedTopic.ask(stub, name));
        if (last != null
                && last.uid().equals(topic.uid())
                && last.schema().version() == topic.schema().version()
                && last.policy() == topic.policy()
                && last.intake().equals(topic.intake())) {
            return last;
        }
        return new TopicTarget(
                name,
                topic.uid(),
                topic.schema(),
                topic.partitionKey(),
                topic.policy(),
                topic.intake(),
                new NamespaceTarget(name.parent(), topic.namespaceUid(), topic.objectStore(), topic.objectPrefix()));
    }
}
