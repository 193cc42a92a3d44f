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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/// An answer.
///
/// @param headers beyond those of the protocol itself and the type of the body
/// @param type of the body
/// @param body not copied; empty for none
@SuppressWarnings("ArrayRecordComponent") // made for one answer, read once
public record HttpAnswer(int status, Map<String, String> headers, String type, byte[] body) {

    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String JSON = "application/json";

    public HttpAnswer {
        headers = Map.copyOf(headers);
    }

    public static HttpAnswer text(int status, String text) {
        return new HttpAnswer(status, Map.of(), TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public static HttpAnswer json(int status, byte[] body) {
        return new HttpAnswer(status, Map.of(), JSON, body);
    }

    /// A document of JSON that is beside a class, on its class path.
    public static HttpAnswer jsonBeside(Class<?> type, String name) {
        try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(name), name)) {
            return json(200, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An answer without a body.
    public static HttpAnswer bare(int status, Map<String, String> headers) {
        return new HttpAnswer(status, headers, TEXT, new byte[0]);
    }
}
