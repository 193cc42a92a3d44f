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
package dev.wings.ingestor.intake;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.RowFault;
import dev.wings.common.arrow.SentBatch;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.topic.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Rows that a topic could not take, as rows of the topic for its dead letters.
final class LetterRows {

    static final Schema SCHEMA = ArrowSchemas.toArrow(SchemaProtos.fromCreateRequest(DeadLetters.SCHEMA));

    private LetterRows() {}

    static SentBatch open(List<RowFault> faults, String door, String requestId, BufferAllocator allocator) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
            for (int i = 0; i < faults.size(); i++) {
                RowFault fault = faults.get(i);
                set(root, DeadLetters.REASON, i, fault.reason());
                set(root, DeadLetters.FIELD, i, fault.field());
                set(root, DeadLetters.VALUE, i, fault.value());
                ((BigIntVector) root.getVector(DeadLetters.ROW_NUMBER)).setSafe(i, fault.row());
                set(root, DeadLetters.DOOR, i, door);
                set(root, DeadLetters.REQUEST_ID, i, requestId);
            }
            root.setRowCount(faults.size());
            return SentBatch.open(root, allocator);
        }
    }

    private static void set(VectorSchemaRoot root, String column, int row, @Nullable String text) {
        if (text != null) {
            // a lone surrogate becomes a question mark
            ((VarCharVector) root.getVector(column)).setSafe(row, text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
