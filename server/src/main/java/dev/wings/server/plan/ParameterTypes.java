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
package dev.wings.server.plan;

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.sql.ParsedQuery;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// Finds types of parameters that the engine leaves open. It leaves open those of which only is asked whether
/// they are null, as in `? IS NULL OR id = ?`, and then all that follow.
///
/// The engine is asked again with `NULL` in those places. A parameter that is used in no other way gets the
/// type of one that it stands beside, since that is what people mean by it.
final class ParameterTypes {

    private ParameterTypes() {}

    /// Returns the shape of a query whose shape the engine knows as far as `known`.
    static Description refined(Engine engine, ParsedQuery query, Description known, BufferAllocator allocator) {
        boolean asked = query.parameters().stream().anyMatch(ParsedQuery.Parameter::nullTested);
        if (!asked) {
            return known;
        }
        List<String> kept = query.parameters().stream()
                .filter(parameter -> !parameter.nullTested())
                .map(ParsedQuery.Parameter::name)
                .distinct()
                .toList();
        try (SqlEngine.Prepared statement = engine.duckDb().prepare(withoutTests(query, kept))) {
            Map<String, Field> found = new HashMap<>();
            List<Field> typed = statement.parameters(allocator);
            for (int i = 0; i < typed.size() && i < kept.size(); i++) {
                found.put(kept.get(i), typed.get(i));
            }
            known.parameters().stream()
                    .filter(field -> !isOpen(field))
                    .forEach(field -> found.put(field.getName(), field));
            List<Field> parameters = known.parameters().stream()
                    .map(field -> isOpen(field) ? typed(field, query, found) : field)
                    .toList();
            return new Description(known.columns().or(() -> statement.columns(allocator)), parameters);
        } catch (DuckDbException e) {
            if (e.kind() != DuckDbException.Kind.STATEMENT) {
                throw e;
            }
            return known;
        }
    }

    /// A parameter without a type is taken as a text.
    private static boolean isOpen(Field parameter) {
        return parameter.getType() instanceof ArrowType.Utf8;
    }

    private static Field typed(Field open, ParsedQuery query, Map<String, Field> found) {
        Field own = found.get(open.getName());
        Optional<Field> type = own != null
                ? Optional.of(own)
                : query.parameters().stream()
                        .filter(parameter -> parameter.name().equals(open.getName()))
                        .flatMap(parameter -> parameter.beside().stream())
                        .flatMap(name -> Optional.ofNullable(found.get(name)).stream())
                        .findFirst();
        return type.map(field -> new Field(open.getName(), field.getFieldType(), field.getChildren()))
                .orElse(open);
    }

    /// Returns the text with `NULL` in place of each parameter that is only tested for null. The others are
    /// counted anew.
    private static String withoutTests(ParsedQuery query, List<String> kept) {
        byte[] utf8 = query.sql().getBytes(StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (ParsedQuery.Parameter parameter : query.parameters()) {
            out.append(new String(utf8, from, parameter.position() - from, StandardCharsets.UTF_8))
                    .append(parameter.nullTested() ? "NULL" : "$" + (kept.indexOf(parameter.name()) + 1));
            from = parameter.position() + parameter.length();
        }
        return out.append(new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8))
                .toString();
    }
}
