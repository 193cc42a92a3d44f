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
package dev.wings.common.arrow;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/// Rows that are gathered from small batches into larger ones: a message has a price of its own, for who sends it and
/// for who takes it.
public final class GatheredRows implements AutoCloseable {

    private final BufferAllocator allocator;
    private final boolean joinable;
    private final List<VectorSchemaRoot> parts = new ArrayList<>();
    private final MessageRoom room = new MessageRoom();

    /// @param allocator of the batches, and of what is made of them
    public GatheredRows(Schema schema, BufferAllocator allocator) {
        this.allocator = allocator;
        this.joinable = schema.getFields().stream().allMatch(JoinedVectors::isJoinable);
    }

    /// Whether more rows may be added.
    public boolean hasRoom() {
        return parts.isEmpty() || (joinable && room.hasRoom());
    }

    /// Whether rows of so many bytes may be added.
    public boolean hasRoomFor(long more) {
        return parts.isEmpty() || (joinable && room.hasRoomFor(more));
    }

    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /// Takes over `rows`, which have the schema of this.
    public void add(VectorSchemaRoot rows) {
        parts.add(rows);
        room.add(RowBytes.of(rows));
    }

    /// Replaces the rows of `root` by all that were gathered.
    public void moveTo(VectorSchemaRoot root) {
        if (parts.size() == 1) {
            share(parts.getFirst(), root);
        } else {
            root.clear();
            int rows = parts.stream().mapToInt(VectorSchemaRoot::getRowCount).sum();
            for (int i = 0; i < root.getFieldVectors().size(); i++) {
                int column = i;
                List<FieldVector> vectors =
                        parts.stream().map(part -> part.getVector(column)).toList();
                JoinedVectors.join(vectors, root.getVector(i), allocator);
            }
            root.setRowCount(rows);
        }
        close();
        room.next();
    }

    /// Makes the rows of `from` those of `to` as well, without a copy. Arrow's own transfer of vectors forgets what a
    /// union is.
    public static void share(VectorSchemaRoot from, VectorSchemaRoot to) {
        try (ArrowRecordBatch batch = new VectorUnloader(from).getRecordBatch()) {
            new VectorLoader(to).load(batch);
        }
    }

    /// Drops what was gathered.
    @Override
    public void close() {
        parts.forEach(VectorSchemaRoot::close);
        parts.clear();
        room.clear();
    }
}
