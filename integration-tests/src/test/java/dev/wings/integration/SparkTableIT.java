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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.wings.integration.SparkProcess.SparkFailure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Spark makes, writes and reads tables of its own through the REST catalog, beside topics.
@Tag("full")
@ExtendWith(SharedSpark.class)
final class SparkTableIT {

    private final SparkProcess spark;

    SparkTableIT(SparkProcess spark) {
        this.spark = spark;
    }

    @Test
    void tableOfSparkIsWrittenAndRead() {
        createOwn("own", "");
        changeAndCheckOwn("own");
        assertThat(spark.query("show tables")).extracting(row -> row.get(1)).contains("own");
        assertThat(spark.value("select count(*) from default.own.snapshots")).isEqualTo("4");
        assertThatExceptionOfType(SparkFailure.class)
                .isThrownBy(() -> spark.query("select * from own.snapshots"))
                .withMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
        spark.query("drop table own purge");
        assertThat(spark.query("show tables")).extracting(row -> row.get(1)).doesNotContain("own");
        assertThatExceptionOfType(SparkFailure.class)
                .isThrownBy(() -> spark.query("select * from own"))
                .withMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
    }

    @Test
    void tableHasNotTheNameOfATopic() {
        assertThatExceptionOfType(SparkFailure.class)
                .isThrownBy(() -> spark.query("create table flights (id bigint) using iceberg"))
                .withMessageContaining("flights")
                .withMessageContaining("already exists");
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy-on-write", "merge-on-read"})
    void tableOfSparkIsMaintained(String mode) {
        String table = mode.replace('-', '_');
        createOwn(
                table,
                " tblproperties ('write.delete.mode' = '" + mode + "', 'write.update.mode' = '" + mode
                        + "', 'write.merge.mode' = '" + mode + "')");
        changeAndCheckOwn(table);
        String rows = "select * from " + table + " order by number";
        assertUnchangedBy(
                "call wings.system.rewrite_data_files(table => '" + table + "', options => map('rewrite-all', 'true'))",
                rows);
        assertUnchangedBy("call wings.system.rewrite_manifests('" + table + "')", rows);
        assertUnchangedBy("call wings.system.expire_snapshots('" + table + "', now(), 1)", rows);
        assertThat(spark.value("select count(*) from default." + table + ".snapshots"))
                .isEqualTo("1");
        spark.query("alter table " + table + " add column extra map<string, int>");
        spark.query("insert into " + table + " values ('device 9', 999, null, null, map('a', 1))");
        assertThat(spark.value("select extra from " + table + " where number = 999"))
                .isEqualTo("{\"a\": 1}");
        spark.query("alter table " + table + " rename to default.renamed");
        assertThat(spark.value("select count(*) from renamed where extra is null"))
                .isEqualTo(Integer.toString(spark.query("select * from range(300) where id % 2 = 1 or id < 10")
                        .size()));
        spark.query("create or replace table renamed using iceberg as select 1 as a");
        assertThat(spark.value("select * from renamed")).isEqualTo("1");
        spark.query("drop table renamed purge");
    }

    @Test
    void namespacesAndViewsOfSpark() {
        spark.query("create namespace wings.analysis");
        spark.query("create table analysis.a using iceberg as select id from range(10)");
        spark.query("create view analysis.even as select id from wings.analysis.a where id % 2 = 0");
        assertThat(spark.value("select sum(id) from analysis.even")).isEqualTo("20");
        assertThatExceptionOfType(SparkFailure.class).isThrownBy(() -> spark.query("drop namespace wings.analysis"));
        spark.query("drop view analysis.even");
        spark.query("drop table analysis.a purge");
        spark.query("drop namespace wings.analysis");
        assertThat(spark.query("show namespaces in wings"))
                .extracting(row -> row.getFirst())
                .contains("default")
                .doesNotContain("analysis");
    }

    private void createOwn(String table, String properties) {
        spark.query("create table " + table + " (device string not null, number bigint, note string, at timestamp)"
                + " using iceberg partitioned by (device, days(at))" + properties);
        spark.query("insert into " + table + " " + rows(300));
    }

    private void changeAndCheckOwn(String table) {
        spark.query("delete from " + table + " where number % 2 = 0");
        spark.query("update " + table + " set note = 'late' where number > 250");
        spark.query("merge into " + table + " t using (" + rows(10) + ") s on t.number = s.number"
                + " when matched then update set note = 'early' when not matched then insert *");
        assertThat(spark.query("select * from " + table + " order by number"))
                .isEqualTo(spark.query("select device, number, case when number > 250 then 'late'"
                        + " when number < 10 and number % 2 = 1 then 'early' else note end, at from (" + rows(300)
                        + ") where number < 10 or number % 2 = 1 order by number"));
    }

    private static String rows(int count) {
        return "select 'device ' || id % 5 as device, id as number, if(id % 3 > 0, 'note ' || id, null) as note,"
                + " timestamp_seconds(id * 3600 - 86400) as at from range(" + count + ")";
    }

    private void assertUnchangedBy(String statement, String rows) {
        Object before = spark.query(rows);
        spark.query(statement);
        assertThat(spark.query(rows)).as(statement).isEqualTo(before);
    }
}
