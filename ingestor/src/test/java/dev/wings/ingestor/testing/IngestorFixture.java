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
package dev.wings.ingestor.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.config.Settings;
import dev.wings.common.folio.Page;
import dev.wings.common.folio.PageBatch;
import dev.wings.common.folio.PageReader;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.OnError;
import dev.wings.common.proto.PageCommit;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.MemoryObjectStore;
import dev.wings.common.store.ObjectRange;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.World;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import io.micrometer.core.instrument.Counter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntPredicate;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// An ingestor on a free port with its surroundings in memory. Closing it fails if any memory was not given
/// back.
public final class IngestorFixture implements AutoCloseable {

    public static final String TOPIC = "tenants/default/namespaces/default/topics/events";

    /// The topic of its dead letters.
    public static final String LETTERS = TOPIC + "__errors";

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final MemoryControlPlane controlPlane = new MemoryControlPlane("file:///memory");
    private final BufferAllocator allocator = new RootAllocator();
    private final World world = World.system(new Random(1));
    private final Telemetry telemetry = Telemetry.open("ingestor");
    private final Ingestor ingestor;

    /// @param settings besides a short linger and free ports: names without prefix, and values
    public IngestorFixture(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>();
        environment.put("WINGS_INGESTOR_FLIGHT_PORT", "0");
        environment.put("WINGS_INGESTOR_HTTP_PORT", "0");
        environment.put("WINGS_INGESTOR_MANAGEMENT_PORT", "0");
        environment.put("WINGS_INGESTOR_FLUSH_LINGER", "2ms");
        settings.forEach((name, value) -> environment.put("WINGS_INGESTOR_" + name, value));
        this.ingestor = Ingestor.open(
                Settings.read(IngestorConfig.SERVICE, environment, IngestorConfig::from),
                new Surroundings(controlPlane.channel(), uri -> store, allocator, world, telemetry));
    }

    public MemoryControlPlane controlPlane() {
        return controlPlane;
    }

    public MemoryObjectStore store() {
        return store;
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    public Ingestor ingestor() {
        return ingestor;
    }

    /// DoPut streams that are open: one that its client has ended is for a moment longer.
    public int streams() {
        return (int) telemetry.registry().get("wings.ingestor.streams").gauge().value();
    }

    /// What a counter of the ingestor says, over all its tags; 0 for one that has counted nothing.
    public double counted(String name) {
        return telemetry.registry().find(name).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /// Creates [#TOPIC] with these fields, and has it keep dead letters.
    public Topic createTopicWithLetters(String partitionBy, TopicField... fields) {
        Topic ignored = createTopic(partitionBy, fields);
        return controlPlane.changeIntake(
                TOPIC, IntakeSpec.newBuilder().setOnError(OnError.DEAD_LETTER).build(), "intake.on_error");
    }

    /// The dead letters of [#TOPIC], without their request ids.
    public List<Map<String, Object>> letters() {
        List<Map<String, Object>> letters = rows(controlPlane.topic(LETTERS), "");
        letters.forEach(letter -> letter.remove("request_id"));
        return letters;
    }

    /// Creates [#TOPIC] with these fields.
    public Topic createTopic(String partitionBy, TopicField... fields) {
        return controlPlane.createTopic(TOPIC, new TopicSchema(0, List.of(fields), 1000), partitionBy);
    }

    public FlightClient openClient() {
        return FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", ingestor.flightPort()))
                .build();
    }

    public static IngestResponse response(PutResult result) {
        try {
            byte[] bytes =
                    new byte[Math.toIntExact(result.getApplicationMetadata().readableBytes())];
            result.getApplicationMetadata().getBytes(0, bytes);
            return IngestResponse.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /// All committed rows of a topic, by partition, in the order of their offsets: the values of the columns by
    /// name.
    public Map<String, List<Map<String, Object>>> rows(Topic topic) {
        Map<String, List<Map<String, Object>>> rows = new LinkedHashMap<>();
        for (MemoryControlPlane.Committed commit : controlPlane.answeredCommits()) {
            byte[] object =
                    Objects.requireNonNull(store.objects().get(commit.request().getObjectKey()));
            for (int i = 0; i < commit.request().getPagesCount(); i++) {
                PageCommit page = commit.request().getPages(i);
                int index = i;
                if (page.getTopicUid().equals(topic.getUid())) {
                    List<Map<String, Object>> found = read(topic, object, page, batch -> commit.hasBatch(index, batch));
                    if (!found.isEmpty()) {
                        rows.computeIfAbsent(page.getPartitionValue(), ignored -> new ArrayList<>())
                                .addAll(found);
                    }
                }
            }
        }
        return rows;
    }

    /// All committed rows of one partition.
    public List<Map<String, Object>> rows(Topic topic, String partitionValue) {
        return rows(topic).getOrDefault(partitionValue, List.of());
    }

    private List<Map<String, Object>> read(Topic topic, byte[] object, PageCommit page, IntPredicate isInLog) {
        List<Map<String, Object>> rows = new ArrayList<>();
        ObjectRange range = new ObjectRange("", page.getByteOffset(), page.getByteOffset() + page.getByteLength());
        try (ArrowBuf bytes = allocator.buffer(page.getByteLength())) {
            bytes.setBytes(0, object, Math.toIntExact(page.getByteOffset()), page.getByteLength());
            PageReader.checkCrc(range, bytes, page.getCrc32C());
            Page content = PageReader.read(range, bytes);
            SchemaBinding binding = SchemaBinding.bind(content.schema(), SchemaProtos.fromProto(topic.getSchema()));
            try (BatchReader reader = new BatchReader(allocator, binding, new BatchLimits(1 << 22, 64 << 20))) {
                for (int i = 0; i < content.batches().size(); i++) {
                    List<Map<String, Object>> found =
                            read(reader, content.batches().get(i));
                    if (isInLog.test(i)) {
                        rows.addAll(found);
                    }
                }
            }
        }
        return rows;
    }

    private List<Map<String, Object>> read(BatchReader reader, PageBatch stored) {
        List<Map<String, Object>> rows = new ArrayList<>();
        IpcHeader.RecordBatch header = (IpcHeader.RecordBatch) IpcHeader.parse(stored.header());
        try (Batch batch = reader.openBatch(header, stored.body());
                VectorSchemaRoot root = batch.openRoot(allocator)) {
            for (int row = 0; row < root.getRowCount(); row++) {
                Map<String, Object> values = new LinkedHashMap<>();
                for (FieldVector vector : root.getFieldVectors()) {
                    Object value = vector.getObject(row);
                    values.put(vector.getName(), value instanceof Number ? value : String.valueOf(value));
                }
                rows.add(values);
            }
        }
        return rows;
    }

    @Override
    public void close() {
        ingestor.close();
        controlPlane.close();
        world.scheduler().close();
        telemetry.close();
        allocator.close();
    }
}
