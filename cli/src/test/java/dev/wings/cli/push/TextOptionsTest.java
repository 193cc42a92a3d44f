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
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
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
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Text files as people have them, and what the options make of them.
final class TextOptionsTest {

    private final BufferAllocator allocator = new RootAllocator();
    private final List<String> notes = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Command
    private static final class Arguments {
        @Mixin
        private final TextArguments text = new TextArguments();
    }

    /// The options, the file, and the topic and the rows that it gives; lines end with a bar.
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        --null NA --null -                 ~ a,b/1,NA/-,x/"NA",y      ~ a string, b string        ~ 1|null/null|x/NA|y
        --null NA                          ~ a/1/NA/ NA               ~ a long                    ~ 1/null/null
        --delimiter ;                      ~ a,b;c/1,5;2              ~ "a,b" string, c long      ~ 1,5|2
        --delimiter \\t                   ~ a,b,c\td/x\ty            ~ "a,b,c" string, d string  ~ x|y
        --quote '                          ~ a,b/'x,"y',2             ~ a string, b long          ~ x,"y|2
        --quote none                       ~ a,b/"x,2                 ~ a string, b long          ~ "x|2
        --no-header                        ~ 1,x/2,y                  ~ column_1 long, column_2 string ~ 1|x/2|y
        --header                           ~ a,b/2,y                  ~ a long, b string          ~ 2|y
        --no-header --names a,b            ~ 1,x/2,y                  ~ a long, b string          ~ 1|x/2|y
        --names p,q                        ~ a,b/2,y                  ~ p long, q string          ~ 2|y
        --types ^a double, b string^       ~ a,b,c/1,2,3              ~ a double, b string, c long ~ 1.0|2|3
        --skip 2                           ~ made by x/,,,/a,b/1,2    ~ a long, b long            ~ 1|2
        --comment #                        ~ #;;;;/a,b/#1,2/3,4       ~ a long, b long            ~ 3|4
        --decimal , --delimiter ;          ~ a;b/1,5;x,y/-2,25;z      ~ a double, b string        ~ 1.5|x,y/-2.25|z
        --decimal , --thousands . --delimiter ; ~ a;b/1.234.567,5;1.2/-2,25;z/999;y ~ a double, b string ~ 1234567.5|1.2/-2.25|z/999.0|y
        --thousands , --delimiter ;        ~ a;b/1,234;1/-12,345,678;2/0;3 ~ a long, b long       ~ 1234|1/-12345678|2/0|3
        --thousands ^ ^ --decimal , --delimiter ; ~ a/1 234,5/12 345  ~ a double                  ~ 1234.5/12345.0
        --thousands , --delimiter ;        ~ a/1,23/1234,567/,123     ~ a string                  ~ 1,23/1234,567/,123
        --thousands . --decimal , --delimiter ; ~ a/1,234.567/1..234/1.2345 ~ a string            ~ 1,234.567/1..234/1.2345
        --date-format %d.%m.%Y             ~ a/03.02.2001/1.12.1999   ~ a date                    ~ 11356/10926
        --bad-lines skip                   ~ a,b/1,2/3/4,5,6/7,8      ~ a long, b long            ~ 1|2/7|8
        --bad-lines skip --types ^a long^  ~ a,b/1,2/x,3/4,5          ~ a long, b long            ~ 1|2/4|5
        --decimal .                        ~ ,b/1,2                   ~ index long, b long        ~ 1|2
        --decimal .                        ~ a, b , c/1, 2, x          ~ a long, b long, c string  ~ 1|2| x
        --decimal .                        ~ //a/1                    ~ a long                    ~ 1
        --decimal .                        ~ a/1e5/2.5E-3/-1.5e-10    ~ a double                  ~ 100000.0/0.0025/-1.5E-10
        --decimal .                        ~ sep=;/a;b,c/1;2          ~ a long, "b,c" long        ~ 1|2
        --skip 1                           ~ x/SEP=|/a|b/1|2          ~ a long, b long            ~ 1|2
        --decimal .                        ~ ORCID,PAR1/1,2           ~ ORCID long, PAR1 long     ~ 1|2
        --decimal .                        ~ PAR1,ARROW1,FEA1/1,2,3   ~ PAR1 long, ARROW1 long, FEA1 long ~ 1|2|3
        """)
    void csvIsReadAsTheOptionsSay(String options, String text, String types, String rows) throws IOException {
        Path file = write("rows.csv", text.replace("\\t", "\t").replace('/', '\n') + "\n");
        assertRead(file, options.replace("\\\\", "\\"), types, rows);
    }

    @Test
    void commasBetweenObjectsAreNamedWithAdvice() throws IOException {
        for (String text : List.of("{\"a\":1},\n{\"a\":2},\n", "{\"a\":1} ,\n{\"a\":2}\n", "{\"a\":1},{\"a\":2}")) {
            assertThatThrownBy(() -> read(write("rows.json", text), "--decimal ."))
                    .hasMessageContaining("line 1")
                    .hasMessageContaining("have no commas between them: sed 's/},$/}/' FILE");
        }
    }

    /// `wings sql -o tsv` writes such files.
    @Test
    void escapesStandForWhatCannotStandInALine() throws IOException {
        Path file = write("rows.tsv", "a\\\\b\tc\n1\\n\\r2\t3\n\\N\t4\n\t5\n \"\\\\N\t6\n7,8;9\t\\N\n\\\\x00\t10\n");
        String rows = "1\n\r2|3/null|4/|5/ \"\\N|6/7,8;9|null/\\x00|10";
        assertRead(file, "--escapes", "a\\b string, c long", rows);
        // of one column, an empty line is empty text
        assertRead(write("one.tsv", "sep=;\n\nx\n\\N\n"), "--escapes", "sep=; string", "/x/null");
        assertRead(write("bare.tsv", "1\tx\\\\\n"), "--escapes --no-header --names a,b", "a long, b string", "1|x\\");
        for (String bad : List.of("x\\", "\\q", "\\Nx", "\\x41")) {
            assertThatThrownBy(() -> read(write("bad.tsv", "a\n" + bad + "\n"), "--escapes"))
                    .hasMessageContaining("line 2")
                    .hasMessageContaining("does not escape");
        }
        assertThatThrownBy(() -> read(file, "--escapes --quote none")).hasMessageContaining("--escapes goes without");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        --date-format ^%d/%m/%Y %H:%M^     ~ 03/02/2001 04:05            ~ timestamp   ~ 2001-02-03T04:05
        --date-format ^%m/%d/%y %I:%M %p^  ~ 2/3/01 4:05 PM              ~ timestamp   ~ 2001-02-03T16:05
        --date-format ^%d %b %Y^           ~ 03 Feb 2001                 ~ date        ~ 11356
        --date-format ^%Y%m%d^             ~ 20010203                    ~ date        ~ 11356
        --date-format ^dd.MM.yyyy HH:mm:ss^ ~ 03.02.2001 04:05:06        ~ timestamp   ~ 2001-02-03T04:05:06
        --date-format ^%Y-%m-%dT%H:%M:%S%z^ ~ 2001-02-03T04:05:06+0100   ~ timestamptz ~ 981169506000000
        --decimal .                        ~ 2001-02-03 04:05:06 UTC     ~ timestamptz ~ 981173106000000
        --decimal .                        ~ 2001-02-03 04:05:06.5 utc   ~ timestamptz ~ 981173106500000
        """)
    void timesAreReadAsTheFormatsSay(String options, String text, String type, String value) throws IOException {
        assertRead(write("rows.csv", "a\n" + text + "\n"), options, "a " + type, value);
        assertRead(write("rows.ndjson", "{\"a\":\"" + text + "\"}\n"), options, "a " + type, value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        --decimal .     ~ {"a":NaN}{"a":1.5}{"a":-Infinity}   ~ a double           ~ NaN/1.5/-Infinity
        --null NaN      ~ {"a":NaN}{"a":1}                    ~ a long             ~ null/1
        --null NA       ~ {"a":"NA","b":["NA",1]}{"a":2}      ~ a long, b list<long> ~ null|[null,1]/2|null
        --decimal ,     ~ {"a":1.5,"b":"2,5"}                 ~ a double, b string ~ 1.5|2,5
        --types ^a string^ ~ {"a":1.50}                       ~ a string           ~ 1.50
        """)
    void ndjsonIsReadAsTheOptionsSay(String options, String text, String types, String rows) throws IOException {
        assertRead(write("rows.ndjson", text), options, types, rows);
    }

    /// Rows that cannot be taken leave nothing behind in those that can.
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        rows.ndjson ~ a long                           ~ {"a":1}/no json/{"a":2}                      ~ 1/2 ~ 1 line was left out, the first: line 2: the text is not JSON
        rows.ndjson ~ a long                           ~ {"a":1}/{"a":"x"}/{"a":3,"b":1}/{"a":2}      ~ 1/2 ~ 2 lines were left out, the first: line 2: the value does not fit
        rows.ndjson ~ a long                           ~ {"a":1}/{"a":2/{"a":3}//7/{"a":4,"a":5}/{"a":6} ~ 1/3/6 ~ 3 lines were left out, the first: line 2
        rows.ndjson ~ a long                           ~ {"a":1}{"a":2}{"a/{"a":NaN}/{"a":3} {"a":4}  ~ 1/2/3/4 ~ 2 lines were left out, the first: line 1
        rows.json   ~ a long                           ~ [{"a":1},/7,[1,{"a":2}],{"a":"x"},{"a":3}]   ~ 1/3 ~ 3 lines were left out, the first: line 2: a row is a JSON object
        rows.ndjson ~ s struct<a: long, b: string>, k long ~ {"s":{"a":1,"b":"x"},"k":"y"}/{"s":{}}     ~ {}|null ~ 1 line was
        rows.ndjson ~ l list<struct<a: long, b: long>> ~ {"l":[{"a":1,"b":2},{"a":3},{"a":"x"}]}/{"l":[{"a":5},null]} ~ [{"a":5},null] ~ 1 line was
        rows.ndjson ~ m map<string, long>, k long      ~ {"m":{"a":1,"b":2},"k":"y"}/{"m":{"c":null}} ~ [{"key":"c"}]|null ~ 1 line was
        rows.csv    ~ s struct<a: long, b: string>, k long ~ s;k/{"a":1,"b":"x"};y/{"a":2};3          ~ {"a":2}|3 ~ 1 line was left out, the first: line 2
        rows.csv    ~ l list<struct<a: long, b: long>>, k long ~ l;k/[{"a":1,"b":2},{"b":3}];y/[{"a":2},null];3 ~ [{"a":2},null]|3 ~ 1 line was
        """)
    void badLinesAreLeftOut(String name, String types, String text, String rows, String note) throws IOException {
        Path file = write(name, text.replace('/', '\n') + "\n");
        TopicSchema topic = SchemaProtos.fromCreateRequest(dev.wings.common.schema.SchemaText.parseSchema(types));
        try (RowFile opened = open(file, "--bad-lines skip --delimiter ;");
                ArrowReader reader = opened.read(allocator, 1000, topic, OnLoss.REJECT)) {
            assertThat(String.join("/", lines(reader))).isEqualTo(rows);
            assertThat(opened.takeNotes()).hasSize(1).first().asString().contains(note);
        }
        try (RowFile opened = open(file, "--delimiter ;");
                ArrowReader reader = opened.read(allocator, 1000, topic, OnLoss.REJECT)) {
            assertThatThrownBy(() -> lines(reader)).isInstanceOf(WingsException.class);
        }
    }

    @Test
    void daysThatNoTopicTakesAreTexts() throws IOException {
        assertRead(
                write("zero.csv", "a\n0000-01-01\n2001-02-03\n"), "--decimal .", "a string", "0000-01-01/2001-02-03");
        assertRead(write("one.csv", "a\n0001-01-01\n2001-02-03\n"), "--decimal .", "a date", "-719162/11356");
    }

    @Test
    void badLinesDoNotDecideTypes() throws IOException {
        assertRead(write("rows.ndjson", "{\"a\":1}\n{\"a\":\n{\"a\":2}\n"), "--bad-lines skip", "a long", "1/2");
        assertRead(write("more.ndjson", "{\"a\":1}\n{\"a\":\"x\",\"a\":1}\n"), "--bad-lines skip", "a long", "1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        `a,b/1,x/NA,y/NA,z`   ~ column "a" is a string, since 2 of 3 values are like "NA"; without them it is long: --null 'NA'
        `1,anna,2001-01-01/2,bob,2001-01-02` ~ the first line looks like a row (1, anna, 2001-01-01): --no-header
        `name0,0.5/name1,1.5` ~ the first line looks like a row (name0, 0.5): --no-header
        `1,2/3,4`             ~ the first line looks like a row (1, 2): --no-header
        `a/1/2/x`             ~ column "a" is a string, since line 4 has "x", which is no long as the values before
        `,b/1,2`              ~ column 1 has no name and is called index
        `a,,b/1,2,3`          ~ column 2 has no name and is called column_2
        `a/x/\\N/y`             ~ column "a" is a string with 1 of 3 values like "\\N": --null '\\N'
        `a;b/1,5;x/-2;y`      ~ column "a" is a string; --decimal , takes
        `a/31.12.2023/1.2.2024` ~ --date-format '%d.%m.%Y' takes
        `a/12-31-23 4:05 PM`  ~ --date-format '%m-%d-%y %I:%M %p' takes
        `a/1.2.2024 4:05:06`  ~ --date-format '%d.%m.%Y %H:%M:%S' or --date-format '%m.%d.%Y %H:%M:%S' takes
        `d/2001-02-29/2001-03-01` ~ column "d" is a string; its values look like dates, but there is no day "2001-02-29"
        `d/29.02.2001/31.04.2001` ~ its values look like dates, but there is no day "29.02.2001"
        `d/13.13.2001`        ~ its values look like dates, but there is no day "13.13.2001"
        `a/2024.01.31`        ~ --date-format '%Y.%m.%d' takes
        `a;b/1.234,56;x/7,00;y` ~ column "a" is a string; --decimal , --thousands . takes its values for numbers
        `a;b/1,234;x/12,345;y` ~ column "a" is a string; --decimal , or --thousands , takes its values for numbers
        `a;b/1,234;x/12,345,678;y` ~ column "a" is a string; --thousands , takes its values for numbers
        `a/1 234.50/2`        ~ --thousands " " takes its values for numbers
        `a;b/1.234.567 €;x/2,00 €;y` ~ its values may be numbers, with signs of thousands, a currency or percent, as "2,00 €"
        `a/$5.00/€7`          ~ its values may be numbers
        `a/5%/7.5 %`          ~ its values may be numbers
        `a/1'234.50/2`        ~ --thousands "'" takes its values for numbers
        `a/1/123456789012345678901234567890123456789` ~ since no number has as many digits
        """)
    void whatMayNotBeMeantIsToldOnce(String text, String note) throws IOException {
        read(write("rows.csv", text.replace('/', '\n') + "\n"), "--decimal .");
        assertThat(notes).hasSize(1).first().asString().contains("rows.csv: ").contains(note);
    }

    /// What a column of CSV is told for is told of JSON, too.
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        {"v":1}/{"v":"oops"}       ~ column "v" is a string, since line 2 has "oops", which is no long as the values before
        {"v":1}/{"v":null}/{"v":true}/{"v":"x"} ~ since line 3 has true, which is no long
        {"v":1.5}/{"v":[1]}        ~ since line 2 has a list, which is no double as the values before
        {"v":[1]}/{"v":{"a":1}}    ~ since line 2 has an object, which is no list as the values before
        {"v":{"a":1}}/{"v":1}      ~ since line 2 has 1, which is no struct as the values before
        {"v":"x"}/{"v":"y"}/{"v":2} ~ since line 3 has 2, which is no string as the values before
        {"v":"2001-02-03T04:05:06"}/{"v":981173106} ~ since line 2 has 981173106, which is no timestamp
        {"v":981173106}/{"v":"2001-02-03T04:05:06"} ~ since line 2 has "2001-02-03T04:05:06", which is no long
        {"v":0.1}/{"v":1e308}/{"v":9007199254740993} ~ column "v" is a string, since no number has as many digits
        {"v":1}/{"v":"NA"}/{"v":2.5} ~ since 1 of 3 values are like "NA"; without them it is double: --null 'NA'
        {"v":"x"}/{"v":"NA"}       ~ column "v" is a string with 1 of 2 values like "NA": --null 'NA'
        {"v":"31.12.2023"}/{"v":"1.2.2024"} ~ column "v" is a string; --date-format '%d.%m.%Y' takes
        {"v":{}}/{"v":{}}          ~ column "v" is a string, since its objects have no members
        {"v":{"a":1}}/{"v":{"a":"b"}} ~ column "v.a" is a string, since line 2 has "b", which is no long
        {"v":[[1],[2,"b"]]}        ~ column "v.element.element" is a string, since line 1 has "b", which is no long
        [{"v":1},/{"v":/"oops"}]   ~ column "v" is a string, since line 3 has "oops", which is no long
        """)
    void whatMayNotBeMeantIsToldOfJsonToo(String text, String note) throws IOException {
        read(write("rows.json", text.replace('/', '\n') + "\n"), "--decimal .");
        assertThat(notes).hasSize(1).first().asString().contains("rows.json: ").contains(note);
    }

    @Test
    void linesOfJsonAreToldAlsoWhereBadOnesAreLeftOut() throws IOException {
        read(write("rows.ndjson", "{\"v\":1}\noops\n{\"v\":\"x\"}\n"), "--bad-lines skip");
        assertThat(notes)
                .hasSize(2)
                .anySatisfy(note -> assertThat(note).contains("column \"v\" is a string, since line 3 has \"x\""));
        notes.clear();
        read(write("rows.json", "[{\"v\":1},\n7,\n{\"v\":\"x\"}]\n"), "--bad-lines skip");
        assertThat(notes)
                .hasSize(2)
                .anySatisfy(note -> assertThat(note).contains("column \"v\" is a string, since line 3 has \"x\""));
    }

    @Test
    void plainJsonNeedsNoNote() throws IOException {
        read(write("rows.ndjson", """
                        {"a":1,"b":"x","c":["x"],"d":"1","e":{"f":true},"g":"2001-02-03","h":[]}
                        {"a":1.5,"b":"5","c":[],"d":"01","e":{"f":null},"g":"2001-02-03 04:05:06","z":null}
                        """), "--decimal .");
        assertThat(notes).isEmpty();
    }

    @Test
    void plainTextNeedsNoNote() throws IOException {
        read(write("rows.csv", "id,name\n1,x\n2,\n3,NAomi\n"), "--decimal .");
        read(
                write("codes.csv", "zip,phone,version,ip\n01234,+4930123,1.2.3,10.0.0.1\n90210,0301,2.0.1,10.0.0.2\n"),
                "--decimal .");
        read(write("years.csv", "country,2019,2020\nx,1,2\ny,3,4\n"), "--decimal .");
        assertThat(notes).isEmpty();
    }

    @Test
    void linesThatWereLeftOutAreCounted() throws IOException {
        read(write("rows.csv", "a,b\n1,2\n3\n4\n"), "--bad-lines skip");
        assertThat(notes).hasSize(1).first().asString().contains("2 lines were left out, the first: line 3: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "windows-1252", "UTF-16", "UTF-16LE", "UTF-8"})
    void encodingsAreRead(String encoding) throws IOException {
        String text = "a,b\n1,\u00e4\u00f6\n2,\"x\n\u00fc\"\n";
        Path file = Files.write(directory.resolve("rows.csv"), text.getBytes(Charset.forName(encoding)));
        assertRead(file, "--encoding " + encoding, "a long, b string", "1|\u00e4\u00f6/2|x\n\u00fc");
        if (encoding.startsWith("UTF-16")) {
            assertThatThrownBy(() -> read(file, "--decimal .")).hasMessageContaining("--encoding utf-16");
        } else if (!encoding.equals("UTF-8")) {
            assertThatThrownBy(() -> read(file, "--decimal ."))
                    .hasMessageContaining("line 2: the text is not UTF-8")
                    .hasMessageContaining("--encoding latin1");
        }
    }

    private interface Compressor {
        OutputStream open(OutputStream out) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "zst", "bz2", "xz"})
    void compressedTextIsReadWhateverItsName(String kind) throws IOException {
        Compressor compressor = switch (kind) {
            case "gz" -> GZIPOutputStream::new;
            case "zst" -> ZstdCompressorOutputStream::new;
            case "bz2" -> BZip2CompressorOutputStream::new;
            default -> XZCompressorOutputStream::new;
        };
        for (String name : List.of("rows.csv." + kind, "rows." + kind, "rows")) {
            // two members, as appended files have them
            Path csv = Files.write(directory.resolve(name), concat(compressor, "a,b\n1,x\n", "2,y\n"));
            assertRead(csv, "--decimal .", "a long, b string", "1|x/2|y");
        }
        Path json = Files.write(directory.resolve("other"), concat(compressor, "{\"a\":1}\n", "{\"a\":2}\n"));
        assertRead(json, "--decimal .", "a long", "1/2");
        Path parquet = Files.write(directory.resolve("rows.parquet." + kind), concat(compressor, "PAR1", "xxxx"));
        assertThatThrownBy(() -> read(parquet, "--decimal ."))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("it is parquet, compressed as a whole: unpack it first");
    }

    private static byte[] concat(Compressor compressor, String... members) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String member : members) {
            try (OutputStream out = compressor.open(all)) {
                out.write(member.getBytes(StandardCharsets.UTF_8));
            }
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        PK\\003\\004xxxx       ~ a zip archive
        PK\\003\\004xl/workbook ~ a workbook, as of Excel: save its sheet as CSV
        SQLite format 3\\000 ~ a database of SQLite
        \\223NUMPY\\001       ~ NumPy
        \\200\\005\\225xx   ~ a pickle
        RDX3\\nX\\n\\000\\000 ~ R's own
        X\\n\\000\\000\\000\\003 ~ R's own
        r\\002\\001\\000xx  ~ Stata
        $FL2@(#) SPSS            ~ SPSS
        MATLAB 5.0 MAT-file      ~ MATLAB
        \\320\\317\\021\\340x ~ an old Excel
        \\004"M\\030xxxx      ~ lz4 -d
        \\037\\235\\220xx   ~ uncompress
        ]\\000\\000\\200    ~ unlzma
        CDF\\001xxxx            ~ NetCDF
        PARE\\025xxxx           ~ encrypted
        <!DOCTYPE html><html>    ~ a page of HTML
        <?xml version="1.0"?>    ~ XML
        version https://git-lfs.github.com/spec/v1 ~ git lfs pull
        \\377\\376\\000\\000a\\000\\000\\000 ~ --encoding utf-32
        \\000a\\000,\\000b\\000\\n\\000 ~ --encoding utf-16be
        a\\000,\\000b\\000\\n\\000 ~ --encoding utf-16le
        \\001\\002\\003\\004\\005\\006\\000 ~ neither text nor
        \\000\\000\\000\\000\\000\\000 ~ neither text nor
        Obj\\001xxxx            ~ Avro
        ORC\\010xxxx            ~ ORC
        %PDF-1.4                 ~ PDF
        FEA1\\000xxx            ~ Feather of version 1
        \\377\\376a\\000,\\000 ~ UTF-16
        """)
    void whatIsNotReadIsNamedWithAdvice(String text, String expected) throws IOException {
        Path file = Files.write(
                directory.resolve("rows.csv"), text.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file, "--decimal ."))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("rows.csv")
                .hasMessageContaining(expected);
    }

    @Test
    void whatIsNotReadIsNamedInsideOfWhatIsCompressed() throws IOException {
        for (String inner : List.of("RDX3\nX\n", "x".repeat(257) + "ustar\0")) {
            Path file = directory.resolve("rows.csv.gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write(inner.getBytes(StandardCharsets.ISO_8859_1));
            }
            assertThatThrownBy(() -> read(file, "--decimal ."))
                    .hasMessageContaining(inner.startsWith("RDX") ? "R's own format" : "a tar archive");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        {"n":2,"items":[{"a":1},{"a":2}]}     ~ jq -c '.items[]' FILE
        {"a":{"0":1,"1":2},"b":{"0":1,"1":2}} ~ to_json(orient='records', lines=True)
        """)
    void fileThatIsOneRowWithManyInItIsTold(String text, String note) throws IOException {
        read(write("rows.json", text), "--decimal .");
        assertThat(notes)
                .hasSize(1)
                .first()
                .asString()
                .contains("the file is one row")
                .contains(note);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        json.csv    ~ {"id":1}/{"id":2}       ~ its name says CSV, and its text is JSON: --format ndjson
        json.tsv    ~ //{"id":{"x":[1]}}/{"   ~ --format ndjson
        array.csv   ~ [{"id":1},/{"id":2}]    ~ --format ndjson
        csv.json    ~ id,name/1,x             ~ its name says JSON, and the text is not JSON: --format csv
        csv.ndjson  ~ "id","name"/1,x         ~ --format csv
        row.jsonl   ~ 1,x/2,y                 ~ --format csv
        csv.parquet ~ id,name/1,x             ~ it is not a whole Parquet file: its name says Parquet, and it is text: --format csv
        x.parquet   ~ {"id":1}                ~ --format ndjson takes it for JSON
        csv.arrow   ~ id,name/1,x             ~ its name says Arrow, and it is text: --format csv
        """)
    void textOfAnotherFormatThanTheNameSaysIsRefusedWithAdvice(String name, String text, String advice)
            throws IOException {
        Path file = write(name, text.replace('/', '\n') + "\n");
        assertThatThrownBy(() -> read(file, "--decimal ."))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("cannot read " + file + ": ")
                .hasMessageContaining(advice);
    }

    @Test
    void wideObjectInAFileOfCsvIsKnownByItsStart() throws IOException {
        Path file = write("wide.csv", "{\"id\":\"" + "x".repeat(10_000) + "\"}\n");
        assertThatThrownBy(() -> read(file, "--decimal .")).hasMessageContaining("--format ndjson");
    }

    @Test
    void textThatOnlyLooksLikeAnotherFormatIsTaken() throws IOException {
        assertRead(write("braces.csv", "{a},b\n1,2\n"), "--decimal .", "{a} long, b long", "1|2");
        assertRead(write("rows.csv", "a\n{\"x\":1}\n"), "--decimal .", "a string", "{\"x\":1}");
        assertRead(write("rows.ndjson", "oops\n{\"a\":1}\n"), "--bad-lines skip", "a long", "1");
    }

    @Test
    void textIsToldByItsStartAlso() throws IOException {
        assertRead(write("rows.txt", "{\"a\":1}\n"), "--decimal .", "a long", "1");
        assertRead(write("more.txt", "a\n1\n"), "--decimal .", "a long", "1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        rows.json ~ []                ~ no row of it has a field
        rows.json ~ {}                ~ no row of it has a field
        rows.json ~ {"":1}            ~ bad field name
        rows.csv  ~ `__offset__,a/1,2` ~ reserved
        rows.csv  ~ `a,a/1,2`         ~ --names
        rows.csv  ~ `# x/a,b/1,2`     ~ --comment '#'
        rows.csv  ~ `Report/a,b/1,2`  ~ --skip
        rows.csv  ~ ///               ~ no first line that names
        """)
    void refusalsNameTheFileAndAWayOut(String name, String text, String expected) throws IOException {
        Path file = write(name, text.replace('/', '\n') + "\n");
        assertThatThrownBy(() -> read(file, "--decimal ."))
                .isInstanceOf(WingsException.class)
                .hasMessageContaining("cannot read " + file)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--delimiter ,,",
                "--encoding nosuch",
                "--date-format %Q",
                "--date-format yyyy-qqqqqqq",
                "--skip -1",
                "--names a",
                "--types ^b long^"
            })
    void optionsThatMakeNoSenseAreRefused(String options) {
        assertThatThrownBy(() -> read(write("rows.csv", "a,c\n1,2\n"), options)).isInstanceOf(WingsException.class);
    }

    /// One line is named, that on which the record starts.
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        --decimal .  ~ a,b/1,"x/y"/2          ~ line 4
        --decimal .  ~ a,b/1,"x/y"/2,"z       ~ line 4
        --skip 1     ~ zzz/a,b/1,2/3          ~ line 4
        --comment #  ~ #x/a,b/#y/3            ~ line 4
        """)
    void errorsNameTheOneRightLine(String options, String text, String line) throws IOException {
        Path file = write("rows.csv", text.replace('/', '\n'));
        assertThatThrownBy(() -> read(file, options))
                .isInstanceOf(WingsException.class)
                .satisfies(failure -> assertThat(
                                String.valueOf(failure.getMessage()).split("line [0-9]", -1))
                        .hasSize(2))
                .hasMessageContaining(line + ": ");
    }

    @Test
    void rowsWithoutAHeaderAreThoseOfTheTopic() throws IOException {
        Path file = write("rows.csv", "1,x\n2,y\n");
        TopicSchema topic =
                SchemaProtos.fromCreateRequest(dev.wings.common.schema.SchemaText.parseSchema("id long, k string"));
        try (RowFile rows = open(file, "--no-header");
                ArrowReader reader = rows.read(allocator, 10, topic, OnLoss.REJECT)) {
            assertThat(lines(reader)).containsExactly("1|x", "2|y");
            assertThat(reader.getVectorSchemaRoot().getSchema().findField("k")).isNotNull();
        }
    }

    @Test
    void directoriesAndPatternsAreTheirFiles() throws IOException {
        Path inner = Files.createDirectories(directory.resolve("d/e"));
        write("d/b.csv", "a\n1\n");
        write("d/a.ndjson.gz", "{}");
        write("d/_SUCCESS", "");
        write("d/.hidden.csv", "");
        write("d/notes.md", "");
        write("d/nothing.csv", "");
        Files.writeString(inner.resolve("c.parquet"), "PAR1");
        String d = directory.resolve("d").toString();
        assertThat(FileNames.expand(List.of(d))).containsExactly(d + "/a.ndjson.gz", d + "/b.csv", d + "/e/c.parquet");
        assertThat(FileNames.expand(List.of(d + "/*.csv")))
                .containsExactly(d + "/.hidden.csv", d + "/b.csv", d + "/nothing.csv");
        assertThat(FileNames.expand(List.of(d + "/**.parquet", "-", "nosuch.csv")))
                .containsExactly(d + "/e/c.parquet", "-", "nosuch.csv");
        assertThatThrownBy(() -> FileNames.expand(List.of(d + "/*.orc"))).hasMessageContaining("no file matches");
        Path empty = Files.createDirectories(directory.resolve("empty"));
        assertThatThrownBy(() -> FileNames.expand(List.of(empty.toString())))
                .hasMessageContaining("has no file of CSV");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static RowFile open(Path file, String options) {
        Arguments arguments = new Arguments();
        new CommandLine(arguments).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(words(options));
        return RowFile.open(file.toString(), Optional.empty(), true, arguments.text);
    }

    /// Split at blanks that are not between carets.
    private static String[] words(String options) {
        List<String> words = new ArrayList<>();
        String[] parts = options.split("\\^", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i % 2 == 1) {
                words.add(parts[i]);
            } else if (!parts[i].isBlank()) {
                words.addAll(List.of(parts[i].strip().split(" +")));
            }
        }
        return words.toArray(String[]::new);
    }

    private void assertRead(Path file, String options, String types, String rows) throws IOException {
        Read read = read(file, options);
        assertThat(read.types()).isEqualTo(types);
        assertThat(String.join("/", read.rows())).isEqualTo(rows);
    }

    private record Read(String types, List<String> rows) {}

    private Read read(Path file, String options) throws IOException {
        try (RowFile rows = open(file, options)) {
            TopicSchema topic = SchemaProtos.fromCreateRequest(RowCheck.schema(rows, OnLoss.REJECT));
            StringJoiner types = new StringJoiner(", ");
            topic.fields()
                    .forEach(field -> types.add((field.name().contains(",") ? '"' + field.name() + '"' : field.name())
                            + " " + field.type()));
            try (ArrowReader reader = rows.read(allocator, 1000, topic, OnLoss.REJECT)) {
                List<String> lines = lines(reader);
                notes.addAll(rows.takeNotes());
                return new Read(types.toString(), lines);
            }
        }
    }

    private static List<String> lines(ArrowReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        while (reader.loadNextBatch()) {
            for (int row = 0; row < root.getRowCount(); row++) {
                StringJoiner values = new StringJoiner("|");
                for (FieldVector vector : root.getFieldVectors()) {
                    values.add(String.valueOf(vector.getObject(row)));
                }
                lines.add(values.toString());
            }
        }
        return lines;
    }
}
