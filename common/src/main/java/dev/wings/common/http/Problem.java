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
package dev.wings.common.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A failure as the HTTP API tells it: an object of RFC 9457, `application/problem+json`. Its `type` is
/// `urn:wings:problem:` and the kind of the failure, which says what the caller can do, and its `detail` is the
/// message.
///
/// @param kind in lower case, with `-` between words
/// @param headers of the answer
public record Problem(int status, String kind, String title, String detail, Map<String, String> headers) {

    public static final String TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

    private static final JsonFactory JSON = new JsonFactory();

    /// When callers that are told to come again should do so.
    private static final Map<String, String> AGAIN = Map.of("Retry-After", "1");

    public Problem {
        headers = Map.copyOf(headers);
    }

    /// What a problem says beyond the members that all have.
    public interface More {
        /// Writes members into the problem's object.
        void write(JsonGenerator json) throws IOException;
    }

    /// The one place where failures become HTTP. What is nobody's business is masked, and logged with an id
    /// that the answer names.
    public static Problem of(Throwable failure) {
        if (!(failure instanceof WingsException reason)) {
            return masked(failure);
        }
        return switch (reason.kind()) {
            case INVALID -> of(400, reason, "The request is wrong");
            case UNAUTHENTICATED -> of(401, reason, "The caller is not known");
            case FORBIDDEN -> of(403, reason, "The caller may not do this");
            case NOT_FOUND -> of(404, reason, "It does not exist");
            case ALREADY_EXISTS -> of(409, reason, "It exists already");
            case CONFLICT -> of(409, reason, "Somebody else changed it");
            case PRECONDITION -> of(412, reason, "Something has to be done first");
            case EXHAUSTED -> again(429, reason, "Too much at once");
            case UNAVAILABLE, CANCELLED -> again(503, reason, "Not available");
            case DEADLINE -> again(504, reason, "It took too long");
            case DATA_LOSS, INTERNAL -> masked(failure);
        };
    }

    /// A problem that has no [ErrorKind], because only HTTP has such.
    public static Problem of(int status, String kind, String title, String detail) {
        return new Problem(status, kind, title, detail, Map.of());
    }

    /// The problem of a request that is refused for how it uses HTTP.
    public static Problem refused(int status, String reason) {
        return switch (status) {
            case 413 -> of(status, "too-large", "The request is too large", reason);
            case 415 -> of(status, "unsupported-media-type", "The content type is not taken", reason);
            default -> of(status, "refused", "The request is refused", reason);
        };
    }

    private static Problem of(int status, WingsException reason, String title) {
        return of(status, kind(reason.kind()), title, reason.getMessage());
    }

    private static Problem again(int status, WingsException reason, String title) {
        return new Problem(status, kind(reason.kind()), title, reason.getMessage(), AGAIN);
    }

    private static String kind(ErrorKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Problem masked(Throwable failure) {
        String id = UUID.randomUUID().toString();
        LOG.error("request failed: error_id={}", id, failure);
        return of(500, "internal", "Something is broken", "internal error, see the service's log: error_id=" + id);
    }

    /// The same problem with another header.
    public Problem withHeader(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Problem(status, kind, title, detail, more);
    }

    /// The answer that tells it.
    public HttpAnswer answer() {
        return answer(json -> {});
    }

    /// The answer that tells it, and more.
    public HttpAnswer answer(More more) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("type", "urn:wings:problem:" + kind);
            json.writeStringField("title", title);
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            more.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HttpAnswer(status, headers, TYPE, body.toByteArray());
    }
}
