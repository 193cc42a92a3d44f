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
package dev.wings.server.run;

import dev.wings.server.plan.Explanation;
import dev.wings.server.plan.ResultColumns;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Results that are made without reading rows.
final class OwnResults {

    private OwnResults() {}

    /// Sends one row with a number of rows.
    static void sendCount(RunningQuery query, Schema columns, long count, BufferAllocator allocator, ResultSink sink) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(columns, allocator)) {
            sink.start(root, columns);
            ((BigIntVector) root.getVector(0)).setSafe(0, count);
            root.setRowCount(1);
            query.addRows(1);
            sink.accept();
        }
    }

    /// Sends the lines of an explanation as rows.
    static void sendLines(List<String> lines, BufferAllocator allocator, ResultSink sink) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(Explanation.SCHEMA, allocator)) {
            sink.start(root, ResultColumns.described(Explanation.SCHEMA));
            VarCharVector texts = (VarCharVector) root.getVector(0);
            for (int i = 0; i < lines.size(); i++) {
                texts.setSafe(i, lines.get(i).getBytes(StandardCharsets.UTF_8));
            }
            root.setRowCount(lines.size());
            sink.accept();
        }
    }
}
