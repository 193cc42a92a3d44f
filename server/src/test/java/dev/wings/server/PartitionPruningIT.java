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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.Topic;
import dev.wings.server.lake.TestTable;
import dev.wings.server.testing.FlightSql;
import dev.wings.server.testing.Flights;
import dev.wings.server.testing.ServerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A query of a table with a file for each partition reads those files that have rows it wants, and no others.
@Timeout(180)
class PartitionPruningIT {

    private static final int PREDICATES = 12;

    /// How many different values the rows have, six of which are in a partition.
    private static final int VALUES = 36;

    private static final Pattern READ = Pattern.compile("segments=(\\d+) of (\\d+)");

    @TempDir
    private Path directory;

    private ServerFixture server;
    private FlightSql sql;
    private DuckDb duckDb;

    @BeforeEach
    void open() throws Exception {
        server = new ServerFixture(directory, Map.of());
        sql = new FlightSql(server.port());
        duckDb = DuckDb.open(Map.of("threads", "1"));
        duckDb.run("SET TimeZone = 'UTC'");
    }

    @AfterEach
    void close() throws Exception {
        duckDb.close();
        sql.close();
        server.close();
    }

    /// A column, the transform of its values, and values that are next to each other.
    enum Partitioning {
        HOUR_OF_INSTANT("departure", 6, PartitionTransform.HOUR, "epoch_us(?) // 3600000000") {
            @Override
            String value(int i) {
                return "make_timestamptz("
                        + (1_700_000_000_000_000L / 3_600_000_000L * 3_600_000_000L + i * 600_000_000L) + ")";
            }
        },
        DAY_OF_INSTANT("departure", 6, PartitionTransform.DAY, "epoch_us(?) // 86400000000") {
            @Override
            String value(int i) {
                return "timestamptz '2024-02-27 00:00:00Z' + interval (" + 4 * i + ") hour";
            }
        },
        MONTH_OF_DATE("day", 5, PartitionTransform.MONTH, "date_trunc('month', ?)") {
            @Override
            String value(int i) {
                return "date '2023-11-01' + " + 5 * i;
            }
        },
        YEAR_OF_DATE("day", 5, PartitionTransform.YEAR, "year(?)") {
            @Override
            String value(int i) {
                return "date '1967-01-01' + " + 61 * i;
            }
        },
        IDENTITY_OF_TEXT("origin", 2, PartitionTransform.IDENTITY, "?") {
            @Override
            String value(int i) {
                return "'" + (char) ('a' + i / 6) + "'";
            }
        },
        IDENTITY_OF_BOOLEAN("late", 7, PartitionTransform.IDENTITY, "?") {
            @Override
            String value(int i) {
                return Boolean.toString(i >= VALUES / 2);
            }
        },
        IDENTITY_OF_DECIMAL("price", 4, PartitionTransform.IDENTITY, "?") {
            @Override
            String value(int i) {
                return (i / 6 - 2) + ".50::DECIMAL(10, 2)";
            }
        };

        private final String column;
        private final int field;
        private final PartitionTransform transform;
        private final String partition;

        /// @param partition an expression that has a value for each partition, of the value `?`
        Partitioning(String column, int field, PartitionTransform transform, String partition) {
            this.column = column;
            this.field = field;
            this.transform = transform;
            this.partition = partition;
        }

        abstract String value(int i);

        String partition(int i) {
            return partition.replace("?", "(" + value(i) + ")");
        }
    }

    @ParameterizedTest
    @EnumSource(Partitioning.class)
    void filesThatAreReadHoldRowsThatAreWanted(Partitioning partitioning) throws Exception {
        int files = fill(partitioning);
        long seed = Long.getLong("wings.seed", partitioning.name().hashCode());
        Random random = new Random(seed);
        for (int i = 0; i < PREDICATES; i++) {
            String predicate = i < 2
                    ? partitioning.column + (i == 0 ? " is null" : " is not null")
                    : predicate(partitioning, random, 2);
            String expected =
                    duckDb.text("SELECT count(DISTINCT p)::VARCHAR FROM d WHERE (" + predicate + ") AND ? <> ''", "x");
            assertThat(read("select count(number) from flights where " + predicate))
                    .as("seed=%d: %s", seed, predicate)
                    .isEqualTo(expected + " of " + files);
            assertThat(sql.query("select count(number) from flights where " + predicate))
                    .as("seed=%d: %s", seed, predicate)
                    .containsExactly(
                            duckDb.text("SELECT count(*)::VARCHAR FROM d WHERE (" + predicate + ") AND ? <> ''", "x"));
        }
    }

