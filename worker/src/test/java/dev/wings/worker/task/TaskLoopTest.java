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
package dev.wings.worker.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.CompleteTaskRequest;
import dev.wings.common.proto.CompleteTaskResponse;
import dev.wings.common.proto.FailTaskRequest;
import dev.wings.common.proto.FailTaskResponse;
import dev.wings.common.proto.FailureCause;
import dev.wings.common.proto.Lease;
import dev.wings.common.proto.LeaseTaskRequest;
import dev.wings.common.proto.LeaseTaskResponse;
import dev.wings.common.proto.RenewLeaseRequest;
import dev.wings.common.proto.RenewLeaseResponse;
import dev.wings.common.proto.TableStats;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.rpc.Retries;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.OutOfMemoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TaskLoopTest {

    private static final java.time.Duration CALL_TIMEOUT = java.time.Duration.ofSeconds(10);

    private final Resources resources = new Resources();
    private final FakeTasks tasks = new FakeTasks();
    private final AtomicInteger missingThreads = new AtomicInteger();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /// Leases what is offered, and remembers what it is told.
    private static final class FakeTasks extends TasksGrpc.TasksImplBase {

        private final BlockingQueue<Task> offered = new LinkedBlockingQueue<>();
        private final BlockingQueue<CompleteTaskRequest> completed = new LinkedBlockingQueue<>();
        private final BlockingQueue<FailTaskRequest> failed = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> progress = new LinkedBlockingQueue<>();
        private final AtomicInteger leaseFailures = new AtomicInteger();
        private volatile boolean leasesLost;
        private volatile int leaseMillis = 30_000;

        void offer(String name) {
            offered.add(Task.newBuilder()
                    .setName("tenants/t/tasks/" + name)
                    .setKind(TaskKind.COMPACT)
                    .setEpoch(3)
                    .build());
        }

        private Duration duration() {
            return Duration.newBuilder()
                    .setSeconds(leaseMillis / 1000)
                    .setNanos(leaseMillis % 1000 * 1_000_000)
                    .build();
        }

        @Override
        public void leaseTask(LeaseTaskRequest request, StreamObserver<LeaseTaskResponse> answer) {
            assertThat(request.getKindsList()).containsExactly(TaskKind.COMPACT);
            if (leaseFailures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw WingsException.unavailable("not now", null);
            }
            LeaseTaskResponse.Builder response = LeaseTaskResponse.newBuilder();
            try {
                Task task = offered.poll(100, TimeUnit.MILLISECONDS);
                if (task != null) {
                    response.setLease(Lease.newBuilder().setTask(task).setDuration(duration()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answer.onNext(response.build());
            answer.onCompleted();
        }

        @Override
        public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> answer) {
            if (leasesLost) {
                throw new WingsException(ErrorKind.CONFLICT, "the lease is another's");
            }
            progress.add(request.getProgress());
            answer.onNext(
                    RenewLeaseResponse.newBuilder().setDuration(duration()).build());
            answer.onCompleted();
        }

        @Override
        public void completeTask(CompleteTaskRequest request, StreamObserver<CompleteTaskResponse> answer) {
            completed.add(request);
            answer.onNext(CompleteTaskResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void failTask(FailTaskRequest request, StreamObserver<FailTaskResponse> answer) {
            failed.add(request);
            answer.onNext(FailTaskResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    /// Threads that fail as on a machine that has none left.
    private final class ScarceThreads implements Threads {

        @Override
        public ThreadFactory virtual(String name) {
            return Threads.system().virtual(name);
        }

        @Override
        public ThreadFactory blocking(String name) {
            return task -> {
                if (missingThreads.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                return Threads.system().blocking(name).newThread(task);
            };
        }
    }

    private TaskLoop start(int workers, java.time.Duration drain, TaskHandler handler) {
        Scheduler scheduler = resources.add(Scheduler.system());
        GrpcServer server = resources.add(
                GrpcServer.on("127.0.0.1", 0, meters).service(tasks).open());
        GrpcClient client =
                resources.add(GrpcClient.open(URI.create("http://127.0.0.1:" + server.port()), CALL_TIMEOUT, 1 << 20));
        TaskClient taskClient = new TaskClient(
                TasksGrpc.newBlockingStub(client.channel()), Retries.defaults(scheduler, new Random(1)), CALL_TIMEOUT);
        TaskLoop loop = resources.add(new TaskLoop(
                taskClient,
                Map.of(TaskKind.COMPACT, handler),
                "compactor",
                workers,
                drain,
                new World(scheduler, new ScarceThreads(), new IdGenerator(InstantSource.system(), new Random(1))),
                meters));
        loop.start();
        return loop;
    }

    @AfterEach
    void close() {
        resources.close();
    }

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(20, TimeUnit.SECONDS);
        if (taken == null) {
            throw new AssertionError("nothing came");
        }
        return taken;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneIsNoPlural() {
        assertThat(TaskLease.count(0, "segment")).isEqualTo("0 segments");
        assertThat(TaskLease.count(1, "segment")).isEqualTo("1 segment");
        assertThat(TaskLease.count(2, "segment")).isEqualTo("2 segments");
    }

    @Test
    void resultIsReportedAndTheNextTaskIsTaken() throws InterruptedException {
        TableStats stats = TableStats.newBuilder().setSegments(7).build();
        start(1, CALL_TIMEOUT, lease -> new TaskHandler.Result(Optional.of(stats), true));
        tasks.leaseFailures.set(2);
        tasks.offer("a");
        tasks.offer("b");
        CompleteTaskRequest first = take(tasks.completed);
        assertThat(first.getLease().getTask()).isEqualTo("tenants/t/tasks/a");
        assertThat(first.getLease().getEpoch()).isEqualTo(3);
        assertThat(first.getTable()).isEqualTo(stats);
        assertThat(first.getMore()).isTrue();
        assertThat(take(tasks.completed).getLease().getTask()).isEqualTo("tenants/t/tasks/b");
    }

    @Test
    void failureNamesTheThingAndIsFinalOnlyIfTheTargetIsGone() throws InterruptedException {
        BlockingQueue<RuntimeException> failures = new LinkedBlockingQueue<>();
        failures.add(WingsException.dataLoss("page is damaged: key=a/b", null));
        failures.add(WingsException.notFound("topic=x"));
        failures.add(new IllegalStateException("a bug"));
        start(1, CALL_TIMEOUT, lease -> {
            throw failures.remove();
        });
        tasks.offer("a");
        tasks.offer("b");
        tasks.offer("c");
        assertThat(take(tasks.failed))
                .matches(failure -> failure.getFailure().equals("data_loss: page is damaged: key=a/b"))
                .matches(failure -> failure.getCause() == FailureCause.FAILURE_CAUSE_UNSPECIFIED);
        assertThat(take(tasks.failed))
                .matches(failure -> failure.getFailure().equals("not_found: topic=x"))
                .matches(failure -> failure.getCause() == FailureCause.PERMANENT);
        assertThat(take(tasks.failed))
                .matches(failure -> failure.getFailure().contains("a bug"))
                .matches(failure -> failure.getCause() == FailureCause.FAILURE_CAUSE_UNSPECIFIED);
    }

    @Test
    void failureForAnOutageSaysSo() throws InterruptedException {
        List<RuntimeException> outages = List.of(
                WingsException.unavailable("the bucket is away", null),
                new WingsException(ErrorKind.DEADLINE, "no answer in time"),
                WingsException.exhausted("the disk is full"),
                new IllegalStateException("rows cannot be read", new OutOfMemoryException("no room for rows")),
                new IllegalStateException("rows cannot be read", new OutOfMemoryError("no room for buffers")),
                new UncheckedIOException(new IOException(WingsException.unavailable("the bucket is away", null))));
        BlockingQueue<RuntimeException> failures = new LinkedBlockingQueue<>(outages);
        start(1, CALL_TIMEOUT, lease -> {
            throw failures.remove();
        });
        for (RuntimeException outage : outages) {
            tasks.offer("a");
            assertThat(take(tasks.failed).getCause()).as(outage.toString()).isEqualTo(FailureCause.TRANSIENT);
        }
    }

    @Test
    void taskThatCannotBeStartedIsGivenBackAndTheNextOneIsTaken() throws InterruptedException {
        missingThreads.set(1);
        TaskLoop loop = start(1, CALL_TIMEOUT, lease -> new TaskHandler.Result(Optional.empty(), false));
        tasks.offer("a");
        assertThat(take(tasks.failed))
                .matches(failure -> failure.getLease().getTask().equals("tenants/t/tasks/a"))
                .matches(failure -> failure.getCause() == FailureCause.GIVEN_BACK);
        assertThat(loop.running()).isZero();
        tasks.offer("b");
        assertThat(take(tasks.completed).getLease().getTask()).isEqualTo("tenants/t/tasks/b");
    }

    @Test
    void lostLeaseStopsTheWorkAndNothingIsReported() throws InterruptedException {
        tasks.leaseMillis = 900;
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
        start(1, CALL_TIMEOUT, lease -> {
            lease.progress("half");
            begun.countDown();
            try {
                return lease.interruptible(interrupted::countDown, () -> {
                    // native code, which only notices the interrupt that is meant for it
                    while (interrupted.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                    throw new IllegalStateException("interrupted");
                });
            } catch (RuntimeException e) {
                ends.add(e);
                throw e;
            }
        });
        tasks.offer("a");
        await(begun);
        String progress = take(tasks.progress);
        while (progress.isEmpty()) {
            progress = take(tasks.progress);
        }
        assertThat(progress).isEqualTo("half");
        tasks.leasesLost = true;
        assertThat(take(ends)).isInstanceOf(BrokenOffException.class);
        tasks.leasesLost = false;
        // the thread is free again, and was not left interrupted
        tasks.offer("b");
        assertThat(take(ends)).isInstanceOf(IllegalStateException.class);
        assertThat(take(tasks.failed).getLease().getTask()).isEqualTo("tenants/t/tasks/b");
        assertThat(tasks.failed).isEmpty();
        assertThat(tasks.completed).isEmpty();
    }

    @Test
    void noMoreTasksAreTakenThanThereAreWorkers() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch two = new CountDownLatch(2);
        TaskLoop loop = start(2, CALL_TIMEOUT, lease -> {
            two.countDown();
            await(go);
            return new TaskHandler.Result(Optional.empty(), false);
        });
        tasks.offer("a");
        tasks.offer("b");
        tasks.offer("c");
        await(two);
        assertThat(loop.running()).isEqualTo(2);
        assertThat(tasks.offered).hasSize(1);
        go.countDown();
        for (int i = 0; i < 3; i++) {
            assertThat(take(tasks.completed).hasTable()).isFalse();
        }
    }

    @Test
    void drainWaitsForTasksThatEndInTime() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskLoop loop = start(1, CALL_TIMEOUT, lease -> {
            begun.countDown();
            await(go);
            return new TaskHandler.Result(Optional.empty(), false);
        });
        tasks.offer("a");
        await(begun);
        Thread closer = Thread.ofVirtual().start(loop::close);
        go.countDown();
        closer.join();
        assertThat(tasks.completed).hasSize(1);
        tasks.offer("b");
        assertThat(tasks.offered).hasSize(1);
    }

    @Test
    void drainGivesBackWhatDoesNotEndInTime() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        TaskLoop loop = start(1, java.time.Duration.ofMillis(50), lease -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                lease.check();
            }
            throw new AssertionError("the check fails");
        });
        tasks.offer("a");
        await(begun);
        loop.close();
        assertThat(take(tasks.failed))
                .matches(failure -> failure.getFailure().startsWith("given back"))
                .matches(failure -> failure.getCause() == FailureCause.GIVEN_BACK);
        assertThat(meters.find("wings.compactor.tasks")
                        .tag("outcome", "returned")
                        .timer())
                .isNotNull();
    }
}
