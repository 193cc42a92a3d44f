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
package dev.wings.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WriteStatementTest {

    private static WriteStatement read(String sql) {
        return WriteStatement.of(sql, "home").orElseThrow();
    }

    @Test
    void tableHasColumnsAndALayout() {
        WriteStatement.CreateTable create = (WriteStatement.CreateTable) read("""
                -- of sensors
                Create Table If Not Exists Sales.Readings (
                  id bigint not null comment 'of the sensor; (unique)',
                  "at" timestamp, -- when
                  tags map(varchar, double[])
                ) partitioned by (day("at"), id) with (partition_by = 'id', freshness = '5s',
                  lake_sort_by = 'id desc, "at"', target_segment_bytes = '64MiB');""");

        assertThat(create.table()).isEqualTo(new TableRef("sales", "readings"));
        assertThat(create.ifNotExists()).isTrue();
        List<Field> columns = create.columns().orElseThrow().getFieldsList();
        assertThat(columns).extracting(Field::getName).containsExactly("id", "at", "tags");
        assertThat(columns.getFirst().getRequired()).isTrue();
        assertThat(columns.getFirst().getDoc()).isEqualTo("of the sensor; (unique)");
        assertThat(create.partitionBy()).contains("id");
        assertThat(create.lake().getFreshness().getSeconds()).isEqualTo(5);
        assertThat(create.lake().getTargetSegmentBytes()).isEqualTo(64 << 20);
        assertThat(create.lake().getSortOrderCount()).isEqualTo(2);
        assertThat(create.lake().getPartitioning().getFields(0).getTransform()).isEqualTo(PartitionTransform.DAY);
        assertThat(create.lake().getPartitioning().getFields(1).getField()).isEqualTo("id");
        assertThat(create.query()).isEmpty();
    }

    @Test
    void statementOfATableThatIsThereIsAskedFor() {
        assertThat(read("show create table t;"))
                .isEqualTo(new WriteStatement.ShowCreateTable(new TableRef("home", "t")));
        assertThat(read("SHOW CREATE \"A b\".x"))
                .isEqualTo(new WriteStatement.ShowCreateTable(new TableRef("a b", "x")));
        assertThat(WriteStatement.of("show tables", "home")).isEmpty();
    }

    @Test
    void tableMayHaveTheColumnsOfAQuery() {
        WriteStatement.CreateTable create =
                (WriteStatement.CreateTable) read("create table wings.home.t with (freshness = '1s') as select 1 as a");

        assertThat(create.table()).isEqualTo(new TableRef("home", "t"));
        assertThat(create.columns()).isEmpty();
        assertThat(create.query().orElseThrow().strip()).isEqualTo("select 1 as a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insert into t values (1) | home.t | | values (1)",
                "INSERT INTO \"T 1\".\"x\" (a, \"B b\") select 1, 2; | t 1.x | a,B b | select 1, 2;",
                "/* x */ insert into t (select 1) | home.t | | (select 1)",
                "insert into t ((select 1)) | home.t | | ((select 1))",
                "insert into t (a) (values (1)) | home.t | a | (values (1))",
                "insert into t (\"values\") values (1) | home.t | values | values (1)",
                "insert into table t with c as (select 1) from c | home.t | | with c as (select 1) from c"
            })
    void insertHasColumnsAndAQuery(String sql, String table, String columns, String query) {
        WriteStatement.Insert insert = (WriteStatement.Insert) read(sql);

        assertThat(insert.table().schema() + "." + insert.table().table()).isEqualTo(table);
        assertThat(String.join(",", insert.columns())).isEqualTo(columns == null ? "" : columns);
        assertThat(insert.query().strip()).isEqualTo(query);
    }

    @Test
    void queryStaysWhereItWas() {
        String sql = "insert into\n  t -- a comment\n  values (1)";
        WriteStatement.Insert insert = (WriteStatement.Insert) read(sql);

        assertThat(insert.query().indexOf("values")).isEqualTo(sql.indexOf("values"));
        assertThat(insert.query().lines().toList()).hasSize(3);
    }

    @Test
    void schemasAndTablesAreMadeAndDropped() {
        assertThat(read("create schema if not exists Sales with (object_store = 's3')"))
                .isEqualTo(new WriteStatement.CreateSchema("sales", true, Optional.of("s3")));
        assertThat(read("create schema wings.sales"))
                .isEqualTo(new WriteStatement.CreateSchema("sales", false, Optional.empty()));
        assertThat(read("drop schema if exists sales restrict;"))
                .isEqualTo(new WriteStatement.DropSchema("sales", true));
        assertThat(read("drop table sales.orders"))
                .isEqualTo(new WriteStatement.DropTable(new TableRef("sales", "orders"), false));
        assertThat(read("drop table if exists orders"))
                .isEqualTo(new WriteStatement.DropTable(new TableRef("home", "orders"), true));
    }

    @Test
    void viewsAreMadeAndDropped() {
        WriteStatement.CreateView create =
                (WriteStatement.CreateView) read("create or replace view Sales.late (id, \"B b\") as\n  select 1, 2;");
        assertThat(create.view()).isEqualTo(new TableRef("sales", "late"));
        assertThat(create.replace()).isTrue();
        assertThat(create.ifNotExists()).isFalse();
        assertThat(create.columns()).containsExactly("id", "B b");
        assertThat(create.query()).startsWith("    ").contains("\n  select 1, 2;");
        assertThat(read("create view if not exists v as from t"))
                .isInstanceOfSatisfying(
                        WriteStatement.CreateView.class,
                        view -> assertThat(view.ifNotExists()).isTrue());
        assertThat(read("drop view if exists wings.sales.late"))
                .isEqualTo(new WriteStatement.DropView(new TableRef("sales", "late"), true));
        assertThat(read("show create view v;"))
                .isEqualTo(new WriteStatement.ShowCreateTable(new TableRef("home", "v")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1", "", "create macro m() as 1", "drop index i", "create index i on t (a)"})
    void otherStatementsAreNone(String sql) {
        assertThat(WriteStatement.of(sql, "home")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create table t | columns, or AS SELECT",
                "create table t () | at least one column",
                "create table t (a int | is expected",
                "create table t (a lnog) | unknown type",
                "create table t (a int) with (frehsness = '5s') | known=freshness",
                "create table t (a int) with (freshness = 'soon') | bad freshness",
                "create table t (a int) as select 1 | not both",
                "create table t (a int) engine = x | line=1, column=24",
                "create table t (a int primary key) | leave it out",
                "create or replace table t (a int) | DROP TABLE",
                "create temp table t (a int) | no temporary tables",
                "create table other.x.t (a int) | there is one catalog",
                "create table t (a int) comment 'x' | columns have",
                "create schema a b | the end",
                "drop table a, b | one name at a time",
                "drop table a cascade | leave CASCADE out",
                "drop schema a cascade | DROP TABLE its tables first",
                "drop table | a table's name",
                "insert t values (1) | INTO is expected",
                "insert into t | VALUES (...) or a query",
                "insert into t (a, ) values (1) | a column's name",
                "insert into t (a values (1) | \")\" is expected",
                "insert or replace into t values (1) | never changed",
                "insert overwrite t values (1) | never changed",
                "insert into t default values | a row has at least one value",
                "insert into 7t values (1) | a table's name"
            })
    void whatIsWrongIsSaid(String sql, String message) {
        assertThatThrownBy(() -> read(sql))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining(message == null ? "is expected" : message);
    }

    @Test
    void textsOfAnyLengthAreReadInTime() {
        String long1 = "create table t (" + "a int, ".repeat(30_000) + "b int)";
        assertThat(((WriteStatement.CreateTable) read(long1))
                        .columns()
                        .orElseThrow()
                        .getFieldsCount())
                .isEqualTo(30_001);
        assertThatThrownBy(() -> read("insert into t (" + "(".repeat(200_000) + ") values (1)"))
                .isInstanceOf(WingsException.class);
        assertThatThrownBy(() -> read("insert into t values (" + "1,".repeat(200_000) + "1)"))
                .hasMessageContaining("too long");
    }
}
