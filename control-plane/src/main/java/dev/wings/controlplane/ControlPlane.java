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
package dev.wings.controlplane;

import dev.wings.common.config.Settings;
import dev.wings.common.fair.KnownTenants;
import dev.wings.common.http.HttpEdge;
import dev.wings.common.http.Mount;
import dev.wings.common.process.Resources;
import dev.wings.common.resource.TenantName;
import dev.wings.common.rpc.GrpcServer;
import dev.wings.common.service.Machine;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.ManagementServer;
import dev.wings.common.telemetry.ReadinessCheck;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import dev.wings.controlplane.catalog.IcebergCatalog;
import dev.wings.controlplane.catalog.MetadataMemory;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.garbage.GarbageCollection;
import dev.wings.controlplane.grpc.ClusterMetadataService;
import dev.wings.controlplane.grpc.GarbageCollectionService;
import dev.wings.controlplane.grpc.LogMetadataService;
import dev.wings.controlplane.grpc.ResourceOwner;
import dev.wings.controlplane.grpc.TasksService;
import dev.wings.controlplane.grpc.ViewsService;
import dev.wings.controlplane.http.IcebergApi;
import dev.wings.controlplane.log.CommitFeed;
import dev.wings.controlplane.log.GroupCommitter;
import dev.wings.controlplane.log.LogMetadata;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TaskScheduling;
import dev.wings.controlplane.task.Tasks;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One replica of the control plane, serving. Any number of them may share a database.
public final class ControlPlane implements AutoCloseable {

    private final Resources resources;
    private final ClusterMetadata cluster;
    private final GrpcServer grpc;
    private final HttpEdge http;
    private final ManagementServer management;

    private ControlPlane(
            Resources resources, ClusterMetadata cluster, GrpcServer grpc, HttpEdge http, ManagementServer management) {
        this.resources = resources;
        this.cluster = cluster;
        this.grpc = grpc;
        this.http = http;
        this.management = management;
    }

    /// What a control plane is given from outside, and leaves open.
    public record Surroundings(ObjectStores objectStores, World world, Telemetry telemetry) {

        public Surroundings(Machine machine, Telemetry telemetry) {
            this(machine.stores(), machine.world(), telemetry);
        }
    }

    /// What a control plane does, without the sockets over which it is asked.
    ///
    /// @param services the gRPC services
    public record Parts(
            ClusterMetadata cluster,
            IcebergCatalog catalog,
            KnownTenants tenants,
            Tasks tasks,
            CommitFeed feed,
            List<ServerServiceDefinition> services) {}

    /// As the other, over the stores that the configuration names: reaches them, and brings them up to date.
    /// Fails with UNAVAILABLE if they are away, with PRECONDITION if they cannot be brought up to date.
    public static ControlPlane open(ControlPlaneConfig config, Surroundings surroundings) {
        return Resources.opening(resources ->
                open(config, resources.add(ConfiguredStores.open(config, surroundings)), surroundings, resources));
    }

    /// A real control plane that keeps all state in memory, on free ports of this machine. It is for trials,
    /// and for tests of what calls a control plane.
    public static ControlPlane openInMemory(Surroundings surroundings) {
        Map<String, String> environment = Map.of(
                "WINGS_CONTROL_PLANE_DATABASE_URL", ConfiguredStores.MEMORY,
                "WINGS_CONTROL_PLANE_GRPC_PORT", "0",
                "WINGS_CONTROL_PLANE_HTTP_PORT", "0",
                "WINGS_CONTROL_PLANE_MANAGEMENT_PORT", "0");
        return open(Settings.read(ControlPlaneConfig.SERVICE, environment, ControlPlaneConfig::from), surroundings);
    }

    /// Starts a control plane, which serves when this returns. Fails with PRECONDITION if a port is taken.
    ///
    /// @param stores left open
    public static ControlPlane open(ControlPlaneConfig config, Stores stores, Surroundings surroundings) {
        return Resources.opening(resources -> open(config, stores, surroundings, resources));
    }

    private static ControlPlane open(
            ControlPlaneConfig config, Stores stores, Surroundings surroundings, Resources resources) {
        return listen(config, stores, surroundings, parts(config, stores, surroundings, resources), resources);
    }

