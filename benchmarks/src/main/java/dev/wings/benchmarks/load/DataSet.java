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
package dev.wings.benchmarks.load;

import dev.wings.common.proto.Schema;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// Rows that are made up: the same ids always have the same rows.
public enum DataSet {
    /// [SampleRows]
    SENSORS,
    /// [EventRows]
    EVENTS;

    /// The topic to create for these rows.
    public Schema topicSchema() {
        return switch (this) {
            case SENSORS -> SampleRows.topicSchema();
            case EVENTS -> EventRows.topicSchema();
        };
    }

    /// The same as an Arrow schema.
    public org.apache.arrow.vector.types.pojo.Schema arrowSchema() {
        return switch (this) {
            case SENSORS -> SampleRows.arrowSchema();
            case EVENTS -> EventRows.arrowSchema();
        };
    }

    /// Rows with the ids `[firstId, firstId + rows)`.
    public VectorSchemaRoot openBatch(BufferAllocator allocator, long firstId, int rows) {
        return switch (this) {
            case SENSORS -> SampleRows.openBatch(allocator, firstId, rows);
            case EVENTS -> EventRows.openBatch(allocator, firstId, rows);
        };
    }
}
