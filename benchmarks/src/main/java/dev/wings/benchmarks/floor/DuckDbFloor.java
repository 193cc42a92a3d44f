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
package dev.wings.benchmarks.floor;

import dev.wings.benchmarks.load.DataSet;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;

/// DuckDB over made-up rows that lie in memory as Arrow batches: nothing is planned, read or checked before it runs.
public final class DuckDbFloor implements AutoCloseable {

    private final BufferAllocator allocator = new RootAllocator();
    private final DataSet dataSet;
    private final List<ArrowRecordBatch> batches = new ArrayList<>();
    private final Connection connection;

    /// @param distinct how many batches are kept in memory; a query runs over them again and again until it has
    ///     its rows
    /// @param threads how many it may use
    public DuckDbFloor(DataSet dataSet, int distinct, int rowsPerBatch, int threads) throws SQLException {
        this.dataSet = dataSet;
        for (int index = 0; index < distinct; index++) {
            try (VectorSchemaRoot root = dataSet.openBatch(allocator, (long) index * rowsPerBatch, rowsPerBatch)) {
                batches.add(new VectorUnloader(root).getRecordBatch());
            }
        }
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET threads = " + threads);
        }
    }

    /// Runs `sql` over a table `rows` of `count` batches and returns the seconds it took to have all of its result.
    public double seconds(String sql, int count) throws SQLException, IOException {
        long start = System.nanoTime();
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Repeated reader = new Repeated(allocator, dataSet, batches, count)) {
            Data.exportArrayStream(allocator, reader, stream);
            connection.unwrap(DuckDBConnection.class).registerArrowStream("rows", stream);
            try (Statement statement = connection.createStatement()) {
                if (statement.execute(sql)) {
                    readAll(statement);
                }
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void readAll(Statement statement) throws SQLException {
        try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
                result.getObject(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        batches.forEach(ArrowRecordBatch::close);
        allocator.close();
    }

    /// Hands out the same batches, `count` in all, without a copy.
    private static final class Repeated extends ArrowReader {

        private final DataSet dataSet;
        private final List<ArrowRecordBatch> batches;
        private final int count;
        private int next;

        Repeated(BufferAllocator allocator, DataSet dataSet, List<ArrowRecordBatch> batches, int count) {
            super(allocator);
            this.dataSet = dataSet;
            this.batches = batches;
            this.count = count;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            if (next == count) {
                return false;
            }
            prepareLoadNextBatch();
            new VectorLoader(getVectorSchemaRoot()).load(batches.get(next % batches.size()));
            next++;
            return true;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {
            // the batches stay for the next query
        }

        @Override
        protected Schema readSchema() {
            return dataSet.arrowSchema();
        }
    }
}
