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

import dev.wings.client.Address;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.config.Settings;
import dev.wings.common.error.WingsException;
import dev.wings.common.process.Resources;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.service.Surroundings;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.telemetry.Telemetry;
import dev.wings.common.time.IdGenerator;
import dev.wings.common.time.Scheduler;
import dev.wings.common.time.Threads;
import dev.wings.common.time.World;
import dev.wings.ingestor.Ingestor;
import dev.wings.ingestor.IngestorConfig;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// An ingestor over the control plane and the objects of a fixture, and a producer.
final class LakeIngestor implements AutoCloseable {

    private final Resources resources = new Resources();
    private final BufferAllocator allocator = resources.add(new RootAllocator());
    private final FlightConnection connection;

    LakeIngestor(Channel controlPlane, ObjectStore store, IdGenerator ids) {
        IngestorConfig config = Settings.read(
                IngestorConfig.SERVICE,
                Map.of(
                        "WINGS_INGESTOR_FLIGHT_PORT", "0",
                        "WINGS_INGESTOR_HTTP_PORT", "0",
                        "WINGS_INGESTOR_MANAGEMENT_PORT", "0",
                        "WINGS_INGESTOR_FLUSH_LINGER", "1ms",
                        "WINGS_INGESTOR_CALL_TIMEOUT", "60s",
                        "WINGS_INGESTOR_DRAIN_TIMEOUT", "1s"),
                IngestorConfig::from);
        Ingestor ingestor = resources.add(Ingestor.open(
                config,
                new Surroundings(
                        controlPlane,
                        uri -> store,
                        resources.add(new RootAllocator()),
                        new World(resources.add(Scheduler.system()), Threads.system(), ids),
                        resources.add(Telemetry.open("ingestor")))));
        connection = resources.add(FlightConnection.open(
                Endpoint.of(new Address("ingestor", "127.0.0.1", ingestor.flightPort()), ResourceId.DEFAULT),
                allocator));
    }

    /// Pushes batches on one stream and returns the answer to each. Rows are values of the topic's fields, as
    /// [Values] has them.
    List<IngestResponse> push(String topic, TopicSchema schema, List<List<List<@Nullable Object>>> batches) {
        List<IngestResponse> answers = new ArrayList<>();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
                Producer producer = Producer.open(connection, allocator, topic, root.getSchema(), 1)) {
            for (List<List<@Nullable Object>> batch : batches) {
                fill(root, schema, batch);
                answers.add(producer.send(root).get());
            }
            producer.finish();
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (WingsException | ExecutionException e) {
            throw new IllegalStateException("push failed: topic=" + topic, e);
        }
    }

    private static void fill(VectorSchemaRoot root, TopicSchema schema, List<List<@Nullable Object>> batch) {
        for (int column = 0; column < schema.fields().size(); column++) {
            List<@Nullable Object> values = new ArrayList<>();
            for (List<@Nullable Object> row : batch) {
                values.add(row.get(column));
            }
            Values.fill(root.getVector(column), schema.fields().get(column).type(), values);
        }
        root.setRowCount(batch.size());
    }

    @Override
    public void close() {
        resources.close();
    }
}