    @Test
    void parametersLeaveOutWhatConstantsDo() throws Exception {
        fill(Partitioning.IDENTITY_OF_TEXT);
        assertThat(readPrepared("origin = ?", "c")).isEqualTo("1 of 7");
        assertThat(readPrepared("origin > ? and origin is not null", "d")).isEqualTo("2 of 7");
        assertThat(readPrepared("origin in ('a', ?) or origin is null", "c")).isEqualTo("3 of 7");
        assertThat(readPrepared("origin in ('a', 'e', ?)", "c")).isEqualTo("3 of 7");
        assertThat(readPrepared("origin <> ?", "d")).isEqualTo("5 of 7");
        assertThat(readPrepared("origin not in ('a', 'b', ?)", "d")).isEqualTo("3 of 7");
        assertThat(readPrepared("? > origin", "b")).isEqualTo("1 of 7");
        assertThat(readPrepared("origin = ? or number < 0", "b")).isEqualTo("2 of 7");
    }

    @Test
    void conditionOnTwoColumnsLeavesOutFiles() throws Exception {
        fill(Partitioning.IDENTITY_OF_TEXT);
        // the file without origins is read, too: nothing counts its nulls
        assertThat(read("select count(*) from flights where origin = 'a' or number < 0"))
                .isEqualTo("2 of 7");
        assertThat(read("select count(*) from flights where origin = 'a' or number >= 0"))
                .isEqualTo("7 of 7");
        assertThat(read(
                        "select count(*) from flights where (origin = 'a' and number >= 0) or (origin = 'b' and number ="
                                + " -1) or origin is null"))
                .isEqualTo("2 of 7");
    }

    /// Nothing is read of a table of which no row can matter, whatever else the query reads.
    @Test
    void contradictionReadsNothing() throws Exception {
        fill(Partitioning.IDENTITY_OF_TEXT);
        for (String contradiction : List.of(
                "1 = 0",
                "false",
                "origin = 'a' and origin = 'b'",
                "number > 5 and number < 3",
                "number > 5 and origin = 'c' and number < 3",
                "number = 1 and number in (2, 3)",
                "origin in ('a', 'b') and (origin = 'c' or origin = 'd')",
                "origin < 'c' and origin in ('d', 'e')",
                "departure > now() and departure < now() - interval 1 day",
                "day > date '2024-01-01' and day < date '2023-01-01'",
                "departure is null and departure > timestamptz '2024-01-01 00:00:00Z'")) {
            String query = "select count(*), min(origin) from flights where " + contradiction;
            assertThat(read(query)).as(contradiction).isEqualTo("0 of 7");
            assertThat(sql.query(query)).as(contradiction).containsExactly("0|null");
        }
        // where there is no contradiction, everything is read that matters
        for (String possible : List.of(
                "number in (1, 2) and number in (2, 3)",
                "number >= 2 and number <= 2",
                "(number = 2 or number = 3) and number < 3",
                "origin = 'a' and number = 2 and day is null")) {
            assertThat(sql.query("select count(*), min(number) from flights where " + possible))
                    .as(possible)
                    .containsExactly("1|2");
        }
        assertThat(sql.query("select count(*) from (select -0.0::double as x) where x >= 0.0 and x <= -0.0"))
                .containsExactly("1");
        assertThat(read("select * from flights limit 0")).isEqualTo("0 of 7");
        // one of two scans has rows, and a sum without rows is one row
        assertThat(sql.query("select count(*) from flights where 1 = 0 union all select count(*) from flights"))
                .containsExactlyInAnyOrder("0", Integer.toString(VALUES + 1));
        assertThat(sql.query("select a.number, b.number from flights a left join (select * from flights where 1 = 0) b"
                        + " on a.number = b.number where a.number = 3"))
                .containsExactly("3|null");
        assertThat(sql.queryPrepared("select count(*) from flights where origin = ? and 1 = 0", "c"))
                .containsExactly("0");
    }

    /// The condition has more alternatives than each file is compared with: then only the bounds count.
    @Test
    void longConditionIsTakenByItsBounds() throws Exception {
        fill(Partitioning.IDENTITY_OF_TEXT);
        String many = IntStream.range(0, 1500)
                .mapToObj(i -> "(origin = 'a' and number = " + i + ")")
                .collect(Collectors.joining(" or "));
        assertThat(read("select count(*) from flights where " + many)).isEqualTo("1 of 7");
    }

