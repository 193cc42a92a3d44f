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
package dev.wings.common.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchemaTextTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    boolean                      | boolean
                    BIGINT                       | long
                    smallint                     | int
                    UBIGINT                      | decimal(20,0)
                    HUGEINT                      | decimal(38,0)
                    real                         | float
                    double precision             | double
                    decimal(10, 2)               | decimal(10,2)
                    decimal                      | decimal(18,3)
                    TIMESTAMP WITH TIME ZONE     | timestamptz
                    timestamp without time zone  | timestamp
                    TIMESTAMP_NS                 | timestamp
                    time                         | time
                    varchar(10)                  | string
                    ENUM('a)', 'b''c')           | string
                    JSON                         | string
                    "NULL"                       | string
                    bytea                        | binary
                    fixed(7)                     | fixed(7)
                    uuid                         | uuid
                    integer[]                    | list<int>
                    integer[3][]                 | list<list<int>>
                    list<string>                 | list<string>
                    struct<a: int, "b c": date>  | struct<a: int, b c: date>
                    STRUCT(a INTEGER, b VARCHAR[]) | struct<a: int, b: list<string>>
                    MAP(VARCHAR, INTEGER)        | map<string, int>
                    map<string, struct<x: uuid>> | map<string, struct<x: uuid>>
                    """)
    void typesHaveTheNamesOfIcebergAndOfSql(String text, String type) {
        assertThat(columns("c " + text).fields().getFirst().type()).hasToString(type);
    }

    @Test
    void schemaNamesColumnsInOrder() {
        TopicSchema schema = columns("id long not null, \"a \"\"b\"\"\" decimal(4,1) null , at timestamptz NOT NULL");

        assertThat(schema.fields()).extracting(TopicField::name).containsExactly("id", "a \"b\"", "at");
        assertThat(schema.fields()).extracting(TopicField::required).containsExactly(true, false, true);
    }

    @Test
    void columnsHaveComments() {
        TopicSchema schema = columns("id long comment 'of ''ours''' not null, b int COMMENT '', c int");

        assertThat(schema.fields()).extracting(TopicField::doc).containsExactly("of 'ours'", "", "");
        assertThat(schema.fields()).extracting(TopicField::required).containsExactly(true, false, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id long primary key",
                "id long not null unique",
                "id long references other",
                "id long, primary key (id)",
                "id long, foreign key (id) references other",
                "id long check (id > 0)"
            })
    void keysAndConstraintsAreRefused(String text) {
        assertThatThrownBy(() -> SchemaText.parseSchema(text)).hasMessageContaining("leave it out");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            int default 5 | 5
            int not null default -5 comment 'x' | -5
            int default + 7 | +7
            double default .5e-3 | .5e-3
            boolean default TRUE | true
            string default 'it''s, (so)' | it's, (so)
            date default date '2001-02-03' | 2001-02-03
            date default '2001-02-03'::date | 2001-02-03
            date default cast('2001-02-03' as date) | 2001-02-03
            timestamptz default timestamp with time zone '2001-02-03 04:05:06Z' | 2001-02-03 04:05:06Z
            decimal(5,2) default (1.5) not null | 1.5
            binary default x'00ff' | \\x00ff
            """)
    void defaultsAreConstants(String column, String text) {
        Field read = SchemaText.parseSchema("before int, c " + column + ", after int")
                .getFields(1);
        assertThat(read.getDefaultValue()).isEqualTo(text);
        assertThat(read.hasInitialDefault()).isFalse();
    }

    @Test
    void defaultOfNullIsNone() {
        Schema schema = SchemaText.parseSchema("c int default null, d int default cast(null as int)");
        assertThat(schema.getFieldsList()).noneMatch(Field::hasDefaultValue);
        assertThat(SchemaText.parseDefault("NULL")).isEmpty();
        assertThat(SchemaText.parseDefault(" 5 ")).hasValue("5");
        assertThatThrownBy(() -> SchemaText.parseDefault("5 6")).hasMessageContaining("the end of the default");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "now()",
                "current_timestamp",
                "1 + 1",
                "2 * 3",
                "nextval('s')",
                "'a' || 'b'",
                "other",
                "(select 1)",
                "[1]",
                "{'a': 1}",
                "5x",
                "-'5'"
            })
    void whatIsComputedIsNoDefault(String text) {
        assertThatThrownBy(() -> SchemaText.parseSchema("c int default " + text))
                .hasMessageContaining("a default is a constant");
    }

    @Test
    void defaultOfAnotherTypeIsRefused() {
        assertThatThrownBy(() -> SchemaText.parseSchema("c int default date '2001-02-03'"))
                .hasMessageContaining("the default has another type than the column: type=INTEGER, default=DATE");
    }

    @Test
    void defaultsAreWrittenAsTheyAreRead() {
        String text =
                "a INTEGER NOT NULL DEFAULT 5 COMMENT 'c',\n  b VARCHAR DEFAULT 'it''s',\n  d BLOB DEFAULT '\\x00'";
        assertThat(SchemaText.format(SchemaText.parseSchema(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "id",
                "id long,",
                "id long not",
                "id lnog",
                "id decimal(",
                "id struct<>",
                "id long x",
                "id list<int",
                "id interval",
                "id time with time zone",
                "\"id long",
                "id map<int>",
                "id fixed(x)",
                "id decimal(99999999999)"
            })
    void whatIsNoSchemaIsRefused(String text) {
        assertThatThrownBy(() -> SchemaText.parseSchema(text)).isInstanceOf(WingsException.class);
    }

    @Test
    void refusalNamesThePositionAndTheKnownTypes() {
        assertThatThrownBy(() -> SchemaText.parseSchema("id lnog"))
                .hasMessageContaining("\"lnog\", position=4, known=");
        assertThatThrownBy(() -> SchemaText.parseSchema("id long x")).hasMessageContaining("position=9, found=\"x\"");
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> SchemaText.parseType("list<".repeat(10_000) + "int" + ">".repeat(10_000)))
                .hasMessageContaining("nested too deeply");
    }

    private static TopicSchema columns(String text) {
        return SchemaProtos.fromCreateRequest(SchemaText.parseSchema(text));
    }

    @Test
    void schemaThatIsWrittenReadsTheSame() {
        String text = "\"not\" boolean not null comment 'it''s \"so\"', \"Two words\" int, l bigint, f float, d double,"
                + " n decimal(38,10), dt date, t time, ts timestamp, tz timestamptz, s varchar, bin blob, fx fixed(3),"
                + " u uuid, st struct<\"a b\": int not null comment 'in', b: varchar[]> not null,"
                + " li list<struct<x: list<int not null>> not null>, m map<varchar, struct<x: date> not null>";
        Schema schema = SchemaText.parseSchema(text);

        String written = SchemaText.format(schema);

        assertThat(SchemaText.parseSchema(written)).isEqualTo(schema);
        assertThat(written)
                .startsWith("\"not\" BOOLEAN NOT NULL COMMENT 'it''s \"so\"',\n")
                .contains("LIST(STRUCT(x LIST(INTEGER NOT NULL)) NOT NULL)")
                .contains("tz TIMESTAMP WITH TIME ZONE");
    }
}
