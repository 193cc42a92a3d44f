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
package dev.wings.ingestor.http;

import dev.wings.common.arrow.SentBatch;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextColumns;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.ValueWriter;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// A column for each field of a topic, to which rows are written. What is written is in memory twice while a
/// batch is made of it.
final class TopicColumns implements AutoCloseable {

    private static final int INITIAL_ROWS = 128;

    private final VectorSchemaRoot root;
    private final ValueWriter.Members members;

    TopicColumns(TopicSchema topic, BufferAllocator allocator) {
        this.root = VectorSchemaRoot.create(TextColumns.schema(topic.fields()), allocator);
        this.members =
                new ValueWriter.Members("", topic.fields(), root.getFieldVectors(), OnLoss.REJECT, TextOptions.DEFAULT);
    }

    Schema schema() {
        return root.getSchema();
    }

    /// Takes the objects of JSON that are rows.
    ValueWriter.Members members() {
        return members;
    }

    /// Drops all rows, and their memory.
    void drop() {
        root.clear();
    }

    /// Drops all rows, and takes memory for others.
    void clear() {
        root.clear();
        for (FieldVector vector : root.getFieldVectors()) {
            vector.setInitialCapacity(INITIAL_ROWS);
            vector.allocateNew();
        }
    }

    /// Says how many rows were written.
    void setRows(int rows) {
        root.setRowCount(rows);
    }

    int rows() {
        return root.getRowCount();
    }

    /// The rows `[start, start + count)` as a producer would send them.
    SentBatch openBatch(int start, int count, BufferAllocator allocator) {
        if (start == 0 && count == root.getRowCount()) {
            return SentBatch.open(root, allocator);
        }
        try (VectorSchemaRoot slice = root.slice(start, count)) {
            return SentBatch.open(slice, allocator);
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