    /// Files for the partitions of some values in a row, and one for null.
    private int fill(Partitioning partitioning) throws Exception {
        Topic topic = server.createTopic("flights", Flights.SCHEMA, "");
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        TestTable table = new TestTable(
                server.store(),
                server.storeRoot(),
                topic,
                LakeSpec.newBuilder()
                        .setTargetSegmentBytes(1 << 20)
                        .setPartitioning(TablePartitioning.newBuilder()
                                .addFields(TablePartitionField.newBuilder()
                                        .setFieldId(partitioning.field)
                                        .setTransform(partitioning.transform)))
                        .build());
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < VALUES; i++) {
            rows.add("(" + i + ", " + partitioning.value(i) + ", (" + partitioning.partition(i) + ")::VARCHAR)");
        }
        rows.add("(" + VALUES + ", NULL, 'null')");
        String values = "(VALUES " + String.join(", ", rows) + ") t(i, v, p)";
        List<String> columns = new ArrayList<>();
        for (String column : List.of(
                "number INTEGER",
                "origin VARCHAR",
                "delay DOUBLE",
                "price DECIMAL(10, 2)",
                "day DATE",
                "departure TIMESTAMP WITH TIME ZONE",
                "late BOOLEAN",
                "uid UUID",
                "stops VARCHAR[]")) {
            String[] parts = column.split(" ", 2);
            String value = parts[0].equals("number") ? "i" : parts[0].equals(partitioning.column) ? "v" : "NULL";
            columns.add("CAST(" + value + " AS " + parts[1] + ") AS " + parts[0]);
        }
        duckDb.run("CREATE TABLE d AS SELECT " + String.join(", ", columns)
                + ", i::BIGINT AS __offset__, make_timestamptz(" + ServerFixture.TIMESTAMP_MICROS
                + ") AS __timestamp__, p FROM " + values);
        String[] partitions = duckDb.text("SELECT string_agg(DISTINCT p, '|') FROM d WHERE ? <> ''", "x")
                .split("\\|", -1);
        for (String partition : partitions) {
            table.append(duckDb, "SELECT * EXCLUDE (p) FROM d WHERE p = '" + partition + "'", "", scratch);
        }
        server.controlPlane().startAt(topic.getUid(), "", VALUES + 1L, table.location());
        return partitions.length;
    }

    private static String predicate(Partitioning partitioning, Random random, int depth) {
        if (depth > 0 && random.nextInt(3) == 0) {
            return IntStream.range(0, random.nextInt(2, 4))
                    .mapToObj(i -> "(" + predicate(partitioning, random, depth - 1) + ")")
                    .collect(Collectors.joining(" or "));
        }
        String column = partitioning.column;
        String value = partitioning.value(random.nextInt(VALUES));
        String list = IntStream.range(0, random.nextInt(1, 4))
                .mapToObj(i -> partitioning.value(random.nextInt(VALUES)))
                .collect(Collectors.joining(", "));
        // the two may contradict each other
        int start = random.nextInt(VALUES);
        int end = random.nextInt(VALUES);
        return switch (random.nextInt(14)) {
            case 0 -> column + " is null";
            case 1 -> column + " = " + value;
            case 2 -> column + " in (" + list + ")";
            case 3 -> column + " is not null";
            case 4 -> column + " is not distinct from " + value;
            case 5 -> column + " = " + value + " or " + column + " is null";
            case 6 -> column + " <> " + value;
            case 7 -> column + " not in (" + list + ")";
            case 8 -> column + " < " + value;
            case 9 -> column + " >= " + value;
            case 10 -> column + " between " + partitioning.value(start) + " and " + partitioning.value(end);
            case 11 -> column + " >= " + partitioning.value(start) + " and " + column + " < " + partitioning.value(end);
            case 12 -> column + " = " + value + " and " + column + " = " + partitioning.value(end);
            default -> "not (" + column + " > " + partitioning.value(start) + ")";
        };
    }

    private String read(String query) throws Exception {
        return read(sql.query("explain " + query));
    }

    private String readPrepared(String predicate, String value) throws Exception {
        return read(sql.queryPrepared("explain select count(number) from flights where " + predicate, value));
    }

    private static String read(List<String> plan) {
        Matcher read = READ.matcher(String.join("\n", plan));
        assertThat(read.find()).isTrue();
        return read.group(1) + " of " + read.group(2);
    }
}
