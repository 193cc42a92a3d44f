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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Spark reads topics' tables through the REST catalog, agrees with Wings' SQL row by row (I7), and cannot
/// write them.
@ExtendWith({SharedPlatform.class, SharedSpark.class})
final class SparkTopicIT {

    private static final int ROWS = 300;
    private static final int MANY_ROWS = 20_000;
    private static final int PARTITIONED_ROWS = 60;
    private static final int ROUNDS = 8;
    private static final int TIME_ROWS = 40;

    /// Some are null, and some have digits of the second.
    private static final String TIMES =
            "select i::bigint as id, case when i % 7 > 0 then t end as opened, case when i % 5 > 0 then [t, null, time '23:59:59.999999'] end"
                    + " as week, case when i % 3 > 0 then {'opens': t, 'name': 'x'} end as day, map {'a': t, 'b': t} as rooms"
                    + " from (select i, time '00:00:00' + interval (i * 2159_999_987) microsecond as t from range("
                    + TIME_ROWS + ") r(i))";
    private static final int FLIGHTS = 200_000;
    private static final Duration UNTIL_COMPACTED = Duration.ofMinutes(2);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    @TempDir
    private static Path directory;

    private static WingsProcess wings;
    private static SqlClient sql;
    private static SparkProcess spark;

    @BeforeAll
    static void start(WingsProcess sharedWings, SparkProcess sharedSpark) {
        wings = sharedWings;
        spark = sharedSpark;
        sql = new SqlClient(wings.serverPort());
        createTopic("every_type", SampleRows.EVERY_TYPE);
        push("every_type", SampleRows.everyType(ROWS));
        createTopic(
                "readings",
                SampleRows.READINGS,
                "--partition-by",
                "device",
                "--lake-partition-by",
                "device, day(read_at)");
        push("readings", SampleRows.readings(0, ROWS));
        for (String type : List.of("long", "string")) {
            String topic = "times_as_" + type;
            createTopic(
                    topic,
                    "id long, opened time, week list<time>, day struct<opens: time, name: string>, rooms map<string, time>",
                    "--lake-time-as",
                    type,
                    "--lake-sort-by",
                    "opened");
            push(topic, TIMES);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        sql.close();
    }

    @Test
    void everyTypeIsReadAlike() throws Exception {
        awaitCompacted("every_type");
        assertSameRows("select * from every_type order by id", ROWS);
    }

    /// Spark has no type for times: it refuses the table of a topic that keeps them.
    @Test
    void timesAreReadAsWhatTheTopicKeepsThemAs() throws Exception {
        for (String type : List.of("long", "string")) {
            String topic = "times_as_" + type;
            awaitCompacted(topic);
            String value = type.equals("long") ? "epoch_us(%s)" : "%s::varchar";
            List<List<@Nullable String>> ours = sql.texts("select id, " + value.formatted("opened")
                    + ", list_transform(week, lambda t: " + value.formatted("t") + "), "
                    + value.formatted("day.opens") + ", " + value.formatted("rooms['b']") + " from " + topic
                    + " order by id");
            assertThat(ours).hasSize(TIME_ROWS);
            assertThat(spark.query("select id, opened, week, day.opens, rooms['b'] from " + topic + " order by id"))
                    .isEqualTo(ours);
            String noon = type.equals("long") ? "43200000000" : "'12:00:00'";
            assertThat(spark.value("select count(*) from " + topic + " where opened >= " + noon))
                    .isEqualTo(sql.texts("select count(*) from " + topic + " where opened >= time '12:00'")
                            .getFirst()
                            .getFirst());
        }
    }

    /// Rows of six versions of the columns, each in segments before the next change.
    @Test
    void tableWhoseColumnsHaveChangedIsReadAlike() throws Exception {
        sql.query(
                "create table default.changing (id int not null, price decimal(5,2), place struct(city varchar, n int),"
                        + " stops struct(a int)[], gone varchar) with (freshness = '1s')");
        List<String> changes = List.of(
                "add column note varchar, add column place.zip int",
                "alter column id type bigint, alter price type decimal(20,2), alter place.n type bigint",
                "rename column note to remark, rename place.city to town, add column note date",
                "drop column gone, add column gone bigint, drop column place.zip, add stops.element.b varchar",
                "alter column gone first, add column place.zip varchar, rename stops.element.a to first");
        List<String> rows = List.of(
                "select i::int, (i / 10)::decimal(5,2), {'city': 'c' || i, 'n': i::int}, [{'a': i::int}], 'gone'",
                "select i::int, null, {'city': 'c' || i, 'n': null, 'zip': i::int}, [], 'gone', 'note ' || i",
                "select i + 5000000000, 123456789012.34, {'city': null, 'n': i, 'zip': null}, null, null, 'note'",
                "select i, 1.5, {'town': 't', 'n': i, 'zip': 7}, [{'a': 1}, null], 'again', 'r', date '2026-01-02'",
                "select i, 1.5, {'town': 't', 'n': i}, [{'a': 1, 'b': 'x'}], 'r', date '2026-01-02', i",
                "select i, i, 1.5, {'town': 't', 'n': i, 'zip': 'z'}, [{'first': 1, 'b': 'y'}], 'r', null");
        for (int version = 0; version < rows.size(); version++) {
            if (version > 0) {
                sql.query("alter table default.changing " + changes.get(version - 1));
            }
            int start = 100 * version;
            sql.query("insert into default.changing " + rows.get(version) + " from range(" + start + ", " + (start + 20)
                    + ") r(i)");
            awaitCompacted("changing");
            assertSameRows("select * from changing order by id, __offset__", 20 * (version + 1));
        }
        assertSameRows("select id, gone from changing where gone is not null order by id", 40);
        assertSameRows("select place.zip, place.town, note from changing where id > 4000000000 order by id", 20);
    }

    /// Files without a column have in it what it was added with, and rows that leave it out what was its
    /// default then: of all types, and in conditions by which files are left out.
    @Test
    void defaultsAreReadAlike() throws Exception {
        sql.query("create table default.defaulted (id int not null, made int default 1) with (freshness = '1s')");
        sql.query("insert into default.defaulted (id) from range(0, 20)");
        awaitCompacted("defaulted");
        assertThat(formatVersion("defaulted")).isEqualTo("2");
        sql.query("alter table default.defaulted add b boolean not null default true, add i int not null default -7,"
                + " add l bigint default 9223372036854775807, add f float default 0.1, add d double default -0.0,"
                + " add p decimal(38,2) default -1.5, add day date default '0001-01-01',"
                + " add at timestamp default '1969-12-31 23:59:59.999999',"
                + " add z timestamptz default '2026-01-02 03:04:05.5+01', add s varchar default 'it''s \"ä\"',"
                + " add x blob default '\\x00ff', add n fixed(3) default '\\x010203',"
                + " add u uuid default '123e4567-e89b-12d3-a456-426614174000', add nothing varchar");
        sql.query("insert into default.defaulted (id, i, s) select i, i, null from range(100, 120) r(i)");
        awaitCompacted("defaulted");
        assertThat(formatVersion("defaulted")).isEqualTo("3");
        assertSameRows("select * from defaulted order by id", 40);
        sql.query("alter table default.defaulted alter i set default 8, alter i type bigint, alter l drop default,"
                + " alter f type double, alter p set default 2, rename s to text, alter made drop default");
        sql.query("insert into default.defaulted (id) from range(200, 220)");
        awaitCompacted("defaulted");
        assertSameRows("select * from defaulted order by id", 60);
        sql.query("alter table default.defaulted drop column i, add i int default 9");
        sql.query("insert into default.defaulted (id) from range(300, 320)");
        awaitCompacted("defaulted");
        assertSameRows("select * from defaulted order by id", 80);
        assertSameRows("select sum(i), count(l), max(text), min(p), avg(f) from defaulted");
        assertSameRows("select b, i, count(*) from defaulted group by 1, 2 order by 1, 2");
        // A condition on the column itself: Iceberg's readers up to 1.11 leave out row groups of files without it,
        // as if it were null there. docs/lake.md says so, and what to write instead; this fails when they do not.
        assertThat(spark.value("select count(*) from defaulted where l = 9223372036854775807"))
                .isEqualTo("20");
        assertThat(sql.count("select count(*) from defaulted where l = 9223372036854775807"))
                .isEqualTo(40);
        for (String condition : List.of(
                "coalesce(l, l) = 9223372036854775807",
                "coalesce(f, f) < 0.2",
                "coalesce(p, p) = -1.5",
                "coalesce(day, day) < date '1000-01-01'",
                "coalesce(text, text) like 'it%'",
                "text is null",
                "coalesce(i, i) in (8, 9)",
                "made = 1",
                "nothing is null")) {
            assertSameRows("select id from defaulted where " + condition + " order by id");
        }
        assertThat(sql.texts("select count(*), count(l), sum(p), min(f), max(made) from defaulted where l is not null"))
                .containsExactly(List.of("40", "40", "-60.00", "0.10000000149011612", "1"));
    }

    private static @Nullable String formatVersion(String topic) throws Exception {
        return spark.query("show tblproperties " + topic + " ('format-version')")
                .getFirst()
                .getLast();
    }

    @Test
    void tableByKeyAndDayIsReadAlike() throws Exception {
        awaitCompacted("readings");
        assertSameRows("select * from readings order by device, __offset__", ROWS);
        assertSameRows(
                "select device, number, note from readings where device = 'device 3' and read_at >= timestamp '1970-01-02'"
                        + " and read_at < timestamp '1970-01-03' order by number");
        assertThat(spark.value("select count(*) from default.readings.partitions"))
                .isEqualTo(sql.texts("select count(*) from (select distinct device, read_at::date from readings)")
                        .getFirst()
                        .getFirst());
        // a file holds rows of one partition: days were not mixed
        assertThat(
                        spark.value(
                                "select max(files) from (select input_file_name() f, count(distinct device, date(read_at))"
                                        + " + count(distinct case when read_at is null then device end) files from readings group by 1)"))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into readings select * from readings",
                "insert overwrite readings select * from readings limit 1",
                "delete from readings where device = 'device 1'",
                "update readings set note = 'other' where number = 7",
                "merge into readings r using (select 1L as number) n on r.number = n.number when matched then delete",
                "alter table readings add column other int",
                "alter table readings set tblproperties ('write.format.default' = 'orc')",
                "alter table readings rename to default.other",
                "create or replace table readings (a int) using iceberg",
                "truncate table readings",
                "drop table readings",
                "drop table readings purge",
                "call wings.system.rewrite_data_files(table => 'default.readings', options => map('rewrite-all', 'true'))",
                "call wings.system.expire_snapshots('default.readings', now(), 1)",
            })
    void tableOfTopicIsNotWritten(String statement) throws Exception {
        awaitCompacted("readings");
        assertThatExceptionOfType(SparkFailure.class)
                .isThrownBy(() -> spark.query(statement))
                .withMessageContaining("readings")
                .withMessageContaining("holds the rows of a topic");
        assertThat(spark.value("select count(*) from readings")).isEqualTo(Integer.toString(ROWS));
    }

