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
package dev.wings.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpHead;
import dev.wings.server.session.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What a request asks for: as JSON with all that belongs to it, or the bare text of a statement.
///
/// @param parameters the values of the statement's parameters
record SqlRequest(String sql, SessionOptions session, ParameterJson parameters) {

    static final String JSON = "application/json";

    /// The content types of bodies.
    static final Set<String> TYPES = Set.of(JSON, "application/sql", "text/plain");

    private static final Set<String> MEMBERS = Set.of("sql", "parameters", "schema", "timezone");

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /// Reads a request. Fails with INVALID for what is none.
    static SqlRequest of(HttpHead head, byte[] body) {
        boolean isJson =
                head.header("Content-Type").orElse("").toLowerCase(Locale.ROOT).startsWith(JSON);
        if (!isJson) {
            return new SqlRequest(
                    checked(text(body)),
                    session(head, Optional.empty(), Optional.empty()),
                    new ParameterJson(MissingNode.getInstance()));
        }
        JsonNode request = json(body);
        if (!request.isObject()) {
            throw WingsException.invalid("the body is a JSON object: expected={\"sql\": \"...\"}");
        }
        for (Iterator<String> names = request.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!MEMBERS.contains(name)) {
                throw WingsException.invalid("there is no such member: expected one of "
                        + List.of("sql", "parameters", "schema", "timezone") + ", found=" + shown(name));
            }
        }
        return new SqlRequest(
                checked(text(request, "sql").orElse("")),
                session(head, text(request, "schema"), text(request, "timezone")),
                new ParameterJson(request.path("parameters")));
    }

    private static String checked(String sql) {
        if (sql.isBlank()) {
            throw WingsException.invalid("there is no statement: it is the member sql of a JSON object, or the body as"
                    + " application/sql");
        }
        return sql;
    }

    private static JsonNode json(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new WingsException(
                    ErrorKind.INVALID, "the body is not JSON: cause=" + e.getOriginalMessage() + place(e), e);
        } catch (IOException e) {
            throw new WingsException(ErrorKind.INVALID, "the body is not JSON: cause=" + e.getMessage(), e);
        }
    }

    private static String place(JsonProcessingException failure) {
        return failure.getLocation() == null
                ? ""
                : " at line " + failure.getLocation().getLineNr() + " of the body";
    }

    private static Optional<String> text(JsonNode request, String name) {
        JsonNode member = request.path(name);
        if (!member.isMissingNode() && !member.isNull() && !member.isTextual()) {
            throw WingsException.invalid("the member is a string: member=" + name);
        }
        return Optional.ofNullable(member.textValue());
    }

    private static String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new WingsException(ErrorKind.INVALID, "the body is not UTF-8", e);
        }
    }

    private static SessionOptions session(HttpHead head, Optional<String> schema, Optional<String> timeZone) {
        return new SessionOptions(
                schema.or(() -> header(head, SessionOptions.SCHEMA_HEADER))
                        .map(SessionOptions::checkSchema)
                        .orElse(SessionOptions.DEFAULT.schema()),
                timeZone.or(() -> header(head, SessionOptions.TIME_ZONE_HEADER))
                        .map(SessionOptions::checkTimeZone)
                        .orElse(SessionOptions.DEFAULT.timeZone()));
    }

    private static Optional<String> header(HttpHead head, String name) {
        if (head.headers(name).size() > 1) {
            throw WingsException.invalid("the header must be there once at most: header=" + name);
        }
        return head.header(name).filter(value -> !value.isEmpty());
    }

    static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 100 ? printable : printable.substring(0, 100) + "...";
    }
}
