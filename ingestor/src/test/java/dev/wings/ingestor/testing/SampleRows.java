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
package dev.wings.ingestor.testing;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.Text;

/// Rows of two columns to send.
public final class SampleRows {

    public static final TopicField ID = TopicField.required(1, "id", Primitive.LONG);
    public static final TopicField NAME = TopicField.optional(2, "name", Primitive.STRING);

    public static List<org.apache.arrow.vector.types.pojo.Field> fields(TopicField... fields) {
        return Arrays.stream(fields).map(ArrowSchemas::toArrow).toList();
    }

    /// Rows `[start, start + count)`: the id, and one of three names.
    public static Consumer<VectorSchemaRoot> rows(int start, int count) {
        return root -> {
            for (int i = 0; i < count; i++) {
                ((BigIntVector) root.getVector(0)).setSafe(i, start + i);
                ((VarCharVector) root.getVector(1)).setSafe(i, new Text("name " + (start + i) % 3));
            }
            root.setRowCount(count);
        };
    }

    private SampleRows() {}
}
