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

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/// DuckDB over Parquet files of the local disk, in the benchmark's own process: it finds no files, checks no rights
/// and sends no answer.
public final class ParquetFloor implements AutoCloseable {

    private static final long BATCH_ROWS = 100_000;

    private final Connection connection;

    /// @param locations `file:` URIs; together they are the table `rows`
    /// @param threads how many threads a query may use
    /// @param memoryBytes how much memory a query may use
    public ParquetFloor(List<String> locations, int threads, long memoryBytes) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("threads", String.valueOf(threads));
        settings.setProperty("memory_limit", memoryBytes + "B");
        settings.setProperty("jdbc_stream_results", "true");
        connection = DriverManager.getConnection("jdbc:duckdb:", settings).unwrap(DuckDBConnection.class);
        String files = locations.stream()
                .map(location -> "'" + URI.create(location).getPath().replace("'", "''") + "'")
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("CREATE VIEW rows AS SELECT * FROM read_parquet([" + files + "])");
        } catch (Throwable t) {
            connection.close();
            throw t;
        }
    }

    /// What a query took and what it gave.
    ///
    /// @param rows their values as text
    public record Answer(double seconds, List<List<String>> rows) {}

    /// Runs `sql`, and takes all of its result.
    public Answer run(String sql) throws SQLException {
        long start = System.nanoTime();
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
        }
        return new Answer((System.nanoTime() - start) / 1e9, rows);
    }

    /// Runs `sql`, takes all of its result as Arrow batches, and returns the seconds that it took.
    ///
    /// @param expectedRows how many rows the result has
    public double export(String sql, long expectedRows) throws SQLException, IOException {
        long start = System.nanoTime();
        long rows = 0;
        try (BufferAllocator allocator = new RootAllocator();
                PreparedStatement statement = connection.prepareStatement(sql);
                DuckDBResultSet result = statement.executeQuery().unwrap(DuckDBResultSet.class);
                ArrowReader batches = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS)) {
            while (batches.loadNextBatch()) {
                rows += batches.getVectorSchemaRoot().getRowCount();
            }
        }
        if (rows != expectedRows) {
            throw new IllegalStateException("a result with other rows: rows=" + rows + ", expected=" + expectedRows);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
