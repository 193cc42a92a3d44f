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
package dev.wings.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.server.engine.SqlEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// Types of parameters that the engine leaves open. It does so for those that are only asked whether they are null, as
/// in `? IS NULL OR id = ?`, and then for all that follow.
///
/// The engine is asked again with `NULL` in those places. A parameter that is used in no other way is of the type of
/// one that it stands beside, since that is what people mean by it.
final class ParameterTypes {

    private ParameterTypes() {}

    /// The shape of a query, of which the engine knows as much as `known`.
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

    /// The text with `NULL` for what is asked whether it is null. The others are counted anew.
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

    /// The parameters of a query, by where they are in the text that was parsed.
    static SortedMap<Integer, ParsedQuery.Parameter> of(JsonNode root) {
        TreeMap<Integer, ParsedQuery.Parameter> found = new TreeMap<>();
        collect(root, List.of(), false, found);
        return found;
    }

    /// @param around the conditions that the node is part of, the innermost first
    /// @param tested whether the node is asked whether it is null
    private static void collect(
            JsonNode node, List<JsonNode> around, boolean tested, Map<Integer, ParsedQuery.Parameter> found) {
        String kind = node.path("class").asText("");
        int position = node.path("query_location").asInt(-1);
        if (kind.equals("PARAMETER") && position >= 0) {
            String name = node.path("identifier").asText();
            found.put(
                    position,
                    new ParsedQuery.Parameter(
                            position,
                            node.path("query_location_length").asInt(0),
                            name,
                            tested,
                            tested ? beside(around, position) : List.of()));
            return;
        }
        String type = node.path("type").asText("");
        boolean tests = type.equals("OPERATOR_IS_NULL") || type.equals("OPERATOR_IS_NOT_NULL");
        List<JsonNode> inside = around;
        if (kind.equals("CONJUNCTION") || kind.equals("CASE")) {
            inside = new ArrayList<>(List.of(node));
            inside.addAll(around);
        }
        for (JsonNode child : node) {
            collectAll(child, inside, tests, found);
        }
    }

    private static void collectAll(
            JsonNode part, List<JsonNode> around, boolean tested, Map<Integer, ParsedQuery.Parameter> found) {
        if (part.isArray()) {
            part.forEach(each -> collectAll(each, around, tested, found));
        } else if (part.isObject()) {
            collect(part, around, tested, found);
        }
    }

    /// Other parameters of the conditions: of each those that follow, then those before.
    private static List<String> beside(List<JsonNode> conditions, int position) {
        Set<String> beside = new LinkedHashSet<>();
        for (JsonNode condition : conditions) {
            TreeMap<Integer, String> names = new TreeMap<>();
            names(condition, names);
            beside.addAll(names.tailMap(position, false).values());
            beside.addAll(names.headMap(position, false).descendingMap().values());
        }
        return new ArrayList<>(beside);
    }

    private static void names(JsonNode node, Map<Integer, String> names) {
        if (node.path("class").asText("").equals("PARAMETER")) {
            names.put(
                    node.path("query_location").asInt(-1),
                    node.path("identifier").asText());
        }
        node.forEach(child -> names(child, names));
    }
}
