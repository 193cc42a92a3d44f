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
package dev.wings.common.lake;

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;

/// The types that a topic's table keeps values as. They are the topic's own, except for times where the layout
/// says so.
///
/// A table's schema says what it keeps, and so do its files: whoever writes or reads them asks the schema, not
/// the layout.
public final class KeptTypes {

    private KeptTypes() {}

    /// The field as it is kept in a table that is made with this layout.
    static TopicField kept(TopicField field, Primitive timeAs) {
        return kept(field, time -> timeAs);
    }

    /// The field as this table keeps it, if the table has it: it may not have followed its topic yet, and has
    /// no values of a field that it does not have.
    public static TopicField kept(TopicField field, Schema table) {
        return kept(field, time -> {
            Type type = table.findType(time.id());
            return type == null ? Primitive.TIME : primitive(type);
        });
    }

    private static boolean hasTimes(FieldType type) {
        return type == Primitive.TIME || type.children().stream().anyMatch(child -> hasTimes(child.type()));
    }

    private static Primitive primitive(Type type) {
        return switch (type.typeId()) {
            case TIME -> Primitive.TIME;
            case LONG -> Primitive.LONG;
            case STRING -> Primitive.STRING;
            default -> throw new IllegalStateException("no table keeps times as this type: " + type);
        };
    }

    /// @param times says what a field of type time is kept as
    private static TopicField kept(TopicField field, Function<TopicField, Primitive> times) {
        if (!hasTimes(field.type())) {
            return field;
        }
        FieldType type = switch (field.type()) {
            case Primitive primitive -> primitive == Primitive.TIME ? times.apply(field) : primitive;
            case FieldType.Decimal decimal -> decimal;
            case FieldType.Fixed fixed -> fixed;
            case FieldType.Struct struct ->
                new FieldType.Struct(struct.fields().stream()
                        .map(inner -> kept(inner, times))
                        .toList());
            case FieldType.ListOf list -> new FieldType.ListOf(kept(list.element(), times));
            case FieldType.MapOf map -> new FieldType.MapOf(kept(map.key(), times), kept(map.value(), times));
        };
        return new TopicField(
                field.id(),
                field.name(),
                field.required(),
                type,
                field.doc(),
                field.defaults().kept(type));
    }
}
