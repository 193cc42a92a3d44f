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
package dev.wings.common.topic;

import dev.wings.common.error.WingsException;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.TopicSchema;
import java.util.List;

/// The topics that keep what other topics could not take: their names, and the one schema that all of them
/// have.
public final class DeadLetters {

    /// What the name of such a topic ends with, after the name of the topic whose dead letters it has.
    public static final String SUFFIX = "__errors";

    public static final String REASON = "reason";
    public static final String FIELD = "field";
    public static final String VALUE = "value";
    public static final String ROW_NUMBER = "row_number";
    public static final String DOOR = "door";
    public static final String REQUEST_ID = "request_id";

    /// The schema, as a new topic is made with it.
    public static final dev.wings.common.proto.Schema SCHEMA = SchemaText.parseSchema("""
            reason string not null comment 'why the row was not taken',
            field string comment 'the field that the reason is about, if it is about one',
            value string comment 'what was sent: the value of the field, or the text of the row; cut if it is long',
            row_number long not null comment 'of the batch, from 0 (flight); of the body, from 1 (http)',
            door string not null comment 'where the row came in: flight or http',
            request_id string not null comment 'what the producer calls its request, or what it was given'""");

    private static final TopicSchema CHECKED = SchemaProtos.fromCreateRequest(SCHEMA);

    private DeadLetters() {}

    /// The topic for the dead letters of a topic. Fails with INVALID if its name would be too long.
    public static TopicName of(TopicName topic) {
        String name = topic.topic() + SUFFIX;
        if (!ResourceId.isLegal(name)) {
            throw WingsException.invalid("the topic's name is too long for a topic of dead letters, which has " + SUFFIX
                    + " behind it: topic=" + topic);
        }
        return topic.parent().topic(name);
    }

    /// Whether the name is one that a topic of dead letters has.
    public static boolean isNameOfOne(TopicName topic) {
        return topic.topic().endsWith(SUFFIX);
    }

    /// Whether the columns are those of dead letters, whatever their comments say.
    public static boolean isSchemaOfOne(TopicSchema schema) {
        return columns(schema).equals(columns(CHECKED));
    }

    private static List<String> columns(TopicSchema schema) {
        return schema.fields().stream()
                .map(field -> field.name() + " " + field.type() + " " + field.required())
                .toList();
    }
}
