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

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.Schema;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.LakeSpec;
import dev.wings.common.schema.LakeSpecProtos;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.controlplane.cluster.TopicRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads topics.
final class TopicRows {

    private TopicRows() {}

    /// Topics of a tenant, ordered by namespace and topic.
    ///
    /// @param condition SQL about topics `t` and namespaces `n`
    static List<TopicRecord> list(
            Connection connection, String tenant, String condition, int limit, Object... parameters)
            throws SQLException {
        String sql = """
                select t.topic_uid, t.topic_id, t.create_time, t.namespace_uid, t.schema, t.partition_field_id,
                    t.lake, t.schema_policy, t.intake, t.revision, n.namespace_id
                from topics t join namespaces n using (namespace_uid)
                where n.delete_time is null and %s
                order by n.namespace_id, t.topic_id limit ?
                """.formatted(condition);
        Object[] all = Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = limit;
        return Sql.query(
                connection,
                sql,
                row -> {
                    UUID uid = Sql.uuid(row, "topic_uid");
                    return new TopicRecord(
                            new TopicName(tenant, row.getString("namespace_id"), row.getString("topic_id")),
                            uid,
                            Sql.instant(row, "create_time"),
                            Sql.uuid(row, "namespace_uid"),
                            schema(uid, row.getBytes("schema")),
                            // this gives 0 for null
                            row.getInt("partition_field_id"),
                            lake(uid, row.getBytes("lake"), row.getInt("partition_field_id")),
                            SchemaPolicy.valueOf(row.getString("schema_policy")),
                            intake(uid, row.getBytes("intake")),
                            row.getLong("revision"));
                },
                all);
    }

    /// @param stored the layout as it is stored; null for a topic that is older than layouts
    private static LakeSpec lake(UUID topicUid, byte @Nullable [] stored, int partitionFieldId) {
        if (stored == null) {
            return LakeSpec.defaults(partitionFieldId);
        }
        try {
            return LakeSpecProtos.fromProto(dev.wings.common.proto.LakeSpec.parseFrom(stored));
        } catch (InvalidProtocolBufferException | WingsException e) {
            throw WingsException.dataLoss("the topic's stored layout cannot be read: topic_uid=" + topicUid, e);
        }
    }

    /// @param stored the rules as they are stored; null for a topic that is older than they
    private static IntakeRules intake(UUID topicUid, byte @Nullable [] stored) {
        if (stored == null) {
            return IntakeRules.DEFAULT;
        }
        try {
            return IntakeRules.fromProto(IntakeSpec.parseFrom(stored));
        } catch (InvalidProtocolBufferException | WingsException e) {
            throw WingsException.dataLoss("the topic's stored rules cannot be read: topic_uid=" + topicUid, e);
        }
    }

    static TopicSchema schema(UUID topicUid, byte[] stored) {
        try {
            return SchemaProtos.fromProto(Schema.parseFrom(stored));
        } catch (InvalidProtocolBufferException | WingsException e) {
            throw WingsException.dataLoss("the topic's stored schema cannot be read: topic_uid=" + topicUid, e);
        }
    }
}
