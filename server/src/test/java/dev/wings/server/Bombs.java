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
package dev.wings.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Statements of a few hundred bytes that want any amount of memory, or any amount of time: what makes much of little,
/// on constants, on a value of one row, and on many rows.
final class Bombs {

    /// How deeply a bomb is nested: more than any machine has memory for, whatever a level multiplies by.
    private static final int LEVELS = 64;

    private Bombs() {}

    /// What makes of the text `s` a longer one.
    private static final List<String> GROWING_TEXT = List.of(
            "s || s",
            "concat(s, s)",
            "concat_ws('-', s, s)",
            "format('{}{}', s, s)",
            "printf('%s%s', s, s)",
            "hex(s)",
            "to_base64((s || s)::BLOB)",
            "upper(s || s)",
            "lower(s || s)",
            "reverse(s || s)",
            "trim(s || s)",
            "replace(s, left(s, 1), s)",
            "regexp_replace(s, '.', s, 'g')",
            "translate(s || s, 'a', 'b')",
            "lpad(s, (length(s) * 2)::INTEGER, s)",
            "rpad(s, (length(s) * 2)::INTEGER, s)",
            "repeat(s, 3)",
            "array_to_string([s, s], ',')",
            "list_reduce([s, s, s], lambda a, b: a || b)",
            "list_aggregate([s, s, s], 'string_agg', ',')",
            "list_transform([s], lambda x: x || x)[1]",
            "(json_array(s, s))::VARCHAR",
            "([s, s])::VARCHAR",
            "({'a': s, 'b': s})::VARCHAR",
            "(map(['a', 'b'], [s, s]))::VARCHAR",
            "url_encode(s || '%' || s)",
            "bin(s)",
            "decode((s || s)::BLOB)",
            "coalesce(s || s, s)",
            "greatest(s || s, s)");

    /// What makes of the list `s` a longer one.
    private static final List<String> GROWING_LIST = List.of(
            "s || s",
            "list_concat(s, s)",
            "flatten([s, s])",
            "list_sort(s || s)",
            "list_transform(s || s, lambda x: x)",
            "list_filter(s || s, lambda x: true)",
            "list_reverse(s || s)",
            "list_zip(s || s, s || s).list_transform(lambda x: 1)");

    private static final Map<String, String> SEEDS_OF_TEXT = new TreeMap<>(Map.of(
            "constant", "SELECT 'abcdefgh' AS s",
            "row", "SELECT max(i)::VARCHAR || 'abcdef' AS s FROM range(3) t(i)",
            "rows", "SELECT i::VARCHAR || 'abcdef' AS s FROM range(2000) t(i)"));

    private static final Map<String, String> SEEDS_OF_LISTS = new TreeMap<>(Map.of(
            "constant", "SELECT [1, 2, 3] AS s",
            "row", "SELECT list(i) AS s FROM range(3) t(i)",
            "rows", "SELECT [i, i + 1] AS s FROM range(2000) t(i)"));

    private static final Map<String, String> OTHERS = new LinkedHashMap<>();

