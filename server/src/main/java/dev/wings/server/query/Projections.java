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
package dev.wings.server.query;

import dev.wings.common.duckdb.ArrowTable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// Runs queries that only pick columns: batches go from the pages to the client, no value is touched.
final class Projections {

    private Projections() {}

    static void run(
            RunningQuery query, ArrowTable table, DirectResult result, BufferAllocator allocator, ResultSink sink) {
        try (ArrowTable.Scan scan = table.openScan();
                VectorSchemaRoot root = VectorSchemaRoot.create(result.schema(), allocator)) {
            sink.start(root);
            long left = result.limit();
            while (left > 0) {
                query.check();
                VectorSchemaRoot batch = scan.next();
                if (batch == null) {
                    return;
                }
                int rows = (int) Math.min(left, batch.getRowCount());
                left -= rows;
                transfer(batch, root, rows);
                query.addRows(rows);
                sink.accept();
            }
        }
    }

    private static void transfer(VectorSchemaRoot from, VectorSchemaRoot to, int rows) {
        to.clear();
        for (int i = 0; i < from.getFieldVectors().size(); i++) {
            from.getVector(i).makeTransferPair(to.getVector(i)).splitAndTransfer(0, rows);
        }
        to.setRowCount(rows);
    }
}