    @Tag("full")
    @Test
    void manyRowsAreReadAlike() throws Exception {
        createTopic("many", SampleRows.EVERY_TYPE);
        push("many", SampleRows.everyType(MANY_ROWS));
        wings.run(
                "topic",
                "create",
                "lake_flights",
                "--from",
                SharedPlatform.FLIGHTS.toString(),
                "--partition-by",
                "origin",
                "--freshness",
                "1s");
        wings.run("push", "lake_flights", SharedPlatform.FLIGHTS.toString());
        awaitCompacted("many");
        assertSameRows("select * from many order by id", MANY_ROWS);
        awaitCompacted("lake_flights");
        assertSameRows("select * from lake_flights order by origin, __offset__", FLIGHTS);
        for (String query : List.of(
                "select origin, count(*), sum(delay), min(date), max(distance) from lake_flights group by 1 order by 1",
                "select count(*) from lake_flights where origin = 'SFO' and delay > 100",
                "select destination, count(*) from lake_flights where date >= timestamp '2001-03-01'"
                        + " and date < timestamp '2001-03-02' group by 1 order by 1",
                "select a.origin, count(*) from lake_flights a join lake_flights b on a.origin = b.destination"
                        + " where a.distance > 4000 and b.distance > 4000 group by 1 order by 1",
                "select origin, date, rank from (select origin, date, __offset__, row_number() over"
                        + " (partition by origin order by delay desc, __offset__) as rank from lake_flights) r"
                        + " where rank <= 2 order by 1, 3")) {
            assertSameRows(query);
        }
    }

