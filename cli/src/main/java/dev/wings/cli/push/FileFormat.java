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

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// How rows are written in a file.
public enum FileFormat {
    PARQUET,
    /// Arrow IPC, as a stream or with a footer: the first bytes tell which.
    ARROW,
    CSV,
    /// JSON objects, one on each line or in one array.
    NDJSON;

    /// How many bytes from a file's start are enough to guess its format.
    static final int SNIFF_BYTES = 4096;

    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARROW_FILE_MAGIC = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] ARROW_STREAM_MAGIC = {-1, -1, -1, -1};

    /// The format that the file's first bytes tell, else the one that its name tells, else CSV. Fails with
    /// INVALID for a format that is known and not read.
    static FileFormat guess(String name, byte[] head) {
        ForeignFormat.check(head);
        if (isParquetFile(head)) {
            return PARQUET;
        }
        if (isArrowFile(head) || startsWith(head, ARROW_STREAM_MAGIC)) {
            return ARROW;
        }
        String extension = extension(name);
        return switch (extension) {
            case "csv", "tsv" -> CSV;
            case "ndjson", "jsonl", "json" -> NDJSON;
            case "parquet" -> PARQUET;
            case "arrow", "arrows", "feather", "ipc" -> ARROW;
            default -> looksLikeJson(head) ? NDJSON : CSV;
        };
    }

    /// Whether the name tells the format. `.txt` does not: it may be a text for people.
    static boolean isKnownName(String name) {
        return switch (extension(name)) {
            case "csv", "tsv", "ndjson", "jsonl", "json", "parquet", "arrow", "arrows", "feather", "ipc" -> true;
            default -> false;
        };
    }

    /// Whether it is a Parquet file. A text may begin with the same four letters; what follows them in a
    /// Parquet file is no letter.
    private static boolean isParquetFile(byte[] head) {
        return startsWith(head, PARQUET_MAGIC)
                && (head.length == PARQUET_MAGIC.length || ForeignFormat.isControl(head[PARQUET_MAGIC.length]));
    }

    static boolean isArrowFile(byte[] head) {
        return startsWith(head, ARROW_FILE_MAGIC);
    }

    static String extension(String name) {
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
