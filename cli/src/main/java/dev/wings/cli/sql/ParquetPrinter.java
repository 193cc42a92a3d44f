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
package dev.wings.cli.sql;

import dev.wings.cli.push.LocalDuckDb;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;

/// See [OutputFormat#PARQUET]. Gathers the rows in a temporary file, so that whoever reads gets a whole file or
/// none.
final class ParquetPrinter implements ResultPrinter {

    private final OutputStream out;
    private final Path directory;
    private final Path gathered;
    private final OutputStream gathering;
    private final ArrowPrinter rows;

    /// @param out is left open
    ParquetPrinter(OutputStream out) {
        this.out = out;
        try {
            this.directory = Files.createTempDirectory("wings-sql-");
            this.gathered = directory.resolve("rows.arrows");
            this.gathering = new BufferedOutputStream(Files.newOutputStream(gathered), 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.rows = new ArrowPrinter(gathering);
    }

    @Override
    public void start(Schema schema) {
        rows.start(schema);
    }

    @Override
    public void rows(VectorSchemaRoot batch) {
        rows.rows(batch);
    }

    @Override
    public void end() {
        rows.end();
        Path parquet = directory.resolve("rows.parquet");
        try {
            convert(parquet);
            Files.copy(parquet, out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("the result cannot be written as Parquet: " + e.getMessage(), e);
        }
    }

    private void convert(Path parquet) throws IOException, SQLException {
        try (BufferAllocator allocator = new RootAllocator();
                InputStream in = new BufferedInputStream(Files.newInputStream(gathered), 1 << 16);
                DuckDBConnection duckdb = LocalDuckDb.open().unwrap(DuckDBConnection.class);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, new ArrowStreamReader(in, allocator), stream);
            duckdb.registerArrowStream("result", stream);
            try (Statement statement = duckdb.createStatement()) {
                statement.execute("copy (from result) to " + LocalDuckDb.literal(parquet.toString())
                        + " (format parquet, compression zstd)");
            }
        }
    }

    @Override
    public void close() {
        try {
            gathering.close();
            Files.deleteIfExists(gathered);
            Files.deleteIfExists(directory.resolve("rows.parquet"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
