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
package dev.wings.ingestor.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.wings.common.arrow.RowFault;
import dev.wings.common.schema.TopicField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// How the door reads JSON.
final class JsonText {

    /// How deep values may be nested: what reads them elsewhere may not be ready for more.
    static final int MAX_DEPTH = StreamReadConstraints.DEFAULT_MAX_DEPTH;

    /// Takes JSON as Python and R write it: with NaN and Infinity.
    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private JsonText() {}

    /// What a message says of text that is no JSON.
    static String notJson(IOException failure) {
        return switch (failure) {
            case StreamConstraintsException ignored ->
                "a value is nested too deeply, or a number or a name is too long: limit=" + MAX_DEPTH
                        + " levels, cause=" + TopicField.printable(String.valueOf(failure.getMessage()));
            case JsonProcessingException syntax
            when syntax instanceof JsonEOFException
                    || syntax.getOriginalMessage().startsWith("Unexpected end-of-input") ->
                "the text is not JSON: it ends in the middle of a value";
            case JsonProcessingException syntax ->
                "the text is not JSON: " + TopicField.printable(String.valueOf(syntax.getOriginalMessage()));
            default -> throw new IllegalStateException("bytes in memory are read without failures", failure);
        };
    }

    /// As much of the text `[start, end)` as a dead letter keeps.
    static String cut(byte[] text, int start, int end) {
        // a character has up to four bytes
        int length = Math.min(end - start, 4 * (RowFault.MAX_VALUE_LENGTH + 1));
        return new String(text, start, length, StandardCharsets.UTF_8);
    }

    /// What a message calls the value that the current token starts.
    static String found(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            default -> TopicField.printable(json.getText());
        };
    }

    /// Where a failure is, or else where the parser is.
    static JsonLocation place(IOException failure, JsonParser json) {
        JsonLocation location = failure instanceof JsonProcessingException syntax ? syntax.getLocation() : null;
        return location == null ? json.currentLocation() : location;
    }
}
