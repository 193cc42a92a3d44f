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
package dev.wings.common.schema;

import dev.wings.common.error.WingsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One version of a topic's schema. Fails with INVALID, naming the field, if it is not a legal one.
///
/// @param version counts up from 0 with each change
/// @param fields the columns in the order in which `select *` shows them; at least one
/// @param lastFieldId the highest field id ever given in the topic, nested fields included
public record TopicSchema(int version, List<TopicField> fields, int lastFieldId) {

    /// The most fields of a schema, nested ones included.
    public static final int MAX_FIELDS = 2_000;

    /// How deep fields nest; a column is at depth 1.
    public static final int MAX_DEPTH = 32;

    /// SQL name of a row's position in its partition: a column of every topic.
    public static final String OFFSET_COLUMN = "__offset__";

    /// SQL name of a row's timestamp: a column of every topic.
    public static final String TIMESTAMP_COLUMN = "__timestamp__";

    private static final Set<String> RESERVED_COLUMNS = Set.of(OFFSET_COLUMN, TIMESTAMP_COLUMN);

    /// Whether each topic has a column of this name of its own: the place or the time of a row.
    public static boolean isOfEachTopic(String column) {
        return RESERVED_COLUMNS.contains(TopicField.folded(column));
    }

    public TopicSchema {
        fields = List.copyOf(fields);
        if (version < 0) {
            throw WingsException.invalid("bad schema version: 0 or more is expected: version=" + version);
        }
        if (fields.isEmpty()) {
            throw WingsException.invalid("a topic needs at least one field");
        }
        if (lastFieldId > TopicField.MAX_ID) {
            throw WingsException.invalid(
                    "bad last field id: the limit is " + TopicField.MAX_ID + ": id=" + lastFieldId);
        }
        FieldType.checkUniqueNames(fields);
        for (TopicField field : fields) {
            if (isOfEachTopic(field.name())) {
                throw WingsException.invalid("the field's name is reserved: field=\"" + field.name() + "\"");
            }
        }
        Map<Integer, String> seen = new HashMap<>();
        checkFields(fields, 1, lastFieldId, seen);
    }

    /// The number of fields, nested ones included.
    public int countFields() {
        return count(fields);
    }

    private static int count(List<TopicField> fields) {
        return fields.stream()
                .mapToInt(field -> 1 + count(field.type().children()))
                .sum();
    }

    /// The column of that name, matched without regard to case.
    public Optional<TopicField> find(String name) {
        String folded = TopicField.folded(name);
        return fields.stream()
                .filter(field -> TopicField.folded(field.name()).equals(folded))
                .findFirst();
    }

    /// The field at the end of a path of names from the top, matched without regard to case.
    public Optional<TopicField> find(List<String> path) {
        List<TopicField> siblings = fields;
        Optional<TopicField> found = Optional.empty();
        for (String name : path) {
            String folded = TopicField.folded(name);
            found = siblings.stream()
                    .filter(field -> TopicField.folded(field.name()).equals(folded))
                    .findFirst();
            siblings = found.map(field -> field.type().children()).orElse(List.of());
        }
        return found;
    }

    /// The column of that id.
    public Optional<TopicField> find(int id) {
        return fields.stream().filter(field -> field.id() == id).findFirst();
    }

    /// The column that rows can be partitioned by; fails with INVALID if there is no such column or its type
    /// cannot be a partition key (floating point and nested types).
    public TopicField partitionKey(String name) {
        TopicField field = find(name)
                .orElseThrow(() -> WingsException.invalid("the partition key is not a field of the topic: field=\""
                        + TopicField.printable(name) + "\", fields=" + TopicField.printableNames(fields)));
        return checkPartitionKey(field);
    }

    /// As [#partitionKey(String)], for a field id.
    public TopicField partitionKey(int id) {
        TopicField field = find(id).orElseThrow(
                        () -> WingsException.invalid("the partition key is not a field of the topic: field_id=" + id));
        return checkPartitionKey(field);
    }

    private static TopicField checkPartitionKey(TopicField field) {
        if (!field.type().canPartition()) {
            throw WingsException.invalid("a field of this type cannot be the partition key: field=\"" + field.name()
                    + "\", type=" + TopicField.printable(field.type().toString()));
        }
        return field;
    }

    private static void checkFields(List<TopicField> fields, int depth, int lastFieldId, Map<Integer, String> seen) {
        for (TopicField field : fields) {
            if (depth > MAX_DEPTH) {
                throw WingsException.invalid(
                        "fields are nested too deeply: field=\"" + field.name() + "\", limit=" + MAX_DEPTH);
            }
            if (field.id() > lastFieldId) {
                throw WingsException.invalid("the field's id is above the last id of the schema: field=\""
                        + field.name() + "\", id=" + field.id() + ", last=" + lastFieldId);
            }
            String other = seen.putIfAbsent(field.id(), field.name());
            if (other != null) {
                throw WingsException.invalid("two fields have the same id: field=\"" + field.name() + "\", other=\""
                        + other + "\", id=" + field.id());
            }
            if (seen.size() > MAX_FIELDS) {
                throw WingsException.invalid("the schema has too many fields: limit=" + MAX_FIELDS);
            }
            checkFields(field.type().children(), depth + 1, lastFieldId, seen);
        }
    }
}
