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
package dev.wings.server.write;

import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.SchemaPolicy;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeText;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.SqlTypes;
import dev.wings.server.table.TopicTable;
import java.util.ArrayList;
import java.util.List;

/// Writes the statement that makes a topic like one that exists. [WriteStatement] reads the same topic from it.
final class CreateTableText {

    private CreateTableText() {}

    static String of(Topic topic) {
        TopicName name = TopicName.parse(topic.getName());
        LakeSpec lake = topic.getLake();
        StringBuilder text = new StringBuilder("CREATE TABLE ")
                .append(SqlTypes.identifier(name.namespace()))
                .append('.')
                .append(SqlTypes.identifier(name.topic()))
                .append(" (\n  ")
                .append(SchemaText.format(topic.getSchema()))
                .append("\n)");
        List<String> options = new ArrayList<>();
        TopicTable.of(topic).partitionKey().ifPresent(key -> options.add(option("partition_by", key.name())));
        if (lake.hasPartitioning()) {
            if (lake.getPartitioning().getFieldsCount() == 0) {
                options.add(option("lake_partition_by", LakeText.formatPartitioning(lake.getPartitioning())));
            } else {
                text.append("\nPARTITIONED BY (")
                        .append(LakeText.formatPartitioning(lake.getPartitioning()))
                        .append(')');
            }
        }
        if (lake.getSortOrderCount() > 0) {
            options.add(option("lake_sort_by", LakeText.formatSortOrder(lake.getSortOrderList())));
        }
        if (lake.getTimeAs() != Primitive.PRIMITIVE_UNSPECIFIED) {
            options.add(option("lake_time_as", LakeText.formatTimeAs(lake.getTimeAs())));
        }
        if (lake.hasFreshness()) {
            options.add(option("freshness", LakeText.formatFreshness(lake.getFreshness())));
        }
        if (lake.getTargetSegmentBytes() > 0) {
            options.add(option("target_segment_bytes", Long.toString(lake.getTargetSegmentBytes())));
        }
        if (topic.getSchemaPolicy() == SchemaPolicy.ADDITIVE) {
            options.add(option("schema_policy", "additive"));
        }
        IntakeText.options(topic.getIntake()).forEach((option, value) -> options.add(option(option, value)));
        if (!options.isEmpty()) {
            text.append("\nWITH (\n  ").append(String.join(",\n  ", options)).append("\n)");
        }
        return text.append(';').toString();
    }

    private static String option(String name, String value) {
        return name + " = '" + value.replace("'", "''") + "'";
    }
}
