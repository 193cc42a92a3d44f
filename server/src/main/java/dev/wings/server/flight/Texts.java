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
package dev.wings.server.flight;

import dev.wings.server.run.ResultSink;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Keeps the texts of the first column. Their number is bounded by the query.
final class Texts implements ResultSink {

    private final List<String> texts = new ArrayList<>();
    private @Nullable VectorSchemaRoot rows;

    List<String> texts() {
        return texts;
    }

    @Override
    public void start(VectorSchemaRoot root, Schema columns) {
        rows = root;
    }

    @Override
    public void accept() {
        VectorSchemaRoot root = rows;
        for (int row = 0; root != null && row < root.getRowCount(); row++) {
            texts.add(String.valueOf(root.getVector(0).getObject(row)));
        }
    }
}
