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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.LocalEngines;
import dev.wings.server.engine.SqlEngine;
import dev.wings.server.sql.Gate;
import dev.wings.server.sql.ParsedQuery;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TableRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything that the engine offers beside our tables, as the engine itself lists it, in each form that SQL has for
/// it: none of it may be read, unless it stands here with the reason why it does no harm.
class EngineSurfaceTest {

    /// Instead of a table.
    private static final Map<String, String> HARMLESS_TABLE_FUNCTIONS = harmless(Map.of(
            "counts, or takes apart what the caller gives",
            "range generate_series unnest repeat_row json_each json_tree",
            "the same for everybody",
            "pg_timezone_names icu_calendar_names"));

    /// Instead of a value.
    private static final Map<String, String> HARMLESS_MACROS = harmless(Map.of(
            "computes of what the caller gives",
            """
            list_product list_min list_max list_mad list_last list_reverse list_entropy list_count list_bool_and
            list_bit_xor list_bit_or list_var_samp list_approx_count_distinct list_prepend list_mode list_median
            list_kurtosis_pop list_kurtosis list_first list_bool_or list_bit_and list_avg list_var_pop list_sum
            list_string_agg list_stddev_samp list_stddev_pop list_skewness list_sem list_append list_any_value
            list_histogram array_append array_reverse array_push_front array_pop_front array_pop_back array_prepend
            array_push_back array_to_string array_to_string_comma_default map_contains_value map_contains_entry
            variant_group_array wavg weighted_avg split_part md5_number_upper md5_number_lower generate_subscripts
            fmod fdiv date_add days_in_month json json_group_object json_group_structure json_group_array
            json_copy_strftime_if_timestamp json_copy_strftime_if_date geomean geometric_mean if nullif
            regexp_split_to_table assert_true format_pg_type map_to_pg_oid pg_size_pretty pg_typeof pg_get_expr""",
            "a constant, the same for everybody",
            """
            pg_ts_template_is_visible pg_conversion_is_visible pg_function_is_visible pg_opclass_is_visible
            pg_opfamily_is_visible pg_operator_is_visible pg_ts_dict_is_visible pg_table_is_visible
            pg_ts_parser_is_visible pg_ts_config_is_visible pg_type_is_visible pg_collation_is_visible
            has_table_privilege has_column_privilege has_database_privilege has_language_privilege
            has_sequence_privilege has_tablespace_privilege has_server_privilege has_any_column_privilege
            has_foreign_data_wrapper_privilege has_function_privilege has_schema_privilege pg_has_role
            pg_is_other_temp_schema pg_my_temp_schema inet_server_addr inet_server_port inet_client_addr
            inet_client_port col_description obj_description shobj_description session_user user current_user
            current_role""",
            "the time",
            "ago pg_conf_load_time pg_postmaster_start_time",
            "the catalog, and the namespace that the caller has chosen",
            "current_catalog current_database current_schema current_schemas",
            "ours, in place of the engine's own, to bound what they make",
            """
            repeat lpad rpad bitstring list_resize array_resize replace regexp_replace levenshtein editdist3
            damerau_levenshtein jaro_similarity jaro_winkler_similarity range generate_series"""));

    /// What the engine says changes from call to call.
    private static final Map<String, String> HARMLESS_VOLATILE_FUNCTIONS = harmless(Map.of(
            "the time or chance",
            """
            current_date get_current_time get_current_timestamp now today transaction_timestamp
            gen_random_uuid uuid uuidv4 uuidv7 random""",
            "the catalog, and the namespace that the caller has chosen",
            "current_database current_schema current_schemas in_search_path",
            "numbers the statements of an engine, which are of one caller while it has the engine",
            "current_transaction_id txid_current",
            "about what the caller gives",
            "error stats vector_type"));