    /// Rows are pushed, compacted and rewritten meanwhile: whenever Spark looks, offsets are `[0, n)`, once
    /// each.
    @Tag("full")
    @Test
    void growingTableHoldsEachOffsetOnce() throws Exception {
        createTopic("growing", SampleRows.READINGS, "--partition-by", "device");
        push("growing", SampleRows.readings(0, ROWS));
        awaitCompacted("growing");
        List<String> failures = new CopyOnWriteArrayList<>();
        Thread producer = Thread.ofVirtual().name("producer").start(() -> {
            try {
                for (int round = 1; round < ROUNDS; round++) {
                    push("growing", SampleRows.readings(round * ROWS, (round + 1) * ROWS));
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(e.toString());
            }
        });
        long seen = 0;
        do {
            long now = 0;
            for (List<@Nullable String> row : spark.query("select min(__offset__), max(__offset__) + 1 - count(*),"
                    + " count(*) - count(distinct __offset__), count(*) from growing group by device")) {
                assertThat(row.subList(0, 3)).containsExactly("0", "0", "0");
                now += Long.parseLong(String.valueOf(row.get(3)));
            }
            assertThat(now).isGreaterThanOrEqualTo(seen);
            seen = now;
        } while (producer.isAlive());
        assertThat(failures).isEmpty();
        awaitCompacted("growing");
        assertSameRows("select * from growing order by device, __offset__", ROUNDS * ROWS);
        // an older snapshot is still what it was
        assertThat(spark.value("select count(*) from growing version as of "
                        + spark.value(
                                "select snapshot_id from default.growing.snapshots order by committed_at limit 1")))
                .isEqualTo(Integer.toString(ROWS));
    }

    @Tag("full")
    @Test
    void everyPartitioningIsReadAlike() throws Exception {
        List<String> partitionings = List.of(
                "flag",
                "huge",
                "day",
                "moment",
                "name",
                "bytes",
                "guid",
                "hour(local)",
                "day(moment)",
                "day(__timestamp__)",
                "month(day)",
                "year(local)",
                "flag, year(moment)");
        for (String partitioning : partitionings) {
            String topic = topicBy(partitioning);
            createTopic(topic, SampleRows.EVERY_TYPE, "--lake-partition-by", partitioning);
            push(topic, SampleRows.everyType(PARTITIONED_ROWS));
        }
        for (String partitioning : partitionings) {
            String topic = topicBy(partitioning);
            awaitCompacted(topic);
            assertSameRows("select * from " + topic + " order by id", PARTITIONED_ROWS);
            // found again by the value that the partition was made of
            String field = partitioning.replaceAll(".*\\(|\\)|,.*", "");
            String value = "(select " + field + " from " + topic + " where id = 5)";
            assertSameRows("select id from " + topic + " where " + field + " = " + value + " or " + field
                    + " is null order by id");
        }
    }

    private static String topicBy(String partitioning) {
        return "by_" + partitioning.replaceAll("\\W+", "_");
    }

    @Tag("full")
    @Test
    void viewOfSparkReadsTopic() throws Exception {
        awaitCompacted("readings");
        spark.query("create view noted as select device, number from readings where note is not null");
        assertThat(spark.query("select * from noted order by number"))
                .isEqualTo(sql.texts("select device, number from readings where note is not null order by number"));
        spark.query("drop view noted");
    }

    /// The canary: the comparison does see a difference.
    @Test
    void differenceIsSeen() throws Exception {
        awaitCompacted("readings");
        assertThat(spark.value("select sum(number) + 1 from readings"))
                .isNotEqualTo(
                        sql.texts("select sum(number) from readings").getFirst().getFirst());
    }

    private static void createTopic(String topic, String schema, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("topic", "create", topic, "--schema", schema, "--freshness", "1s"));
        arguments.addAll(List.of(options));
        wings.run(arguments.toArray(String[]::new));
    }

