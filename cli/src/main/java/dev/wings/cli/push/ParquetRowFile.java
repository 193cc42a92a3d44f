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

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.duckdb.DuckDBResultSet;

/// A Parquet file, read by DuckDB.
final class ParquetRowFile implements RowFile {

    private final String name;
    private final Path path;
    private final boolean temporary;
    private final Connection duckdb;
    private final Path readable;
    private final List<String> columns;
    private final Map<Integer, RawLeaf> raw;

    /// Takes over `path` if it is temporary: closing deletes it.
    ParquetRowFile(String name, Path path, boolean temporary) {
        this.name = name;
        this.path = path;
        this.temporary = temporary;
        this.duckdb = LocalDuckDb.open();
        Path copy = path;
        try {
            ParquetColumns found = ParquetColumns.read(duckdb, path);
            this.columns = found.names();
            this.raw = found.raw();
            if (!raw.isEmpty()) {
                copy = Files.createTempFile("wings-push-", ".parquet");
                found.copyReadable(path, copy);
            }
        } catch (IOException | SQLException | RuntimeException e) {
            closeQuietly(copy, e);
            throw RowFile.unreadable(name, e);
        }
        this.readable = copy;
    }

    private void closeQuietly(Path copy, Exception failure) {
        try {
            close(copy);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FileFormat format() {
        return FileFormat.PARQUET;
    }

    @Override
    public Schema schema() {
        // This takes a connection of its own: a reader that is open keeps one busy.
        try (Connection connection = LocalDuckDb.open();
                BufferAllocator allocator = new RootAllocator();
                ArrowReader reader = open(connection, allocator, 1, " limit 0")) {
            return FittedReader.infer(reader, raw);
        } catch (IOException | SQLException | WingsException e) {
            throw RowFile.unreadable(name, e);
        }
    }

    @Override
    public OptionalLong rows() {
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select sum(num_rows)::bigint from parquet_file_metadata(" + LocalDuckDb.path(path) + ")")) {
            return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
        } catch (SQLException e) {
            throw RowFile.unreadable(name, e);
        }
    }

    @Override
    public ArrowReader read(BufferAllocator allocator, int batchRows, TopicSchema topic, OnLoss onLoss) {
        try {
            int rows = BatchParts.rows(topic, batchRows);
            return new FittedReader(name, allocator, open(duckdb, allocator, rows, ""), rows, topic, raw, onLoss);
        } catch (IOException | SQLException | WingsException e) {
            throw RowFile.unreadable(name, e);
        }
    }

    @Override
    public void close() {
        close(readable);
    }

    private void close(Path copy) {
        try {
            duckdb.close();
            if (temporary) {
                Files.deleteIfExists(path);
            }
            if (!copy.equals(path)) {
                Files.deleteIfExists(copy);
            }
        } catch (SQLException e) {
            throw RowFile.unreadable(name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The rows in the file's order.
    private ArrowReader open(Connection connection, BufferAllocator allocator, int batchRows, String limit)
            throws SQLException, IOException {
        StringJoiner select = new StringJoiner(", ", "select ", " from " + source(readable) + limit);
        for (String column : columns(connection)) {
            select.add(column);
        }
        try {
            // the result set and its statement live as long as the connection: the reader takes from them
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery(select.toString());
            ArrowReader reader =
                    (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, batchRows);
            try {
                reader.getVectorSchemaRoot()
                        .getSchema()
                        .getFields()
                        .forEach(field -> checkKnown(field.getName(), field));
            } catch (IOException | WingsException e) {
                reader.close();
                throw e;
            }
            return reader;
        } catch (SQLException e) {
            throw LocalDuckDb.diagnose(select.toString(), e);
        }
    }

    /// Fails with INVALID for types of DuckDB's that are bytes of no known meaning in Arrow.
    private void checkKnown(String column, Field field) {
        if ("arrow.opaque".equals(field.getMetadata().get("ARROW:extension:name"))) {
            throw WingsException.invalid("topics have no type for a column of it: column=" + ValueWriter.quoted(column)
                    + ", type=" + field.getMetadata().get("ARROW:extension:metadata"));
        }
        field.getChildren().forEach(child -> checkKnown(column + "." + child.getName(), child));
    }

    /// What each column is selected as: in the type that Arrow has, by the name that it has in the file.
    private List<String> columns(Connection connection) throws SQLException {
        List<String> selected = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("describe select * from " + source(readable))) {
            while (rows.next()) {
                String identifier = LocalDuckDb.identifier(rows.getString("column_name"));
                String base =
                        rows.getString("column_type").replaceFirst("\\(.*", "").toUpperCase(Locale.ROOT);
                selected.add(
                        switch (base) {
                            case "HUGEINT", "UHUGEINT" -> identifier + "::DECIMAL(38,0) as " + identifier;
                            case "ENUM", "JSON", "\"NULL\"" -> identifier + "::VARCHAR as " + identifier;
                            default -> identifier;
                        });
            }
        }
        if (selected.size() != columns.size()) {
            throw WingsException.invalid(
                    "its columns are not those of its schema: schema=" + columns.size() + ", found=" + selected.size());
        }
        return selected;
    }

    private static String source(Path file) {
        return "read_parquet(" + LocalDuckDb.path(file)
                + ", hive_partitioning = false, filename = false, union_by_name = false)";
    }
}
