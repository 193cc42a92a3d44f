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

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Finds files of text whose names tell another format than their starts do: what would be made of them is not meant.
final class NameCheck {

    private NameCheck() {}

    /// Fails with INVALID, naming the option that reads the file.
    ///
    /// @param format the one that is guessed
    /// @param head the file's start
    /// @param skipBadLines whether lines that are no JSON are left out
    static void check(FileFormat format, byte[] head, boolean skipBadLines) {
        switch (format) {
            case CSV -> {
                if (startsWithObject(head)) {
                    throw WingsException.invalid("its name says CSV, and its text is JSON: --format ndjson takes it for"
                            + " what it is, --format csv for CSV");
                }
            }
            case NDJSON -> {
                if (!skipBadLines && startsAsNoJson(head)) {
                    throw WingsException.invalid(
                            "its name says JSON, and the text is not JSON: --format csv takes it for CSV");
                }
            }
            case PARQUET -> checkBinary(head, "PAR1", "it is not a whole Parquet file", "Parquet");
            case ARROW -> checkBinary(head, "ARROW1", "it is no file of Arrow IPC", "Arrow");
        }
    }

    private static void checkBinary(byte[] head, String magic, String message, String format) {
        if (FileFormat.startsWith(head, magic.getBytes(StandardCharsets.US_ASCII)) || !isText(head)) {
            return;
        }
        throw WingsException.invalid(message + ": its name says " + format + ", and it is text: "
                + (startsWithObject(head) ? "--format ndjson takes it for JSON" : "--format csv takes it for CSV"));
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if (ForeignFormat.isControl(b)) {
                return false;
            }
        }
        return true;
    }

    /// Whether it starts with an object that is whole, or an array of them. One that goes beyond what is known of the
    /// file counts, if it has a member.
    private static boolean startsWithObject(byte[] head) {
        boolean member = false;
        try (JsonParser json = JsonObjects.JSON.createParser(head)) {
            @Nullable JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY) {
                token = json.nextToken();
            }
            if (token != JsonToken.START_OBJECT) {
                return false;
            }
            int depth = 1;
            while (depth > 0) {
                token = json.nextToken();
                if (token == null) {
                    return false;
                }
                member |= token == JsonToken.FIELD_NAME;
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            return true;
        } catch (JsonEOFException e) {
            return member && head.length >= FileFormat.SNIFF_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether it starts with neither an object nor an array nor another value of JSON.
    private static boolean startsAsNoJson(byte[] head) {
        try (JsonParser json = JsonObjects.JSON.createParser(head)) {
            @Nullable JsonToken token = json.nextToken();
            if (token != null && !token.isStructStart()) {
                json.nextToken();
            }
            return false;
        } catch (JsonEOFException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
