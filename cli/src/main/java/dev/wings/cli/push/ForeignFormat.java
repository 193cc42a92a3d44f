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

import dev.wings.common.error.WingsException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Recognises files that are not read, and says what they are and what can be made of them.
final class ForeignFormat {

    /// What a file has at a place.
    ///
    /// @param binary whether text could begin so, too; if so, something that no text has must follow
    private record Mark(int offset, String bytes, boolean binary, String advice) {

        boolean isOf(byte[] head) {
            byte[] expected = bytes.getBytes(StandardCharsets.ISO_8859_1);
            int end = offset + expected.length;
            return end <= head.length
                    && Arrays.equals(head, offset, end, expected, 0, expected.length)
                    && (!binary || hasControl(head));
        }
    }

    private static final String R = "R's own format: write it as CSV (write.csv) or Parquet";
    private static final String PICKLE = "a pickle of Python: write it as Parquet (to_parquet)";
    private static final String STATA = "a file of Stata: write it as Parquet or CSV";

    private static final List<Mark> MARKS = List.of(
            new Mark(
                    0,
                    "FEA1",
                    true,
                    "Feather of version 1, which is not read: write it as version 2, which is Arrow IPC, or as Parquet"),
            new Mark(0, "Obj\u0001", false, "Avro, which is not read: write it as Parquet"),
            new Mark(0, "ORC", true, "ORC, which is not read: write it as Parquet"),
            new Mark(0, "PARE", true, "Parquet with an encrypted footer, which is not read"),
            new Mark(
                    0,
                    "SQLite format 3\0",
                    false,
                    "a database of SQLite: export its table as CSV (sqlite3 -csv -header FILE 'select * from t')"),
            new Mark(8, "DUCK", true, "a database of DuckDB: export its table (duckdb FILE \"copy t to 't.parquet'\")"),
            new Mark(0, "\u0089HDF", false, "HDF5, which is not read: write it as Parquet"),
            new Mark(0, "CDF", true, "NetCDF, which is not read: write it as Parquet"),
            new Mark(0, "\u0093NUMPY", false, "an array of NumPy: write it as Parquet or CSV"),
            new Mark(0, "\u0080\u0002", false, PICKLE),
            new Mark(0, "\u0080\u0003", false, PICKLE),
            new Mark(0, "\u0080\u0004\u0095", false, PICKLE),
            new Mark(0, "\u0080\u0005\u0095", false, PICKLE),
            new Mark(0, "RDX2\n", false, R),
            new Mark(0, "RDX3\n", false, R),
            new Mark(0, "X\n\0\0\0", false, R),
            new Mark(0, "<stata_dta>", false, STATA),
            new Mark(1, "\u0001\u0001\0", false, STATA),
            new Mark(1, "\u0002\u0001\0", false, STATA),
            new Mark(12, "\u00c2\u00ea\u0081`", false, "a file of SAS: write it as Parquet or CSV"),
            new Mark(0, "HEADER RECORD*******LIB", false, "a transport file of SAS: write it as Parquet or CSV"),
            new Mark(0, "$FL2", false, "a file of SPSS: write it as Parquet or CSV"),
            new Mark(0, "$FL3", false, "a file of SPSS: write it as Parquet or CSV"),
            new Mark(0, "MATLAB 5.0 MAT-file", false, "a file of MATLAB: write it as Parquet or CSV"),
            new Mark(0, "\u00d0\u00cf\u0011\u00e0", false, "a workbook of an old Excel: save it as CSV"),
            new Mark(257, "ustar", false, "a tar archive: unpack it first (tar -xf FILE)"),
            new Mark(0, "7z\u00bc\u00af", false, "a 7-Zip archive: unpack it first"),
            new Mark(0, "Rar!", true, "a RAR archive: unpack it first"),
            new Mark(0, "\u0004\"M\u0018", false, "compressed with LZ4: unpack it first (lz4 -d FILE)"),
            new Mark(0, "\u00ff\u0006\0\0sNaPpY", false, "compressed with Snappy: unpack it first"),
            new Mark(0, "\u001f\u009d", false, "compressed with compress: unpack it first (uncompress FILE)"),
            new Mark(0, "]\0\0", false, "compressed with LZMA: unpack it first (unlzma FILE), xz itself is read"),
            new Mark(0, "%PDF-", false, "PDF, which holds no rows"),
            new Mark(
                    0,
                    "version https://git-lfs.github.com/",
                    false,
                    "a pointer of Git LFS to a file that is not here: get it with 'git lfs pull'"));

