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
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.error.WingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A body with rows of several topics: `{"topics": {"sales.orders": [{...}, ...], ...}}` as JSON, or lines of
/// `{"topic": "sales.orders", "row": {...}}`. Rows are looked for, and read later.
final class TopicBodies {

    /// More topics in one request are refused.
    static final int MAX_TOPICS = 100;

    private static final String TOPICS = "topics";
    private static final String TOPIC = "topic";
    private static final String ROW = "row";

    private final byte[] body;
    private final Map<String, RowSlices> topics = new LinkedHashMap<>();

    /// Lines that are for no topic.
    private final RowFailures failures = new RowFailures();

    private TopicBodies(byte[] body) {
        this.body = body;
    }

    /// The rows by the names of topics, as they stand in the body.
    Map<String, RowSlices> topics() {
        return topics;
    }

    RowFailures failures() {
        return failures;
    }

    /// Finds the rows of a document. Fails with INVALID if it is not such a one.
    static TopicBodies ofDocument(byte[] body) {
        TopicBodies found = new TopicBodies(body);
        try (JsonParser json = JsonText.FACTORY.createParser(body)) {
            try {
                found.readDocument(json);
            } catch (IOException e) {
                throw invalid(JsonText.place(e, json), JsonText.notJson(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private void readDocument(JsonParser json) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT);
        expect(json, json.nextToken(), JsonToken.FIELD_NAME);
        if (!json.currentName().equals(TOPICS)) {
            throw invalid(json.currentTokenLocation(), expected());
        }
        expect(json, json.nextToken(), JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String topic = json.currentName();
            if (topics.containsKey(topic)) {
                throw invalid(json.currentTokenLocation(), "a topic stands there twice");
            }
            RowSlices rows = rows(topic);
            if (json.nextToken() == JsonToken.START_OBJECT) {
                addRow(json, rows);
                continue;
            }
            expect(json, json.currentToken(), JsonToken.START_ARRAY);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                expect(json, json.currentToken(), JsonToken.START_OBJECT);
                addRow(json, rows);
            }
        }
        expect(json, json.nextToken(), JsonToken.END_OBJECT);
        if (json.nextToken() != null) {
            throw invalid(json.currentTokenLocation(), "nothing can stand after the document");
        }
    }

    private void addRow(JsonParser json, RowSlices rows) throws IOException {
        JsonLocation start = json.currentTokenLocation();
        json.skipChildren();
        rows.add(
                Math.toIntExact(start.getByteOffset()),
                Math.toIntExact(json.currentLocation().getByteOffset()),
                start.getLineNr(),
                start.getColumnNr());
    }

    private static void expect(JsonParser json, @Nullable JsonToken found, JsonToken expected) {
        if (found != expected) {
            throw invalid(json.currentTokenLocation(), expected());
        }
    }

    private static String expected() {
        return "a body for several topics is {\"topics\": {\"namespace.topic\": [{...}, ...], ...}}, or lines of"
                + " {\"topic\": \"namespace.topic\", \"row\": {...}} as application/x-ndjson";
    }

    private static WingsException invalid(JsonLocation place, String reason) {
        return WingsException.invalid(reason + ": line=" + place.getLineNr() + ", column=" + place.getColumnNr());
    }

    private RowSlices rows(String topic) {
        RowSlices rows = topics.computeIfAbsent(topic, ignored -> new RowSlices(body));
        if (topics.size() > MAX_TOPICS) {
            throw WingsException.invalid("too many topics in one request: limit=" + MAX_TOPICS);
        }
        return rows;
    }

    /// Finds the rows of lines, each of which stands for itself.
    static TopicBodies ofLines(byte[] body) {
        TopicBodies found = new TopicBodies(body);
        int row = 0;
        int line = 0;
        int start = 0;
        while (start < body.length) {
            int end = start;
            boolean blank = true;
            while (end < body.length && body[end] != '\n') {
                blank &= body[end] == ' ' || body[end] == '\t' || body[end] == '\r';
                end++;
            }
            line++;
            if (!blank) {
                row++;
                found.readLine(start, end, row, line);
            }
            start = end + 1;
        }
        return found;
    }

    private void readLine(int start, int end, int row, int line) {
        try (JsonParser json = JsonText.FACTORY.createParser(body, start, end - start)) {
            try {
                readLine(json, start, row, line);
            } catch (IOException e) {
                fail(row, line, JsonText.place(e, json), JsonText.notJson(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fail(int row, int line, JsonLocation place, String reason) {
        failures.add(new RowFailure(row, line, place.getColumnNr(), reason));
    }

    private void readLine(JsonParser json, int start, int row, int line) throws IOException {
        @Nullable String topic = null;
        int first = -1;
        int last = -1;
        int column = 0;
        boolean fits = json.nextToken() == JsonToken.START_OBJECT;
        while (fits && json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals(TOPIC) && value == JsonToken.VALUE_STRING && topic == null) {
                topic = json.getText();
            } else if (name.equals(ROW) && value == JsonToken.START_OBJECT && first < 0) {
                JsonLocation place = json.currentTokenLocation();
                first = start + Math.toIntExact(place.getByteOffset());
                column = place.getColumnNr();
                json.skipChildren();
                last = start + Math.toIntExact(json.currentLocation().getByteOffset());
            } else {
                fits = false;
            }
        }
        if (!fits || topic == null || first < 0) {
            fail(row, line, json.currentTokenLocation(), "a line is {\"topic\": \"namespace.topic\", \"row\": {...}}");
        } else if (json.nextToken() != null) {
            fail(row, line, json.currentTokenLocation(), "one object is expected on each line");
        } else {
            rows(topic).add(first, last, line, column);
        }
    }
}
