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

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.FolioKey;
import dev.wings.common.folio.FolioWriter;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.folio.PageKey;
import dev.wings.common.folio.SealedFolio;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A topic, and all rows that were pushed to it.
public final class TestTopic {

    private final LakeFixture lake;
    private final TopicSchema schema;
    private final Optional<TopicField> key;
    private final TopicName name;
    private final Topic topic;
    /// The rows by partition, in the order of their offsets.
    private final Map<String, List<List<@Nullable Object>>> rows = new TreeMap<>();

    TestTopic(LakeFixture lake, Topic topic) {
        this.lake = lake;
        this.topic = topic;
        this.name = TopicName.parse(topic.getName());
        this.schema = SchemaProtos.fromProto(topic.getSchema());
        this.key = topic.getPartitionFieldId() == 0
                ? Optional.empty()
                : Optional.of(schema.partitionKey(topic.getPartitionFieldId()));
    }

    /// The topic as a writer has it that gives columns of this version the ids of those that `other` has of
    /// their names.
    TestTopic mistaken(TopicSchema other) {
        List<TopicField> fields = new ArrayList<>();
        for (TopicField field : schema.fields()) {
            int id = other.find(field.name())
                    .filter(it -> it.type().equals(field.type()))
                    .map(TopicField::id)
                    .orElse(field.id());
            fields.add(new TopicField(id, field.name(), field.required(), field.type(), field.doc()));
        }
        return new TestTopic(
                lake,
                topic.toBuilder()
                        .setSchema(SchemaProtos.toProto(new TopicSchema(schema.version(), fields, other.lastFieldId())))
                        .build());
    }

    public Topic proto() {
        return topic;
    }

    public TopicName name() {
        return name;
    }

    public TopicSchema schema() {
        return schema;
    }

    public Optional<TopicField> key() {
        return key;
    }

    /// The rows of each partition, each row the values of the topic's fields.
    public Map<String, List<List<@Nullable Object>>> rows() {
        return rows;
    }

    /// Pushes rows as one folio: a page for each partition, batches of at most `batchRows` rows.
    public void push(List<List<@Nullable Object>> pushed, int batchRows) {
        Map<String, List<List<@Nullable Object>>> byPartition = new TreeMap<>();
        for (List<@Nullable Object> row : pushed) {
            byPartition
                    .computeIfAbsent(partitionOf(row), value -> new ArrayList<>())
                    .add(row);
        }
        List<PageBuilder> pages = new ArrayList<>();
        for (Map.Entry<String, List<List<@Nullable Object>>> each : byPartition.entrySet()) {
            pages.add(page(each.getKey(), each.getValue(), batchRows));
            rows.computeIfAbsent(each.getKey(), value -> new ArrayList<>()).addAll(each.getValue());
        }
        pages.sort(Comparator.comparing(page -> page.key().partitionValue()));
        store(pages);
    }

    private void store(List<PageBuilder> pages) {
        SealedFolio folio = FolioWriter.seal(lake.ids().next(), topic.getNamespaceUid(), pages);
        String objectKey = FolioKey.of(lake.objectPrefix(), folio.id());
        lake.store().create(objectKey, folio.content());
        lake.commit(folio.commitRequest(objectKey));
    }

    private String partitionOf(List<@Nullable Object> row) {
        if (key.isEmpty()) {
            return PartitionValue.NONE;
        }
        int column = schema.fields().indexOf(key.get());
        try (var vector = ArrowSchemas.toArrow(key.get()).createVector(lake.allocator())) {
            Values.fill(vector, key.get().type(), java.util.Collections.singletonList(row.get(column)));
            return PartitionValue.of(key.get().type(), vector, 0);
        } catch (WingsException e) {
            throw new AssertionError("not a partition: " + row.get(column), e);
        }
    }

    private PageBuilder page(String partition, List<List<@Nullable Object>> its, int batchRows) {
        Schema arrow = ArrowSchemas.toArrow(schema);
        PageBuilder page = new PageBuilder(
                new PageKey(topic.getUid(), partition, schema.version()), PageBuilder.schemaMessage(arrow));
        for (int start = 0; start < its.size(); start += batchRows) {
            List<List<@Nullable Object>> batch = its.subList(start, Math.min(its.size(), start + batchRows));
            addBatch(page, arrow, batch);
        }
        return page;
    }

    private void addBatch(PageBuilder page, Schema arrow, List<List<@Nullable Object>> batch) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(arrow, lake.allocator())) {
            for (int column = 0; column < schema.fields().size(); column++) {
                List<@Nullable Object> values = new ArrayList<>();
                for (List<@Nullable Object> row : batch) {
                    values.add(row.get(column));
                }
                Values.fill(root.getVector(column), schema.fields().get(column).type(), values);
            }
            root.setRowCount(batch.size());
            addBatch(page, root, NoCompressionCodec.INSTANCE);
        }
    }

    /// Pushes batches as one page of the only partition. Their rows are not kept.
    void push(List<VectorSchemaRoot> batches, CompressionCodec codec) {
        PageBuilder page = new PageBuilder(
                new PageKey(topic.getUid(), PartitionValue.NONE, schema.version()),
                PageBuilder.schemaMessage(ArrowSchemas.toArrow(schema)));
        batches.forEach(batch -> addBatch(page, batch, codec));
        store(List.of(page));
    }

    private static void addBatch(PageBuilder page, VectorSchemaRoot root, CompressionCodec codec) {
        try {
            try (ArrowRecordBatch message = new VectorUnloader(root, true, codec, true).getRecordBatch()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                MessageSerializer.serialize(new WriteChannel(Channels.newChannel(out)), message);
                ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
                int header = bytes.getInt(4);
                ByteBuffer body = bytes.slice(8 + header, bytes.limit() - 8 - header);
                page.add(
                        bytes.slice(8, header),
                        List.of(ByteBuffer.allocateDirect(body.remaining())
                                .put(body)
                                .flip()),
                        0,
                        List.of());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many rows each partition has.
    public Map<String, Long> ends() {
        Map<String, Long> ends = new HashMap<>();
        rows.forEach((partition, its) -> ends.put(partition, (long) its.size()));
        return ends;
    }
}
