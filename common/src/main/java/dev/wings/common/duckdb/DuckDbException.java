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
package dev.wings.common.duckdb;

import java.util.HexFormat;

/// DuckDB refused a statement or gave up on it.
public final class DuckDbException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private static final String JSON_TYPE = "\"exception_type\":\"";
    private static final String JSON_MESSAGE = "\"exception_message\":\"";

    private final Kind kind;

    /// What the reason is, as far as it matters to callers.
    public enum Kind {
        /// DuckDB refuses the SQL, or a value that it met.
        STATEMENT,
        OUT_OF_MEMORY,
        /// [DuckDb#interrupt] or the time limit ended the statement.
        INTERRUPTED,
        /// A local file cannot be written or read, say because the disk is full.
        DISK,
        /// A bug or a broken environment: the instance must not be used again.
        BROKEN
    }

    /// @param message DuckDB's own, which starts with its kind: `Parser Error: ...`
    public DuckDbException(String message) {
        super(readable(message));
        this.kind = kindOf(getMessage());
    }

    /// DuckDB's message, taken out of the JSON that some are, and without the stack trace that others have.
    public static String readable(String message) {
        String plain = message.contains(JSON_MESSAGE) ? ofJson(message) : message;
        int trace = plain.indexOf("\n\nStack Trace:");
        return trace < 0 ? plain : plain.substring(0, trace);
    }

    private static String ofJson(String json) {
        String type = jsonText(json, JSON_TYPE);
        String message = jsonText(json, JSON_MESSAGE);
        return type.isEmpty() ? message : type + " Error: " + message;
    }

    /// The text behind a key of a flat object.
    private static String jsonText(String json, String key) {
        int start = json.indexOf(key);
        StringBuilder text = new StringBuilder();
        for (int i = start + key.length(); start >= 0 && i < json.length() && json.charAt(i) != '"'; i++) {
            if (json.charAt(i) == '\\' && i + 1 < json.length()) {
                i++;
                i += appendEscaped(json, i, text);
            } else {
                text.append(json.charAt(i));
            }
        }
        return text.toString();
    }

    /// Appends what the letter behind a backslash stands for. Returns how many more characters belong to it.
    private static int appendEscaped(String json, int position, StringBuilder text) {
        char letter = json.charAt(position);
        boolean hex = position + 5 <= json.length()
                && json.substring(position + 1, position + 5).chars().allMatch(HexFormat::isHexDigit);
        if (letter == 'u' && hex) {
            text.append((char) HexFormat.fromHexDigits(json, position + 1, position + 5));
            return 4;
        }
        text.append(
                switch (letter) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case 'b', 'f' -> ' ';
                    default -> letter;
                });
        return 0;
    }

    public Kind kind() {
        return kind;
    }

    /// The message, never null. Starts with DuckDB's own kind: `Parser Error: ...`.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    private static Kind kindOf(String message) {
        String type = message.substring(0, Math.max(0, message.indexOf("Error")));
        return switch (type.strip()) {
            case "Out of Memory" -> Kind.OUT_OF_MEMORY;
            case "INTERRUPT" -> Kind.INTERRUPTED;
            case "IO" -> Kind.DISK;
            case "INTERNAL", "FATAL", "Serialization" -> Kind.BROKEN;
            default -> Kind.STATEMENT;
        };
    }
}
