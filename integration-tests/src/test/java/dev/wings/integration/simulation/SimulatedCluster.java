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
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.controlplane.ControlPlane;
import dev.wings.controlplane.ControlPlaneConfig;
import dev.wings.controlplane.memory.MemoryDatabase;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;

/// Control planes over one database, ingestors over one object store: the real ones, but for their sockets. The state
/// survives every crash.
final class SimulatedCluster {

    static final String TOPIC = "tenants/default/namespaces/default/topics/events";

    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(1, "id", Primitive.LONG)), 1);

    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final Flaw flaw;
    private MemoryDatabase database = new MemoryDatabase();
    private final MemoryObjectStore objects;
    private final List<Replica> replicas = new ArrayList<>();
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

    MemoryObjectStore objects() {
        return objects;
    }

    void openControlPlanes(int number) {
        for (int i = 0; i < number; i++) {
            replicas.add(openControlPlane());
        }
    }

    private Replica openControlPlane() {
        SimulatedProcess process = new SimulatedProcess(simulation, "control-plane-" + ++processes);
        Resources resources = new Resources();
        ControlPlane.Parts parts = ControlPlane.parts(
                Settings.read(
                        ControlPlaneConfig.SERVICE,
                        Map.of("WINGS_CONTROL_PLANE_DATABASE_URL", "memory:"),
                        ControlPlaneConfig::from),
                database.stores(simulation::now),
                new ControlPlane.Surroundings(
                        new ObjectStores(), process.world(), resources.add(Telemetry.open("control-plane"))),
                resources);
        return new Replica(new SimulatedNetwork.Peer(process, parts.services()), resources);
    }

    /// Ends a control plane, and starts another in its place.
    void crashControlPlane() {
        int victim = simulation.random().nextInt(replicas.size());
        network.crash(replicas.get(victim).peer.process());
        if (flaw == Flaw.FORGETFUL_DATABASE) {
            database = new MemoryDatabase();
        }
        replicas.set(victim, openControlPlane());
    }

    RunningIngestor openIngestor() {
        SimulatedProcess process = new SimulatedProcess(simulation, "ingestor-" + ++processes);
        Resources resources = new Resources();
        RootAllocator memory = new RootAllocator();
        Ingestor.Parts parts = Ingestor.parts(
                Settings.read(IngestorConfig.SERVICE, Map.of(), IngestorConfig::from),
                new Surroundings(
                        channel(process),
                        uri -> new SimulatedStore(simulation, process, objects, flaw),
                        memory,
                        process.world(),
                        resources.add(Telemetry.open("ingestor"))),
                resources);
        return new RunningIngestor(process, parts, memory, resources);
    }

    void crash(RunningIngestor ingestor) {
        network.crash(ingestor.process());
    }

    /// Each call goes to one of the control planes.
    private Channel channel(SimulatedProcess from) {
        return network.channel(from, this::anyPeer, true);
    }

    /// Calls on it fail for what the control plane says, and for nothing else while none of them crashes.
    Channel reliableChannel(SimulatedProcess from) {
        return network.channel(from, this::anyPeer, false);
    }

    private SimulatedNetwork.Peer anyPeer() {
        return replicas.get(simulation.random().nextInt(replicas.size())).peer;
    }

    Topic createTopic(SimulatedProcess client) {
        ClusterMetadataBlockingStub cluster = ClusterMetadataGrpc.newBlockingStub(reliableChannel(client));
        cluster.createTenant(
                CreateTenantRequest.newBuilder().setTenantId("default").build());
        cluster.createObjectStore(CreateObjectStoreRequest.newBuilder()
                .setParent("tenants/default")
                .setObjectStoreId("default")
                .setObjectStore(ObjectStore.newBuilder().setUri("file:///simulated"))
                .build());
        cluster.createNamespace(CreateNamespaceRequest.newBuilder()
                .setParent("tenants/default")
                .setNamespaceId("default")
                .setNamespace(Namespace.newBuilder().setObjectStore("tenants/default/objectStores/default"))
                .build());
        return cluster.createTopic(CreateTopicRequest.newBuilder()
                .setParent("tenants/default/namespaces/default")
                .setTopicId("events")
                .setTopic(Topic.newBuilder().setSchema(SchemaProtos.toProto(SCHEMA)))
                .build());
    }

    /// Ends those that still run as they end when they are told to.
    void close() {
        replicas.forEach(replica -> replica.resources.close());
    }
}
