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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.integration.SparkProcess.SparkFailure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Views of one catalog, some made by Wings' SQL, some by Spark.
@ExtendWith({SharedPlatform.class, SharedSpark.class})
final class SparkViewIT {

    private final WingsProcess wings;
    private final SparkProcess spark;

    SparkViewIT(WingsProcess wings, SparkProcess spark) {
        this.wings = wings;
        this.spark = spark;
    }

    @Test
    void viewOfWingsIsListedBySpark() throws Exception {
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            sql.query("create view default.of_wings as select 1 as one, 'a' as text");
            assertThat(spark.query("show views")).extracting(row -> row.get(1)).contains("of_wings");
            assertThatExceptionOfType(SparkFailure.class)
                    .isThrownBy(() -> spark.query("create table of_wings (id bigint) using iceberg"))
                    .withMessageContaining("of_wings");
            spark.query("drop view of_wings");
            assertThatThrownBy(() -> sql.query("select * from default.of_wings"))
                    .hasStackTraceContaining("not found");
        }
    }

    @Test
    void viewOfSparkIsListedByWings() throws Exception {
        spark.query("create view of_spark as select 1 as one, timestamp'2026-01-02 03:04:05' as at");
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            assertThat(sql.texts("select table_type from information_schema.tables where table_name = 'of_spark'"))
                    .containsExactly(List.of("VIEW"));
            assertThat(sql.texts("select column_name, data_type from information_schema.columns"
                            + " where table_name = 'of_spark' order by ordinal_position"))
                    .containsExactly(List.of("one", "INTEGER"), List.of("at", "TIMESTAMP WITH TIME ZONE"));
            assertThat(sql.query("select view_definition is null from information_schema.views"
                            + " where table_name = 'of_spark'"))
                    .containsExactly(List.of(true));
            assertThatThrownBy(() -> sql.query("select * from default.of_spark"))
                    .hasStackTraceContaining("this view was made by another engine, in its dialect of SQL:"
                            + " view=default.of_spark, dialects=spark, expected=duckdb");
            assertThat(sql.query("drop view default.of_spark"))
                    .containsExactly(List.of("dropped view default.of_spark"));
        }
        assertThat(spark.query("show views")).extracting(row -> row.get(1)).doesNotContain("of_spark");
    }
}
