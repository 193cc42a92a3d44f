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
package dev.wings.cli.resource;

import com.google.protobuf.Timestamp;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.Tenant;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.IntakeText;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Resources as ordered keys and values, under the names that the protocol gives them.
final class ResourceView {

    private ResourceView() {}

    static Map<String, Object> tenant(Tenant tenant) {
        return common(tenant.getName(), tenant.getUid(), tenant.getCreateTime());
    }

    static Map<String, Object> objectStore(ObjectStore store) {
        Map<String, Object> view = common(store.getName(), store.getUid(), store.getCreateTime());
        view.put("uri", store.getUri());
        return view;
    }

    static Map<String, Object> namespace(Namespace namespace) {
        Map<String, Object> view = common(namespace.getName(), namespace.getUid(), namespace.getCreateTime());
        view.put("object_store", namespace.getObjectStore());
        view.put("object_prefix", namespace.getObjectPrefix());
        return view;
    }

    static Map<String, Object> topic(Topic topic) {
        Map<String, Object> view = common(topic.getName(), topic.getUid(), topic.getCreateTime());
        view.put("partition_by", partitionKey(topic));
        view.put("schema_version", topic.getSchema().getVersion());
        view.put(
                "schema_policy", SchemaPolicy.fromProto(topic.getSchemaPolicy()).toString());
        view.put("on_error", IntakeRules.fromProto(topic.getIntake()).onError().toString());
        IntakeText.options(topic.getIntake()).forEach(view::put);
        List<Object> fields = new ArrayList<>();
        for (TopicField field : SchemaProtos.fromProto(topic.getSchema()).fields()) {
            Map<String, Object> column = new LinkedHashMap<>();
            column.put("id", field.id());
            column.put("name", field.name());
            column.put("type", field.type().toString());
            column.put("required", field.required());
            field.defaults().later().ifPresent(value -> column.put("default", value.text()));
            fields.add(column);
        }
        view.put("fields", fields);
        Map<String, Object> lake = new LinkedHashMap<>();
        lake.put("partitioning", LakeText.formatPartitioning(topic.getLake().getPartitioning()));
        lake.put("sort_order", LakeText.formatSortOrder(topic.getLake().getSortOrderList()));
        lake.put("freshness", LakeText.formatFreshness(topic.getLake().getFreshness()));
        lake.put("target_segment_bytes", topic.getLake().getTargetSegmentBytes());
        lake.put("time_as", LakeText.formatTimeAs(topic.getLake().getTimeAs()));
        view.put("lake", lake);
        return view;
    }

    static Map<String, Object> task(Task task) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", task.getName());
        view.put("kind", task.getKind().name());
        view.put("state", task.getState().name());
        view.put("target", task.getTarget());
        view.put("target_uid", task.getTargetUid());
        view.put("epoch", task.getEpoch());
        view.put("attempts", task.getAttempts());
        view.put("failure", task.getFailure());
        view.put("progress", task.getProgress());
        view.put("worker", task.getWorker());
        view.put("create_time", instant(task.getCreateTime()).toString());
        view.put("update_time", instant(task.getUpdateTime()).toString());
        view.put("next_run_time", instant(task.getNextRunTime()).toString());
        view.put(
                "lease_end_time",
                task.hasLeaseEndTime() ? instant(task.getLeaseEndTime()).toString() : "");
        return view;
    }

    /// The name of the field that rows are partitioned by; empty for none.
    static String partitionKey(Topic topic) {
        return topic.getSchema().getFieldsList().stream()
                .filter(field -> field.getId() == topic.getPartitionFieldId())
                .map(dev.wings.common.proto.Field::getName)
                .findFirst()
                .orElse("");
    }

    /// A time to the second, UTC.
    static String time(Timestamp time) {
        return instant(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// The last part of a resource's name.
    static String id(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static Map<String, Object> common(String name, String uid, Timestamp createTime) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", name);
        view.put("uid", uid);
        view.put("create_time", instant(createTime).toString());
        return view;
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
