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
package dev.wings.integration.simulation;

import dev.wings.common.config.Settings;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteNamespaceRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.compactor.Compactor;
import dev.wings.compactor.CompactorConfig;
import dev.wings.controlplane.ControlPlane;
import dev.wings.controlplane.ControlPlaneConfig;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.memory.RootAllocator;

/// Control planes over one database, and ingestors and compactors over one object store. They are the real
/// ones, except for their sockets and for what writes the files of tables. The state survives every crash.
final class SimulatedCluster {

    /// How long an object stays that nothing refers to any more: the shortest that can be configured.
    static final Duration GRACE = Duration.ofMinutes(5);

    static final String NAMESPACE = "tenants/default/namespaces/default";
    /// A namespace that is deleted, and maybe made once more.
    static final String BRIEF_NAMESPACE = "tenants/default/namespaces/brief";

    static final URI STORE = URI.create("file:///simulated");
    static final String EVENTS = NAMESPACE + "/topics/events";
    /// The topic that gets what was written to [#EVENTS], after it was written there.
    static final String COPIES = NAMESPACE + "/topics/copies";
    /// A topic that is deleted, and maybe made once more.
    static final String BRIEF = BRIEF_NAMESPACE + "/topics/brief";

    static final TopicSchema SCHEMA = new TopicSchema(
            0, List.of(TopicField.required(1, "id", Primitive.LONG), TopicField.required(2, "key", Primitive.LONG)), 2);

    private static final double FAULTS = 0.05;

    private static final Map<String, String> CONTROL_PLANE = Map.ofEntries(
            Map.entry("WINGS_CONTROL_PLANE_DATABASE_URL", "memory:"),
            Map.entry("WINGS_CONTROL_PLANE_GARBAGE_GRACE", GRACE.toSeconds() + "s"),
            Map.entry("WINGS_CONTROL_PLANE_GARBAGE_INTERVAL", "60s"),
            Map.entry("WINGS_CONTROL_PLANE_TASK_LEASE", "5s"),
            // a task whose worker crashes has had an attempt
            Map.entry("WINGS_CONTROL_PLANE_TASK_ATTEMPTS", "1000"),
            Map.entry("WINGS_CONTROL_PLANE_TASK_MIN_BACKOFF", "100ms"),
            Map.entry("WINGS_CONTROL_PLANE_TASK_MAX_BACKOFF", "5s"),
            Map.entry("WINGS_CONTROL_PLANE_REWRITE_SEGMENTS", "8"),
            Map.entry("WINGS_CONTROL_PLANE_MAX_SNAPSHOTS", "6"),
            Map.entry("WINGS_CONTROL_PLANE_SNAPSHOT_AGE", "60s"));

    private static final Map<String, String> COMPACTOR = Map.of(
            "WINGS_COMPACTOR_SNAPSHOT_AGE", "60s",
            "WINGS_COMPACTOR_MIN_SNAPSHOTS", "1",
            "WINGS_COMPACTOR_MAX_SNAPSHOTS", "4",
            "WINGS_COMPACTOR_ORPHAN_INTERVAL", "300s",
            "WINGS_COMPACTOR_COMPACT_PAGES", "20");

    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final Flaw flaw;
    private MemoryDatabase database = new MemoryDatabase();
    private final MemoryObjectStore objects;
    private final StoredObjects stored = new StoredObjects();
    private final List<Replica> replicas = new ArrayList<>();
    private final List<SimulatedProcess> compactors = new ArrayList<>();
    /// The processes that run.
    private final List<SimulatedProcess> running = new ArrayList<>();
    private final Resources telemetries = new Resources();
    private int processes;

    private record Replica(SimulatedNetwork.Peer peer, Resources resources) {}

    /// An ingestor that runs.
    record RunningIngestor(SimulatedProcess process, Ingestor.Parts parts, RootAllocator memory, Resources resources) {

        /// Fails if any memory was not given back.
        void close() {
            parts.intake().pipelines().close();
            resources.close();
            memory.close();
        }
    }

