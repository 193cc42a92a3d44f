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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.table.TableRef;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Decides what may run: one query that reads topics, calls harmless functions and touches nothing else.
/// Everything that is not known to be harmless is refused; [dev.wings.server.plan.BoundPlan] is the second line
/// of defence, the locked engine the third.
///
/// It works on DuckDB's own syntax tree (`json_serialize_sql`), so that both read the text in the same way. It
/// executes nothing, and nothing must be prepared before it: preparing several statements would execute all but
/// the last.
public final class Gate {

    /// Matches `EXPLAIN`, and tells whether it is to run the query.
    private static final Pattern EXPLAIN = Pattern.compile(
            "\\s*+(explain(?:\\s*+\\(\\s*+(analyze)\\s*+\\)|\\s++(analyze)\\b)?+)(?=[\\s(]\\s*+(?:select|with|from|values|describe|"
                    + "pivot|unpivot|\\())",
            Pattern.CASE_INSENSITIVE);

    /// Matches what people type first, which stands for queries.
    private static final Pattern SHOW = Pattern.compile(
            "\\s*+show\\s++(all\\s++tables|tables|schemas|databases)\\s*+;?\\s*+", Pattern.CASE_INSENSITIVE);

    private static final Pattern SHOW_COLUMNS =
            Pattern.compile("\\s*+show\\s++columns\\s++(?:from|in)\\s", Pattern.CASE_INSENSITIVE);

    private static final String DESCRIBE = "DESCRIBE ";

    private static final Map<String, String> SHOWN = Map.of(
            "tables",
            "SELECT table_name AS name FROM wings.system.tables WHERE table_schema = current_schema() ORDER BY name",
            "all tables",
            "SELECT table_schema AS \"schema\", table_name AS name, table_type AS \"type\" FROM wings.system.tables"
                    + " ORDER BY \"schema\", name",
            "schemas",
            "SELECT schema_name AS name FROM wings.system.schemata ORDER BY name",
            "databases",
            "SELECT 'wings' AS database_name");

    /// Reads infinities, too, which DuckDB writes although JSON has none.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private Gate() {}

    /// Parses `sql`, whose bare names are tables of `homeSchema`. If it may not run, this fails with INVALID
    /// and says where and why.
    public static ParsedQuery check(SqlEngine engine, String sql, String homeSchema) {
        SqlText.check(sql);
        Matcher show = SHOW.matcher(sql);
        if (show.matches()) {
            String what = TableRef.folded(show.group(1)).replaceAll("\\s++", " ");
            return checkQuery(engine, SHOWN.getOrDefault(what, ""), homeSchema);
        }
        Matcher columns = SHOW_COLUMNS.matcher(sql);
        if (columns.lookingAt()) {
            // the replacement is as long as what it stands for, so that places in errors stay right
            String described = " ".repeat(columns.end() - DESCRIBE.length()) + DESCRIBE + sql.substring(columns.end());
            return checkQuery(engine, described, homeSchema);
        }
        Matcher explain = EXPLAIN.matcher(sql);
        if (!explain.lookingAt()) {
            return checkQuery(engine, sql, homeSchema);
        }
        // spaces stand for the words, so that places in errors stay right
        String explained = " ".repeat(explain.end(1)) + sql.substring(explain.end(1));
        boolean analyze = explain.group(2) != null || explain.group(3) != null;
        return checkQuery(engine, explained, homeSchema)
                .explained(analyze ? ParsedQuery.Explain.RUN : ParsedQuery.Explain.PLAN);
    }

    private static ParsedQuery checkQuery(SqlEngine engine, String sql, String homeSchema) {
        String text = SqlText.withDefaultQuoted(sql);
        JsonNode tree = parse(engine.text("SELECT json_serialize_sql(?::VARCHAR)", text));
        if (tree.path("error").asBoolean()) {
            throw refused(tree, text);
        }
        JsonNode statements = tree.path("statements");
        if (statements.size() != 1) {
            throw WingsException.invalid(
                    statements.isEmpty()
                            ? "the statement is empty"
                            : "one statement at a time is expected: found=" + statements.size());
        }
        return new SyntaxTree(text, homeSchema).check(statements.get(0).path("node"));
    }

    static JsonNode parse(String json) {
        return tryParse(json).orElseThrow(() -> WingsException.invalid("the statement is nested too deeply"));
    }

    /// Returns nothing for JSON that is nested too deeply, and for a NaN, which DuckDB writes in a way of its
    /// own.
    public static Optional<JsonNode> tryParse(String json) {
        try {
            return Optional.of(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static WingsException refused(JsonNode error, String text) {
        String message = DuckDbException.readable(error.path("error_message").asText());
        Optional<WingsException> other = Refusals.ofAny(text);
        if (other.isPresent()) {
            return other.get();
        }
        if (error.hasNonNull("position")) {
            int position = error.path("position").asInt();
            return WingsException.invalid("SQL: "
                    + Spelling.corrected(Failures.followable(message) + ": " + SqlText.place(text, position), text));
        }
        return Refusals.of(text)
                .orElseGet(
                        () -> WingsException.invalid("SQL: " + Spelling.corrected(Failures.followable(message), text)));
    }
}
