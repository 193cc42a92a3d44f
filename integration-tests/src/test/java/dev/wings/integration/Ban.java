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
package dev.wings.integration;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import io.grpc.stub.AbstractStub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.BaseStream;

/// A call that asks the machine for time, chance or threads.
///
/// @param name the name of the method; `<init>` for constructors
/// @param form which of the methods of that name are meant
/// @param replacement what is called instead
record Ban(Class<?> type, String name, Form form, String replacement) {

    private static final String CLOCK = "World.clock()";
    private static final String PASSING = "Scheduler.ticker()";
    private static final String WAIT = "Scheduler.awaitNanos, or a timer of Scheduler.schedule that ends the waiting";
    private static final String THREADS = "Threads";
    private static final String POOL = "an executor of Threads";
    private static final String CHANCE = "World.random()";

    enum Form {
        ANY,
        /// Methods with a time as parameter.
        TIMED,
        /// Methods with no executor as parameter.
        POOLED
    }

    static final List<Ban> ALL = List.of(
            new Ban(Instant.class, "now", Form.ANY, CLOCK),
            new Ban(LocalDate.class, "now", Form.ANY, CLOCK),
            new Ban(LocalDateTime.class, "now", Form.ANY, CLOCK),
            new Ban(OffsetDateTime.class, "now", Form.ANY, CLOCK),
            new Ban(ZonedDateTime.class, "now", Form.ANY, CLOCK),
            new Ban(InstantSource.class, "system", Form.ANY, CLOCK),
            new Ban(Clock.class, "systemUTC", Form.ANY, CLOCK),
            new Ban(Clock.class, "systemDefaultZone", Form.ANY, CLOCK),
            new Ban(System.class, "currentTimeMillis", Form.ANY, CLOCK),
            new Ban(System.class, "nanoTime", Form.ANY, PASSING),
            new Ban(Thread.class, "sleep", Form.ANY, "Scheduler.sleep"),
            new Ban(TimeUnit.class, "sleep", Form.ANY, "Scheduler.sleep"),
            new Ban(Timer.class, "<init>", Form.ANY, "Scheduler.schedule"),
            new Ban(Condition.class, "awaitNanos", Form.ANY, WAIT),
            new Ban(Condition.class, "await", Form.TIMED, WAIT),
            new Ban(CountDownLatch.class, "await", Form.TIMED, WAIT),
            new Ban(Future.class, "get", Form.TIMED, WAIT),
            new Ban(CompletableFuture.class, "orTimeout", Form.ANY, WAIT),
            new Ban(CompletableFuture.class, "completeOnTimeout", Form.ANY, WAIT),
            new Ban(Semaphore.class, "tryAcquire", Form.TIMED, WAIT),
            new Ban(Lock.class, "tryLock", Form.TIMED, WAIT),
            new Ban(BlockingQueue.class, "poll", Form.TIMED, WAIT),
            new Ban(BlockingQueue.class, "offer", Form.TIMED, WAIT),
            new Ban(ExecutorService.class, "awaitTermination", Form.TIMED, WAIT),
            new Ban(Object.class, "wait", Form.TIMED, WAIT),
            new Ban(Thread.class, "join", Form.TIMED, WAIT),
            new Ban(LockSupport.class, "parkNanos", Form.ANY, WAIT),
            new Ban(Process.class, "waitFor", Form.TIMED, WAIT),
            new Ban(AbstractStub.class, "withDeadlineAfter", Form.ANY, "withDeadline(Scheduler.deadline(...))"),
            new Ban(Thread.class, "<init>", Form.ANY, THREADS),
            new Ban(Thread.class, "ofVirtual", Form.ANY, THREADS),
            new Ban(Thread.class, "ofPlatform", Form.ANY, THREADS),
            new Ban(Thread.class, "startVirtualThread", Form.ANY, THREADS),
            new Ban(Executors.class, "newThreadPerTaskExecutor", Form.ANY, POOL),
            new Ban(Executors.class, "newVirtualThreadPerTaskExecutor", Form.ANY, POOL),
            new Ban(Executors.class, "newCachedThreadPool", Form.ANY, POOL),
            new Ban(Executors.class, "newFixedThreadPool", Form.ANY, POOL),
            new Ban(Executors.class, "newSingleThreadExecutor", Form.ANY, POOL),
            new Ban(Executors.class, "newScheduledThreadPool", Form.ANY, "Scheduler"),
            new Ban(Executors.class, "newSingleThreadScheduledExecutor", Form.ANY, "Scheduler"),
            new Ban(ThreadPoolExecutor.class, "<init>", Form.ANY, POOL),
            new Ban(ForkJoinPool.class, "commonPool", Form.ANY, POOL),
            new Ban(CompletableFuture.class, "supplyAsync", Form.POOLED, POOL),
            new Ban(CompletableFuture.class, "runAsync", Form.POOLED, POOL),
            new Ban(BaseStream.class, "parallel", Form.ANY, POOL),
            new Ban(Random.class, "<init>", Form.ANY, CHANCE),
            new Ban(ThreadLocalRandom.class, "current", Form.ANY, CHANCE),
            new Ban(Math.class, "random", Form.ANY, CHANCE),
            new Ban(UUID.class, "randomUUID", Form.ANY, "IdGenerator"),
            new Ban(System.class, "getenv", Form.ANY, "Settings"));

