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
package dev.wings.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A topic that is made from a file takes all its rows as they are, or is refused when it is made, with a reason.
final class FromThenPushTest {

    private static final int FILES = 20;

    /// Values of DuckDB's types, as SQL, among them the ends of their ranges.
    private static final List<List<String>> VALUES = List.of(
            List.of("true", "false"),
            List.of("1::tinyint", "(-128)::tinyint"),
            List.of("255::utinyint", "0::utinyint"),
            List.of("4294967295::uinteger"),
            List.of("18446744073709551615::ubigint", "0::ubigint"),
            List.of("9223372036854775807::bigint", "(-9223372036854775808)::bigint"),
            List.of("12345678901234567890123::hugeint"),
            List.of("170141183460469231731687303715884105727::hugeint"),
            List.of("1.5::float", "'nan'::float"),
            List.of("0.1::double", "'-0.0'::double", "'inf'::double"),
            List.of("99999999999999999999999999999999999.999::decimal(38,3)", "-0.001::decimal(38,3)"),
            List.of("date '1582-10-10'", "date '9999-12-31'"),
            List.of("time '23:59:59.999999'"),
            List.of("timestamp '0001-01-01'", "timestamp '2001-02-03 04:05:06.123456'"),
            List.of("timestamp_ns '2001-02-03 04:05:06.123456'", "timestamp_ns '2001-02-03 04:05:06.123456789'"),
            List.of("timestamp_ns '2001-02-03 04:05:06.123456'"),
            List.of("timestamp_s '2001-02-03 04:05:06'"),
            List.of("timestamp_ms '2001-02-03 04:05:06.123'"),
            List.of("timestamptz '2001-02-03 04:05:06.5+01'"),
            List.of("'text'", "''", "'\u00e4\ud83d\ude00'"),
            List.of("'\\x00\\xff'::blob"),
            List.of("'123e4567-e89b-12d3-a456-426614174000'::uuid"),
            List.of("'a'::enum('a', 'b')"),
            List.of("interval 3 days"),
            List.of("'101'::bit"),
            List.of("[1, null, 3]", "[]::integer[]"),
            List.of("{'x': 1, 'y': [timestamp_ns '2001-02-03 04:05:06.000001']}"),
            List.of("{'x': 1, 'X': 2}"),
            List.of("map {'k': 1.5::double}", "map {}::map(varchar, double)"),
            List.of("[map {1: {'z': 'w'}}]"),
            List.of("null"));

