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

import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.HttpAnswer;
import dev.wings.common.http.HttpHead;
import dev.wings.common.http.HttpService;
import dev.wings.common.http.Mount;
import dev.wings.common.http.PercentCode;
import dev.wings.common.http.Problem;
import dev.wings.common.http.RequestTenant;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.ActingTenant;
import dev.wings.common.rpc.Caller;
import dev.wings.common.time.Scheduler;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.intake.Intake;
import dev.wings.ingestor.intake.IntakeMetrics;
import dev.wings.ingestor.topic.TopicTarget;
import io.grpc.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/// Takes rows over HTTP: `POST /v1/{namespace}/{topic}`, and `POST /v1/push` for several topics. The answer
/// comes when they are durable and visible.
///
/// A request says by its header whom it acts for, see [Caller]; all names are that tenant's.
public final class HttpDoor implements HttpService {

    /// What dead letters call this door.
    static final String NAME = "http";

    private static final String VERSION = "v1";

    private static final String DESCRIPTION_PATH = "/" + VERSION + "/openapi.json";

    /// How many requests of one tenant may wait, for each that is worked on.
    private static final int WAITING_PER_WORKING = 4;

    private static final int NAME_PARTS = 3;

    private static final String TOPICS_PATH = "/" + VERSION + "/push";

    private final Intake intake;
    private final MemoryBudget budget;
    private final Limits limits;
    private final RequestTenant tenant;
    private final Scheduler scheduler;
    private final IntakeMetrics metrics;
    private final MeterRegistry registry;
    private final ExecutorService topicThreads;
    private volatile boolean draining;

    /// @param requests how many are worked on at once, shared by the tenants; more wait, and then are refused
    /// @param bodyBytes a larger body is refused
    /// @param valueBytes how much memory the values of one request may take while they are read
    /// @param patience how long a request waits for others
    public record Limits(int requests, int bodyBytes, long valueBytes, Duration patience) {}

    /// @param topicThreads for requests with rows of several topics; left open
    public HttpDoor(
            Intake intake,
            MemoryBudget budget,
            Limits limits,
            KnownTenants tenants,
            Scheduler scheduler,
            IntakeMetrics metrics,
            MeterRegistry registry,
            ExecutorService topicThreads) {
        this.intake = intake;
        this.budget = budget;
        this.limits = limits;
        this.tenant = new RequestTenant(tenants);
        this.scheduler = scheduler;
        this.metrics = metrics;
        this.registry = registry;
        this.topicThreads = topicThreads;
    }

    /// What an HTTP edge serves.
    public Mount mount() {
        FairPlaces places = new FairPlaces(
                "requests",
                new FairPlaces.Limits(limits.requests(), limits.requests() * WAITING_PER_WORKING, limits.patience()),
                scheduler);
        Set<String> types = new LinkedHashSet<>(BodyFormat.allTypes());
        // it is refused for what it is
        types.add(BodyFormat.PARQUET);
        return new Mount("", types, limits.bodyBytes(), Optional.of(places), this);
    }

    /// Takes no more rows: requests that come from now on are refused, those that are worked on are answered.
    public void drain() {
        draining = true;
    }

    @Override
    public String owner(HttpHead head) {
        return tenant.owner(head);
    }

