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

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.text.OnLoss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// No value of a text file is dropped or changed: it is taken exactly or refused.
final class TextRowFileTest {

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void unknownFieldIsRefusedHoweverLateItComes() {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < 30_000; id++) {
            text.append("{\"id\":").append(id).append("}\n");
        }
        text.append("{\"id\":1,\"zzz\":1}\n");

        assertThatThrownBy(() -> json(text.toString(), "id long"))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.ndjson: line 30001,")
                .hasMessageContaining("the topic has no such field: field=\"zzz\"");
    }

    @Test
    void unknownMemberIsRefused() {
        assertThatThrownBy(() -> json("{\"s\":[{\"a\":1},{\"a\":2,\"b\":null}]}", "s list<struct<a: int>>"))
                .hasMessageContaining("the topic has no such field: field=\"s.element.b\"");
    }

    @Test
    void fieldThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> json("{\"id\":1,\"ID\":2}", "id long")).hasMessageContaining("twice");
        assertThatThrownBy(() -> csv("id,ID\n1,2\n", "id long")).hasMessageContaining("line 1", "twice");
    }

    @Test
    void unknownColumnIsRefused() {
        assertThatThrownBy(() -> csv("id,zzz\n1,2\n", "id long"))
                .hasMessageContaining("line 1: the topic has no such field: field=\"zzz\"");
    }

    @Test
    void firstLineOfCsvIsTheHeader() {
        assertThatThrownBy(() -> csv("100,rag\nid,k,v\n101,x,1\n103,z,3\n", "id long, k string, v long"))
                .hasMessageContaining("line 1: the topic has no such field: field=\"100\"");
        assertThatThrownBy(() -> csv("\uFEFF", "id long")).hasMessageContaining("there is no first line");
        assertThatThrownBy(() -> guess("rows.csv", "100,rag\nid,k,v\n101,x,1\n103,z,3\n"))
                .hasMessageContaining("line 2: the line has not as many fields as the first line names: expected=2,"
                        + " found=3; --bad-lines skip leaves out such lines");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
                    1,x,2       ~ line 5: the line has not as many fields
                    1           ~ line 5: the line has not as many fields
                    "1          ~ line 5: what starts here is not CSV: Unclosed quoted field
                    "1"2,x      ~ line 5: what starts here is not CSV: Unexpected character after closing quote
                    """)
    void brokenLinesOfCsvAreNamed(String line, String expected) {
        assertThatThrownBy(() -> csv("id,k\n1,\"a\nb\"\n2,x\n" + line + "\n3,y\n", "id long, k string"))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("line 5")
                .hasMessageContaining(expected);
    }

    @Test
    void emptyFieldIsNullAndQuotedOneIsEmptyText() throws IOException {
        assertThat(csv("id,k\n1,\n2,\"\"\n3,\" \"\n\n4,\"a \"\"b\"\"\"\r\n5,NULL", "id long, k string"))
                .containsExactly("1|null", "2|", "3| ", "4|a \"b\"", "5|NULL");
        assertThatThrownBy(() -> csv("id\n\"\"\n", "id long")).hasMessageContaining("expected=long, found=\"\"");
        assertThat(csv("k\na\n\nb\n", "k string")).containsExactly("a", "null", "b");
    }

    @ParameterizedTest
    @CsvSource({"','", "'\t'", ";", "|"})
    void separatorIsTheHeaders(String separator) throws IOException {
        String text = "\uFEFFid,k\n1,x\n".replace(",", separator);
        assertThat(csv(text, "k string, id long")).containsExactly("1|x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
                    boolean      ~ true                          ~ true
                    boolean      ~ "FALSE"                       ~ false
                    int          ~ -2147483648                   ~ -2147483648
                    long         ~ 9223372036854775807           ~ 9223372036854775807
                    long         ~ 1.0                           ~ 1
                    long         ~ 12e2                          ~ 1200
                    float        ~ 0.1                           ~ 0.1
                    double       ~ 1e300                         ~ 1.0E300
                    double       ~ "-inf"                        ~ -Infinity
                    decimal(6,2) ~ 1.230                         ~ 1.23
                    decimal(6,2) ~ -9999.99                      ~ -9999.99
                    date         ~ "2001-02-03"                  ~ 11356
                    time         ~ "04:05:06.000007"             ~ 14706000007
                    timestamp    ~ "2001-02-03"                  ~ 2001-02-03T00:00
                    timestamp    ~ "2001-02-03T04:05:06.123456000" ~ 2001-02-03T04:05:06.123456
                    timestamp    ~ "1969-12-31 23:59:59.999999"  ~ 1969-12-31T23:59:59.999999
                    timestamptz  ~ "2001-02-03 04:05:06Z"        ~ 981173106000000
                    timestamptz  ~ "2001-02-03T05:05:06+01:00"   ~ 981173106000000
                    timestamptz  ~ "2001-02-03 04:05:06"         ~ 981173106000000
                    string       ~ 1.50                          ~ 1.50
                    string       ~ {"a": [1.50, null, true]}     ~ {"a":[1.50,null,true]}
                    list<int>    ~ [1, null, 2]                  ~ [1,null,2]
                    struct<a: int, b: list<long>> ~ {"b": [], "a": 1} ~ {"a":1,"b":[]}
                    map<int, string> ~ {"7": "x"}                ~ [{"key":7,"value":"x"}]
                    """)
    void exactValuesAreTaken(String type, String json, String expected) throws IOException {
        assertThat(json("{\"v\":" + json + "}", "v " + type)).containsExactly(expected);
        String csv = json.startsWith("\"") ? json : '"' + json.replace("\"", "\"\"") + '"';
        if (!type.equals("string")) {
            assertThat(csv("v\n" + csv + "\n", "v " + type)).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
                    boolean      ~ 1
                    boolean      ~ "yes"
                    int          ~ 2.7
                    int          ~ 2147483648
                    int          ~ true
                    long         ~ 1.5
                    long         ~ 9223372036854775808
                    long         ~ 1e999999999
                    long         ~ "abc"
                    long         ~ "0x10"
                    long         ~ ""
                    float        ~ 1e39
                    double       ~ 1e400
                    double       ~ "1d"
                    decimal(6,2) ~ 1.239
                    decimal(6,2) ~ 10000
                    decimal(6,2) ~ 1e-999999999
                    date         ~ "2001-02-03 04:05:06"
                    date         ~ "2001-02-30"
                    date         ~ "02/03/2001"
                    time         ~ "24:00:00"
                    time         ~ "04:05:06.0000001"
                    timestamp    ~ "2001-02-03 04:05:06.1234567"
                    timestamp    ~ "2001-02-03 04:05:06Z"
                    timestamp    ~ "2001-02-03 04"
                    timestamptz  ~ "2001-02-03 04:05:06 Europe/Vienna"
                    timestamptz  ~ "2001-02-03 04:05:06.1234567Z"
                    binary       ~ "abc"
                    binary       ~ "\\\\x0"
                    fixed(2)     ~ "\\\\x00"
                    uuid         ~ "1-2-3-4-5"
                    list<int>    ~ [1.5]
                    list<int>    ~ 1
                    struct<a: int> ~ {"a": "x"}
                    map<int, int> ~ {"x": 1}
                    """)
    void otherValuesAreRefused(String type, String json) {
        assertThatThrownBy(() -> json("{\"v\":null}\n{\"v\":" + json + "}", "v " + type))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.ndjson: line 2, column ")
                .hasMessageContaining("the value does not fit the field: field=\"v")
                .hasMessageContaining("expected=")
                .hasMessageContaining("found=");
        String csv = json.startsWith("\"") ? json.replace("\\\\", "\\") : '"' + json.replace("\"", "\"\"") + '"';
        assertThatThrownBy(() -> csv("v\n\n" + csv + "\n", "v " + type))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.csv: line 3: the value does not fit the field: field=\"v");
    }

    @Test
    void bytesOfBinaryAreHex() throws IOException {
        assertThat(json("{\"a\":\"\\\\x0aff\",\"b\":\"\\\\x0102\"}", "a binary, b fixed(2)"))
                .containsExactly("[10, -1]|[1, 2]");
    }

    @Test
    void textThatIsNotUnicodeIsRefused() throws IOException {
        Path file = directory.resolve("rows.csv");
        Files.write(file, "k\nok \uFFFD\nM\u00FCnchen\n".getBytes(StandardCharsets.UTF_8));
        assertThat(read(file, "k string")).containsExactly("ok \uFFFD", "M\u00FCnchen");
        Files.write(file, "k\nM\u00FCnchen\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file, "k string")).hasMessageContaining("line 2: the text is not UTF-8");
        assertThatThrownBy(() -> json("{\"k\":\"\\ud800\"}", "k string")).hasMessageContaining("does not fit");
    }

    @Test
    void brokenJsonIsExplainedInOurWords() {
        assertThatThrownBy(() -> json("{\"id\":1}\n{\"id\":}\n", "id long"))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.ndjson: line 2, column ")
                .hasMessageContaining("the text is not JSON");
        assertThatThrownBy(() -> json("{\"id\":1}\n{\"id\":2", "id long")).hasMessageContaining("line 2");
        assertThatThrownBy(() -> json("{\"id\":1}\n7\n", "id long")).hasMessageContaining("a row is a JSON object");
        assertThatThrownBy(() -> json("[{\"id\":1}] {\"id\":2}", "id long")).hasMessageContaining("after the array");
    }

    @Test
    void nestedValuesOfManyBatchesAreKept() throws IOException {
        StringBuilder text = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int row = 0; row < 5_000; row++) {
            String list = row % 3 == 0 ? "null" : row % 3 == 1 ? "[]" : "[{\"a\":" + row + "},null,{\"a\":null}]";
            text.append(row % 7 == 0 ? "{}" : "{\"l\":" + list + "}").append('\n');
            expected.add(row % 7 == 0 ? "null" : list.replace("{\"a\":null}", "{}"));
        }
        assertThat(json(text.toString(), "l list<struct<a: long>>")).isEqualTo(expected);
    }

    @Test
    void compressedTextIsReadWhateverItsName() throws IOException {
        byte[] text = "id\n1\n".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(gzip)) {
            out.write(text);
        }
        ByteArrayOutputStream zstandard = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdCompressorOutputStream(zstandard)) {
            out.write(text);
        }
        assertThat(read(Files.write(directory.resolve("a.csv.gz"), gzip.toByteArray()), "id long"))
                .containsExactly("1");
        assertThat(read(Files.write(directory.resolve("b.csv"), zstandard.toByteArray()), "id long"))
                .containsExactly("1");
    }

    @Test
    void guessedTypesHoldAllRows() throws IOException {
        StringBuilder text = new StringBuilder("a,b,c,d,e,f,g,h,i\n");
        for (int row = 0; row < 30_000; row++) {
            text.append("1,1,2001-02-03,1,true,04:05,,2001-02-03 04:05:06Z,7\n");
        }
        text.append("2.5,9223372036854775808,2001-02-03 04:05:06,x,false,04:06,,2001-02-03 04:05:06+01:00,007\n");
        assertThat(guess("rows.csv", text.toString()))
                .containsExactly(
                        "a double",
                        "b decimal(38,0)",
                        "c timestamp",
                        "d string",
                        "e boolean",
                        "f time",
                        "g string",
                        "h timestamptz",
                        "i string");
        assertThat(read(
                        directory.resolve("rows.csv"),
                        "a double, b decimal(38,0), c timestamp, d string, e boolean,"
                                + " f time, g string, h timestamptz, i string"))
                .hasSize(30_001);
    }

    @Test
    void guessedFieldsOfJsonAreThoseOfAllRows() throws IOException {
        assertThat(guess("rows.ndjson", """
                        {"a":1,"b":{"x":"1"},"c":[],"d":1,"e":{}}
                        {"a":1.5,"b":{"y":"2001-02-03"},"c":[1,null],"d":"1","z":null}
                        """))
                .containsExactly(
                        "a double", "b struct<x: string, y: date>", "c list<long>", "d string", "e string", "z string");
    }

    @ParameterizedTest
    @CsvSource({"string,1", "double,1", "'decimal(38,0)',1", "string,abcdefgh"})
    void manyColumnsTakeNoMoreMemoryThanFew(String type, String value) throws IOException {
        int columns = 1000;
        StringJoiner header = new StringJoiner(",");
        StringJoiner line = new StringJoiner(",");
        StringJoiner topic = new StringJoiner(", ");
        for (int column = 0; column < columns; column++) {
            header.add("c" + column);
            line.add(value);
            topic.add("c" + column + " " + type);
        }
        Path file = Files.writeString(directory.resolve("rows.csv"), header + "\n" + (line + "\n").repeat(3000));

        long rows = 0;
        try (RowFile opened = RowFile.open(file.toString(), Optional.empty());
                ArrowReader reader = opened.read(
                        allocator,
                        65_536,
                        SchemaProtos.fromCreateRequest(SchemaText.parseSchema(topic.toString())),
                        OnLoss.REJECT)) {
            while (reader.loadNextBatch()) {
                rows += reader.getVectorSchemaRoot().getRowCount();
            }
        }

        assertThat(rows).isEqualTo(3000);
        // a batch, and what grows while its vectors do
        assertThat(allocator.getPeakMemoryAllocation()).isLessThan(100L << 20);
    }

    private List<String> guess(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            return SchemaProtos.fromCreateRequest(rows.schema()).fields().stream()
                    .map(field -> field.name() + " " + field.type())
                    .toList();
        }
    }

    private List<String> json(String text, String topic) throws IOException {
        return read(Files.writeString(directory.resolve("rows.ndjson"), text), topic);
    }

    private List<String> csv(String text, String topic) throws IOException {
        return read(Files.writeString(directory.resolve("rows.csv"), text), topic);
    }

    private List<String> read(Path file, String topic) throws IOException {
        List<String> lines = new ArrayList<>();
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty());
                ArrowReader reader = rows.read(
                        allocator, 700, SchemaProtos.fromCreateRequest(SchemaText.parseSchema(topic)), OnLoss.REJECT)) {
            VectorSchemaRoot batch = reader.getVectorSchemaRoot();
            while (reader.loadNextBatch()) {
                for (int row = 0; row < batch.getRowCount(); row++) {
                    StringJoiner values = new StringJoiner("|");
                    for (FieldVector vector : batch.getFieldVectors()) {
                        Object value = vector.getObject(row);
                        values.add(
                                value instanceof byte[] bytes
                                        ? java.util.Arrays.toString(bytes)
                                        : String.valueOf(value));
                    }
                    lines.add(values.toString());
                }
            }
        }
        return lines;
    }
}
