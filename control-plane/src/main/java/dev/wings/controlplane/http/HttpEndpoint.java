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

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.http.EdgeLimits;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpEdge;
import dev.wings.common.http.HttpHead;
import dev.wings.common.http.HttpService;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Requests that tenants share fairly: a bounded number is worked on at once, and those of a tenant wait behind its
/// own.
/// Their reading and answering is bounded by the [HttpEdge].
public final class HttpEndpoint implements AutoCloseable {

    private static final int CONNECTIONS = 1000;

    private static final Duration HEAD_TIME = Duration.ofSeconds(30);

    /// Requests of one tenant that wait, for each that is worked on.
    private static final int WAITING_PER_WORKING = 4;

    private final HttpEdge edge;

    /// Answers requests. Whatever it throws cuts the connection.
    interface Handler {
        /// Whose share a request counts for. Must neither block nor fail.
        String owner(HttpHead head);

        void handle(HttpRequest request, Answer answer) throws IOException;

        /// The answer to a request that is not handled.
        HttpResponse failed(WingsException reason);
    }

    /// Takes the one answer to a request, and returns when the client has it.
    interface Answer {
        void send(HttpResponse response) throws IOException;
    }

    private HttpEndpoint(HttpEdge edge) {
        this.edge = edge;
    }

    /// Starts to listen on `host` and `port`; 0 takes a free one. PRECONDITION that names the port if it is taken.
    static HttpEndpoint open(String host, int port, HttpLimits limits, Handler handler) {
        long bytes = limits.requests() * limits.bodyBytes();
        EdgeLimits edge = new EdgeLimits(
                CONNECTIONS,
                Math.toIntExact(limits.bodyBytes()),
                bytes,
                bytes,
                limits.requestTime().compareTo(HEAD_TIME) < 0 ? limits.requestTime() : HEAD_TIME,
                limits.requestTime(),
                limits.drainTime());
        return new HttpEndpoint(HttpEdge.open(host, port, edge, new Service(limits, handler)));
    }

    public int port() {
        return edge.port();
    }

    /// Refuses new connections and waits for requests that run.
    @Override
    public void close() {
        edge.close();
    }

    private static final class Service implements HttpService {

        private final Handler handler;
        private final FairPlaces working;

        Service(HttpLimits limits, Handler handler) {
            this.handler = handler;
            this.working = new FairPlaces(
                    "requests",
                    new FairPlaces.Limits(
                            limits.requests(),
                            limits.requests() * WAITING_PER_WORKING,
                            limits.requestTime().dividedBy(2)));
        }

        @Override
        public String owner(HttpHead head) {
            return handler.owner(head);
        }

        /// Leaves the place at work when the answer is there: sending it may take the client's time.
        @Override
        public void serve(HttpHead head, String owner, byte[] body, Answerer answerer)
                throws IOException, InterruptedException {
            try (FairPlaces.Place place = working.acquire(owner)) {
                HttpRequest request = new HttpRequest(head, owner, PercentCode.query(head.query()), body);
                handler.handle(request, response -> {
                    place.close();
                    answerer.send(toHttp(response));
                });
            } catch (WingsException e) {
                answerer.send(refused(e));
            }
        }

        @Override
        public HttpAnswer refused(WingsException reason) {
            return toHttp(handler.failed(reason));
        }

        @Override
        public HttpAnswer tooLarge(long limitBytes) {
            return toHttp(HttpErrors.tooLarge(limitBytes));
        }

        private static HttpAnswer toHttp(HttpResponse response) {
            Map<String, String> headers = new HashMap<>(response.headers());
            headers.put("Cache-Control", "no-store");
            if (response.body().length > 0) {
                headers.put("Content-Type", "application/json");
            }
            return new HttpAnswer(response.status(), headers, response.body());
        }
    }
}
