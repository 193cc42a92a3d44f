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

import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/// How many rows are handled at once, so that wide rows do not take more memory than narrow ones.
final class BatchParts {

    /// How many values a batch that is read may have: 32 MiB, if they are numbers.
    private static final long BATCH_VALUES = 4 << 20;

    private BatchParts() {}

    /// How many rows a batch that is to be read may have.
    ///
    /// @param most how many rows it may have in any case
    static int rows(TopicSchema topic, int most) {
        return Math.clamp(BATCH_VALUES / Math.max(1, values(topic.fields())), 1, most);
    }

    /// How many rows of a batch have about so many bytes; at least one.
    static int rows(VectorSchemaRoot batch, long bytes) {
        long all = batch.getFieldVectors().stream()
                .mapToLong(FieldVector::getBufferSize)
                .sum();
        int rows = Math.max(1, batch.getRowCount());
        return all <= bytes ? rows : (int) Math.max(1, rows * bytes / all);
    }

    /// How many values each row has; a list counts as one.
    static long values(List<TopicField> fields) {
        return fields.stream().mapToLong(field -> values(field.type())).sum();
    }

    private static long values(FieldType type) {
        return Math.max(1, values(type.children()));
    }
}
