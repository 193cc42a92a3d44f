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

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same queries over the pushed flights, through the Flight SQL JDBC driver, and over the file, in DuckDB alone,
/// give the same answers.
@ExtendWith(SharedPlatform.class)
final class FlightsDifferentialIT {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select count(*) from flights",
                "select origin, count(*), avg(delay) from flights group by 1",
                "select origin, destination, count(*) c, sum(distance) from flights group by 1, 2 having count(*) > 20",
                "select * from (select date, delay, distance, origin, destination from flights) where origin = 'SFO'",
                "select date, delay from flights where origin = 'ATL' and delay > 100 order by delay desc, date limit 20",
                "select distinct destination from flights where distance between 2000 and 2500",
                "select min(date), max(date), min(delay), max(delay), sum(distance) from flights",
                "select date_trunc('month', date) m, count(*), avg(delay) from flights group by m",
                "select count(*) from flights where date >= timestamp '2001-02-01' and date < timestamp '2001-03-01'",
                "select origin, max(delay) over (partition by origin) x, delay from flights where origin in ('SFO', 'OAK')",
                "select a.origin, a.n, b.n from (select origin, count(*) n from flights group by 1) a"
                        + " join (select destination, count(*) n from flights group by 1) b on a.origin = b.destination",
                "with late as (select * from flights where delay > 60) select l.origin, count(*) from late l"
                        + " join late m on l.origin = m.destination and l.date = m.date group by 1",
                "select count(*) from flights f where not exists (select 1 from flights g where g.origin = f.destination)",
                "select origin, quantile_cont(delay, 0.5), stddev_samp(delay) from flights group by 1",
                "select case when delay < 0 then 'early' when delay < 15 then 'on time' else 'late' end k, count(*)"
                        + " from flights group by 1",
                "select count(distinct origin), count(distinct destination), approx_count_distinct(1) from flights",
                "select origin || '-' || destination route, count(*) from flights group by 1 order by 2 desc, 1 limit 10",
                "select count(*) filter (where delay is null), count(delay) from flights",
                "select origin from flights where origin like 'S%' union select destination from flights"
                        + " where destination like 'L%'",
                "select extract(hour from date) h, count(*) from flights where delay >= 0 group by 1 having count(*) > 1",
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5)"
                        + " select i, (select count(*) from flights where delay > i * 60) from n",
                "select count(*) from flights where origin = 'nowhere'",
                "select lower(destination), list_sort(list(distinct origin)) from flights where destination = 'HNL' group by 1",
            })
    void queryAgreesWithDuckDbOnTheFile(String sql, WingsProcess wings) throws SQLException {
        List<List<Object>> expected = onFile(sql);
        assertThat(onWings(wings, sql)).hasSameSizeAs(expected).isEqualTo(expected);
    }

    @Test
    void offsetsAreDenseInEachPartition(WingsProcess wings) throws SQLException {
        assertThat(onWings(
                        wings,
                        "select origin from flights group by origin"
                                + " having min(__offset__) <> 0 or max(__offset__) <> count(*) - 1"
                                + " or count(distinct __offset__) <> count(*)"))
                .isEmpty();
    }

    /// The canary: the comparison does see a difference.
    @Test
    void differenceIsSeen(WingsProcess wings) throws SQLException {
        assertThat(onWings(wings, "select count(*) + 1 from flights"))
                .isNotEqualTo(onFile("select count(*) from flights"));
    }

    private static List<List<Object>> onFile(String sql) throws SQLException {
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement()) {
            statement.execute("create view flights as from '" + SharedPlatform.FLIGHTS + "'");
            return rows(statement, sql);
        }
    }

    private static List<List<Object>> onWings(WingsProcess wings, String sql) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("useEncryption", "false");
        try (Connection connection = new org.apache.arrow.driver.jdbc.ArrowFlightJdbcDriver()
                        .connect("jdbc:arrow-flight-sql://127.0.0.1:" + wings.serverPort() + "/", properties);
                Statement statement = connection.createStatement()) {
            return rows(statement, sql);
        }
    }

    /// Rows in an order of their own: what the query leaves open must not decide.
    private static List<List<Object>> rows(Statement statement, String sql) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(canonical(result, column));
                }
                rows.add(row);
            }
        }
        rows.sort(Comparator.comparing(List::toString));
        return rows;
    }

    private static Object canonical(ResultSet result, int column) throws SQLException {
        Object value = result.getObject(column);
        return switch (value) {
            case null -> "null";
            case java.sql.Timestamp timestamp ->
                result.getTimestamp(column).toLocalDateTime().toString();
            case java.time.LocalDateTime timestamp -> timestamp.toString();
            case Double number -> rounded(number);
            case Float number -> rounded(number);
            case java.math.BigInteger number -> number.toString();
            case BigDecimal number -> number.toPlainString();
            case Number number -> number.toString();
            case java.sql.Array array -> List.of((Object[]) array.getArray()).toString();
            default -> value.toString();
        };
    }

    /// Sums of doubles depend on the order of the rows.
    private static String rounded(Number number) {
        return BigDecimal.valueOf(number.doubleValue())
                .round(new java.math.MathContext(10, RoundingMode.HALF_EVEN))
                .stripTrailingZeros()
                .toPlainString();
    }
}
