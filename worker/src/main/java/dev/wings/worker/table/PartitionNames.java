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
package dev.wings.worker.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.types.Types.NestedField;

/// Renames the fields of a table's partitionings that would be in the way of its columns. They are named when
/// the table is made, `at_day` for the day of `at`, and Iceberg refuses a schema in which another column has
/// such a name. Partitions are told apart by the ids of these fields; their names are for people.
final class PartitionNames {

    private PartitionNames() {}

    /// Returns the table with names of partition fields that no column of `next` has, but that of which the
    /// field is. The same object if they are so already.
    static TableMetadata freed(TableMetadata table, Schema next) {
        if (table.specs().stream().noneMatch(spec -> isInTheWay(spec, next))) {
            return table;
        }
        Set<String> taken = new HashSet<>();
        addNames(table.schema(), taken);
        addNames(next, taken);
        table.specs().forEach(spec -> spec.fields().forEach(field -> taken.add(field.name())));
        ObjectNode json = TableTimes.json(table);
        for (JsonNode spec : json.path("partition-specs")) {
            for (JsonNode field : spec.path("fields")) {
                String name = field.path("name").asText();
                if (isInTheWay(name, field.path("source-id").asInt(), next)) {
                    ((ObjectNode) field).put("name", unused(name, taken));
                }
            }
        }
        return TableMetadataParser.fromJson(table.metadataFileLocation(), json);
    }

    private static void addNames(Schema schema, Set<String> names) {
        schema.columns().forEach(column -> names.add(column.name()));
    }

    private static boolean isInTheWay(PartitionSpec spec, Schema next) {
        for (PartitionField field : spec.fields()) {
            if (isInTheWay(field.name(), field.sourceId(), next)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isInTheWay(String name, int sourceId, Schema next) {
        NestedField column = next.findField(name);
        return column != null && column.fieldId() != sourceId;
    }

    private static String unused(String wanted, Set<String> taken) {
        String name = wanted;
        while (!taken.add(name)) {
            name += "_";
        }
        return name;
    }
}
