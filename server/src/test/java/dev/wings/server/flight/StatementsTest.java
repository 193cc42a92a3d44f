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
package dev.wings.server.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.server.engine.LocalEngines;
import dev.wings.server.run.Queries;
import dev.wings.server.run.QueryInfo;
import dev.wings.server.run.QueryLog;
import dev.wings.server.session.SessionOptions;
import dev.wings.server.session.Signer;
import dev.wings.server.session.StatementHandle;
import dev.wings.server.table.PlanMemory;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.SqlView;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSnapshot;
import dev.wings.server.table.TableSource;
import dev.wings.server.table.Tables;
import io.grpc.Context;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Queries whose thread begins when the test says so.
@Timeout(60)
class StatementsTest {

    private static final StatementHandle STATEMENT =
            new StatementHandle("id", "t", "default", "UTC", "select 1", 0, List.of(), ByteString.EMPTY);

    @TempDir
    private Path directory;

    private final QueryLog log = new QueryLog();
    private final Deque<Runnable> handedOver = new ArrayDeque<>();
    private BufferAllocator allocator;
    private Scheduler scheduler;
    private Queries queries;

    @BeforeEach
    void open() {
        allocator = new RootAllocator();
        scheduler = Scheduler.system();
        Queries.Limits limits = new Queries.Limits(
                1,
                1,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                1,
                64L << 20,
                64L << 20,
                64L << 20,
                64L << 20,
                Duration.ofMillis(50));
        queries = new Queries(
                new LocalEngines(),
                new NoTables(),
                limits,
                allocator,
                new World(scheduler, Threads.system(), new IdGenerator(InstantSource.system(), new Random(1))),
                log,
                directory,
                directory,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        queries.close();
        scheduler.close();
        allocator.close();
    }

    @Test
    void queryIsCancelledBeforeItHasAThread() throws Exception {
        Statements statements = statements(handedOver::add);
        TestStream stream = TestStream.reading();
        statements.start(STATEMENT, stream);
        FlightInfo info = statements.info(STATEMENT, Optional.empty(), FlightDescriptor.path());
        Context caller = Context.current()
                .withValue(Caller.KEY, new Caller(new dev.wings.common.rpc.Caller("t"), SessionOptions.DEFAULT, false));
        assertThat(caller.call(() -> statements.cancel(info))).isTrue();
        handedOver.remove().run();
        assertThat(stream.awaitEnd()).isEqualTo(FlightStatusCode.CANCELLED);
        assertThat(stream.isStarted()).isFalse();
    }

    @Test
    void clientThatGivesUpEarlyKeepsItsQueryFromRunning() {
        TestStream stream = TestStream.reading();
        statements(handedOver::add).start(STATEMENT, stream);
        stream.cancel();
        handedOver.remove().run();
        assertThat(stream.isStarted()).isFalse();
        assertThat(log.queries("t")).extracting(QueryInfo::state).containsExactly(QueryInfo.State.FAILED);
    }

    @Test
    void queryWithoutThreadEnds() throws Exception {
        Statements statements = statements(query -> {
            throw new RejectedExecutionException("no threads");
        });
        for (int attempt = 0; attempt < 2; attempt++) {
            TestStream stream = TestStream.reading();
            statements.start(STATEMENT, stream);
            assertThat(stream.awaitEnd()).isEqualTo(FlightStatusCode.INTERNAL);
        }
        assertThat(log.queries("t"))
                .extracting(QueryInfo::state)
                .containsExactly(QueryInfo.State.FAILED, QueryInfo.State.FAILED);
    }

    @Test
    void clientThatTakesNoRowsGivesWayToAnotherAndOnlyThen() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            TestStream slow = TestStream.notReading();
            statements(threads).start(STATEMENT, slow);
            while (!slow.isStarted()) {
                Thread.onSpinWait();
            }
            assertThat(slow.isEnded()).isFalse();

            TestStream waiting = TestStream.reading();
            statements(threads).start(STATEMENT, waiting);

            assertThat(slow.awaitEnd()).isEqualTo(FlightStatusCode.TIMED_OUT);
            assertThat(waiting.awaitEnd()).isEqualTo(FlightStatusCode.OK);
        }
    }

    /// Such a column has no memory of its own, wherever it stands.
    @Test
    void columnsWithNothingButNullsAreSent() throws Exception {
        for (String sql : List.of("select ?", "select ?, typeof(?)", "select typeof(?), ?", "select ?, ?")) {
            int count = (int) sql.chars().filter(c -> c == '?').count();
            for (int nulls = 0; nulls < 1 << count; nulls++) {
                List<@Nullable Object> values = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    values.add((nulls & 1 << i) == 0 ? 7 : null);
                }
                TestStream stream = TestStream.reading();
                StatementHandle handle = new StatementHandle(
                                "id", "t", "default", "UTC", sql, count, List.of(), ByteString.EMPTY)
                        .bind(values);
                statements(Runnable::run).start(handle, stream);
                assertThat(stream.awaitEnd()).as("%s with %s", sql, values).isEqualTo(FlightStatusCode.OK);
            }
        }
    }

    /// As clients do that bind values and then ask with the handle that they had before.
    @Test
    void valuesAreThoseThatWereLastBound() throws Exception {
        Statements statements = statements(Runnable::run);
        Context caller = Context.current()
                .withValue(Caller.KEY, new Caller(new dev.wings.common.rpc.Caller("t"), SessionOptions.DEFAULT, false));
        caller.call(() -> {
            ByteString handle = statements.prepare("select ?::int").getPreparedStatementHandle();
            ByteString other = statements.prepare("select ?::int").getPreparedStatementHandle();
            ByteString first = statements.bind(statements.prepared(handle), List.of(1));
            assertThat(statements.execution(handle).parameters()).containsExactly(1);
            statements.bind(statements.prepared(handle), List.of(2));
            assertThat(statements.execution(handle).parameters()).containsExactly(2);
            assertThat(statements.execution(first).parameters()).containsExactly(1);
            assertThat(statements.execution(other).parameters()).isEmpty();
            statements.close(handle);
            assertThat(statements.execution(handle).parameters()).isEmpty();
            statements.close(ByteString.copyFromUtf8("no handle"));
            return null;
        });
    }

    /// With a place for one query.
    private Statements statements(Executor threads) {
        IdGenerator ids = new IdGenerator(InstantSource.system(), new Random(1));
        return new Statements(queries, new Signer(new byte[Signer.KEY_BYTES]), ids, threads, 1);
    }

    private static final class NoTables implements Tables {

        @Override
        public Map<TableRef, SqlTable> resolve(String tenant, Collection<TableRef> names) {
            return Map.of();
        }

        @Override
        public Optional<SqlView> findView(String tenant, TableRef name) {
            return Optional.empty();
        }

        @Override
        public void check(Collection<SqlTable> tables) {}

        @Override
        public Optional<TableSnapshot> snapshot(Collection<TableNeeds> needs) {
            return Optional.empty();
        }

        @Override
        public Map<TableRef, TableSource> open(
                String tenant,
                Map<TableRef, TableNeeds> needs,
                Optional<TableSnapshot> taken,
                BufferAllocator allocator,
                PlanMemory memory) {
            return Map.of();
        }
    }
}
