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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.Cors;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpHead;
import dev.wings.common.http.HttpService;
import dev.wings.common.http.Mount;
import dev.wings.common.http.PercentCode;
import dev.wings.common.http.Problem;
import dev.wings.common.http.RequestTenant;
import dev.wings.common.rpc.Caller;
import dev.wings.common.time.Scheduler;
import dev.wings.server.flight.StatementRunner;
import dev.wings.server.write.Writes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;

/// Runs a statement of SQL for each `POST /v1/sql`, and sends its rows while they are made.
///
/// A request says by its header whom it acts for, see [Caller]. It is a session of its own. The statement ends
/// when its client goes away.
public final class SqlDoor implements HttpService {

    private static final String PATH = "/v1/sql";

    private static final String DESCRIPTION_PATH = "/v1/openapi.json";

    /// How many requests of one tenant may wait, for each that is worked on.
    private static final int WAITING_PER_WORKING = 4;

    /// Where in the statement a failure is, as messages end with it.
    private static final Pattern PLACE =
            Pattern.compile("; line=(\\d{1,9}), column=(\\d{1,9})(?:\\n.*)?+", Pattern.DOTALL);

    private final StatementRunner statements;
    private final RequestTenant tenant;
    private final Cors cors;
    private final Limits limits;
    private final BufferAllocator allocator;
    private final Scheduler scheduler;
    private final MeterRegistry registry;

    /// @param requests how many are worked on at once, shared by the tenants; more wait, and then are refused
    /// @param bodyBytes a larger body is refused
    /// @param patience how long a request waits for others
    public record Limits(int requests, int bodyBytes, Duration patience) {}

    /// @param cors the sites whose pages may ask
    public SqlDoor(
            StatementRunner statements,
            KnownTenants tenants,
            Cors cors,
            Limits limits,
            BufferAllocator allocator,
            Scheduler scheduler,
            MeterRegistry registry) {
        this.statements = statements;
        this.tenant = new RequestTenant(tenants);
        this.cors = cors;
        this.limits = limits;
        this.allocator = allocator;
        this.scheduler = scheduler;
        this.registry = registry;
    }

    /// What an HTTP edge serves.
    public Mount mount() {
        FairPlaces places = new FairPlaces(
                "requests",
                new FairPlaces.Limits(limits.requests(), limits.requests() * WAITING_PER_WORKING, limits.patience()),
                scheduler);
        return new Mount("", SqlRequest.TYPES, limits.bodyBytes(), Optional.of(places), this);
    }

    @Override
    public String owner(HttpHead head) {
        return tenant.owner(head);
    }

    @Override
    public void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException {
        Timer.Sample sample = Timer.start(registry);
        int status = answer(head, body, answerer);
        sample.stop(Timer.builder("wings.server.http.requests")
                .description("Requests that run SQL over HTTP")
                .tag("status", Integer.toString(status))
                .register(registry));
    }

    /// Answers, and returns the status.
    private int answer(HttpHead head, byte[] body, Answerer answerer) throws IOException {
        HttpAnswer answer;
        try {
            Optional<HttpAnswer> other = other(head);
            if (other.isEmpty()) {
                return run(head, body, answerer);
            }
            answer = other.get();
        } catch (RuntimeException e) {
            answer = problem(e);
        }
        answerer.send(answer);
        return answer.status();
    }

    /// The answer to a request that runs no statement.
    private Optional<HttpAnswer> other(HttpHead head) {
        if (head.path().equals(DESCRIPTION_PATH) && head.method().equals("GET")) {
            return Optional.of(HttpAnswer.jsonBeside(SqlDoor.class, "openapi.json"));
        }
        if (!head.path().equals(PATH)) {
            return Optional.of(Problem.of(
                            404,
                            "not-found",
                            "There is no such path",
                            "statements are run by POST " + PATH + ": found=" + head.method() + " " + head.path())
                    .answer());
        }
        if (!head.method().equals("POST")) {
            return Optional.of(Problem.of(
                            405,
                            "method-not-allowed",
                            "The method is not served",
                            "statements are run by POST: found=" + head.method())
                    .withHeader("Allow", "POST")
                    .answer());
        }
        Optional<String> origin = head.header("Origin");
        if (origin.isPresent() && !cors.allows(origin.get())) {
            // browsers send text to any site without asking it first
            throw new WingsException(
                    ErrorKind.FORBIDDEN,
                    "pages of this site may not run statements here: origin=" + origin.get()
                            + ": an operator can allow it with WINGS_SERVER_HTTP_CORS_ORIGINS");
        }
        String encoding = head.header("Content-Encoding").orElse("identity");
        if (!encoding.equals("identity")) {
            return Optional.of(Problem.refused(415, "statements come unpacked: Content-Encoding=" + encoding)
                    .answer());
        }
        return Optional.empty();
    }

    private int run(HttpHead head, byte[] body, Answerer answerer) throws IOException {
        answerer.endWithClient();
        Caller caller = tenant.check(head);
        Map<String, String> query = PercentCode.query(head.query());
        SqlRequest request = SqlRequest.of(head, body);
        Optional<ResultFormat> format = ResultFormat.wanted(head.headers("Accept"));
        if (format.isEmpty()) {
            HttpAnswer answer = Problem.of(
                            406,
                            "not-acceptable",
                            "There is no such answer",
                            "Accept has none of the types that there are: expected=" + ResultFormat.allTypes())
                    .answer();
            answerer.send(answer);
            return answer.status();
        }
        ResultOptions options = ResultOptions.of(query);
        Outgoing out = new Outgoing(answerer, format.get().contentType());
        ResultWriter writer = format.get().open(out, options);
        try {
            Optional<Writes.Outcome> outcome =
                    statements.run(caller, request.session(), request.sql(), request.parameters(), onWait -> {
                        out.onWait(onWait);
                        return writer;
                    });
            if (outcome.isPresent()) {
                OutcomeRow.write(outcome.get(), allocator, writer);
            }
            writer.end(outcome);
            out.end();
            return 200;
        } catch (RuntimeException e) {
            if (!out.isStarted()) {
                throw e;
            }
            Problem problem = Problem.of(e);
            if (!Thread.currentThread().isInterrupted()) {
                writer.fail(problem);
                out.flush();
            }
            // what was begun is broken off, which tells the client
            return problem.status();
        }
    }

    private static HttpAnswer problem(RuntimeException failure) {
        Matcher place = PLACE.matcher(String.valueOf(failure.getMessage()));
        if (!(failure instanceof WingsException known) || known.kind() != ErrorKind.INVALID || !place.find()) {
            return Problem.of(failure).answer();
        }
        return Problem.of(failure).answer(json -> {
            json.writeNumberField("line", Integer.parseInt(place.group(1)));
            json.writeNumberField("column", Integer.parseInt(place.group(2)));
        });
    }

    @Override
    public HttpAnswer refused(WingsException reason) {
        return Problem.of(reason).answer();
    }

    @Override
    public HttpAnswer refused(int status, String reason) {
        return Problem.refused(status, reason).answer();
    }
}