    private static final String ZIP = "PK\u0003\u0004";
    private static final List<String> IN_WORKBOOKS =
            List.of("[Content_Types].xml", "docProps/", "xl/", "opendocument.spreadsheet");

    /// A few control characters do not prove that a file is no text.
    private static final int FEW_CONTROLS = 3;

    private ForeignFormat() {}

    /// Fails with INVALID for files that are known and not read, whatever they are taken for.
    static void check(byte[] head) {
        if (FileFormat.startsWith(head, ZIP.getBytes(StandardCharsets.ISO_8859_1))) {
            String text = new String(head, StandardCharsets.ISO_8859_1);
            throw WingsException.invalid(
                    IN_WORKBOOKS.stream().anyMatch(text::contains)
                            ? "it is a workbook, as of Excel: save its sheet as CSV"
                            : "it is a zip archive: unpack it (unzip -p FILE.zip | wings push TOPIC -)");
        }
        for (Mark mark : MARKS) {
            if (mark.isOf(head)) {
                throw WingsException.invalid("it is " + mark.advice());
            }
        }
    }

    /// Fails with INVALID for what is no text of rows, as far as its first bytes tell.
    ///
    /// @param encoding the encoding that the user names
    static void checkText(byte[] head, Charset encoding) {
        if (!encoding.equals(StandardCharsets.UTF_8)) {
            return;
        }
        if (startsWith(head, 0xFF, 0xFE, 0, 0) || startsWith(head, 0, 0, 0xFE, 0xFF)) {
            throw WingsException.invalid("it is text of UTF-32: say --encoding utf-32");
        }
        if (startsWith(head, 0xFF, 0xFE) || startsWith(head, 0xFE, 0xFF)) {
            throw WingsException.invalid("it is text of UTF-16: say --encoding utf-16");
        }
        int controls = 0;
        int[] zeros = {0, 0};
        for (int i = 0; i < head.length; i++) {
            controls += isControl(head[i]) ? 1 : 0;
            zeros[i % 2] += head[i] == 0 ? 1 : 0;
        }
        if (controls <= FEW_CONTROLS || controls < head.length / 20) {
            checkMarkup(head);
            return;
        }
        if (controls == zeros[0] + zeros[1] && (zeros[0] == 0 || zeros[1] == 0)) {
            throw WingsException.invalid(
                    "it is text of UTF-16: say --encoding " + (zeros[0] == 0 ? "utf-16le" : "utf-16be"));
        }
        throw WingsException.invalid(
                "it is neither text nor of a format that is known: Parquet, Arrow IPC, CSV and" + " NDJSON are read");
    }

    private static void checkMarkup(byte[] head) {
        String start =
                new String(head, StandardCharsets.ISO_8859_1).stripLeading().toLowerCase(Locale.ROOT);
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            throw WingsException.invalid("it is a page of HTML, perhaps in place of a file that was not found");
        }
        if (start.startsWith("<?xml")) {
            throw WingsException.invalid("it is XML, which is not read: write it as CSV or NDJSON");
        }
    }

    private static boolean startsWith(byte[] head, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (i >= head.length || (head[i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasControl(byte[] head) {
        for (byte b : head) {
            if (isControl(b)) {
                return true;
            }
        }
        return false;
    }

    /// Whether no text has this byte: it is a control character, and neither the end of a line or page, a tab,
    /// an escape, nor a separator of records.
    static boolean isControl(byte b) {
        return b >= 0 && b < 0x20 && "\t\n\u000b\f\r\u001a\u001b\u001e".indexOf(b) < 0;
    }
}
