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

import dev.wings.common.arrow.GatheredRows;
import dev.wings.common.arrow.RowBytes;
import dev.wings.common.duckdb.ArrowTable;
import dev.wings.server.plan.DirectResult;
import dev.wings.server.plan.ResultColumns;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Runs queries that only pick columns: batches go from the pages to the client. Only small batches are copied,
/// into larger ones.
final class Projections {

    private Projections() {}

    /// @param told the columns as the client knows them
    static void run(
            RunningQuery query,
            ArrowTable table,
            DirectResult result,
            Optional<Schema> told,
            BufferAllocator allocator,
            ResultSink sink) {
        try (ArrowTable.Scan scan = table.openScan();
                GatheredRows gathered = new GatheredRows(result.schema(), allocator);
                VectorSchemaRoot root = VectorSchemaRoot.create(result.schema(), allocator)) {
            sink.start(root, ResultColumns.sent(result.schema(), told));
            long left = result.limit();
            while (left > 0) {
                query.check();
                VectorSchemaRoot batch = scan.next();
                if (batch == null) {
                    break;
                }
                int rows = (int) Math.min(left, batch.getRowCount());
                left -= rows;
                if (!gathered.hasRoomFor(RowBytes.of(batch, 0, rows))) {
                    send(query, gathered, root, sink);
                }
                gathered.add(taken(batch, rows, result, allocator));
                if (!gathered.hasRoom()) {
                    send(query, gathered, root, sink);
                }
            }
            if (!gathered.isEmpty()) {
                send(query, gathered, root, sink);
            }
        }
    }

    private static void send(RunningQuery query, GatheredRows gathered, VectorSchemaRoot root, ResultSink sink) {
        gathered.moveTo(root);
        query.addRows(root.getRowCount());
        sink.accept();
    }

    /// Returns the first rows of a batch, whose other rows may be dropped. The caller closes them.
    private static VectorSchemaRoot taken(
            VectorSchemaRoot batch, int rows, DirectResult result, BufferAllocator allocator) {
        VectorSchemaRoot taken = VectorSchemaRoot.create(result.schema(), allocator);
        for (int i = 0; i < batch.getFieldVectors().size(); i++) {
            batch.getVector(i).makeTransferPair(taken.getVector(i)).splitAndTransfer(0, rows);
        }
        taken.setRowCount(rows);
        return taken;
    }
}