    /// What stands in a statement where `@` is reads a table; `@c` is its name alone.
    private static final List<String> FORMS_OF_SOURCES = List.of(
            "select * from @",
            "from @",
            "select count(*) from @ as x",
            "select 1 from t where exists (from @)",
            "select 1 from t where 1 in (select count(*) from @)",
            "select (select count(*) from @) from t",
            "with c as (from @) from c",
            "with c as materialized (from @) select * from c, c d",
            "with recursive c as (select count(*) as n from @ union all select n + 1 from c where n < 3) from c",
            "with recursive c as (select 1 as n union all select n + 1 from c, @ where n < 3) select n from c",
            "select 1 from t, lateral (select count(*) from @) x",
            "select 1 from t left join (from @) x on true",
            "select 1 from t positional join (from @) x",
            "select a from t union all select count(*) from @",
            "(select count(*) from @) except (select 3)",
            "values ((select count(*) from @))",
            "select a from t order by (select count(*) from @)",
            "select a from t limit (select count(*) from @)",
            "select sum(a) filter (where a > (select count(*) from @)) from t",
            "select nullif((select count(*) from @), 1)",
            "select list_transform([1], lambda x: x + 1) from (select count(*) from @)",
            "select case when a = 1 then (select count(*) from @) end from t",
            "summarize from @",
            "select * from (summarize (select * from @))",
            "unpivot (select count(*) as n from @) on n",
            "explain select * from @",
            "with @c as (from @) select * from @c",
            "with recursive @c as (from @ union all from @c) select * from @c",
            "select * from (from @) tablesample 50%");

    /// What stands where `@` is makes a value.
    private static final List<String> FORMS_OF_VALUES = List.of(
            "select @",
            "select @ from t",
            "select 1 from t where @ is null",
            "select a from t order by @",
            "select max(@) from t",
            "select [@]",
            "select nullif(@, @)",
            "select (select @)",
            "with c as (select @ as x) from c",
            "select list_transform([1], lambda x: @)",
            "select 1 from t join t u on @ is null",
            "values (@)",
            "explain select @");

    /// Of names that fold to others somewhere, but not in the engine.
    private static final List<String> FOLDING = List.of("k\u212a", "s\u017f", "i\u0130", "i\u0131");

    private static final int FORMS_FOR_EACH = 6;

    /// The only views of the engine that are made of constants.
    private static final Set<String> CONSTANT_VIEWS = Set.of(
            "system.information_schema.character_sets",
            "system.pg_catalog.pg_am",
            "system.pg_catalog.pg_collation",
            "system.pg_catalog.pg_tablespace");

    @TempDir
    private Path directory;

    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(
                new LocalEngines(),
                "default",
                true,
                Engine.Purpose.PLANNING,
                1,
                256L << 20,
                0,
                1L << 20,
                directory,
                Optional.empty());
        engine.declare(Map.of(new TableRef("default", "t"), table()), Map.of(), "default", "UTC");
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void viewsOfTheEngineAreNotRead() {
        Set<String> views = names("SELECT string_agg(DISTINCT view_name, ' ') FROM duckdb_views()");
        assertThat(views).hasSizeGreaterThan(40).contains("duckdb_tables", "pg_class", "schemata", "sqlite_master");
        refuseSources(views, List.of(""));
    }

    @Test
    void tableFunctionsOfTheEngineAreNotCalled() {
        Set<String> functions = names("""
                SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions()
                WHERE function_type IN ('table', 'table_macro', 'pragma')""");
        assertThat(functions)
                .hasSizeGreaterThan(100)
                .contains("duckdb_settings", "read_csv", "histogram")
                .containsAll(HARMLESS_TABLE_FUNCTIONS.keySet());
        functions.removeAll(HARMLESS_TABLE_FUNCTIONS.keySet());
        refuseSources(functions, List.of("()", "('x')", "(t, a)", "(1, 2, 3)"));
    }

    @Test
    void macrosOfTheEngineAreNotCalledUnlessTheyAreKnown() {
        Set<String> macros = names(
                "SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions() WHERE function_type = 'macro'");
        assertThat(macros).hasSizeGreaterThan(100).containsAll(HARMLESS_MACROS.keySet());
        macros.removeAll(HARMLESS_MACROS.keySet());
        assertThat(macros).contains("get_block_size", "pg_get_viewdef", "pg_sleep");
        refuseValues(macros);
    }

