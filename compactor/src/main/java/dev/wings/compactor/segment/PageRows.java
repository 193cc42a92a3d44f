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

/// A table that is read once, in several parts: each scan of it delivers the next rows, as many as [#startPart] said.
/// So all pages are fetched ahead in one go, however many segments they become. Parts end where pages, and so batches,
/// end.
final class PageRows implements ArrowTable, AutoCloseable {

    private final Schema schema;
    private final Scan all;
    private long rowsLeft;

    PageRows(ArrowTable rows) {
        this.schema = rows.schema();
        this.all = rows.openScan();
    }

    /// Has the next scan deliver so many rows.
    void startPart(long rows) {
        if (rowsLeft != 0) {
            throw new IllegalStateException("the part before was not read to its end: rows_left=" + rowsLeft);
        }
        rowsLeft = rows;
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Scan openScan() {
        return new Scan() {
            @Override
            public @Nullable VectorSchemaRoot next() {
                if (rowsLeft == 0) {
                    return null;
                }
                VectorSchemaRoot batch = all.next();
                if (batch == null || batch.getRowCount() > rowsLeft) {
                    throw new IllegalStateException("pages have other rows than was planned: rows_left=" + rowsLeft);
                }
                rowsLeft -= batch.getRowCount();
                return batch;
            }

            @Override
            public void close() {
                // the rows that follow are those of the next part
            }
        };
    }

    @Override
    public void close() {
        all.close();
    }
}
