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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.engine.Engine;
import dev.wings.server.engine.LocalEngines;
import dev.wings.server.table.TableRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {

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
                64L << 20,
                0,
                1L << 20,
                directory,
                Optional.empty());
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select * from flights | default.flights",
                "select * from Flights f | default.flights",
                "select * from sales.orders | sales.orders",
                "select * from default.flights | default.flights",
                "select * from wings.default.flights | default.flights",
                "select * from \"default\".\"flights\" | default.flights",
                "select 'default.x' from t -- default.y | default.t",
                "select * from system.topics | system.topics",
                "with a as (select * from b) select * from a | default.b",
                "select (select max(x) from inner_topic) from range(3) | default.inner_topic",
                "describe flights | default.flights",
                "select 1 where exists (from t) | default.t",
                "select * from (values (1)) v(x) join t using (x) | default.t"
            })
    void tablesAreFound(String sql, String expected) {
        String[] parts = expected.strip().split("\\.", 2);
        assertThat(check(sql).tables()).containsExactly(new TableRef(parts[0], parts[1]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select site, count(*), avg(x + 1) from t where a = ? and b like 'x%' group by site | true",
                "select case when x is null then 1 else [x, 2][1] end from t order by y limit 3 | true",
                "select sum(x) over (partition by y) from t, range(3) | true",
                "select * from t where x >= make_timestamptz(17) and x < make_timestamp(2024, 1, 2, 3, 4, 5.6) | true",
                "select * from t where x < now() | false",
                "select * from t where x < now()::date - 3 | false",
                "select * from t where x < current_date | false",
                "select * from t where x < CURRENT_TIMESTAMP | false",
                "select * from t where x < localtimestamp | false",
                "select * from t where x < current_localtimestamp() | false",
                "select * from t where age(x) < interval 1 hour | false",
                "select * from t where x > (select today()) | false",
                "with a as (select get_current_timestamp() t) select * from t, a where x < a.t | false",
                "select list_transform([1], lambda y: y + random()) from t | false"
            })
    void whatDependsOnTheTimeIsKnown(String sql, boolean timeless) {
        assertThat(check(sql).timeless()).isEqualTo(timeless);
    }

    @Test
    void nameOfACommonTableExpressionHidesOnlyWhatItNames() {
        assertThat(check("with duckdb_settings as (select * from duckdb_settings) select * from duckdb_settings")
                        .tables())
                .containsExactly(new TableRef("default", "duckdb_settings"));
        assertThat(check("select * from x, (with x as (select 1) select * from x) y")
                        .tables())
                .containsExactly(new TableRef("default", "x"));
        assertThat(check("with recursive r as (select 1 a union all select a + 1 from r) select * from r")
                        .tables())
                .isEmpty();
        assertThat(check("with a as (select 1), b as (select * from a) select * from b")
                        .tables())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from read_csv('/etc/passwd')",
                "select * from read_text('/etc/passwd')",
                "select * from glob('/etc/*')",
                "select * from parquet_scan('x')",
                "select * from duckdb_settings()",
                "select * from duckdb_secrets()",
                "select * from pragma_table_info('x')",
                "select * from query('select 1')",
                "select * from query_table('x')",
                "select * from json_execute_serialized_sql('x')",
                "select * from arrow_scan(1, 2, 3)",
                "select current_setting('temp_directory')",
                "select write_log('x')",
                "select sleep_ms(100000)",
                "select getvariable('x')",
                "select system.main.repeat('x', 3)",
                "select pg_catalog.repeat('x', 3)",
                "select format('{:>100000}', 'x')",
                "select format('{:>{}}', 'x', 100000000)",
                "select format('{{}}{:>{}}', 'x', 100000000)",
                "select format('{0:>{1}}', 'x', 100000000)",
                "select format(x, 1) from t",
                "select format(?, 1)",
                "select format('{:>' || 2000000000 || '}', 'x')",
                "select x.format(1) from t",
                "select printf('%100000d', 1)",
                "select printf('%*d', 100000000, 1)",
                "select printf('%-*d', 100000000, 1)",
                "select printf('%.100000f', 1.5)",
                "select printf(x, 1) from t",
                "select list_transform([1], lambda x: printf('%100000d', x))",
                "select nextval('x')",
                "select * from a.b.c.d",
                "select * from memory.main.t0",
                "select * from flights at (version => 1)",
                "show functions",
                "show tables from x",
                "select 1; select 2",
                "select 1; drop table x",
                "",
                ";",
                "-- nothing",
                "with c as (insert into x values (1) returning *) select * from c",
                "insert into flights values (1)",
                "create table x (a int)",
                "create view v as select 1",
                "update flights set a = 1",
                "delete from flights",
                "drop table flights",
                "truncate flights",
                "copy flights to '/tmp/x'",
                "copy (select 1) to '/tmp/x'",
                "attach ':memory:' as x",
                "detach wings",
                "install httpfs",
                "load httpfs",
                "set threads = 100",
                "reset threads",
                "pragma version",
                "call pragma_version()",
                "use system",
                "explain analyze attach 'x'",
                "export database 'x'",
                "begin",
                "prepare x as select 1",
                "pivot flights on origin using sum(delay)"
            })
    void everythingElseIsRefused(String sql) {
        assertThatThrownBy(() -> check(sql))
                .isInstanceOfSatisfying(
                        WingsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select format('{} is {:>10} of {:.2f}', x, y, z) from t",
                "select format('{{\"a\": {}, \"year 20000\": {}}}', x, y) from t",
                "select format('{:,}', x) from t",
                "select '{}'.format(x) from t",
                "select printf('%s: %05d of %9999.3f, 100%%', x, y, z) from t"
            })
    void formatThatShowsItsWidthsMayRun(String sql) {
        assertThat(check(sql).tables()).hasSize(1);
    }

    @Test
    void formatsAreForFewValues() {
        assertThat(check("select format('" + "{0}".repeat(100) + "', 1) from t").tables())
                .hasSize(1);
        assertThatThrownBy(() -> check("select format('" + "{0:>9999}".repeat(101) + "', 1) from t"))
                .isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> check("select printf('" + "%1$9999d".repeat(101) + "', 1) from t"))
                .isInstanceOf(WingsException.class);
    }

    @Test
    void refusalSaysWhere() {
        assertThatThrownBy(() -> check("select é\nfrom t where where"))
                .hasMessage("SQL: syntax error at or near \"where\": line=2, column=14");
        assertThatThrownBy(() -> check("select *\n  from read_csv('/etc/passwd')"))
                .hasMessage("refused: the table function is not available here: found=read_csv, line=2, column=8");
        assertThatThrownBy(() -> check("insert into t values (1)")).hasMessageContaining("INSERT INTO table VALUES");
    }

    @Test
    void textIsBounded() {
        assertThatThrownBy(() -> check("select '" + "x".repeat(300_000) + "'")).hasMessageContaining("too long");
        assertThatThrownBy(() -> check("select 1\0")).hasMessageContaining("U+0000");
        assertThatThrownBy(() -> check("select " + "(".repeat(5000) + "1" + ")".repeat(5000)))
                .isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> check("select * from " + "(select * from ".repeat(3000) + "t" + ")".repeat(3000)))
                .isInstanceOf(WingsException.class);
    }

    @Test
    void systemTablesGetTheirCatalog() {
        assertThat(check("select ü.topic from system.topics ü, wings.system.pages")
                        .sql())
                .isEqualTo("select ü.topic from wings.system.topics ü, wings.system.pages");
        assertThat(check("select * from default.t").sql()).isEqualTo("select * from \"default\".t");
    }

    @Test
    void tablesOfTheInformationSchemaGetTheirNames() {
        for (String name : new String[] {
            "information_schema.tables", "Information_Schema . \"TABLES\"", "wings.information_schema\n.tables"
        }) {
            ParsedQuery query = check("select 'ü', ? from " + name + " as t, system.topics x where t.a = ?");
            assertThat(query.sql())
                    .isEqualTo("select 'ü', ? from wings.system.tables as t, wings.system.topics x where t.a = ?");
            assertThat(query.sqlWith("1"))
                    .isEqualTo("select 'ü', 1 from wings.system.tables as t, wings.system.topics x where t.a = 1");
            assertThat(query.tables())
                    .containsExactlyInAnyOrder(new TableRef("system", "tables"), new TableRef("system", "topics"));
        }
        assertThatThrownBy(() -> check("select * from information_schema/**/.tables"))
                .hasMessageContaining("wings.system.tables");
    }

    @Test
    void columnsThatMayBeMeantAreKnown() {
        assertThat(check("select a, t.B from t join u using (k) where c > 1").columns())
                .contains(Set.of("a", "t", "b", "c", "k"));
        assertThat(check("select a from t").columns()).contains(Set.of("a"));
        assertThat(check("select count(distinct a) from t where b is null").columns())
                .contains(Set.of("a", "b"));
        assertThat(check("select t from t").columns()).isEmpty();
        assertThat(check("select f from t f").columns()).isEmpty();
        assertThat(check("select * from t").columns()).isEmpty();
        assertThat(check("select a from t natural join u").columns()).isEmpty();
        assertThat(check("select #1 from t").columns()).isEmpty();
    }

    @Test
    void pureProjectionIsSeen() {
        assertThat(check("select a, b as c from t limit 5").projection()).get().satisfies(projection -> {
            assertThat(projection.limit()).isEqualTo(5);
            assertThat(projection.columns())
                    .containsExactly(
                            new ParsedQuery.Projection.Column("a", ""), new ParsedQuery.Projection.Column("b", "c"));
        });
        assertThat(check("select * from t").projection())
                .get()
                .satisfies(projection -> assertThat(projection.columns()).isEmpty());
        for (String other : new String[] {
            "select a + 1 from t",
            "select a from t where b",
            "select distinct a from t",
            "select a from t order by 1",
            "select a from t limit 5 offset 1",
            "select a from t limit 5%",
            "select a from t group by 1",
            "select a from t, u",
            "select a from t tablesample 10%",
            "select * exclude (a) from t",
            "select *, 1 from t",
            "select a from t qualify row_number() over () = 1",
            "with x as (select 1) select a from t",
            "select a from t union all select a from t"
        }) {
            assertThat(check(other).projection()).as(other).isEmpty();
        }
    }

    @Test
    void pickedRowsAreSeen() {
        for (String query : List.of(
                "select * from t where a = 1",
                "select a, t.b as c from t where a = (select max(a) from t)",
                "select a from t where a in (1, 2) and b like 'x%'")) {
            assertThat(check(query).picksRows()).as(query).isTrue();
        }
        for (String query : List.of(
                "select * from t",
                "select * from t where a = 1 order by b",
                "select * from t where a = 1 limit 3",
                "select distinct a from t where a = 1",
                "select a + 1 from t where a = 1",
                "select first(a) from t where b = 1",
                "select a from t where b = 1 group by a",
                "select a from t where b = 1 qualify row_number() over () = 1",
                "select a from (select * from t) where a = 1",
                "select t.a from t, u where t.a = 1",
                "select a from t where a = 1 union all select a from t where a = 2")) {
            assertThat(check(query).picksRows()).as(query).isFalse();
        }
    }

    @Test
    void pureCountIsSeen() {
        for (String count :
                new String[] {"select count(*) from t", "SELECT COUNT(*) AS n FROM default.t", "select count() from t x"
                }) {
            assertThat(check(count).onlyCounts()).as(count).isTrue();
        }
        assertThat(check("explain select count(*) from t").onlyCounts()).isTrue();
        for (String other : new String[] {
            "select a from t",
            "select count(a) from t",
            "select count(*) + 1 from t",
            "select count(*), count(*) from t",
            "select count(*) over () from t",
            "select count(*) filter (where a) from t",
            "select count(*) from t where a",
            "select count(*) from t group by a",
            "select count(*) from t group by all",
            "select count(*) from t having count(*) > 1",
            "select count(*) from t limit 0",
            "select count(*) from t, u",
            "select count(*) from t, t as u",
            "select count(*) from t tablesample 10%",
            "select count(*) from range(5)",
            "select count(*) from (select distinct a from t)",
            "with t as (select 1) select count(*) from t",
            "select count(*) from t union all select count(*) from t"
        }) {
            assertThat(check(other).onlyCounts()).as(other).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            explain analyze delete from flights | EXPLAIN is supported of queries only
            " Explain\n ANALYZE copy t to 'x'"  | EXPLAIN is supported of queries only
            explain (analyze) set threads = 1   | EXPLAIN is supported of queries only
            explain insert into flights values (1) | EXPLAIN is supported of queries only
            """, quoteCharacter = '"')
    void whatOfExplainIsMissingIsSaid(String sql, String expected) {
        assertThatThrownBy(() -> Gate.check(engine.duckDb(), sql, "default")).hasMessageContaining(expected);
    }

    /// A name that is not known yet where it stands is that of a table.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "with recursive t as (select x from t union all select x + 1 from t where x < 3) select * from t | true",
                "with recursive t as (select 1 as x union all select x + 1 from t where x < 3) select * from t | false",
                "with recursive a as (with t as (from t) from t union from a) from a | true",
                "with t as materialized (from t) select * from t | true",
                "with t as not materialized (from t) select * from t | true",
                "with t as (select 1) select * from t | false",
                "with \"\u212Anown\" as (select 1 as x), t as (from known) select * from t | true",
                "with t as (select 1 as x) select * from T | false"
            })
    void nameIsOfATableUntilItIsGiven(String sql, boolean expected) {
        assertThat(check(sql).tables()).hasSize(expected ? 1 : 0);
    }

    /// Found in the engine: macros run in the caller's place and read what the caller may not.
    @Test
    void macrosThatReadTheEnginesInsideAreRefused() {
        String macros = engine.duckDb().text("""
                SELECT string_agg(DISTINCT function_name, ' ') FROM duckdb_functions()
                WHERE function_type IN ('macro', 'table_macro')
                AND regexp_matches(lower(macro_definition), 'duckdb_|pragma_|pg_catalog|information_schema|sqlite_master')
                AND ? = ''""", "");
        assertThat(macros.split(" ", -1)).hasSizeGreaterThan(2).contains("pg_get_viewdef", "get_block_size");
        for (String macro : macros.split(" ", -1)) {
            assertThatThrownBy(() -> check("select " + macro + "(1) from flights"))
                    .as(macro)
                    .isInstanceOf(WingsException.class)
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> check("select * from " + macro + "(1)"))
                    .as(macro)
                    .isInstanceOf(WingsException.class)
                    .hasMessageContaining("refused");
        }
        for (String effect : new String[] {"setseed(0.5)", "setval('s', 1)", "nextval('s')"}) {
            assertThatThrownBy(() -> check("select " + effect)).hasMessageContaining("refused");
        }
    }

    /// As long as a statement may be.
    @ParameterizedTest
    @ValueSource(
            strings = {"explain%sselect", "explain%sanalyse select 1", "%sexplain%sx", "explain (%sx", "explain%s"})
    void spacesAreSkippedOnce(String pattern) {
        String sql = pattern.replace("%s", " ".repeat(120_000));
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThatThrownBy(() -> Gate.check(engine.duckDb(), sql, "default"))
                        .isInstanceOf(WingsException.class));
    }

    @Test
    void explainIsAboutAQueryThatMayRun() {
        ParsedQuery query = Gate.check(engine.duckDb(), " Explain\nselect a from flights", "default");
        assertThat(query.isExplain()).isTrue();
        assertThat(query.projection()).isEmpty();
        assertThat(query.tables()).containsExactly(new TableRef("default", "flights"));
        assertThatThrownBy(() -> Gate.check(engine.duckDb(), "explain select * from read_csv('x')", "default"))
                .isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> Gate.check(engine.duckDb(), "explain select 1; select 2", "default"))
                .isInstanceOf(WingsException.class);
    }

    private ParsedQuery check(String sql) {
        return Gate.check(engine.duckDb(), sql, "default");
    }
}
