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
package dev.wings.compactor.segment;

import dev.wings.common.lake.LakeTable;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/// The names that columns, and fields within structs, have inside the engine and in the files that it reads and
/// writes: their ids. So no name of a user is ever in the SQL, where it might be a pseudo column, an argument
/// of a function or an option.
final class EngineNames {

    private static final Pattern FIELD = Pattern.compile("c[0-9]+");

    private EngineNames() {}

    static String of(int fieldId) {
        return "c" + fieldId;
    }

    static String of(NestedField field) {
        return of(field.fieldId());
    }

    /// Whether a column of the engine is a field of the table.
    static boolean isOfField(String name) {
        return FIELD.matcher(name).matches();
    }

    static int fieldId(String name) {
        return Integer.parseInt(name.substring(1));
    }

    static TopicField renamed(TopicField field) {
        return new TopicField(field.id(), of(field.id()), field.required(), renamed(field.type()), "");
    }

    private static FieldType renamed(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive -> primitive;
            case FieldType.Decimal decimal -> decimal;
            case FieldType.Fixed fixed -> fixed;
            case FieldType.Struct struct ->
                new FieldType.Struct(
                        struct.fields().stream().map(EngineNames::renamed).toList());
            case FieldType.ListOf list -> new FieldType.ListOf(inside(list.element()));
            case FieldType.MapOf map -> new FieldType.MapOf(inside(map.key()), inside(map.value()));
        };
    }

    /// The element of a list, the key or the value of a map: their names are the format's.
    private static TopicField inside(TopicField field) {
        return new TopicField(field.id(), field.name(), field.required(), renamed(field.type()), "");
    }

    /// The type of each column that the engine writes, as it stands in SQL, by field id.
    static Map<Integer, String> types(TableLayout layout) {
        Map<Integer, String> types = new LinkedHashMap<>();
        KeptTimes times = layout.times();
        layout.topic().fields().forEach(field -> {
            TopicField written = times.written(field, layout.schema());
            types.put(field.id(), SqlTypes.text(renamed(written).type()));
        });
        types.put(LakeTable.OFFSET_FIELD_ID, "BIGINT");
        types.put(LakeTable.TIMESTAMP_FIELD_ID, "TIMESTAMP WITH TIME ZONE");
        return types;
    }

    /// What columns are in segments that do not have them, by field id, where that is not null.
    static Map<Integer, DefaultValue> defaults(TableLayout layout) {
        Map<Integer, DefaultValue> defaults = new LinkedHashMap<>();
        KeptTimes times = layout.times();
        layout.topic()
                .fields()
                .forEach(field -> times.written(field, layout.schema())
                        .defaults()
                        .initial()
                        .ifPresent(value -> defaults.put(field.id(), value)));
        return defaults;
    }

    /// The names that the columns of a table, and the fields within structs, have in its segments, by field id.
    static Map<Integer, String> inSegments(Schema table) {
        Map<Integer, String> names = new LinkedHashMap<>();
        table.columns().forEach(column -> add(column, true, names));
        return names;
    }

    /// The names that the engine has for the same fields.
    static Map<Integer, String> inEngine(Schema table) {
        Map<Integer, String> names = inSegments(table);
        names.replaceAll((id, name) -> of(id));
        return names;
    }

    private static void add(NestedField field, boolean named, Map<Integer, String> names) {
        if (named) {
            names.put(field.fieldId(), field.name());
        }
        Type type = field.type();
        if (type.isNestedType()) {
            type.asNestedType().fields().forEach(inner -> add(inner, type.isStructType(), names));
        }
    }
}
