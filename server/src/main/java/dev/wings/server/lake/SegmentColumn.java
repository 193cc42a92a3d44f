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
package dev.wings.server.lake;

import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.lake.KeptTypes;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.iceberg.Schema;

/// A column of a topic as some of its segments have it: there, a table may keep times as longs or as texts, and
/// a struct
/// may have the members that it had when the segments were written, with the names that they had then (I10).
/// Other changes of a column are the engine's to make: it finds columns by their ids, and makes narrower types
/// wider.
///
/// @param id the id of the field
/// @param sqlType the type in segments
/// @param value makes the topic's value from the segment's, an expression of SQL over [#name]
/// @param absent what the column is in segments that do not have it, as they would have it; none is null
record SegmentColumn(int id, String sqlType, String value, Optional<DefaultValue> absent) {

    /// A column that is the same in both.
    static SegmentColumn plain(int id, String sqlType) {
        return new SegmentColumn(id, sqlType, name(id), Optional.empty());
    }

    /// @param names the names of fields within structs, by id, as far as the segments have them
    static SegmentColumn of(TopicField field, Schema table, Map<Integer, String> names) {
        TopicField there = KeptTypes.kept(field, table);
        FieldType kept = inFiles(there.type(), names);
        return new SegmentColumn(
                field.id(),
                SqlTypes.text(kept),
                value(name(field.id()), kept, field.type(), 0),
                there.defaults().initial());
    }

    /// Returns the type with the members that segments have.
    private static FieldType inFiles(FieldType type, Map<Integer, String> names) {
        return switch (type) {
            case FieldType.Struct struct -> {
                List<TopicField> members = struct.fields().stream()
                        .filter(member -> names.containsKey(member.id()))
                        .map(member -> inFiles(member, names.getOrDefault(member.id(), member.name()), names))
                        .toList();
                // segments that do not have the struct have none of them
                yield members.isEmpty() ? struct : new FieldType.Struct(members);
            }
            case FieldType.ListOf list ->
                new FieldType.ListOf(inFiles(list.element(), list.element().name(), names));
            case FieldType.MapOf map ->
                new FieldType.MapOf(
                        inFiles(map.key(), map.key().name(), names),
                        inFiles(map.value(), map.value().name(), names));
            default -> type;
        };
    }

    private static TopicField inFiles(TopicField field, String name, Map<Integer, String> names) {
        return new TopicField(field.id(), name, field.required(), inFiles(field.type(), names), field.doc());
    }

    /// Adds the ids of all fields within structs.
    static void addMembers(FieldType type, Set<Integer> ids) {
        for (TopicField child : type.children()) {
            if (type instanceof FieldType.Struct) {
                ids.add(child.id());
            }
            addMembers(child.type(), ids);
        }
    }

    /// Whether segments have another value than the topic.
    static boolean isConverted(TopicField field, Schema table) {
        return !KeptTypes.kept(field, table).equals(field);
    }

    /// Returns what a column is called where segments are read: by its id, since a user's name could be that of
    /// a pseudo column there.
    static String name(int id) {
        return "c" + id;
    }

    String name() {
        return name(id);
    }

    /// @param depth how many lambdas are around it, whose parameters need names of their own
    private static String value(String kept, FieldType from, FieldType to, int depth) {
        if (from.equals(to)) {
            return kept;
        }
        String each = "e" + depth;
        return switch (to) {
            case Primitive ignored -> time(kept, from);
            case FieldType.Struct struct -> {
                StringJoiner members = new StringJoiner(", ");
                for (TopicField field : struct.fields()) {
                    String member = from.children().stream()
                            .filter(there -> there.id() == field.id())
                            .findFirst()
                            .map(there -> value(
                                    "struct_extract(" + kept + ", " + ParquetFiles.text(there.name()) + ")",
                                    there.type(),
                                    field.type(),
                                    depth))
                            .orElseGet(() -> "CAST(NULL AS " + SqlTypes.text(field.type()) + ")");
                    members.add(TableRef.quote(field.name()) + " := " + member);
                }
                yield "CASE WHEN " + kept + " IS NULL THEN NULL ELSE struct_pack(" + members + ") END";
            }
            case FieldType.ListOf list ->
                "list_transform(" + kept + ", lambda " + each + ": "
                        + value(
                                each,
                                from.children().getFirst().type(),
                                list.element().type(),
                                depth + 1) + ")";
            case FieldType.MapOf map ->
                "map_from_entries(list_transform(map_entries(" + kept + "), lambda " + each
                        + ": struct_pack(\"key\" := "
                        + value(
                                "struct_extract(" + each + ", 'key')",
                                from.children().get(0).type(),
                                map.key().type(),
                                depth + 1)
                        + ", \"value\" := "
                        + value(
                                "struct_extract(" + each + ", 'value')",
                                from.children().get(1).type(),
                                map.value().type(),
                                depth + 1)
                        + ")))";
            case FieldType.Decimal ignored -> throw never(from, to);
            case FieldType.Fixed ignored -> throw never(from, to);
        };
    }

    private static String time(String kept, FieldType from) {
        // There is no cast from a number to a time; on the first day of 1970, a time and a timestamp have the
        // same microseconds.
        return from == Primitive.LONG ? "CAST(make_timestamp(" + kept + ") AS TIME)" : "CAST(" + kept + " AS TIME)";
    }

    private static IllegalStateException never(FieldType from, FieldType to) {
        return new IllegalStateException("no table keeps this type so: type=" + to + ", kept=" + from);
    }
}
