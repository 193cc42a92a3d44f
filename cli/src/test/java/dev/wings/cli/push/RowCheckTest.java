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
package dev.wings.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file is checked in parts, whatever its batches and its rows are like.
final class RowCheckTest {

    private static final int ROWS = 3_000_000;

    private static final String PLACE = "(?s).*row=(\\d+) \\(of the file, counted from 1\\).*";

    private final BufferAllocator allocator = new RootAllocator();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAllocator() {
        allocator.close();
    }

    @Test
    void largeBatchIsCheckedToItsEnd() throws IOException {
        try (RowFile rows = RowFile.open(file(-1), Optional.empty(), true)) {
            assertThat(RowCheck.schema(rows, OnLoss.REJECT).getFieldsCount()).isEqualTo(1);
        }
        for (int bad : new int[] {0, 2_345_678, ROWS - 1}) {
            try (RowFile rows = RowFile.open(file(bad), Optional.empty(), true)) {
                assertThatThrownBy(() -> RowCheck.schema(rows, OnLoss.REJECT))
                        .isInstanceOf(WingsException.class)
                        .extracting(failure -> place(String.valueOf(failure.getMessage())))
                        .isEqualTo(bad + 1L);
            }
        }
    }

    /// The number of the row in the file, from 1.
    private static long place(String message) {
        assertThat(message).matches(PLACE);
        return Long.parseLong(message.replaceFirst(PLACE, "$1"));
    }

    @Test
    void wideRowsAreReadFewAtATime() {
        assertThat(BatchParts.rows(topic(10), 8192)).isEqualTo(8192);
        assertThat(BatchParts.rows(topic(2_000), 8192)).isEqualTo(2_097);
        assertThat(BatchParts.rows(topic(2_000), 1_000)).isEqualTo(1_000);
    }

    private static TopicSchema topic(int columns) {
        List<TopicField> fields = IntStream.rangeClosed(1, columns)
                .mapToObj(id -> TopicField.optional(id, "c" + id, FieldType.Primitive.LONG))
                .toList();
        return new TopicSchema(0, fields, columns);
    }

    /// One batch, with a time that no topic takes at the row.
    private String file(int bad) throws IOException {
        Path path = directory.resolve("rows" + bad + ".arrow");
        ArrowType type = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
        Schema schema = new Schema(List.of(Field.nullable("t", type)));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                OutputStream out = Files.newOutputStream(path);
                ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
            TimeStampMicroTZVector values = (TimeStampMicroTZVector) root.getVector(0);
            values.allocateNew(ROWS);
            for (int row = 0; row < ROWS; row++) {
                values.set(row, row == bad ? Long.MIN_VALUE : row);
            }
            root.setRowCount(ROWS);
            writer.writeBatch();
        }
        return path.toString();
    }
}
