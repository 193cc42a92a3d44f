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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/// How rows are written in a file.
public enum FileFormat {
    PARQUET,
    /// Arrow IPC, as a stream or with a footer: the first bytes tell which.
    ARROW,
    CSV,
    /// JSON objects, one on each line or in one array.
    NDJSON;

    /// As many bytes from a file's start are enough to guess its format.
    static final int SNIFF_BYTES = 4096;

    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARROW_FILE_MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

    /// What files start with that are not read, and what they are and can be made.
    private static final Map<String, String> OTHERS = Map.of(
            "FEA1",
            "Feather of version 1, which is not read: write it as version 2, which is Arrow IPC, or as Parquet",
            "PK\u0003\u0004",
            "a zip archive, or a workbook of Excel: unpack it (unzip -p FILE.zip | wings push TOPIC -), or save the"
                    + " workbook as CSV",
            "Obj\u0001",
            "Avro, which is not read: write it as Parquet",
            "ORC",
            "ORC, which is not read: write it as Parquet",
            "SQLite format 3",
            "a database of SQLite: export its table as CSV (sqlite3 -csv -header FILE 'select * from t')",
            "\u0089HDF",
            "HDF5, which is not read: write it as Parquet",
            "7z\u00bc\u00af",
            "a 7-Zip archive: unpack it first",
            "Rar!",
            "a RAR archive: unpack it first",
            "%PDF",
            "PDF, which holds no rows");
    private static final byte[] ARROW_STREAM_MAGIC = {-1, -1, -1, -1};

    /// The format that the file's first bytes tell, else that its name tells, else CSV. Fails with INVALID for one
    /// that is known and not read.
    static FileFormat guess(String name, byte[] head) {
        checkKnown(head);
        if (startsWith(head, PARQUET_MAGIC)) {
            return PARQUET;
        }
        if (isArrowFile(head) || startsWith(head, ARROW_STREAM_MAGIC)) {
            return ARROW;
        }
        String extension = extension(name);
        return switch (extension) {
            case "csv", "tsv", "txt" -> CSV;
            case "ndjson", "jsonl", "json" -> NDJSON;
            case "parquet" -> PARQUET;
            case "arrow", "arrows", "feather", "ipc" -> ARROW;
            default -> looksLikeJson(head) ? NDJSON : CSV;
        };
    }

    /// Fails with INVALID for files that are known and not read, whatever they are taken for.
    static void checkKnown(byte[] head) {
        OTHERS.forEach((magic, advice) -> {
            if (startsWith(head, magic.getBytes(StandardCharsets.ISO_8859_1))) {
                throw WingsException.invalid("it is " + advice);
            }
        });
    }

    /// Fails with INVALID for text that is not UTF-8, as far as its first bytes tell.
    static void checkUtf8(byte[] head) {
        boolean marked = startsWith(head, new byte[] {-1, -2}) || startsWith(head, new byte[] {-2, -1});
        int zeros = 0;
        for (byte b : head) {
            zeros += b == 0 ? 1 : 0;
        }
        if (marked || zeros > head.length / 4) {
            throw WingsException.invalid("it is text of UTF-16: say --encoding utf-16");
        }
    }

    /// Whether the name tells the format.
    static boolean isKnownName(String name) {
        return switch (extension(name)) {
            case "csv", "tsv", "txt", "ndjson", "jsonl", "json", "parquet", "arrow", "arrows", "feather", "ipc" -> true;
            default -> false;
        };
    }

    static boolean isArrowFile(byte[] head) {
        return startsWith(head, ARROW_FILE_MAGIC);
    }

    private static String extension(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst|bz2|xz)$", "");
        return plain.substring(plain.lastIndexOf('.') + 1);
    }

    private static boolean looksLikeJson(byte[] head) {
        for (byte b : head) {
            if (!Character.isWhitespace(b)) {
                return b == '{' || b == '[';
            }
        }
        return false;
    }

    static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
