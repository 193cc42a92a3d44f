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
import com.fasterxml.jackson.core.JsonGenerator;
import dev.wings.common.error.WingsException;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.Problem;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Caller;
import io.grpc.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// The rows of one body on their way into several topics, each of which has an outcome of its own.
final class TopicsPush {

    private static final JsonFactory JSON = new JsonFactory();

    private static final int OK = 200;
    private static final int MULTI_STATUS = 207;
    private static final int INVALID = 400;

    /// How many topics of one request are pushed to at once: each has buffers of its own.
    private static final int TOPICS_AT_ONCE = 8;

    private final Semaphore places = new Semaphore(TOPICS_AT_ONCE);
    private final HttpDoor door;
    private final Caller caller;
    private final PushOptions options;

    TopicsPush(HttpDoor door, Caller caller, PushOptions options) {
        this.door = door;
        this.caller = caller;
        this.options = options;
    }

    /// @param threads run the pushes of topics, which each wait for a commit of their own
    HttpAnswer run(TopicBodies bodies, ExecutorService threads) throws InterruptedException {
        if (options.atomic()) {
            throw WingsException.invalid("topics are committed one by one, so atomic is for requests of one topic:"
                    + " POST /v1/{namespace}/{topic}");
        }
        if (bodies.topics().isEmpty() && bodies.failures().isEmpty()) {
            throw WingsException.invalid("the body has no rows");
        }
        Map<String, Future<HttpAnswer>> running = new LinkedHashMap<>();
        try {
            bodies.topics()
                    .forEach((topic, rows) ->
                            running.put(topic, threads.submit(Context.current().wrap(() -> answer(topic, rows)))));
            Map<String, HttpAnswer> answers = new LinkedHashMap<>();
            for (Map.Entry<String, Future<HttpAnswer>> each : running.entrySet()) {
                answers.put(each.getKey(), each.getValue().get());
            }
            return answer(answers, bodies.failures());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a push of one of many topics failed", e.getCause());
        } finally {
            running.values().forEach(each -> each.cancel(true));
        }
    }

    private HttpAnswer answer(String topic, RowSlices rows) throws InterruptedException {
        places.acquire();
        try {
            TopicName name = TopicName.resolve(topic, new NamespaceName(caller.tenant(), ResourceId.DEFAULT));
            caller.check(name.tenant(), name);
            return door.push(name, rows::open, options);
        } catch (TooLargeException e) {
            return door.refused(413, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return Problem.of(e).answer();
        } finally {
            places.release();
        }
    }

    private static HttpAnswer answer(Map<String, HttpAnswer> answers, RowFailures failures) {
        boolean any = false;
        int worst = failures.isEmpty() ? OK : INVALID;
        for (HttpAnswer each : answers.values()) {
            any |= each.status() == OK || each.status() == MULTI_STATUS;
            worst = Math.max(worst, each.status());
        }
        Problem.More topics = json -> writeTopics(answers, failures, json);
        if (!any) {
            return Problem.of(worst, "bad-rows", "Rows cannot be taken", "no topic has taken rows: topics says why")
                    .answer(topics);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            topics.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HttpAnswer.json(worst == OK ? OK : MULTI_STATUS, body.toByteArray());
    }

    private static void writeTopics(Map<String, HttpAnswer> answers, RowFailures failures, JsonGenerator json)
            throws IOException {
        json.writeObjectFieldStart("topics");
        for (Map.Entry<String, HttpAnswer> each : answers.entrySet()) {
            HttpAnswer answer = each.getValue();
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            json.writeFieldName(each.getKey());
            // problems say their status themselves
            json.writeRawValue(
                    answer.type().equals(Problem.TYPE)
                            ? body
                            : "{\"status\":" + answer.status() + "," + body.substring(1));
        }
        json.writeEndObject();
        if (!failures.isEmpty()) {
            failures.write(json);
        }
    }
}
