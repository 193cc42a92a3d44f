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
package dev.wings.compactor;

import dev.wings.common.process.Resources;
import dev.wings.common.process.Scratch;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.proto.TasksGrpc;
import dev.wings.common.rpc.Retries;
import dev.wings.common.scan.ReadAhead;
import dev.wings.common.service.Surroundings;
import dev.wings.common.telemetry.ManagementServer;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.World;
import dev.wings.compactor.compact.Compaction;
import dev.wings.compactor.compact.CreateTable;
import dev.wings.compactor.maintain.GarbageClient;
import dev.wings.compactor.maintain.GarbageCollector;
import dev.wings.compactor.maintain.SnapshotExpiry;
import dev.wings.compactor.rewrite.SegmentRewrite;
import dev.wings.compactor.segment.DuckDbSegments;
import dev.wings.compactor.segment.SegmentEngine;
import dev.wings.compactor.segment.SegmentMaker;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskClient;
import dev.wings.worker.task.TaskLoop;
import dev.wings.worker.topic.Topics;
import io.grpc.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/// A running compactor: what it does is in [#parts], and where it listens in [#listen].
///
/// It holds no state that outlives it. A task has happened when the control plane has taken its commit, all at once;
/// whatever else a killed compactor leaves behind is garbage.
public final class Compactor implements AutoCloseable {

    /// How many snapshots one task takes out of a table.
    private static final int MAX_EXPIRED = 200;

    /// How many bytes the locations that they drop may have: these have to fit into a request of 16 MiB,
    /// whatever is around them.
    private static final long MAX_DROPPED_BYTES = 4 << 20;

    /// How many manifests Iceberg reads at once, for all tasks together.
    private static final int MANIFEST_READERS = 8;

    private final Resources resources;
    private final ManagementServer management;
    private final Parts parts;

    private Compactor(Resources resources, ManagementServer management, Parts parts) {
        this.resources = resources;
        this.management = management;
        this.parts = parts;
    }

    /// What a compactor does with tasks, without the socket over which it is probed.
    ///
    /// @param loop takes tasks once it is started, and drains when it is closed
    public record Parts(TaskLoop loop) {}

    /// Opens the compactor, which takes tasks from now on.
    public static Compactor open(CompactorConfig config, Surroundings surroundings) {
        return Resources.opening(
                resources -> listen(config, surroundings, parts(config, surroundings, resources), resources));
    }

    /// @param resources own what is opened
    public static Parts parts(CompactorConfig config, Surroundings surroundings, Resources resources) {
        World world = surroundings.world();
        BufferAllocator allocator = resources.add(surroundings
                .allocator()
                .newChildAllocator("compactor", 0, Math.multiplyExact(config.workers(), config.taskReadBytes())));
        Scratch scratch = resources.add(Scratch.open(config.scratchDirectory(), "compactor"));
        SegmentMaker segments = new DuckDbSegments(
                limits(config),
                scratch,
                allocator,
                world.ids(),
                calls(world),
                resources.add(world.threads().executor("compactor-io")),
                surroundings.telemetry().registry());
        return parts(config, surroundings, segments, resources);
    }

    /// As the other, with a maker of segments that the caller gives.
    public static Parts parts(
            CompactorConfig config, Surroundings surroundings, SegmentMaker segments, Resources resources) {
        Channel controlPlane = surroundings.controlPlane();
        World world = surroundings.world();
        IdGenerator ids = world.ids();
        MeterRegistry registry = surroundings.telemetry().registry();
        Retries calls = calls(world);
        TaskClient client = new TaskClient(TasksGrpc.newBlockingStub(controlPlane), calls, config.callTimeout());
        GarbageClient garbage =
                new GarbageClient(GarbageCollectionGrpc.newBlockingStub(controlPlane), calls, config.callTimeout());
        Topics topics = new Topics(controlPlane, calls, config.callTimeout(), config.planTimeout());
        TaskTables tables = new TaskTables(
                client,
                surroundings.stores(),
                ids,
                resources.add(world.threads().pool("manifest-reader", MANIFEST_READERS)));
        Compaction.Limits compaction = new Compaction.Limits(config.compactBytes(), config.compactPages());
        return new Parts(resources.add(new TaskLoop(
                client,
                Map.of(
                        TaskKind.CREATE_TABLE, new CreateTable(topics, tables, ids),
                        TaskKind.COMPACT, new Compaction(topics, tables, segments, compaction, registry),
                        TaskKind.REWRITE, new SegmentRewrite(topics, tables, segments, config.rewriteBytes()),
                        TaskKind.EXPIRE_SNAPSHOTS, new SnapshotExpiry(topics, tables, retention(config), ids.clock()),
                        TaskKind.COLLECT_GARBAGE,
                                new GarbageCollector(
                                        garbage, surroundings.stores(), calls, config.orphanInterval(), ids, registry)),
                "compactor",
                config.workers(),
                config.drainTimeout(),
                world,
                registry)));
    }

    private static Compactor listen(
            CompactorConfig config, Surroundings surroundings, Parts parts, Resources resources) {
        ManagementServer management = resources.add(ManagementServer.open(
                config.host(),
                config.managementPort(),
                surroundings.telemetry(),
                List.of(surroundings.controlPlaneCheck())));
        parts.loop().start();
        return new Compactor(resources, management, parts);
    }

    private static Retries calls(World world) {
        return Retries.defaults(world.scheduler(), world.random());
    }

    private static DuckDbSegments.Limits limits(CompactorConfig config) {
        return new DuckDbSegments.Limits(
                new SegmentEngine.Limits(config.taskMemoryBytes(), config.taskSpillBytes()),
                config.taskReadBytes(),
                new ReadAhead(config.readAheadPages(), config.readAheadBytes()),
                config.uploads());
    }

    private static SnapshotExpiry.Retention retention(CompactorConfig config) {
        return new SnapshotExpiry.Retention(
                config.snapshotAge(), config.minSnapshots(), config.maxSnapshots(), MAX_EXPIRED, MAX_DROPPED_BYTES);
    }

    /// The port on which it listens for probes.
    public int managementPort() {
        return management.port();
    }

    /// How many tasks run now.
    public int runningTasks() {
        return parts.loop().running();
    }

    /// Drains: takes no more tasks, and gives those back that are not done in the configured time.
    @Override
    public void close() {
        management.announceDrain();
        parts.loop().close();
        resources.close();
    }
}