    private static final List<String> NAMES =
            List.of("a", "B", "b", "column", "COLUMN", "column_1", "select", "x y", "__offset__", "", "a\"b");

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void filesOfTypesAreTakenAsTheyAreOrRefused() throws Exception {
        long seed = Long.getLong("wings.seed", System.nanoTime());
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < FILES; i++) {
            String select = select(random);
            Set<Boolean> arrows = new HashSet<>();
            for (String name : List.of("rows.parquet", "rows.arrow", "rows.arrows")) {
                Path file = directory.resolve(name);
                try {
                    if (!write(file, select)) {
                        continue;
                    }
                    boolean isTaken = isTaken(file, select);
                    taken += isTaken ? 1 : 0;
                    if (!name.endsWith("parquet")) {
                        arrows.add(isTaken);
                    }
                } catch (Exception | AssertionError e) {
                    throw new AssertionError("seed=" + seed + ", file=" + name + ", select=" + select, e);
                }
            }
            // they hold the same batches
            assertThat(arrows).as("seed=" + seed + ", select=" + select).hasSizeLessThan(2);
        }
        // that some are is no matter of chance
        assertThat(taken).as("seed=" + seed).isGreaterThan(FILES / 2);
    }

    private static String select(Random random) {
        StringJoiner columns = new StringJoiner(", ");
        Set<String> names = new HashSet<>();
        int count = 1 + random.nextInt(4);
        List<List<String>> values = new ArrayList<>();
        for (int column = 0; column < count; column++) {
            String name = random.nextInt(8) == 0 ? NAMES.get(random.nextInt(NAMES.size())) : "c" + column;
            if (names.add(name)) {
                columns.add(LocalDuckDb.identifier(name));
                values.add(VALUES.get(random.nextInt(VALUES.size())));
            }
        }
        StringJoiner rows = new StringJoiner(", ");
        int rowCount = 1 + random.nextInt(5);
        for (int row = 0; row < rowCount; row++) {
            StringJoiner cells = new StringJoiner(", ", "(", ")");
            for (List<String> choice : values) {
                cells.add(random.nextInt(6) == 0 ? "null" : choice.get(random.nextInt(choice.size())));
            }
            rows.add(cells.toString());
        }
        return "select * from (values " + rows + ") as t(" + columns + ")";
    }

    /// Whether DuckDB writes it.
    private boolean write(Path file, String select) throws SQLException, IOException {
        Files.deleteIfExists(file);
        try (Connection duckdb = LocalDuckDb.open();
                Statement statement = duckdb.createStatement()) {
            if (file.toString().endsWith(".parquet")) {
                try {
                    statement.execute("copy (" + select + ") to " + LocalDuckDb.literal(file.toString()));
                    return true;
                } catch (SQLException e) {
                    return false;
                }
            }
            try (OutputStream out = Files.newOutputStream(file);
                    ArrowReader reader = (ArrowReader) statement
                            .executeQuery(select)
                            .unwrap(DuckDBResultSet.class)
                            .arrowExportStream(allocator, 3)) {
                VectorSchemaRoot root = reader.getVectorSchemaRoot();
                try (ArrowWriter writer = file.toString().endsWith(".arrows")
                        ? new ArrowStreamWriter(root, reader, out)
                        : new ArrowFileWriter(root, reader, Channels.newChannel(out))) {
                    writer.start();
                    while (reader.loadNextBatch()) {
                        writer.writeBatch();
                    }
                }
                return true;
            } catch (SQLException | RuntimeException e) {
                return false;
            }
        }
    }

    @Test
    void textIsTakenAsItIsOrRefused() throws Exception {
        long seed = Long.getLong("wings.seed", System.nanoTime());
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < FILES; i++) {
            String csv = csv(random);
            String json = json(random);
            try {
                taken += isTaken(Files.writeString(directory.resolve("rows.csv"), csv), "") ? 1 : 0;
                taken += isTaken(Files.writeString(directory.resolve("rows.ndjson"), json), "") ? 1 : 0;
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed=" + seed + "\n" + csv + "\n" + json, e);
            }
        }
        assertThat(taken).as("seed=" + seed).isGreaterThan(FILES / 4);
    }

    private static final List<String> TEXTS = List.of(
            "1",
            "-1",
            "1.5",
            "1e3",
            "9007199254740993",
            "12345678901234567890",
            "0.1234567890123456789",
            "007",
            "nan",
            "true",
            "2001-02-03",
            "2001-02-03 04:05:06.123456",
            "2001-02-03 04:05:06.1234567",
            "04:05",
            "1e400",
            "2001-02-03 04:05:06+02:00",
            "text",
            "-0.0",
            "99999999999999999999999999999999999999999");

    private static String csv(Random random) {
        int columns = 1 + random.nextInt(3);
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 1 + random.nextInt(5); row++) {
            for (int column = 0; column < columns; column++) {
                text.append(column == 0 ? "" : ",");
                if (row == 0) {
                    text.append(
                            random.nextInt(10) == 0 ? List.of("A", "a", "x y").get(random.nextInt(3)) : "c" + column);
                } else {
                    text.append(
                            random.nextInt(5) == 0 ? "" : TEXTS.get((column * 5 + random.nextInt(4)) % TEXTS.size()));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String json(Random random) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 1 + random.nextInt(4); row++) {
            text.append(object(random, 2)).append('\n');
        }
        return text.toString();
    }

    private static String object(Random random, int depth) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        for (int i = 0; i < random.nextInt(4); i++) {
            String key = List.of("a", "b", "B", "c", "d.e", "").get(random.nextInt(random.nextInt(5) == 0 ? 6 : 2));
            members.add('"' + key + "\":" + value(random, depth));
        }
        return members.toString();
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> "null";
            case 1, 2 ->
                List.of("1", "1.5", "9007199254740993", "12345678901234567890", "true", "1e400")
                        .get(random.nextInt(6));
            case 3 -> '"' + TEXTS.get(random.nextInt(TEXTS.size())) + '"';
            case 4 -> object(random, depth - 1);
            default -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
        };
    }

    /// Makes a schema of the file; if there is one, all rows must be what they are in the file, by an independent
    /// reading of it.
    ///
    /// @param select what the file was written from, if it has types
    private boolean isTaken(Path file, String select) throws Exception {
        TopicSchema topic;
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty(), true)) {
            topic = SchemaProtos.fromCreateRequest(RowCheck.schema(rows, OnLoss.REJECT));
        } catch (WingsException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.INVALID);
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
        List<String> pushed = new ArrayList<>();
        List<String> names = new ArrayList<>();
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty());
                ArrowReader reader = rows.read(allocator, 3, topic, OnLoss.REJECT)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            root.getSchema().getFields().forEach(field -> names.add(field.getName()));
            while (reader.loadNextBatch()) {
                for (int row = 0; row < root.getRowCount(); row++) {
                    pushed.add(file.toString().endsWith(".ndjson") ? JsonLines.row(root, row) : row(root, row));
                }
            }
        }
        assertThat(names)
                .containsExactlyElementsOf(
                        topic.fields().stream().map(TopicField::name).toList());
        if (file.toString().endsWith(".csv")) {
            assertThat(pushed).containsExactlyElementsOf(linesOfCsv(file, names.size()));
        } else if (select.isEmpty()) {
            assertThat(pushed).containsExactlyElementsOf(JsonLines.read(file, topic));
        } else {
            assertThat(differences(file, topic, select)).isEmpty();
        }
        return true;
    }

    /// The rows of a push that are not those of the query, and the other way around.
    private List<String> differences(Path file, TopicSchema topic, String select) throws Exception {
        List<String> found = new ArrayList<>();
        for (String question : List.of(
                "(select * from pushed) except all (" + select + ")", "(" + select + ") except all (from pushed)")) {
            try (DuckDBConnection duckdb = LocalDuckDb.open().unwrap(DuckDBConnection.class);
                    RowFile rows = RowFile.open(file.toString(), Optional.empty());
                    ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
                Data.exportArrayStream(allocator, rows.read(allocator, 3, topic, OnLoss.REJECT), stream);
                duckdb.registerArrowStream("pushed", stream);
                try (Statement statement = duckdb.createStatement();
                        ResultSet lines = statement.executeQuery(question)) {
                    while (lines.next()) {
                        found.add(String.valueOf(lines.getObject(1)));
                    }
                }
            }
        }
        return found;
    }

    private static List<String> linesOfCsv(Path file, int columns) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.subList(1, lines.size()).stream()
                .filter(line -> columns == 1 || !line.isEmpty())
                .map(FromThenPushTest::comparable)
                .toList();
    }

    private static String comparable(String line) {
        StringJoiner cells = new StringJoiner("|");
        for (String cell : line.split(",", -1)) {
            cells.add(canonical(cell));
        }
        return cells.toString();
    }

    private static String row(VectorSchemaRoot root, int row) {
        StringJoiner cells = new StringJoiner("|");
        for (FieldVector vector : root.getFieldVectors()) {
            Object value = vector.getObject(row);
            cells.add(value == null ? "null" : canonical(ValueTexts.of(vector, row)));
        }
        return cells.toString();
    }

    /// Numbers by their value, other text as it is.
    static String canonical(String text) {
        if (text.isEmpty()) {
            return "null";
        }
        try {
            BigDecimal number = new BigDecimal(text);
            return number.signum() == 0 && text.startsWith("-")
                    ? "-0"
                    : number.stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            return text;
        }
    }

    /// Values of vectors as a file of text has them.
    static final class ValueTexts {
        static String of(FieldVector vector, int row) {
            Object value = vector.getObject(row);
            return switch (vector) {
                case org.apache.arrow.vector.DateDayVector dates ->
                    java.time.LocalDate.ofEpochDay(dates.get(row)).toString();
                case org.apache.arrow.vector.TimeMicroVector times ->
                    java.time.LocalTime.ofNanoOfDay(times.get(row) * 1000).toString();
                case org.apache.arrow.vector.TimeStampMicroVector times -> {
                    String text = value.toString().replace('T', ' ');
                    yield text.endsWith(" 00:00") ? text.substring(0, 10) : text;
                }
                case org.apache.arrow.vector.TimeStampMicroTZVector times ->
                    java.time.Instant.ofEpochSecond(0)
                                    .plus(times.get(row), java.time.temporal.ChronoUnit.MICROS)
                                    .atOffset(java.time.ZoneOffset.ofHours(2))
                                    .toLocalDateTime()
                                    .toString()
                                    .replace('T', ' ')
                            + "+02:00";
                case org.apache.arrow.vector.Float8Vector doubles ->
                    Double.isNaN(doubles.get(row)) ? "nan" : String.valueOf(doubles.get(row));
                default -> String.valueOf(value);
            };
        }
    }

    @Test
    void namesThatAreOneForATopicAreRefused() throws Exception {
        Path file = directory.resolve("rows.parquet");
        TestParquet.write(
                file,
                List.of(
                        new TestParquet.Column(
                                TestParquet.element("column", org.apache.parquet.format.Type.INT64),
                                List.of(TestParquet.int64(1))),
                        new TestParquet.Column(
                                TestParquet.element("COLUMN", org.apache.parquet.format.Type.INT64),
                                List.of(TestParquet.int64(2)))));
        assertThatThrownBy(() -> RowFile.open(file.toString(), Optional.empty()))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("\"COLUMN\"")
                .hasMessageContaining("\"column\"");
        assertThat(isTaken(Files.writeString(directory.resolve("rows.ndjson"), "{\"a\":1,\"A\":2}\n"), ""))
                .isFalse();
    }
}
