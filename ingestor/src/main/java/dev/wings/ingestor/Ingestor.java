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
package dev.wings.ingestor;

import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.Cors;
import dev.wings.common.http.HttpEdge;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.LogMetadataGrpc;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.service.Surroundings;
import dev.wings.common.telemetry.ManagementServer;
import dev.wings.common.time.World;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.flight.PutService;
import dev.wings.ingestor.folio.FolioPipeline;
import dev.wings.ingestor.folio.FolioPipelines;
import dev.wings.ingestor.http.HttpDoor;
import dev.wings.ingestor.intake.Intake;
import dev.wings.ingestor.intake.IntakeMetrics;
import dev.wings.ingestor.topic.TopicDirectory;
import io.grpc.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running ingestor: what it does is in [#parts], and where it listens in [#listen].
///
/// It holds no state that outlives it: a batch is either acknowledged, and then stored and committed, or it is
/// the producer's to send again.
public final class Ingestor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ingestor.class);

    /// A batch may be in memory as it came, as a copy while it is split, and as what is decompressed while it
    /// is checked.
    private static final int MEMORY_PER_BUDGETED_BYTE = 2;

    /// Values that are written one by one have room for others, which are to come.
    private static final int VALUES_PER_BATCH_BYTE = 2;

    /// Bounds what a batch can cost whose columns take no bytes.
    private static final int MAX_BATCH_ROWS = 1 << 22;

    /// How long streams may take to end once everything is answered.
    private static final Duration CANCEL_TIME = Duration.ofSeconds(2);

    private final Duration drainTimeout;
    private final Resources resources;
    private final ManagementServer management;
    private final Parts parts;
    private final GrpcServer server;
    private final HttpEdge http;

    private Ingestor(
            Duration drainTimeout,
            Resources resources,
            ManagementServer management,
            Parts parts,
            GrpcServer server,
            HttpEdge http) {
        this.drainTimeout = drainTimeout;
        this.resources = resources;
        this.management = management;
        this.parts = parts;
        this.server = server;
        this.http = http;
    }

    /// What an ingestor does with batches, without the sockets over which they come.
    public record Parts(Intake intake, MemoryBudget budget, PutService puts, HttpDoor pushes) {}

    /// Opens the ingestor and listens.
    public static Ingestor open(IngestorConfig config, Surroundings surroundings) {
        return Resources.opening(
                resources -> listen(config, surroundings, parts(config, surroundings, resources), resources));
    }

    /// @param resources own what is opened
    public static Parts parts(IngestorConfig config, Surroundings surroundings, Resources resources) {
        Channel controlPlane = surroundings.controlPlane();
        MeterRegistry registry = surroundings.telemetry().registry();
        World world = surroundings.world();
        BufferAllocator allocator = resources.add(surroundings
                .allocator()
                .newChildAllocator("ingestor", 0, MEMORY_PER_BUDGETED_BYTE * config.memoryBytes()));
        TopicDirectory topics = new TopicDirectory(
                ClusterMetadataGrpc.newBlockingStub(controlPlane), config.callTimeout(), world.scheduler());
        FolioPipelines pipelines = resources.add(new FolioPipelines(
                new FolioPipeline.Limits(config.flushBytes(), config.flushLinger(), config.foliosInFlight()),
                config.uploads(),
                config.minHedgeDelay(),
                config.uploadTimeout(),
                config.callTimeout(),
                surroundings.stores(),
                LogMetadataGrpc.newBlockingStub(controlPlane),
                world.scheduler(),
                world.ids(),
                world.threads().executor("folio")));
        // Producers do not know the seed, so that none can slow others down with values that collide.
        Intake intake = new Intake(
                topics,
                pipelines,
                new BatchIntake.Settings(
                        allocator,
                        new BatchLimits(MAX_BATCH_ROWS, config.maxBatchBytes()),
                        world.random().nextInt(),
                        world.ids().clock()),
                world.ids());
        MemoryBudget budget = new MemoryBudget(config.memoryBytes(), world.scheduler());
        IntakeMetrics metrics = new IntakeMetrics(registry, budget);
        KnownTenants tenants = surroundings.knownTenants(config.callTimeout());
        PutService puts = new PutService(
                intake,
                budget,
                allocator,
                new PutService.Limits(
                        Math.toIntExact(config.maxBatchBytes()), config.maxStreams(), config.streamIdleTimeout()),
                tenants,
                world.scheduler(),
                metrics,
                registry);
        HttpDoor pushes = new HttpDoor(
                intake,
                budget,
                new HttpDoor.Limits(
                        config.httpRequests(),
                        Math.toIntExact(config.httpBodyBytes()),
                        VALUES_PER_BATCH_BYTE * config.maxBatchBytes(),
                        config.callTimeout()),
                tenants,
                world.scheduler(),
                metrics,
                registry,
                resources.add(world.threads().executor("http-topics")));
        return new Parts(intake, budget, puts, pushes);
    }

    private static Ingestor listen(IngestorConfig config, Surroundings surroundings, Parts parts, Resources resources) {
        MeterRegistry registry = surroundings.telemetry().registry();
        PutService puts = parts.puts();
        ManagementServer management = resources.add(ManagementServer.open(
                config.host(),
                config.managementPort(),
                surroundings.telemetry(),
                List.of(surroundings.controlPlaneCheck())));
        GrpcServer server = resources.add(GrpcServer.on(config.host(), config.flightPort(), registry)
                .countingService(puts.definition())
                .streamTracer(puts.tracer())
                .limits(config.grpc(), surroundings.world().scheduler())
                .drain(CANCEL_TIME)
                .open());
        HttpEdge http = resources.add(HttpEdge.open(
                config.host(),
                config.httpPort(),
                config.httpLimits(),
                Cors.parse(config.httpCorsOrigins()),
                List.of(parts.pushes().mount())));
        return new Ingestor(config.drainTimeout(), resources, management, parts, server, http);
    }

    /// The port on which it listens for Flight.
    public int flightPort() {
        return server.port();
    }

    /// The port on which it listens for rows over HTTP.
    public int httpPort() {
        return http.port();
    }

    /// The port on which it listens for probes.
    public int managementPort() {
        return management.port();
    }

    /// The bytes of batches between arrival and answer, those of unread answers included.
    public long memoryUsedBytes() {
        return parts.budget().usedBytes();
    }

    /// Drains: takes no more batches, commits and answers those it has, ends the streams. What is not done in
    /// the configured time is broken off, and stays the producers' to send again.
    @Override
    public void close() {
        management.announceDrain();
        server.announceDrain();
        parts.puts().drain();
        parts.pushes().drain();
        parts.intake().pipelines().drain();
        try {
            if (!parts.intake().pipelines().awaitIdle(drainTimeout)) {
                LOG.warn("folios that are still under way are broken off: waited={}", drainTimeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // this answers what is left before its streams are cut
        parts.intake().pipelines().close();
        resources.close();
    }
}