    @Test
    void functionsWithEffectsAreNotCalledUnlessTheyAreKnown() {
        Set<String> functions = names("""
                SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions()
                WHERE function_type IN ('scalar', 'aggregate', 'window')
                AND (stability <> 'CONSISTENT' OR has_side_effects)""");
        assertThat(functions).hasSizeGreaterThan(20).containsAll(HARMLESS_VOLATILE_FUNCTIONS.keySet());
        functions.removeAll(HARMLESS_VOLATILE_FUNCTIONS.keySet());
        assertThat(functions).contains("nextval", "current_setting", "write_log");
        refuseValues(functions);
    }

    /// That the forms are right, so that what is refused is refused for what it reads.
    @Test
    void formsTakeWhatIsHarmless() {
        for (String form : FORMS_OF_SOURCES) {
            String sql = form.replace("@c", "c").replace("@", "range(3)");
            assertThat(outcome(sql)).as(sql).isEqualTo("passed");
        }
        for (String form : FORMS_OF_VALUES) {
            String sql = form.replace("@", "list_sum([1])");
            assertThat(outcome(sql)).as(sql).isEqualTo("passed");
        }
    }

    /// What a gap in the gate would let through: the bound plan alone tells.
    @Test
    void boundPlanShowsWhatTheGateHasNotFound() {
        Set<String> sources = new LinkedHashSet<>();
        names("SELECT string_agg(DISTINCT schema_name || '.' || view_name, ' ') FROM duckdb_views()")
                .forEach(view -> sources.add("system." + view));
        names("""
                SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions()
                WHERE function_type IN ('table', 'table_macro') AND len(parameters) = 0""").forEach(function -> sources.add(function + "()"));
        sources.removeAll(HARMLESS_TABLE_FUNCTIONS.keySet().stream()
                .map(name -> name + "()")
                .toList());
        sources.addAll(List.of("wings.default.other", "memory.main.other", "test_all_types()", "histogram(t, a)"));
        engine.duckDb().run("CREATE TABLE wings.\"default\".other (x INTEGER)");
        engine.duckDb().run("CREATE TABLE memory.main.other (x INTEGER)");
        sources.removeAll(CONSTANT_VIEWS);
        int refused = 0;
        for (String source : sources) {
            for (String form : List.of("select * from @", "select (select count(*) from @)")) {
                refused += refusedByPlan(form.replace("@", source)) ? 1 : 0;
            }
        }
        for (String call : List.of(
                "get_block_size('x')",
                "pg_get_viewdef(1)",
                "pg_get_constraintdef(1)",
                "pg_catalog.pg_sleep(1)",
                "pg_catalog.current_query()",
                "current_setting('threads')",
                "list_transform([1], lambda x: x + system.main.setseed(0.5)::int)")) {
            assertThat(refusedByPlan("select " + call)).as(call).isTrue();
        }
        assertThat(refused).isGreaterThan(150);
    }

