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
package dev.wings.controlplane.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.apache.iceberg.exceptions.BadRequestException;

/// Refuses what no request may have, whatever it is about, because Iceberg's parsers take it for something that
/// nobody has said: a null in a list becomes the text `null`, and so does a number where names are expected; if
/// an object has a key twice, one of them counts.
final class JsonShape {

    /// Fields that are lists of names.
    private static final Set<String> NAMES = Set.of("namespace", "parent", "removals", "removed", "missing");

    /// Fields that are objects of texts by name. (As a list, `updates` are something else.)
    private static final Set<String> TEXTS = Set.of("properties", "updates", "updated", "summary");

    private JsonShape() {}

    /// Fails with BadRequestException that says what is wrong.
    static void check(JsonFactory factory, byte[] body) throws IOException {
        try (JsonParser parser = factory.createParser(body)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            // the fields whose values the open brackets are; empty for those of lists
            Deque<String> open = new ArrayDeque<>();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructEnd()) {
                    open.pop();
                    if (open.isEmpty()) {
                        break;
                    }
                } else if (token != JsonToken.FIELD_NAME) {
                    boolean inList = parser.getParsingContext().inArray();
                    boolean inObject = parser.getParsingContext().inObject();
                    if (token.isStructStart()) {
                        // the parser is inside already
                        inList = parser.getParsingContext().getParent().inArray();
                        inObject = parser.getParsingContext().getParent().inObject();
                    }
                    checkValue(token, inList, inObject, open);
                    if (token.isStructStart()) {
                        String name = inObject
                                ? parser.getParsingContext().getParent().getCurrentName()
                                : null;
                        open.push(name == null ? "" : name);
                    }
                }
            }
            if (parser.nextToken() != null) {
                throw new BadRequestException("Malformed body: something follows the request");
            }
        }
    }

    private static void checkValue(JsonToken token, boolean inList, boolean inObject, Deque<String> open) {
        String name = open.isEmpty() ? "" : open.peek();
        if (inList && token == JsonToken.VALUE_NULL) {
            throw new BadRequestException("Malformed body: null in a list: %s", name);
        }
        boolean text = token == JsonToken.VALUE_STRING;
        if (!text && ((inList && NAMES.contains(name)) || (inObject && TEXTS.contains(name)))) {
            throw new BadRequestException("Malformed body: a text is expected in %s: found=%s", name, token);
        }
    }
}
