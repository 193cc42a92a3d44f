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

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of one JSON document: an object, which is one row, or an array of objects. Where the text is not
/// JSON, the document is no document, and none of its rows is taken.
final class JsonDocument implements BodyRows {

    private final byte[] text;
    private final JsonParser json;
    private boolean started;
    private boolean inArray;

    /// The context in which rows stand.
    private @Nullable JsonStreamContext outside;

    /// Whether the parser is inside of the current row, or where it starts.
    private boolean inRow;

    private long row;

    /// Where the text of the current row starts.
    private int start;

    JsonDocument(byte[] text) {
        this.text = text;
        try {
            json = JsonText.FACTORY.createParser(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean next() throws BadRowException {
        try {
            passRow();
            @Nullable JsonToken token = json.nextToken();
            if (!started) {
                started = true;
                inArray = token == JsonToken.START_ARRAY;
                outside = json.getParsingContext();
                token = inArray ? json.nextToken() : token;
            } else if (!inArray) {
                return end(token);
            }
            if (inArray && token == JsonToken.END_ARRAY) {
                return end(json.nextToken());
            }
            row++;
            start = position(json.currentTokenLocation());
            if (token != JsonToken.START_OBJECT) {
                String found = token == null ? "nothing" : JsonText.found(json);
                JsonLocation place = json.currentTokenLocation();
                json.skipChildren();
                throw bad(place, "a row is a JSON object: found=" + found, !inArray);
            }
            outside = json.getParsingContext().getParent();
            inRow = true;
            return true;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Goes to the end of a row that was not read, or not to its end.
    @SuppressWarnings("ReferenceEquality") // the context of a parser is one object
    private void passRow() throws IOException {
        while (inRow) {
            if (json.currentToken() == JsonToken.END_OBJECT && json.getParsingContext() == outside) {
                inRow = false;
            } else {
                json.nextToken();
            }
        }
    }

    private boolean end(@Nullable JsonToken after) throws BadRowException {
        if (after != null) {
            throw bad(
                    json.currentTokenLocation(),
                    "nothing can stand after the rows: an array has many, and so has application/x-ndjson, one a line",
                    true);
        }
        return false;
    }

    @Override
    public long row() {
        return row;
    }

    @Override
    public Optional<String> text() {
        try {
            passRow();
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(JsonText.cut(text, start, position(json.currentLocation())));
    }

    private int position(JsonLocation place) {
        return Math.clamp(place.getByteOffset(), 0, text.length);
    }

    @Override
    public void write(TopicColumns columns, int index) throws BadRowException {
        try {
            columns.members().writeJson(index, json);
        } catch (WingsException e) {
            throw bad(json.currentTokenLocation(), e.getMessage(), false);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private BadRowException broken(IOException failure) {
        return bad(JsonText.place(failure, json), JsonText.notJson(failure), true);
    }

    private BadRowException bad(JsonLocation place, String reason, boolean endsBody) {
        return new BadRowException(
                new RowFailure(Math.max(1, row), place.getLineNr(), place.getColumnNr(), reason), endsBody);
    }

    @Override
    public void close() {
        try {
            json.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
