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

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.BodyCompression;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an ingestor acknowledges by default can be read and compacted by default, with as little memory as the
/// platform in one process gives (I11): however much of it comes out of few compressed bytes, and however large a
/// single value is.
final class LargeValuesTest {

    private static final int MIB = 1 << 20;

    /// The memory of a task in `wings dev`.
    private static final long TASK_MEMORY_BYTES = 384L * MIB;

    /// What one batch may be, compressed and decompressed.
    private static final int BATCH_BYTES = 64 * MIB;

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(TopicField.required(1, "n", Primitive.LONG), TopicField.optional(2, "bytes", Primitive.BINARY)),
            2);

    private static final CompressionCodec ZSTD =
            new BodyCompression(BATCH_BYTES).createCodec(CompressionUtil.CodecType.ZSTD);

    @TempDir
    private Path directory;

    private LakeFixture lake;
    private LakeSql sql;
    private long pushed;

    @BeforeEach
    void open() {
        lake = new LakeFixture(directory.resolve("scratch"));
        lake.memory(TASK_MEMORY_BYTES);
        sql = lake.openSql(directory.resolve("sql"));
    }

    @AfterEach
    void close() {
        sql.close();
        lake.close();
    }

    /// 12 times 30 MiB of zeros, in one page of some 20 KB.
    @Tag("full")
    @ParameterizedTest
    @ValueSource(ints = {30 * MIB, MIB, 4096})
    void littleThatBecomesMuchIsReadBatchByBatch(int valueBytes) {
        TestTopic topic = createTopic();
        List<VectorSchemaRoot> batches = new ArrayList<>();
        int rows = 30 * MIB / valueBytes;
        try (VectorSchemaRoot batch = zeros(rows, valueBytes)) {
            for (int i = 0; i < 12; i++) {
                batches.add(batch);
            }
            topic.push(batches, ZSTD);
        }
        pushed = 12L * rows;
        assertAnswers(topic, 12L * rows * valueBytes);
        lake.compactAll(topic);
        assertAnswers(topic, 12L * rows * valueBytes);
    }

    /// Numbers and nothing else: a batch of a million takes a few bytes.
    @Test
    void manyRowsOutOfFewBytesAreRead() {
        TestTopic topic = createTopic();
        List<VectorSchemaRoot> batches = new ArrayList<>();
        try (VectorSchemaRoot batch = zeros(1 << 20, -1)) {
            for (int i = 0; i < 16; i++) {
                batches.add(batch);
            }
            topic.push(batches, ZSTD);
        }
        pushed = 16L << 20;
        assertAnswers(topic, 0);
        lake.compactAll(topic);
        assertAnswers(topic, 0);
    }

    @Tag("full")
    @Test
    void largestValueBesideAnotherIsCompactedAndRewritten() {
        throughSegments(NoCompressionCodec.INSTANCE);
    }

    @Test
    @Tag("full")
    void largestValueBesideAnotherIsCompactedAndRewrittenAlsoIfCompressed() {
        throughSegments(ZSTD);
    }

    private void throughSegments(CompressionCodec codec) {
        TestTopic topic = createTopic();
        long bytes = 0;
        for (int push = 0; push < 4; push++) {
            // the largest one has room for its offsets and the other column
            List<VectorSchemaRoot> batches = List.of(zeros(1, BATCH_BYTES - 1024), zeros(1, MIB), zeros(3, 1000));
            topic.push(batches, codec);
            batches.forEach(VectorSchemaRoot::close);
            bytes += BATCH_BYTES - 1024 + MIB + 3 * 1000;
            pushed += 5;
            if (push == 0) {
                assertAnswers(topic, bytes);
            }
            lake.compactAll(topic);
        }
        assertAnswers(topic, bytes);
        lake.run(TaskKind.REWRITE);
        assertThat(TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                        .files())
                .hasSizeLessThan(4);
        assertAnswers(topic, bytes);
    }

    private TestTopic createTopic() {
        TestTopic topic = lake.createTopic("big", SCHEMA, "", LakeSpec.getDefaultInstance());
        lake.run(TaskKind.CREATE_TABLE);
        return topic;
    }

    private void assertAnswers(TestTopic topic, long bytes) {
        assertThat(sql.client()
                        .query("select count(*), count(distinct __offset__), sum(n)::bigint,"
                                + " coalesce(sum(octet_length(bytes)), 0)::bigint from "
                                + topic.name().topic()))
                .containsExactly(List.of(pushed, pushed, 0L, bytes));
    }

    /// @param valueBytes of each value; negative for none
    private VectorSchemaRoot zeros(int rows, int valueBytes) {
        VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(SCHEMA), lake.allocator());
        BigIntVector numbers = (BigIntVector) root.getVector(0);
        numbers.allocateNew(rows);
        VarBinaryVector bytes = (VarBinaryVector) root.getVector(1);
        bytes.allocateNew(Math.max(1L, (long) rows * valueBytes), rows);
        byte[] value = new byte[Math.max(0, valueBytes)];
        for (int i = 0; i < rows; i++) {
            numbers.set(i, 0);
            if (valueBytes >= 0) {
                bytes.set(i, value);
            }
        }
        root.setRowCount(rows);
        return root;
    }
}