    /// Whether the plan is refused of a statement that the engine would run; all that can be bound must be.
    private boolean refusedByPlan(String sql) {
        try (SqlEngine.Prepared statement = engine.duckDb().prepare(sql)) {
            assertThat(statement).isNotNull();
        } catch (DuckDbException e) {
            return false;
        }
        ParsedQuery seen = new ParsedQuery(
                sql,
                List.of(),
                Set.of(),
                HARMLESS_TABLE_FUNCTIONS.keySet(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                true,
                ParsedQuery.Explain.NOTHING,
                Map.of(),
                Optional.empty());
        try {
            BoundPlan.check(engine, seen);
        } catch (WingsException e) {
            assertThat(e).hasMessageStartingWith("refused: ");
            assertThat(e.kind()).isEqualTo(ErrorKind.INVALID);
            return true;
        }
        throw new AssertionError("may run: " + sql);
    }

    @Test
    void planIsFoundWhateverIsBound() {
        for (String sql : List.of(
                "select ?",
                "select a from t where a = any(?)",
                "select a from t where a in (?, ?)",
                "select ? + 1, abs(?), coalesce(?, ?), list_transform(?, lambda x: x)",
                "select * from range(?)",
                "select * from range(?::bigint, $2)",
                "select * from generate_series(?::timestamp, ?::timestamp, ?::interval)",
                "select * from unnest(?)",
                "select * from repeat_row(?, num_rows = ?)",
                "select a from t limit ? offset ?",
                "select 'é', ?, t.a from system.topics x, t where t.a = ?",
                "select 'nan'::double, 'inf'::float, -1e400 from t",
                "select a from t" + " union all select a from t".repeat(700),
                "select 1" + " + 1".repeat(200))) {
            if (!sql.contains("system.")) {
                assertThat(outcome(sql)).as(sql).isEqualTo("passed");
            }
        }
        ParsedQuery query = Gate.check(engine.duckDb(), "select 'é', ?, $2 from system.topics where a = ?3", "default");
        assertThat(query.sqlWith("'ü'")).isEqualTo("select 'é', 'ü', 'ü' from wings.system.topics where a = 'ü'");
    }

    private void refuseSources(Set<String> names, List<String> arguments) {
        refuse(names, FORMS_OF_SOURCES, arguments);
    }

    private void refuseValues(Set<String> names) {
        refuse(names, FORMS_OF_VALUES, List.of("()", "(1)", "('x')", "('x', 'y')", "(a)", "(1, 2, 3)"));
        for (String name : names) {
            check("select @ from t", "a." + name, "()");
            check("select @ from t", name, "() over ()");
        }
    }

    /// Each name in the first form and some others, each time others, so that together they have each form with each
    /// spelling.
    private void refuse(Set<String> names, List<String> forms, List<String> arguments) {
        int turn = 0;
        for (String name : names) {
            List<String> spellings = spellings(name);
            check(forms.getFirst(), name, arguments.get(turn % arguments.size()));
            for (int i = 0; i < FORMS_FOR_EACH; i++) {
                turn++;
                check(
                        forms.get(turn % forms.size()),
                        spellings.get(turn % spellings.size()),
                        arguments.get(turn % arguments.size()));
            }
        }
    }

    private void check(String form, String name, String arguments) {
        String sql = form.replace("@c", name).replace("@", name + arguments);
        assertThat(outcome(sql)).as(sql).isNotEqualTo("passed");
    }

    private static List<String> spellings(String name) {
        List<String> spellings = new ArrayList<>(List.of(
                name,
                name.toUpperCase(Locale.ROOT),
                name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                '"' + name + '"',
                "/**/ " + name));
        for (String schema : List.of(
                "main",
                "temp",
                "pg_catalog",
                "information_schema",
                "memory.main",
                "system.main",
                "SYSTEM.Main",
                "system.pg_catalog",
                "system.information_schema",
                "temp.main",
                "wings.main",
                "\"system\".\"main\"",
                "wings.information_schema",
                "default",
                "wings.default")) {
            spellings.add(schema + "." + name);
        }
        for (String folding : FOLDING) {
            String other = name.replace(folding.charAt(0), folding.charAt(1));
            if (!other.equals(name)) {
                spellings.add(other);
                spellings.add('"' + other + '"');
            }
        }
        return spellings;
    }

    /// `passed`, or why the statement does not run.
    private String outcome(String sql) {
        try {
            ParsedQuery query = Gate.check(engine.duckDb(), sql, "default");
            if (!Set.of(new TableRef("default", "t")).containsAll(query.tables())) {
                return "no topic of this name";
            }
            try (SqlEngine.Prepared statement = engine.duckDb().prepare(query.sql())) {
                assertThat(statement).isNotNull();
            }
            BoundPlan.check(engine, query);
            return "passed";
        } catch (DuckDbException e) {
            return "not bound: " + e.getMessage();
        } catch (WingsException e) {
            assertThat(e.kind()).as(sql).isEqualTo(ErrorKind.INVALID);
            return "refused: " + e.getMessage();
        }
    }

    private Set<String> names(String sql) {
        String names = engine.duckDb().text("SELECT (" + sql + ") || ?", "");
        return new TreeSet<>(Arrays.asList(names.split(" ")));
    }

    private static SqlTable table() {
        return new SystemTable("t", List.of(SystemTable.integer("a", "")), (tenant, needs, row) -> {});
    }

    private static Map<String, String> harmless(Map<String, String> byReason) {
        Map<String, String> reasons = new LinkedHashMap<>();
        byReason.forEach((reason, names) -> Stream.of(names.strip().split("\\s+"))
                .forEach(name -> assertThat(reasons.put(name, reason)).as(name).isNull()));
        return reasons.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