    SimulatedCluster(Simulation simulation, Flaw flaw) {
        this.simulation = simulation;
        this.flaw = flaw;
        this.network = new SimulatedNetwork(simulation);
        this.objects = new MemoryObjectStore(simulation::now);
    }

    private SimulatedProcess start(String kind) {
        SimulatedProcess process = new SimulatedProcess(simulation, kind + "-" + ++processes);
        running.add(process);
        return process;
    }

    /// Returns one of the processes that run.
    SimulatedProcess anyProcess() {
        return running.get(simulation.random().nextInt(running.size()));
    }

    private void crash(SimulatedProcess process) {
        network.crash(process);
        running.remove(process);
    }

    void openControlPlanes(int number) {
        for (int i = 0; i < number; i++) {
            replicas.add(openControlPlane());
        }
    }

    private Replica openControlPlane() {
        SimulatedProcess process = start("control-plane");
        Resources resources = new Resources();
        ControlPlane.Parts parts = ControlPlane.parts(
                Settings.read(ControlPlaneConfig.SERVICE, CONTROL_PLANE, ControlPlaneConfig::from),
                FlawedStores.of(
                        flaw,
                        simulation,
                        process,
                        new RemoteStores(simulation, process).of(database.stores(simulation::now))),
                new ControlPlane.Surroundings(new ObjectStores(), process.world(), telemetry("control-plane")),
                resources);
        return new Replica(new SimulatedNetwork.Peer(process, parts.services()), resources);
    }

    /// Ends a control plane, and starts another in its place.
    void crashControlPlane() {
        int victim = simulation.random().nextInt(replicas.size());
        crash(replicas.get(victim).peer.process());
        if (flaw == Flaw.FORGETFUL_DATABASE) {
            database = new MemoryDatabase();
        }
        replicas.set(victim, openControlPlane());
    }

    RunningIngestor openIngestor() {
        SimulatedProcess process = start("ingestor");
        Resources resources = new Resources();
        RootAllocator memory = new RootAllocator();
        Ingestor.Parts parts = Ingestor.parts(
                Settings.read(IngestorConfig.SERVICE, Map.of(), IngestorConfig::from),
                surroundings(process, memory),
                resources);
        return new RunningIngestor(process, parts, memory, resources);
    }

    private Surroundings surroundings(SimulatedProcess process, RootAllocator memory) {
        return new Surroundings(
                channel(process),
                uri -> store(process, FAULTS),
                memory,
                process.world(),
                telemetry(process.toString()));
    }

    /// Opens a telemetry, which the JVM itself refers to: no crash of a simulated process closes it.
    private Telemetry telemetry(String name) {
        return telemetries.add(Telemetry.open(name));
    }

    /// Releases what the JVM would keep of a run that is over, however it ended.
    void release() {
        telemetries.close();
    }

    private SimulatedStore store(SimulatedProcess process, double faults) {
        return new SimulatedStore(simulation, process, objects, flaw, faults);
    }

    void crash(RunningIngestor ingestor) {
        crash(ingestor.process());
    }

    void close(RunningIngestor ingestor) {
        ingestor.close();
        running.remove(ingestor.process());
    }

    void openCompactors(int number) {
        for (int i = 0; i < number; i++) {
            compactors.add(openCompactor());
        }
    }

    private SimulatedProcess openCompactor() {
        SimulatedProcess process = start("compactor");
        Resources resources = new Resources();
        Compactor.parts(
                        Settings.read(CompactorConfig.SERVICE, COMPACTOR, CompactorConfig::from),
                        surroundings(process, new RootAllocator()),
                        new SimulatedSegments(process.world(), flaw),
                        resources)
                .loop()
                .start();
        return process;
    }

    /// Ends a compactor, and starts another in its place.
    void crashCompactor() {
        int victim = simulation.random().nextInt(compactors.size());
        crash(compactors.get(victim));
        compactors.set(victim, openCompactor());
    }