    @Override
    public void serve(HttpHead head, String owner, byte[] body, Answerer answerer)
            throws IOException, InterruptedException {
        Timer.Sample sample = Timer.start(registry);
        HttpAnswer answer;
        try {
            answer = answer(head, body);
        } catch (TooLargeException e) {
            answer = refused(413, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            answer = Problem.of(e).answer();
        }
        sample.stop(Timer.builder("wings.ingestor.http.requests")
                .description("Requests that push rows over HTTP")
                .tag("status", Integer.toString(answer.status()))
                .register(registry));
        answerer.send(answer);
    }

    private HttpAnswer answer(HttpHead head, byte[] body) throws InterruptedException {
        if (head.path().equals(DESCRIPTION_PATH) && head.method().equals("GET")) {
            return HttpAnswer.jsonBeside(HttpDoor.class, "openapi.json");
        }
        List<String> path = PercentCode.segments(head.path().substring(1));
        boolean many = head.path().equals(TOPICS_PATH);
        if (!many && (path.size() != NAME_PARTS || !path.getFirst().equals(VERSION))) {
            return Problem.of(
                            404,
                            "not-found",
                            "There is no such path",
                            "rows are pushed by POST /v1/{namespace}/{topic} or " + TOPICS_PATH + ": found="
                                    + head.method() + " " + head.path())
                    .answer();
        }
        if (!head.method().equals("POST")) {
            return Problem.of(
                            405,
                            "method-not-allowed",
                            "The method is not served",
                            "rows are pushed by POST: found=" + head.method())
                    .withHeader("Allow", "POST")
                    .answer();
        }
        if (draining) {
            throw WingsException.unavailable("the ingestor is shutting down: connect again and send the rows", null);
        }
        Caller caller = tenant.check(head);
        // a name that no topic can have is refused before the body is looked at
        Optional<TopicName> topic = many
                ? Optional.empty()
                : Optional.of(new NamespaceName(caller.tenant(), path.get(1)).topic(path.get(2)));
        PushOptions options = PushOptions.of(
                PercentCode.query(head.query()),
                head.header(PushOptions.REQUEST_ID).orElse(""));
        if (body.length == 0) {
            throw WingsException.invalid("the body is empty: it has the rows");
        }
        String type = head.header("Content-Type").orElse("");
        if (BodyFormat.isParquet(type)) {
            return Problem.refused(
                            415,
                            "files of Parquet are not taken over HTTP: push them with `wings push`, or send their rows as"
                                    + " a stream of Arrow, application/vnd.apache.arrow.stream")
                    .answer();
        }
        String encoding = head.header("Content-Encoding").orElse("");
        if (!Unpacking.knows(encoding)) {
            return Problem.refused(415, "Content-Encoding must be one of " + Unpacking.ENCODINGS)
                    .withHeader("Accept-Encoding", Unpacking.ENCODINGS)
                    .answer();
        }
        Context acting = ActingTenant.context(caller.tenant());
        Context before = acting.attach();
        try (MemoryBudget.Account account = budget.open()) {
            account.joinTenant(caller.tenant());
            byte[] unpacked = Unpacking.unpack(encoding, body, limits.bodyBytes(), account);
            PushOptions numbered = head.header(PushOptions.IDEMPOTENCY_KEY)
                    .map(key -> options.withKey(key, unpacked))
                    .orElse(options);
            return topic.isPresent()
                    ? push(topic.get(), type, unpacked, numbered)
                    : pushMany(caller, type, unpacked, numbered);
        } finally {
            acting.detach(before);
        }
    }

    private HttpAnswer push(TopicName topic, String type, byte[] body, PushOptions options)
            throws InterruptedException {
        if (BodyFormat.isArrow(type)) {
            try (ArrowPush push = new ArrowPush(this, topic, body, options)) {
                return push.run(topic);
            }
        }
        return push(topic, () -> format(type).open(body), options);
    }

    private static BodyFormat format(String type) {
        return BodyFormat.of(type).orElseThrow(() -> new IllegalStateException("the mount takes no other types"));
    }

    private HttpAnswer pushMany(Caller caller, String type, byte[] body, PushOptions options)
            throws InterruptedException {
        Optional<BodyFormat> format = BodyFormat.of(type);
        if (format.isEmpty() || format.get() == BodyFormat.CSV) {
            return Problem.refused(415, "rows of several topics come as application/json or application/x-ndjson")
                    .answer();
        }
        TopicBodies bodies = format.get() == BodyFormat.JSON ? TopicBodies.ofDocument(body) : TopicBodies.ofLines(body);
        return new TopicsPush(this, caller, options).run(bodies, topicThreads);
    }

    /// Pushes the rows to the topic as it was last seen, and once more if it is another one by now.
    HttpAnswer push(TopicName name, Supplier<BodyRows> body, PushOptions options) throws InterruptedException {
        Push.Result result = run(
                intake.topics().load(name),
                body,
                options,
                known -> known.equals(intake.topics().refresh(name)));
        if (result instanceof Push.Result.Outdated) {
            result = run(intake.topics().load(name), body, options, known -> true);
        }
        return switch (result) {
            case Push.Result.Taken taken -> PushAnswers.taken(taken, options.dryRun());
            case Push.Result.Refused refused -> PushAnswers.refused(refused.failures());
            case Push.Result.Outdated ignored -> throw new IllegalStateException("the topic is taken for what it is");
        };
    }

    private Push.Result run(TopicTarget topic, Supplier<BodyRows> body, PushOptions options, Push.Current isCurrent)
            throws InterruptedException {
        try (Push push = new Push(this, body, options, topic)) {
            return push.run(isCurrent);
        }
    }

    @Override
    public HttpAnswer refused(WingsException reason) {
        return Problem.of(reason).answer();
    }

    @Override
    public HttpAnswer refused(int status, String reason) {
        return Problem.refused(status, reason).answer();
    }

    Intake intake() {
        return intake;
    }

    MemoryBudget budget() {
        return budget;
    }

    BufferAllocator allocator() {
        return intake.settings().allocator();
    }

    Limits limits() {
        return limits;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    IntakeMetrics metrics() {
        return metrics;
    }
}
