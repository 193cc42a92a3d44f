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

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/// Spark in local mode: reads SQL statements from standard input and writes their rows to standard output, as text.
///
/// Arguments are Spark's settings, `key=value`. A request is a text; the answer to it is byte 0 and a text that says why
/// it failed, or, for each row, byte 1, the number of columns and their texts, and then byte 2. A text is its length in
/// bytes (int; -1 for null) and UTF-8. Values are written as `RowText` of the integration tests writes those of Wings.
///
/// Started from its source by Java's launcher, on Spark's class path: nothing of ours is on it.
public final class SparkStatements {

    private static final int FAILED = 0;
    private static final int ROW = 1;
    private static final int END = 2;

    private SparkStatements() {}

    public static void main(String[] settings) throws IOException {
        DataInputStream requests = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream answers = new DataOutputStream(new BufferedOutputStream(System.out));
        // whatever Spark prints is none of our answers
        System.setOut(System.err);
        SparkSession.Builder builder = SparkSession.builder().appName("wings");
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            builder.config(setting.substring(0, equals), setting.substring(equals + 1));
        }
        try (SparkSession spark = builder.getOrCreate()) {
            while (true) {
                try {
                    answer(spark, readText(requests), answers);
                } catch (EOFException e) {
                    return;
                }
                answers.flush();
            }
        }
    }

    private static void answer(SparkSession spark, String sql, DataOutputStream answers) throws IOException {
        List<Row> rows;
        try {
            rows = spark.sql(sql).collectAsList();
        } catch (Exception e) {
            answers.writeByte(FAILED);
            writeText(answers, reason(e));
            return;
        }
        for (Row row : rows) {
            answers.writeByte(ROW);
            answers.writeInt(row.size());
            for (int column = 0; column < row.size(); column++) {
                writeText(answers, row.isNullAt(column) ? null : text(row.get(column), true));
            }
        }
        answers.writeByte(END);
    }

    /// All messages of the chain, each once.
    private static String reason(Throwable failure) {
        StringBuilder reason = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause);
            if (reason.indexOf(message) < 0) {
                reason.append(reason.isEmpty() ? "" : "\n").append(message);
            }
        }
        return reason.toString();
    }

    private static String text(Object value, boolean top) {
        return switch (value) {
            case null -> "null";
            case String string -> top ? string : '"' + string + '"';
            case BigDecimal decimal -> decimal.toPlainString();
            case java.time.Instant instant ->
                instant.atOffset(ZoneOffset.UTC).toLocalDateTime() + "Z";
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case Row struct -> struct(struct);
            case scala.collection.Map<?, ?> map -> map(CollectionConverters.asJava(map));
            case scala.collection.Iterable<?> list -> list(CollectionConverters.asJava(list));
            default -> value.toString();
        };
    }

    private static String struct(Row struct) {
        List<String> fields = new ArrayList<>();
        for (int field = 0; field < struct.size(); field++) {
            fields.add(struct.schema().fieldNames()[field] + "=" + text(struct.get(field), false));
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private static String map(Map<?, ?> map) {
        Map<String, String> entries = new TreeMap<>();
        map.forEach((key, value) -> entries.put(text(key, false), text(value, false)));
        List<String> texts = new ArrayList<>();
        entries.forEach((key, value) -> texts.add(key + ": " + value));
        return "{" + String.join(", ", texts) + "}";
    }

    private static String list(Iterable<?> list) {
        List<String> elements = new ArrayList<>();
        list.forEach(element -> elements.add(text(element, false)));
        return "[" + String.join(", ", elements) + "]";
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