    /// @param stores left open
    /// @param resources own what is opened
    public static Parts parts(
            ControlPlaneConfig config, Stores stores, Surroundings surroundings, Resources resources) {
        MeterRegistry meters = surroundings.telemetry().registry();
        World world = surroundings.world();

        // The stores tell all replicas alike what is due and what is over.
        InstantSource time = stores.time();

        Tasks tasks = resources.add(new Tasks(
                stores.tasks(), stores.announcements(), config.tasks(), world.scheduler(), world.ids(), time, meters));
        TaskScheduling scheduling = resources.add(TaskScheduling.open(
                stores.tasks(), stores.announcements(), tasks, config.tasks(), world.scheduler(), world.ids(), time));

        GarbageCollection garbage = new GarbageCollection(stores.tasks(), stores.garbage(), config.tasks(), time);

        ClusterMetadata cluster = new ClusterMetadata(
                stores.cluster(),
                surroundings.objectStores(),
                time,
                world.ids(),
                config.tasks().garbageGrace(),
                scheduling::topicsChanged);

        CommitFeed feed = resources.add(CommitFeed.open(
                stores.log(),
                stores.announcements(),
                world.scheduler(),
                world.threads(),
                config.maxFollowers(),
                meters));
        GroupCommitter committer =
                resources.add(new GroupCommitter(stores.log(), world, config.commitLimits(), feed, meters));
        LogMetadata log = new LogMetadata(stores.log(), committer, feed, world, meters);

        IcebergCatalog catalog = IcebergCatalog.over(
                stores.lake(),
                cluster,
                stores.cluster(),
                surroundings.objectStores(),
                world.ids(),
                time,
                config.tasks().garbageGrace(),
                new MetadataMemory(
                        config.catalogMemoryBytes(), config.httpRequestTimeout().dividedBy(4), world.scheduler()));

        KnownTenants tenants = new KnownTenants(tenant -> cluster.loadTenant(new TenantName(tenant)), world);
        ResourceOwner owner = new ResourceOwner(tenants);
        List<ServerServiceDefinition> services = Stream.of(
                        new ClusterMetadataService(cluster),
                        new LogMetadataService(
                                log,
                                Math.toIntExact(config.planBufferBytes()),
                                config.stallTimeout(),
                                config.tasks().garbageGrace(),
                                world),
                        new TasksService(tasks, world.threads()),
                        new GarbageCollectionService(garbage),
                        new ViewsService(catalog, time))
                .map(service -> ServerInterceptors.intercept(service, owner))
                .toList();
        return new Parts(cluster, catalog, tenants, tasks, feed, services);
    }

    private static ControlPlane listen(
            ControlPlaneConfig config, Stores stores, Surroundings surroundings, Parts parts, Resources resources) {
        MeterRegistry meters = surroundings.telemetry().registry();
        ManagementServer management = resources.add(ManagementServer.open(
                config.host(),
                config.managementPort(),
                surroundings.telemetry(),
                List.of(new ReadinessCheck("database", stores.problem()::get))));
        GrpcServer.Builder server = GrpcServer.on(config.host(), config.grpcPort(), meters);
        parts.services().forEach(server::service);
        GrpcServer grpc = resources.add(server.maxMessageBytes(Math.toIntExact(config.maxMessageBytes()))
                .limits(config.grpc(), surroundings.world().scheduler())
                .drain(config.drainTimeout())
                .open());
        Mount catalog = IcebergApi.mount(
                config.httpRequests(),
                Math.toIntExact(config.httpBodyBytes()),
                config.httpRequestTimeout().dividedBy(2),
                parts.catalog(),
                parts.tenants(),
                surroundings.world().scheduler(),
                meters);
        HttpEdge http =
                resources.add(HttpEdge.open(config.host(), config.httpPort(), config.httpLimits(), List.of(catalog)));
        // These are closed first: followers and waiting workers would otherwise hold up the drain.
        resources.add(parts.feed()::endWatches);
        resources.add(parts.tasks());
        return new ControlPlane(resources, parts.cluster(), grpc, http, management);
    }

    public int grpcPort() {
        return grpc.port();
    }

    /// The port of the Iceberg REST catalog, which is below `/iceberg`.
    public int httpPort() {
        return http.port();
    }

    public int managementPort() {
        return management.port();
    }

    /// Creates what is missing of the tenant `default` with the object store `default` at `objectStore` and the
    /// namespace `default` in it. Fails with INVALID if there is an object store `default` somewhere else.
    public void createDefaults(URI objectStore) {
        DefaultResources.create(cluster, objectStore);
    }

    /// Drains: health and readiness say so, and calls that run may finish.
    @Override
    public void close() {
        management.announceDrain();
        resources.close();
    }
}
