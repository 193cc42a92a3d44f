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
package dev.wings.server.http;

import dev.wings.server.plan.ResultColumns;
import dev.wings.server.run.ResultSink;
import dev.wings.server.write.Writes;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// The one row that tells of a statement that is no query, as Flight SQL's clients get it. No engine makes it,
/// so that nothing fails after the statement is done.
final class OutcomeRow {

    private OutcomeRow() {}

    static void write(Writes.Outcome outcome, BufferAllocator allocator, ResultSink sink) {
        FieldVector vector = switch (outcome.answer()) {
            case COUNT -> {
                BigIntVector count = new BigIntVector("count", allocator);
                count.setSafe(0, outcome.rows());
                yield count;
            }
            case STATUS -> text("status", outcome.text(), allocator);
            case STATEMENT -> text("create_statement", outcome.text(), allocator);
        };
        try (VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
            root.setRowCount(1);
            sink.start(root, ResultColumns.described(root.getSchema()));
            sink.accept();
        }
    }

    private static VarCharVector text(String name, String value, BufferAllocator allocator) {
        VarCharVector text = new VarCharVector(name, allocator);
        text.setSafe(0, value.getBytes(StandardCharsets.UTF_8));
        return text;
    }
}