    /// A place where the machine itself is asked: sockets, processes, native code, and what the world is made
    /// of.
    ///
    /// @param name the name of a package, which stands for all that is in it, or of a class
    record Edge(String name, String why) {

        boolean covers(JavaClass type) {
            String found = type.getName();
            return found.equals(name) || found.startsWith(name + ".") || found.startsWith(name + "$");
        }
    }

    static final List<Edge> EDGES = List.of(
            new Edge("dev.wings.common.time", "the world of a real machine"),
            new Edge("dev.wings.common.rpc", "sockets"),
            new Edge("dev.wings.common.http", "sockets"),
            new Edge("dev.wings.common.telemetry", "sockets"),
            new Edge("dev.wings.common.process", "the process itself"),
            new Edge("dev.wings.common.duckdb", "native code"),
            new Edge("dev.wings.controlplane.postgres", "a connection to the database"),
            new Edge("dev.wings.controlplane.Main", "where a process begins"),
            new Edge("dev.wings.ingestor.Main", "where a process begins"),
            new Edge("dev.wings.server.Main", "where a process begins"),
            new Edge("dev.wings.compactor.Main", "where a process begins"),
            new Edge("dev.wings.client.Producer", "waits until a socket takes more"),
            new Edge("dev.wings.client.FlightConnection", "waits until a socket is closed"),
            new Edge("dev.wings.cli", "a person at a terminal"),
            new Edge("dev.wings.server.engine.EngineArchive", "waits for a process to end"),
            new Edge("dev.wings.server.engine.EngineProcess", "starts processes, and waits for them to end"),
            new Edge("dev.wings.server.engine.EngineProcesses", "starts processes"),
            new Edge("dev.wings.server.engine.EngineMain", "where the process of an engine begins"),
            new Edge("dev.wings.server.flight.ContextExecutor", "passes on what the server of a socket asks"),
            new Edge("dev.wings.common.store.StagingArea", "names of files of which two processes never share one"),
            new Edge("dev.wings.common.error.GrpcErrors", "names of lines in a log"),
            new Edge("dev.wings.controlplane.http.HttpErrors", "names of lines in a log"),
            new Edge("dev.wings.worker.table.TableTimes", "Iceberg stamps by the machine's clock"));

    static Set<JavaAccess<?>> callsOf(JavaClass type) {
        Set<JavaAccess<?>> calls = new LinkedHashSet<>();
        calls.addAll(type.getMethodCallsFromSelf());
        calls.addAll(type.getConstructorCallsFromSelf());
        calls.addAll(type.getMethodReferencesFromSelf());
        calls.addAll(type.getConstructorReferencesFromSelf());
        return calls;
    }

    boolean matches(JavaAccess<?> call) {
        if (!(call.getTarget() instanceof AccessTarget.CodeUnitAccessTarget target)
                || !target.getName().equals(name)
                || !target.getOwner().isAssignableTo(type)) {
            return false;
        }
        List<JavaClass> parameters = target.getRawParameterTypes();
        return switch (form) {
            case ANY -> true;
            case TIMED ->
                parameters.stream()
                        .anyMatch(each -> each.isEquivalentTo(long.class) || each.isEquivalentTo(Duration.class));
            case POOLED -> parameters.size() == 1;
        };
    }

    @Override
    public String toString() {
        return type.getSimpleName() + "." + name;
    }
}