    SimulatedReader openReader() {
        SimulatedProcess process = start("reader");
        return new SimulatedReader(simulation, process, channel(process), store(process, 0), stored);
    }

    /// Opens a reader whose calls are all answered.
    SimulatedReader openReliableReader() {
        SimulatedProcess process = start("reader");
        return new SimulatedReader(simulation, process, reliableChannel(process), store(process, 0), stored);
    }

    /// Returns the keys of all objects.
    Set<String> objects() {
        return objects.list("", "", Integer.MAX_VALUE).stream()
                .map(ObjectInfo::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Returns a channel on which each call goes to one of the control planes.
    private Channel channel(SimulatedProcess from) {
        return network.channel(from, this::anyPeer, true);
    }

    /// Returns a channel whose calls fail for what the control plane says, and for nothing else as long as none
    /// of the control planes crashes.
    private Channel reliableChannel(SimulatedProcess from) {
        return network.channel(from, this::anyPeer, false);
    }

    private SimulatedNetwork.Peer anyPeer() {
        return replicas.get(simulation.random().nextInt(replicas.size())).peer;
    }

    /// Makes or deletes something, and repeats the call until it is known to be done.
    ///
    /// @param client the process of whoever makes the change
    private void change(SimulatedProcess client, Function<ClusterMetadataBlockingStub, Object> call) {
        ClusterMetadataBlockingStub cluster = ClusterMetadataGrpc.newBlockingStub(reliableChannel(client));
        boolean unknown = false;
        while (true) {
            try {
                Object ignored = call.apply(cluster);
                return;
            } catch (StatusRuntimeException e) {
                switch (e.getStatus().getCode()) {
                    case UNAVAILABLE -> unknown = true;
                    case ALREADY_EXISTS, NOT_FOUND -> {
                        if (unknown) {
                            // the call before has done it
                            return;
                        }
                        throw e;
                    }
                    default -> throw e;
                }
            }
        }
    }

    void createTenant(SimulatedProcess client) {
        change(
                client,
                cluster -> cluster.createTenant(
                        CreateTenantRequest.newBuilder().setTenantId("default").build()));
        change(
                client,
                cluster -> cluster.createObjectStore(CreateObjectStoreRequest.newBuilder()
                        .setParent("tenants/default")
                        .setObjectStoreId("default")
                        .setObjectStore(ObjectStore.newBuilder().setUri(STORE.toString()))
                        .build()));
    }

    void createNamespace(SimulatedProcess client, String name) {
        change(
                client,
                cluster -> cluster.createNamespace(CreateNamespaceRequest.newBuilder()
                        .setParent("tenants/default")
                        .setNamespaceId(NamespaceName.parse(name).namespace())
                        .setNamespace(Namespace.newBuilder().setObjectStore("tenants/default/objectStores/default"))
                        .build()));
    }

    void deleteNamespace(SimulatedProcess client, String name) {
        change(
                client,
                cluster -> cluster.deleteNamespace(
                        DeleteNamespaceRequest.newBuilder().setName(name).build()));
    }

    /// @param partitionBy the name of a field; empty for none
    void createTopic(SimulatedProcess client, String name, String partitionBy) {
        change(
                client,
                cluster -> cluster.createTopic(CreateTopicRequest.newBuilder()
                        .setParent(TopicName.parse(name).parent().toString())
                        .setTopicId(TopicName.parse(name).topic())
                        .setTopic(Topic.newBuilder()
                                .setSchema(SchemaProtos.toProto(SCHEMA))
                                .setLake(LakeSpec.newBuilder()
                                        .setFreshness(com.google.protobuf.Duration.newBuilder()
                                                .setSeconds(2))))
                        .setPartitionBy(partitionBy)
                        .build()));
    }

    void deleteTopic(SimulatedProcess client, String name) {
        change(
                client,
                cluster -> cluster.deleteTopic(
                        DeleteTopicRequest.newBuilder().setName(name).build()));
    }

    /// Ends the processes that still run in the way in which they end when they are told to.
    void close() {
        replicas.forEach(replica -> replica.resources.close());
    }
}