    static {
        OTHERS.put("repeat", "SELECT length(repeat('x', 3000000000))");
        OTHERS.put("repeat per row", "SELECT sum(length(repeat('x', 1000000))) FROM range(100000)");
        OTHERS.put("string_agg", "SELECT length(string_agg(repeat('x', 100000), '')) FROM range(100000)");
        OTHERS.put("list", "SELECT len(list(repeat('x', 100000) || i)) FROM range(100000) t(i)");
        OTHERS.put("distinct list", "SELECT len(list(DISTINCT repeat('x', 10000) || i)) FROM range(1000000) t(i)");
        OTHERS.put("histogram", "SELECT cardinality(histogram(repeat('x', 10000) || i)) FROM range(1000000) t(i)");
        OTHERS.put("max of rows", "SELECT max(length(repeat(i::VARCHAR, 100000))) FROM range(1000000) t(i)");
        OTHERS.put(
                "window", "SELECT max(length(string_agg(i::VARCHAR, ',') OVER (ORDER BY i))) FROM range(200000) t(i)");
        OTHERS.put("levenshtein", "SELECT levenshtein(repeat('a', 900000), repeat('b', 900000))");
        OTHERS.put("join", "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE i * j % 7 = 8");
        OTHERS.put("recursion", "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r");
        OTHERS.put(
                "recursion that grows",
                "WITH RECURSIVE r(s) AS (SELECT 'xxxxxxxx' UNION ALL SELECT s || s FROM r) SELECT max(length(s)) FROM r");
        OTHERS.put(
                "unnest",
                "SELECT count(*) FROM (SELECT unnest(range(100000)) FROM range(10000000)) WHERE random() > 2");
        OTHERS.put(
                "sort", "SELECT s FROM (SELECT repeat('x', 5000) || i AS s FROM range(3000000) t(i)) ORDER BY s DESC");
        OTHERS.put(
                "group",
                "SELECT count(*) FROM (SELECT repeat('x', 5000) || i AS s FROM range(3000000) t(i) GROUP BY s)");
        OTHERS.put(
                "series",
                "SELECT len(generate_series(1, 100000)) + len(list_transform(range(100000), lambda x: repeat('x', 100000)))");
        OTHERS.put("nested lists", "SELECT len(list_transform(range(100000), lambda x: range(100000)))");
        OTHERS.put(
                "nested per row",
                "SELECT sum(len(list_transform(range(1000), lambda x: repeat(x::VARCHAR, 100000)))) FROM range(1000)");
        OTHERS.put("cross of lists", "SELECT len(flatten(list_transform(range(10000), lambda x: range(100000))))");
        OTHERS.put(
                "struct",
                "SELECT max(length((struct_pack(a := repeat('x', 1000000), b := repeat('y', 1000000) || i))::VARCHAR)) FROM range(100000) t(i)");
        OTHERS.put(
                "map",
                "SELECT len(map_from_entries(list_transform(range(100000), lambda x: {'k': x, 'v': repeat('x', 100000)})))");
        OTHERS.put(
                "json",
                "SELECT length(to_json(list_transform(range(100000), lambda x: repeat('x', 100000)))::VARCHAR)");
        OTHERS.put(
                "json_group_array", "SELECT length(json_group_array(repeat('x', 100000))::VARCHAR) FROM range(100000)");
        OTHERS.put("regexp", "SELECT len(regexp_extract_all(repeat('x', 1000000), 'x')) FROM range(100000)");
        OTHERS.put("split", "SELECT sum(len(string_split(repeat('x,', 500000), ','))) FROM range(100000)");
        OTHERS.put("quantile", "SELECT quantile_cont(i * random(), 0.5) FROM range(2000000000) t(i)");
        OTHERS.put("mode", "SELECT mode(repeat('x', 1000) || i) FROM range(100000000) t(i)");
        OTHERS.put("result", "SELECT repeat('x', 1000000) FROM range(1000) ORDER BY random()");
        OTHERS.put("many CTEs", manyTables(3000));
        OTHERS.put("long IN list", longList(25_000));
    }

    /// Returns all bombs by their names.
    static Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        SEEDS_OF_TEXT.forEach((kind, seed) ->
                GROWING_TEXT.forEach(growth -> all.put(kind + " " + growth, nested(seed, growth, "sum(length(s))"))));
        SEEDS_OF_LISTS.forEach((kind, seed) ->
                GROWING_LIST.forEach(growth -> all.put(kind + " list " + growth, nested(seed, growth, "sum(len(s))"))));
        all.putAll(OTHERS);
        return all;
    }

    private static String nested(String seed, String growth, String answer) {
        List<String> levels = new ArrayList<>();
        levels.add("c0 AS (" + seed + ")");
        for (int level = 1; level <= LEVELS; level++) {
            levels.add("c" + level + " AS (SELECT " + growth + " AS s FROM c" + (level - 1) + ")");
        }
        return "WITH " + String.join(", ", levels) + " SELECT " + answer + " FROM c" + LEVELS;
    }

    private static String manyTables(int count) {
        StringBuilder sql = new StringBuilder("WITH c0 AS (SELECT 1 AS i)");
        for (int i = 1; i <= count; i++) {
            sql.append(", c")
                    .append(i)
                    .append(" AS (SELECT i + 1 AS i FROM c")
                    .append(i - 1)
                    .append(')');
        }
        return sql.append(" SELECT * FROM c").append(count).toString();
    }

    private static String longList(int count) {
        StringBuilder sql = new StringBuilder("SELECT count(*) FROM flights WHERE carrier IN ('x'");
        for (int i = 0; i < count; i++) {
            sql.append(", 'text ").append(i).append('\'');
        }
        return sql.append(')').toString();
    }
}
