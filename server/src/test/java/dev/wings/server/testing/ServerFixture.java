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
package dev.wings.server.testing;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.arrow.ValueBounds;
import dev.wings.common.config.Settings;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.folio.FolioWriter;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.folio.PageKey;
import dev.wings.common.folio.SealedFolio;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.GrpcClient;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.store.ObjectStores;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.server.ServerConfig;
import dev.wings.server.SqlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/// A server that runs, and topics to fill. Fails when it is closed if the server leaked memory.
public final class ServerFixture implements AutoCloseable {

    /// The timestamp of all rows that are pushed without another one: 2026-01-31T08:30:00Z.
    public static final long TIMESTAMP_MICROS = 1_769_848_200_000_000L;

    private final Resources resources = new Resources();
    private final BufferAllocator allocator;
    private final BufferAllocator producers;
    private final ObjectStore store;
    private final URI storeRoot;
    private final Telemetry telemetry;
    private final IdGenerator ids;
    private final MemoryControlPlane controlPlane;
    private final SqlServer server;

    public ServerFixture(Path directory, Map<String, String> settings) {
        try {
            this.ids = new IdGenerator(InstantSource.system(), new Random(1));
            Scheduler scheduler = resources.add(Scheduler.system());
            this.allocator = resources.add(new RootAllocator());
            this.producers = resources.add(allocator.newChildAllocator("producers", 0, Long.MAX_VALUE));
            ObjectStores stores = resources.add(new ObjectStores());
            Path root = directory.resolve("objects");
            this.storeRoot = root.toUri();
            this.store = stores.open(root.toUri());
            this.controlPlane = resources.add(new MemoryControlPlane(root.toUri()));
            GrpcClient client =
                    resources.add(GrpcClient.open(controlPlane.address(), Duration.ofSeconds(10), 64 << 20));
            Map<String, String> environment = new HashMap<>(Map.of(
                    "WINGS_SERVER_FLIGHT_PORT", "0",
                    "WINGS_SERVER_HTTP_PORT", "0",
                    "WINGS_SERVER_MANAGEMENT_PORT", "0",
                    "WINGS_SERVER_DRAIN_TIMEOUT", "1s",
                    // a process takes long to start, and most tests start a server
                    "WINGS_SERVER_ENGINE_PROCESSES", System.getProperty("wings.engines.processes", "false"),
                    "WINGS_SERVER_SPILL_DIRECTORY", directory.resolve("spill").toString()));
            environment.putAll(settings);
            ServerConfig config = Settings.read(ServerConfig.SERVICE, environment, ServerConfig::from);
            this.telemetry = resources.add(Telemetry.open("server"));
            this.server = resources.add(SqlServer.open(
                    config,
                    new Surroundings(
                            client.channel(),
                            stores::open,
                            allocator,
                            new World(scheduler, Threads.system(), ids),
                            telemetry)));
        } catch (RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    public int port() {
        return server.flightPort();
    }

    public int httpPort() {
        return server.httpPort();
    }

    public MemoryControlPlane controlPlane() {
        return controlPlane;
    }

    /// Returns the store that the objects are in.
    public ObjectStore store() {
        return store;
    }

    public URI storeRoot() {
        return storeRoot;
    }

    public double metric(String name, String... tags) {
        return telemetry.registry().get(name).tags(tags).meters().stream()
                .flatMap(meter ->
                        java.util.stream.StreamSupport.stream(meter.measure().spliterator(), false))
                .mapToDouble(measurement -> measurement.getValue())
                .sum();
    }

    /// Returns the allocator for batches to push.
    public BufferAllocator allocator() {
        return producers;
    }

    /// Makes a topic of tenant and namespace `default`, or as the name says.
    public Topic createTopic(String name, TopicSchema schema, String partitionBy) {
        return controlPlane.createTopic(
                TopicName.resolve(name, new NamespaceName("default", "default")), schema, partitionBy);
    }

    /// The canonical schema of pages of a topic.
    public static Schema pageSchema(TopicSchema schema) {
        return ArrowSchemas.toArrow(schema);
    }

    /// Pushes batches into one partition, as one page of one folio.
    public void push(Topic topic, String partition, List<VectorSchemaRoot> batches) {
        push(topic, partition, batches, NoCompressionCodec.INSTANCE, false);
    }

    /// @param skipFirst whether the first batch is rejected at the commit
    public void push(
            Topic topic, String partition, List<VectorSchemaRoot> batches, CompressionCodec codec, boolean skipFirst) {
        PageBuilder page = new PageBuilder(
                new PageKey(topic.getUid(), partition, topic.getSchema().getVersion()),
                PageBuilder.schemaMessage(batches.getFirst().getSchema()));
        for (VectorSchemaRoot root : batches) {
            try (ArrowRecordBatch batch = new VectorUnloader(root, true, codec, true).getRecordBatch()) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                MessageSerializer.writeBatchBuffers(new WriteChannel(Channels.newChannel(body)), batch);
                ByteBuffer header = MessageSerializer.serializeMetadata(batch, IpcOption.DEFAULT);
                page.add(
                        header,
                        List.of(ByteBuffer.wrap(body.toByteArray())),
                        0,
                        bounds(topic, root.getSchema(), header, body.toByteArray()));
            } catch (IOException e) {
                throw new IllegalStateException("memory cannot be written", e);
            }
        }
        UUID id = ids.next();
        SealedFolio folio = FolioWriter.seal(id, topic.getNamespaceUid(), List.of(page));
        String key = FolioKey.of("", id);
        store.create(key, folio.content());
        controlPlane.commit(folio.commitRequest(key), skipFirst ? 0 : -1, TIMESTAMP_MICROS);
    }

    /// Returns the bounds as an ingestor finds them; there are none for rows that it would not take.
    private List<ValueBounds> bounds(Topic topic, Schema schema, ByteBuffer header, byte[] bytes) {
        byte[] head = new byte[header.remaining()];
        header.duplicate().get(head);
        SchemaBinding binding;
        try {
            binding = SchemaBinding.bind(schema, SchemaProtos.fromProto(topic.getSchema()));
        } catch (WingsException e) {
            return List.of();
        }
        try (ArrowBuf body = producers.buffer(bytes.length);
                BatchReader reader = new BatchReader(producers, binding, new BatchLimits(1 << 20, 256L << 20))) {
            body.writeBytes(bytes);
            try (Batch batch = reader.openBatch((IpcHeader.RecordBatch) IpcHeader.parse(head), body)) {
                return batch.bounds();
            }
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
