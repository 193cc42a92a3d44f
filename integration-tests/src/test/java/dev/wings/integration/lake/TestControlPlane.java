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
package dev.wings.integration.lake;

import dev.wings.common.process.Resources;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.garbage.GarbageCollection;
import dev.wings.controlplane.grpc.ClusterMetadataService;
import dev.wings.controlplane.grpc.GarbageCollectionService;
import dev.wings.controlplane.grpc.LogMetadataService;
import dev.wings.controlplane.grpc.TasksService;
import dev.wings.controlplane.log.CommitFeed;
import dev.wings.controlplane.log.CommitLimits;
import dev.wings.controlplane.log.GroupCommitter;
import dev.wings.controlplane.log.LogMetadata;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.controlplane.postgres.DatabaseConfig;
import dev.wings.controlplane.postgres.PostgresDatabase;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskPolicy;
import dev.wings.controlplane.task.TaskScheduling;
import dev.wings.controlplane.task.Tasks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/// The services of a control plane that tasks need, on a port that stays the same when it is restarted.
final class TestControlPlane implements AutoCloseable {

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

    private final State state;
    private final TaskPolicy policy;
    private final Scheduler scheduler;
    private final IdGenerator ids;
    private final SimpleMeterRegistry meters;
    private Resources resources = new Resources();
    private int port;

    /// What outlives a control plane.
    @FunctionalInterface
    interface State {
        Stores open(Scheduler scheduler, Resources resources);

        static State inMemory() {
            return inMemory(new MemoryDatabase());
        }

        static State inMemory(MemoryDatabase database) {
            return (scheduler, resources) -> database.stores(InstantSource.system());
        }

        static State inPostgres(DatabaseConfig config) {
            return (scheduler, resources) -> resources
                    .add(PostgresDatabase.open(config, new SimpleMeterRegistry()))
                    .stores(scheduler);
        }
    }

    TestControlPlane(State state, TaskPolicy policy, Scheduler scheduler, IdGenerator ids, SimpleMeterRegistry meters) {
        this.state = state;
        this.policy = policy;
        this.scheduler = scheduler;
        this.ids = ids;
        this.meters = meters;
        start();
    }

    int port() {
        return port;
    }

    private void start() {
        resources = new Resources();
        Stores stores = state.open(scheduler, resources);
        Tasks tasks = resources.add(
                new Tasks(stores.tasks(), stores.announcements(), policy, scheduler, ids, ids.clock(), meters));
        TaskScheduling scheduling = resources.add(TaskScheduling.open(
                stores.tasks(),
                stores.announcements(),
                tasks,
                policy,
                new HastyScheduler(scheduler),
                ids,
                ids.clock()));
        ClusterMetadata cluster = new ClusterMetadata(
                stores.cluster(),
                resources.add(new ObjectStores()),
                ids.clock(),
                ids,
                policy.garbageGrace(),
                scheduling::topicsChanged);
        CommitFeed feed = resources.add(
                CommitFeed.open(stores.log(), stores.announcements(), scheduler, Threads.system(), 10, meters));
        World world = new World(scheduler, Threads.system(), ids);
        GroupCommitter committer = resources.add(
                new GroupCommitter(stores.log(), world, new CommitLimits(2, 10, 1 << 20, 1 << 24), feed, meters));
        LogMetadata log = new LogMetadata(stores.log(), committer, feed, world, meters);
        GrpcServer server = resources.add(GrpcServer.on("127.0.0.1", port, meters)
                .service(new ClusterMetadataService(cluster))
                .service(new LogMetadataService(log, 1 << 20, CALL_TIMEOUT, Duration.ofDays(1), world))
                .service(new TasksService(tasks, Threads.system()))
                .service(new GarbageCollectionService(
                        new GarbageCollection(stores.tasks(), stores.garbage(), policy, ids.clock())))
                .maxMessageBytes(64 << 20)
                .drain(Duration.ofMillis(100))
                .open());
        port = server.port();
    }

    /// Calls that run fail.
    void restart() {
        resources.close();
        start();
    }

    @Override
    public void close() {
        resources.close();
    }
}
