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

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// The names of types in SQL, as DuckDB reads and shows them.
public final class SqlTypes {

    private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]*");

    /// The keywords of DuckDB that are not names everywhere unless they are quoted: all keywords except the
    /// unreserved ones.
    private static final Set<String> RESERVED = Set.of("""
            all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
            create default deferrable desc describe distinct do else end except false fetch for foreign from
            grant group having in initially intersect into lambda lateral leading limit not null offset on only
            or order pivot pivot_longer pivot_wider placing primary qualify references returning select show
            some summarize symmetric table then to trailing true union unique unpivot using variadic when where
            window with anti asof at authorization binary by collation columns concurrently cross freeze full
            generated glob ilike inner is isnull join left like map natural notnull outer overlaps positional
            right semi similar struct tablesample try_cast tuple unpack verbose between bigint bit boolean char
            character coalesce dec decimal exists extract float grouping grouping_id inout int integer interval
            national nchar none nullif numeric out overlay position precision real row setof smallint substring
            time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest
            xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable""".split("\\s+"));

    private SqlTypes() {}

    /// The type's text, as in `create table`: `DECIMAL(10,2)`, `STRUCT(a INTEGER, b VARCHAR[])`.
    public static String text(FieldType type) {
        return switch (type) {
            case FieldType.Primitive primitive -> text(primitive);
            case FieldType.Decimal decimal -> "DECIMAL(" + decimal.precision() + "," + decimal.scale() + ")";
            case FieldType.Fixed ignored -> "BLOB";
            case FieldType.Struct struct -> {
                StringBuilder text = new StringBuilder("STRUCT(");
                String separator = "";
                for (TopicField field : struct.fields()) {
                    text.append(separator)
                            .append(identifier(field.name()))
                            .append(' ')
                            .append(text(field.type()));
                    separator = ", ";
                }
                yield text.append(')').toString();
            }
            case FieldType.ListOf list -> text(list.element().type()) + "[]";
            case FieldType.MapOf map ->
                "MAP(" + text(map.key().type()) + ", " + text(map.value().type()) + ")";
        };
    }

    /// Whether a word, in any case, means something to SQL, so that it is a name only in double quotes.
    public static boolean isReserved(String word) {
        return RESERVED.contains(word.toLowerCase(Locale.ROOT));
    }

    /// A name as it stands in SQL: quoted where it must be.
    public static String identifier(String name) {
        boolean plain = PLAIN_IDENTIFIER.matcher(name).matches() && !isReserved(name);
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String text(FieldType.Primitive primitive) {
        return switch (primitive) {
            case BOOLEAN -> "BOOLEAN";
            case INT -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case DATE -> "DATE";
            case TIME -> "TIME";
            case TIMESTAMP -> "TIMESTAMP";
            case TIMESTAMPTZ -> "TIMESTAMP WITH TIME ZONE";
            case STRING -> "VARCHAR";
            case BINARY -> "BLOB";
            case UUID -> "UUID";
        };
    }
}