    private static void push(String topic, String rows) {
        Path file = directory.resolve(topic + ".arrow");
        SampleRows.write(rows, file);
        wings.run("push", topic, file.toString());
    }

    /// Waits until no row of the topic is outside its table.
    private static void awaitCompacted(String topic) throws InterruptedException {
        long end = System.nanoTime() + UNTIL_COMPACTED.toNanos();
        String waiting =
                "select count(*) from system.partitions where topic = '" + topic + "' and watermark < next_offset";
        while (sql.count(waiting) > 0) {
            assertThat(System.nanoTime())
                    .as("%s is not compacted:\n%s", topic, wings.run("task", "list"))
                    .isLessThan(end);
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private static void assertSameRows(String query, int rows) {
        assertThat(assertSameRows(query)).as(query).isEqualTo(rows);
    }

    /// Returns how many they are.
    private static int assertSameRows(String query) {
        List<List<@Nullable String>> ours = sql.texts(query);
        List<List<@Nullable String>> theirs = spark.query(query);
        for (int row = 0; row < Math.min(ours.size(), theirs.size()); row++) {
            assertThat(theirs.get(row)).as("row %d of %s", row, query).isEqualTo(ours.get(row));
        }
        assertThat(theirs).as(query).hasSameSizeAs(ours);
        return ours.size();
    }
}
