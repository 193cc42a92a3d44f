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
package dev.wings.server.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Finds the parameters of a query, and what they stand beside.
final class ParameterPlaces {

    private ParameterPlaces() {}

    /// Returns the parameters of a query, by where they are in the text that was parsed.
    static SortedMap<Integer, ParsedQuery.Parameter> of(JsonNode root) {
        TreeMap<Integer, ParsedQuery.Parameter> found = new TreeMap<>();
        collect(root, List.of(), false, found);
        return found;
    }

    /// @param around the conditions that the node is part of, the innermost first
    /// @param tested whether the query asks whether the node is null
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

    /// Returns the other parameters of the conditions: for each condition those that follow, then those before.
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
