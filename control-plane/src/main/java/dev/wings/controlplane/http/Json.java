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

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.rest.RESTRequest;
import org.apache.iceberg.rest.RESTResponse;
import org.apache.iceberg.rest.RESTSerializers;

/// Requests and answers as JSON, with Iceberg's own parsers.
final class Json {

    /// Deep enough for schemas that people make: each nested field takes about four.
    private static final int MAX_DEPTH = 400;

    /// How many tokens a body may have. A snapshot has some forty and a column ten, so there is room for
    /// thousands of updates and for a table of 20000 columns. Each token takes up to 50 bytes of memory,
    /// however few of the body (I11).
    private static final long MAX_TOKENS = 250_000;

    private static final ObjectMapper MAPPER = mapper();

    private Json() {}

    private static ObjectMapper mapper() {
        JsonFactory factory = new JsonFactoryBuilder()
                // names come from strangers
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxTokenCount(MAX_TOKENS)
                        .build())
                .build();
        ObjectMapper mapper = new ObjectMapper(factory)
                .setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                .setPropertyNamingStrategy(new PropertyNamingStrategies.KebabCaseStrategy())
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        RESTSerializers.registerAll(mapper);
        return mapper;
    }

    /// Reads and validates a body. Fails with BadRequestException that says what is wrong with it.
    static <T extends RESTRequest> T read(byte[] body, Class<T> type) {
        try {
            JsonShape.check(MAPPER.getFactory(), body);
            T request = MAPPER.readValue(body, type);
            if (request == null) {
                throw new BadRequestException("The body is null");
            }
            request.validate();
            return request;
        } catch (UnprocessableEntityException | BadRequestException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new BadRequestException(e, "Malformed body: %s", e.getOriginalMessage());
        } catch (IOException | RuntimeException e) {
            // the parsers of Iceberg fail in many ways
            throw new BadRequestException(e, "Malformed body: %s", e.getMessage());
        }
    }

    static byte[] write(RESTResponse response) {
        try {
            return MAPPER.writeValueAsBytes(response);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer can always be written", e);
        }
    }
}
