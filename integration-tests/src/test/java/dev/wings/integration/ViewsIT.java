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
package dev.wings.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Views that are made by SQL, used and dropped on a running platform.
@ExtendWith(SharedPlatform.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class ViewsIT {

    private WingsProcess wings;
    private SqlClient sql;

    @BeforeAll
    void open(WingsProcess platform) {
        wings = platform;
        sql = new SqlClient(wings.serverPort());
        sql.query("create schema if not exists seen");
        sql.query("create table seen.orders (id bigint not null, customer varchar, total decimal(12,2))");
        sql.query("insert into seen.orders values (1, 'ann', 10), (2, 'bob', 20), (3, 'ann', 30.5)");
        // of the same name in the schema of the session
        sql.query("create table if not exists orders (id bigint)");
    }

    @AfterAll
    void close() throws Exception {
        sql.close();
    }

    @Test
    void viewIsUsedLikeATable() throws SQLException {
        assertThat(sql.query("create view seen.totals as select customer, sum(total) as total, count(*) as n"
                        + " from orders group by customer -- names of the view's own schema"))
                .containsExactly(List.of("created view seen.totals"));
        assertThat(sql.texts("select * from seen.totals order by customer"))
                .containsExactly(List.of("ann", "40.50", "2"), List.of("bob", "20.00", "1"));
        assertThat(
                        sql.texts(
                                "select t.customer, o.id, seen.totals.n from seen.totals t, seen.orders o, seen.totals"
                                        + " where t.customer = o.customer and seen.totals.customer = t.customer and o.id > 1 order by o.id"))
                .containsExactly(List.of("bob", "2", "1"), List.of("ann", "3", "2"));
        assertThat(sql.count("select count(*) from seen.totals")).isEqualTo(2);
        assertThat(sql.texts("with big as (select * from seen.totals where total > 30) select customer from big"))
                .containsExactly(List.of("ann"));
        sql.query("insert into seen.orders values (4, 'cid', 1)");
        assertThat(sql.count("select count(*) from seen.totals")).isEqualTo(3);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:arrow-flight-sql://127.0.0.1:" + wings.serverPort() + "/?useEncryption=false");
                PreparedStatement statement =
                        connection.prepareStatement("select n from seen.totals where customer = ?")) {
            statement.setString(1, "ann");
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(2);
            }
        }
    }

    @Test
    void viewIsMadeOfViewsAndHasOtherNames() {
        sql.query("create view seen.cheap as select id, total from orders where total < 25");
        sql.query("create view seen.cheapest (number, \"The Price\") as from cheap where total <= 10;");
        assertThat(sql.texts("select number, \"The Price\" from seen.cheapest where number < 2"))
                .containsExactly(List.of("1", "10.00"));
        assertThat(sql.texts("select column_name, column_type from (describe seen.cheapest)"))
                .containsExactly(List.of("number", "BIGINT"), List.of("The Price", "DECIMAL(12,2)"));
        assertThat(sql.query("show create view seen.cheapest"))
                .containsExactly(List.of("CREATE VIEW seen.cheapest AS\nSELECT * FROM (from cheap where total <= 10) AS"
                        + " cheapest(number, \"The Price\");"));
        assertThat(sql.texts("explain select * from seen.cheapest").toString()).contains("SCAN");
    }

    @Test
    void replacedViewIsUsedAtOnce() {
        assertThat(sql.query("create or replace view seen.turned as select 1 as a"))
                .containsExactly(List.of("created view seen.turned"));
        assertThat(sql.texts("select * from seen.turned")).containsExactly(List.of("1"));
        sql.query("create or replace view seen.turned as select 'two' as a, customer from orders where id = 2");
        assertThat(sql.texts("select * from seen.turned")).containsExactly(List.of("two", "bob"));
        assertThat(sql.query("create view if not exists seen.turned as select 3 as a"))
                .containsExactly(List.of("there is already a view seen.turned"));
        assertThatThrownBy(() -> sql.query("create view seen.turned as select 3 as a"))
                .hasStackTraceContaining("CREATE OR REPLACE VIEW replaces a view");
        assertThat(sql.texts("select a from seen.turned")).containsExactly(List.of("two"));
        assertThat(sql.query("drop view seen.turned")).containsExactly(List.of("dropped view seen.turned"));
        assertThat(sql.query("drop view if exists seen.turned"))
                .containsExactly(List.of("there is no view seen.turned"));
        assertThatThrownBy(() -> sql.query("drop view seen.turned")).hasStackTraceContaining("there is no such view");
        assertThatThrownBy(() -> sql.query("select a from seen.turned")).hasStackTraceContaining("not found");
    }

    @Test
    void viewsAreListed() {
        sql.query("create view seen.listed as select id, sum(id) over () as hugh, customer from orders");
        assertThat(sql.texts("select table_name, table_type from information_schema.tables"
                        + " where table_schema = 'seen' and table_name in ('listed', 'orders') order by 1"))
                .containsExactly(List.of("listed", "VIEW"), List.of("orders", "BASE TABLE"));
        assertThat(sql.texts("select view_definition from information_schema.views"
                        + " where table_schema = 'seen' and table_name = 'listed'"))
                .containsExactly(List.of("select id, sum(id) over () as hugh, customer from orders"));
        assertThat(sql.texts("select column_name, data_type, is_nullable from information_schema.columns"
                        + " where table_name = 'listed' order by ordinal_position"))
                .containsExactly(
                        List.of("id", "BIGINT", "YES"),
                        List.of("hugh", "DECIMAL(38,0)", "YES"),
                        List.of("customer", "VARCHAR", "YES"));
        assertThat(sql.texts("show all tables")).contains(List.of("seen", "listed", "VIEW"));
        try (Connection connection = DriverManager.getConnection(
                "jdbc:arrow-flight-sql://127.0.0.1:" + wings.serverPort() + "/?useEncryption=false")) {
            List<String> found = new ArrayList<>();
            try (ResultSet tables = connection.getMetaData().getTables(null, "seen", "listed", new String[] {"VIEW"})) {
                while (tables.next()) {
                    found.add(tables.getString("TABLE_NAME") + " " + tables.getString("TABLE_TYPE"));
                }
            }
            try (ResultSet columns = connection.getMetaData().getColumns(null, "seen", "listed", null)) {
                while (columns.next()) {
                    found.add(columns.getString("COLUMN_NAME"));
                }
            }
            assertThat(found).containsExactly("listed VIEW", "id", "hugh", "customer");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void viewOverATableThatIsGoneSaysSo() {
        sql.query("create table seen.passing (id bigint, name varchar)");
        sql.query("create view seen.over_it as select name from passing");
        sql.query("create view seen.over_view as select * from over_it");
        assertThat(sql.query("select * from seen.over_view")).isEmpty();
        sql.query("drop table seen.passing");
        assertThatThrownBy(() -> sql.query("select * from seen.over_view"))
                .hasStackTraceContaining("the view seen.over_it uses a table that is not there (any more)")
                .hasStackTraceContaining("passing");
        sql.query("create table seen.passing (id bigint)");
        assertThatThrownBy(() -> sql.query("select * from seen.over_view"))
                .hasStackTraceContaining("the view seen.over_it cannot be used as its tables are now")
                .hasStackTraceContaining("name");
        sql.query("create or replace view seen.over_it as select id as name from passing");
        assertThat(sql.query("select name from seen.over_view")).isEmpty();
    }

    /// A view is no way around what a query by itself may not do.
    @Test
    void queriesOfViewsAreBoundedAsOthersAre() {
        sql.query("create view seen.binned as select date_bin(interval 1 hour, timestamp '2026-01-02 03:04:05',"
                + " timestamp '2026-01-01 00:00:00') as hour, repeat('x', id::int) as xs, id from orders");
        assertThat(sql.texts("select xs, hour::varchar from seen.binned where id = 2"))
                .containsExactly(List.of("xx", "2026-01-02 03:00:00"));
        sql.query("create view seen.huge as select repeat('xx', 2000000 + id::int) as xs from orders");
        assertThatThrownBy(() -> sql.query("select xs from seen.huge")).hasStackTraceContaining("RESOURCE_EXHAUSTED");
        assertThatThrownBy(() -> sql.query("create view seen.files as select * from read_csv('/etc/passwd')"))
                .hasStackTraceContaining("refused");
        assertThatThrownBy(() -> sql.query("create view seen.settings as select current_setting('threads') as t"))
                .hasStackTraceContaining("refused");
    }

    @Test
    void viewsThatUseThemselvesAreRefused() {
        sql.query("create view seen.first as select 1 as a");
        sql.query("create view seen.second as select a from first");
        assertThatThrownBy(() -> sql.query("create or replace view seen.first as select a from second"))
                .hasStackTraceContaining("a view cannot use itself: view=seen.first");
        assertThatThrownBy(() -> sql.query("create view seen.own as select * from own"))
                .hasStackTraceContaining("not found");
        assertThat(sql.texts("select a from seen.second")).containsExactly(List.of("1"));
    }

    @Test
    void viewsAreNestedToADepth() {
        sql.query("create view seen.level1 as select id from orders where id = 1");
        for (int level = 2; level <= 17; level++) {
            sql.query("create view seen.level" + level + " as select id from level" + (level - 1));
        }
        assertThat(sql.texts("select id from seen.level16")).containsExactly(List.of("1"));
        assertThatThrownBy(() -> sql.query("select id from seen.level17"))
                .hasStackTraceContaining("views use each other too deeply: limit=16: seen.level17 > seen.level16");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insert into seen.refused values (1) | seen.refused is a view: rows are inserted into the tables",
                "drop table seen.refused | seen.refused is a view: DROP VIEW drops it",
                "drop table if exists seen.refused | seen.refused is a view: DROP VIEW drops it",
                "alter table if exists seen.refused add column a int | seen.refused is a view: CREATE OR REPLACE VIEW",
                "drop view seen.orders | seen.orders is a table, not a view: DROP TABLE drops it",
                "drop view if exists seen.orders | seen.orders is a table, not a view: DROP TABLE drops it",
                "create view seen.orders as select 1 as a | it is that of a table, which no view replaces",
                "create or replace view seen.orders as select 1 as a | it is that of a table, which no view replaces",
                "create view if not exists seen.orders as select 1 as a | it is that of a table, which no view replaces",
                "create table seen.refused (id bigint) | the name is taken",
                "create view seen.other as select ? as a | the query of a view has no parameters",
                "create view seen.other as select 1 as a, 2 as b, 3 as A | two columns have the same name: column=A",
                "create view seen.other (a, b) as select 1 | as many names as columns are expected: names=2, columns=1",
                "create view seen.other as select nothing from orders | nothing",
                "create view seen.other as select * from nowhere | not found",
                "create view seen.other as drop table seen.orders | this statement is not supported: statement=DROP",
                "create view seen.other as select 1 as a; select 2 | one statement at a time",
                "create view seen.other as | a query is expected",
                "create view seen.\"Other Name\" as select 1 as a | bad view id",
                "create view system.other as select 1 as a | tell of the platform",
                "create temp view seen.other as select 1 as a | there are no temporary views",
                "create or replace view if not exists seen.other as select 1 as a | OR REPLACE or IF NOT EXISTS",
                "drop schema seen | seen"
            })
    void whatIsWrongIsRefused(String statement, String message) {
        sql.query("create or replace view seen.refused as select 1 as id");
        assertThatThrownBy(() -> sql.query(statement)).hasStackTraceContaining(message);
        assertThatThrownBy(() -> sql.query("select * from seen.other")).hasStackTraceContaining("not found");
        assertThat(sql.texts("select id from seen.refused")).containsExactly(List.of("1"));
        assertThat(sql.count("select count(*) from seen.orders")).isGreaterThanOrEqualTo(3);
    }
}
