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
package dev.wings.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.cli.push.LocalDuckDb;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResultPrinterTest {

    /// 2001-01-01T00:01:00.5Z
    private static final long MICROS = 978_307_260_500_000L;

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void tableAlignsColumnsWhateverTheirCharacters() {
        try (VectorSchemaRoot rows = rows(text("name", "Łódź", "日本", "a\nb", null), numbers("n", 7, 10, -1, 0))) {
            assertThat(print(OutputFormat.TABLE, rows)).isEqualTo("""
                             name │  n
                            ──────┼────
                             Łódź │  7
                             日本 │ 10
                             a\\nb │ -1
                             NULL │  0
                            """);
        }
    }

    @Test
    void tableOfNoRowsShowsTheColumns() {
        try (VectorSchemaRoot rows = rows(text("name"), numbers("n"))) {
            assertThat(print(OutputFormat.TABLE, rows)).isEqualTo(" name │ n\n──────┼───\n");
        }
    }

    @Test
    void csvQuotesWhatNeedsIt() {
        try (VectorSchemaRoot rows = rows(text("a,b", "x\"y", "", null, "two\nlines"), numbers("n", 1, 2, 3, 4))) {
            assertThat(print(OutputFormat.CSV, rows))
                    .isEqualTo("\"a,b\",n\n\"x\"\"y\",1\n\"\",2\n,3\n\"two\nlines\",4\n");
        }
    }

    @Test
    void jsonIsOneObjectOnEachLine() {
        try (VectorSchemaRoot rows = rows(text("name", "a\"b", null), doubles("x", 1e7, Double.NaN))) {
            assertThat(print(OutputFormat.JSON, rows))
                    .isEqualTo("{\"name\":\"a\\\"b\",\"x\":1.0E7}\n{\"name\":null,\"x\":\"NaN\"}\n");
        }
    }

    @Test
    void valuesAreWrittenAsInSql() {
        try (VectorSchemaRoot rows = rows(
                timestamps(),
                instants("UTC"),
                dates(),
                times(),
                decimals(),
                binaries(),
                lists(),
                doubles("x", 12345678.9))) {
            assertThat(print(OutputFormat.CSV, rows).lines().skip(1).findFirst())
                    .hasValue(
                            "2001-01-01 00:01:00.5,2001-01-01 00:01:00.5Z,2001-01-01,00:01:00,12.30,\\x00ff,\"[1,2]\","
                                    + "12345678.9");
            assertThat(print(OutputFormat.JSON, rows))
                    .isEqualTo("{\"t\":\"2001-01-01T00:01:00.5\",\"i\":\"2001-01-01T00:01:00.5Z\",\"d\":\"2001-01-01\","
                            + "\"time\":\"00:01:00\",\"dec\":12.30,\"bin\":\"\\\\x00ff\",\"list\":[1,2],"
                            + "\"x\":1.23456789E7}\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, 2001-01-01 00:01:00.5Z",
        "Europe/Berlin, 2001-01-01 01:01:00.5+01:00",
        "Asia/Kolkata, 2001-01-01 05:31:00.5+05:30",
        "-03:00, 2000-12-31 21:01:00.5-03:00",
        "No/Where, 2001-01-01 00:01:00.5Z"
    })
    void timesAreThoseOfTheSessionsZone(String zone, String text) {
        try (VectorSchemaRoot rows = rows(instants(zone))) {
            assertThat(print(OutputFormat.CSV, rows)).isEqualTo("i\n" + text + "\n");
            assertThat(print(OutputFormat.JSON, rows)).isEqualTo("{\"i\":\"" + text.replace(' ', 'T') + "\"}\n");
            assertThat(print(OutputFormat.TABLE, rows)).contains(text);
        }
    }

    @Test
    void columnsThatDoNotFitTheTerminalAreLeftOutAndNamed() {
        try (VectorSchemaRoot rows = rows(numbers("first", 1), text("second", "abcdefgh"), numbers("third", 3))) {
            String all = """
                             first │ second   │ third
                            ───────┼──────────┼───────
                                 1 │ abcdefgh │     3
                            """;
            assertThat(print(OutputFormat.TABLE, rows, OptionalInt.of(25))).isEqualTo(all);
            assertThat(print(OutputFormat.TABLE, rows, OptionalInt.empty())).isEqualTo(all);
            assertThat(print(OutputFormat.TABLE, rows, OptionalInt.of(24))).isEqualTo("""
                             first │ second
                            ───────┼──────────
                                 1 │ abcdefgh
                            1 column is left out, for want of room: third  (\\x at the prompt, -o vertical)
                            """);
            assertThat(print(OutputFormat.TABLE, rows, OptionalInt.of(1)))
                    .contains(" first\n", "2 columns are left out, for want of room: second, third");
        }
    }

    @Test
    void timesOfAColumnHaveAsManyDigits() {
        try (VectorSchemaRoot rows = rows(instants("i", MICROS, MICROS - 500_000, MICROS + 1), numbers("n", 1, 2, 3))) {
            assertThat(print(OutputFormat.TABLE, rows)).isEqualTo("""
                             i                           │ n
                            ─────────────────────────────┼───
                             2001-01-01 00:01:00.500000Z │ 1
                             2001-01-01 00:01:00.000000Z │ 2
                             2001-01-01 00:01:00.500001Z │ 3
                            """);
        }
        try (VectorSchemaRoot rows = rows(instants("i", MICROS - 500_000, MICROS + 500_000))) {
            assertThat(print(OutputFormat.TABLE, rows)).doesNotContain(".");
        }
    }

    @Test
    void verticalHasALineForEachValue() {
        try (VectorSchemaRoot rows = rows(text("name", "a\nb", null), numbers("n", 1, 2))) {
            assertThat(print(OutputFormat.VERTICAL, rows)).isEqualTo("""
                            ─[ row 1 ]────
                            name │ a\\nb
                            n    │ 1
                            ─[ row 2 ]────
                            name │ NULL
                            n    │ 2
                            """);
        }
    }

    @Test
    void tsvEscapesWhatNeedsIt() {
        try (VectorSchemaRoot rows = rows(text("a\tb", "x\ty", "", null, "two\nlines\\"), numbers("n", 1, 2, 3, 4))) {
            assertThat(print(OutputFormat.TSV, rows))
                    .isEqualTo("a\\tb\tn\nx\\ty\t1\n\t2\n\\N\t3\ntwo\\nlines\\\\\t4\n");
        }
    }

    @Test
    void intervalsAreThoseOfIso8601() {
        try (VectorSchemaRoot rows = rows(
                interval(Period.of(0, 14, 3), Duration.ofMillis(3_661_500)),
                interval(Period.ZERO, Duration.ZERO),
                interval(Period.ofDays(2), Duration.ZERO),
                interval(Period.ZERO, Duration.ofSeconds(-90)))) {
            assertThat(print(OutputFormat.JSON, rows))
                    .isEqualTo("{\"i\":\"P1Y2M3DT1H1M1.5S\",\"i\":\"PT0S\",\"i\":\"P2D\",\"i\":\"PT-1M-30S\"}\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void binaryFormatsAreReadBack(boolean empty) throws Exception {
        try (VectorSchemaRoot rows =
                empty ? rows(text("name"), numbers("n")) : rows(text("name", "a", null), numbers("n", 1, 2))) {
            byte[] arrow = bytes(OutputFormat.ARROW, rows);
            try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(arrow), allocator)) {
                assertThat(reader.getVectorSchemaRoot().getSchema()).isEqualTo(rows.getSchema());
                assertThat(reader.loadNextBatch()).isTrue();
                assertThat(reader.getVectorSchemaRoot().contentToTSVString()).isEqualTo(rows.contentToTSVString());
            }
            Path file = Files.write(directory.resolve("rows.parquet"), bytes(OutputFormat.PARQUET, rows));
            try (Connection duckdb = LocalDuckDb.open();
                    Statement statement = duckdb.createStatement();
                    ResultSet found = statement.executeQuery("from " + LocalDuckDb.literal(file.toString()))) {
                List<String> read = new ArrayList<>();
                while (found.next()) {
                    read.add(found.getString("name") + found.getLong("n"));
                }
                assertThat(read).isEqualTo(empty ? List.of() : List.of("a1", "null2"));
            }
        }
    }

    private static byte[] bytes(OutputFormat format, VectorSchemaRoot rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ResultPrinter printer =
                format.printer(new Output(new PrintWriter(new StringWriter()), out, OptionalInt.empty()))) {
            printer.start(rows.getSchema());
            printer.rows(rows);
            printer.end();
        }
        return out.toByteArray();
    }

    private static String print(OutputFormat format, VectorSchemaRoot rows) {
        return print(format, rows, OptionalInt.empty());
    }

    private static String print(OutputFormat format, VectorSchemaRoot rows, OptionalInt columns) {
        StringWriter text = new StringWriter();
        try (ResultPrinter printer =
                format.printer(new Output(new PrintWriter(text), OutputStream.nullOutputStream(), columns))) {
            printer.start(rows.getSchema());
            printer.rows(rows);
            printer.end();
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private FieldVector interval(Period period, Duration time) {
        IntervalMonthDayNanoVector vector = new IntervalMonthDayNanoVector("i", allocator);
        vector.setSafe(0, (int) period.toTotalMonths(), (int) period.get(ChronoUnit.DAYS), time.toNanos());
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector instants(String name, long... values) {
        TimeStampMicroTZVector vector = new TimeStampMicroTZVector(name, allocator, "UTC");
        for (int i = 0; i < values.length; i++) {
            vector.setSafe(i, values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private static VectorSchemaRoot rows(FieldVector... vectors) {
        return new VectorSchemaRoot(List.of(vectors));
    }

    private FieldVector text(String name, @Nullable String... values) {
        VarCharVector vector = new VarCharVector(name, allocator);
        vector.allocateNew();
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            if (value != null) {
                vector.setSafe(i, value.getBytes(StandardCharsets.UTF_8));
            }
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private FieldVector numbers(String name, long... values) {
        BigIntVector vector = new BigIntVector(name, allocator);
        for (int i = 0; i < values.length; i++) {
            vector.setSafe(i, values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private FieldVector doubles(String name, double... values) {
        Float8Vector vector = new Float8Vector(name, allocator);
        for (int i = 0; i < values.length; i++) {
            vector.setSafe(i, values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private FieldVector timestamps() {
        TimeStampMicroVector vector = new TimeStampMicroVector("t", allocator);
        vector.setSafe(0, MICROS);
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector instants(String zone) {
        TimeStampMicroTZVector vector = new TimeStampMicroTZVector("i", allocator, zone);
        vector.setSafe(0, MICROS);
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector dates() {
        DateDayVector vector = new DateDayVector("d", allocator);
        vector.setSafe(0, (int) (MICROS / 86_400_000_000L));
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector times() {
        TimeMicroVector vector = new TimeMicroVector("time", allocator);
        vector.setSafe(0, 60_000_000);
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector decimals() {
        DecimalVector vector = new DecimalVector("dec", allocator, 10, 2);
        vector.setSafe(0, new BigDecimal("12.30"));
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector binaries() {
        VarBinaryVector vector = new VarBinaryVector("bin", allocator);
        vector.setSafe(0, new byte[] {0, -1});
        vector.setValueCount(1);
        return vector;
    }

    private FieldVector lists() {
        ListVector vector = ListVector.empty("list", allocator);
        UnionListWriter writer = vector.getWriter();
        writer.setPosition(0);
        writer.startList();
        writer.writeBigInt(1);
        writer.writeBigInt(2);
        writer.endList();
        vector.setValueCount(1);
        return vector;
    }
}
