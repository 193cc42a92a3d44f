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
package dev.wings.compactor.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.lake.LakeTable;
import dev.wings.common.lake.StoreLocations;
import dev.wings.common.lake.TableLocations;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.compactor.segment.Segment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ThreadPools;
import org.junit.jupiter.api.Test;

final class SegmentRewriteTest {

    private static final long MIB = 1 << 20;
    private static final int COLUMN = 1;
    private static final TopicSchema SCHEMA =
            new TopicSchema(0, List.of(TopicField.required(COLUMN, "n", FieldType.Primitive.LONG)), COLUMN);

    @Test
    void planKeepsSmallSegmentsAndOfTheirColumnsOnlyTheOffset() throws Exception {
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            catalog.initialize("lake", Map.of());
            Table table = createTable(catalog);
            table.newAppend()
                    .appendFile(segment("large", 200 * MIB, 0))
                    .appendFile(segment("small", MIB, 100))
                    .commit();

            Iterable<List<Segment>> partitions =
                    SegmentRewrite.partitions(table, ThreadPools.getWorkerPool(), 256 * MIB);

            assertThat(partitions).singleElement().satisfies(found -> {
                Segment segment = found.getFirst();
                assertThat(found).hasSize(1);
                assertThat(segment.file().location()).endsWith("/small.parquet");
                assertThat(segment.bytes()).isEqualTo(MIB);
                assertThat(segment.file().recordCount()).isEqualTo(100);
                assertThat(segment.minOffset()).isEqualTo(100);
                assertThat(segment.maxOffset()).isEqualTo(199);
                assertThat(segment.file().lowerBounds()).containsOnlyKeys(LakeTable.OFFSET_FIELD_ID);
                assertThat(segment.file().upperBounds()).containsOnlyKeys(LakeTable.OFFSET_FIELD_ID);
                assertThat(segment.file().valueCounts()).containsOnlyKeys(LakeTable.OFFSET_FIELD_ID);
            });
        }
    }

    private static Table createTable(InMemoryCatalog catalog) {
        UUID topic = new UUID(0, 1);
        TableLocations locations =
                TableLocations.of(StoreLocations.of(URI.create("file:///lake")), "default", "topic", topic);
        TableMetadata metadata = LakeTable.of(topic, SCHEMA, 0, LakeSpec.getDefaultInstance())
                .initialMetadata(new UUID(0, 2), locations);
        String location = locations.metadata(0, new UUID(0, 3));
        // all such share their files
        try (InMemoryFileIO io = new InMemoryFileIO()) {
            TableMetadataParser.write(metadata, io.newOutputFile(location));
        }
        catalog.createNamespace(Namespace.of("default"));
        return catalog.registerTable(TableIdentifier.of("default", "topic"), location);
    }

    /// 100 rows.
    private static DataFile segment(String name, long bytes, long offset) {
        Map<Integer, Long> counts = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (int column : List.of(COLUMN, LakeTable.OFFSET_FIELD_ID)) {
            counts.put(column, 100L);
            lower.put(column, Conversions.toByteBuffer(Types.LongType.get(), offset));
            upper.put(column, Conversions.toByteBuffer(Types.LongType.get(), offset + 99));
        }
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("file:///lake/" + name + ".parquet")
                .withFormat("parquet")
                .withFileSizeInBytes(bytes)
                .withMetrics(new Metrics(100L, counts, counts, Map.of(), Map.of(), lower, upper))
                .build();
    }
}
