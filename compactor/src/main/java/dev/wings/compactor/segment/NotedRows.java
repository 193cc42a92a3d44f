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
package dev.wings.compactor.segment;

import dev.wings.common.duckdb.ArrowTable;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A table that is read once. It notes facts of its rows that must be found again where they are written.
///
/// @param facts are added to while it is read
record NotedRows(ArrowTable rows, ColumnFacts facts) implements ArrowTable {

    @Override
    public Schema schema() {
        return rows.schema();
    }

    @Override
    public Scan openScan() {
        Scan scan = rows.openScan();
        return new Scan() {
            @Override
            public @Nullable VectorSchemaRoot next() {
                VectorSchemaRoot batch = scan.next();
                if (batch != null) {
                    facts.add(batch);
                }
                return batch;
            }

            @Override
            public void close() {
                scan.close();
            }
        };
    }
}
