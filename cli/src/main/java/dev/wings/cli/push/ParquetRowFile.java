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

import dev.wings.cli.schema.SchemaText;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Type;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/// A Parquet file, read by DuckDB.
final class ParquetRowFile implements RowFile {

    private final String name;
    private final Path path;
    private final boolean temporary;
    private final Connection duckdb;
    private final Map<String, String> columns;

    /// Takes over `path` if it is temporary: closing deletes it.
    ParquetRowFile(String name, Path path, boolean temporary) {
        this.name = name;
        this.path = path;
        this.temporary = temporary;
        this.duckdb = LocalDuckDb.open();
        try {
            this.columns = describe();
        } catch (SQLException e) {
            close();
            throw RowFile.unreadable(name, e);
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
        Schema.Builder schema = Schema.newBuilder();
        columns.forEach((column, type) ->
                schema.addFields(Field.newBuilder().setName(column).setType(parseType(column, type))));
        return schema.build();
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
    public ArrowReader read(BufferAllocator allocator, int batchRows, TopicSchema topic) {
        StringJoiner select = new StringJoiner(", ", "select ", " from " + source());
        columns.forEach((column, type) -> {
            String identifier = LocalDuckDb.identifier(column);
            select.add(cast(column, type)
                    .map(target -> identifier + "::" + target + " as " + identifier)
                    .orElse(identifier));
        });
        try {
            // the result set and its statement live as long as the connection: the reader takes from them
            Statement statement = duckdb.createStatement();
            ResultSet rows = statement.executeQuery(select.toString());
            return (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, batchRows);
        } catch (SQLException e) {
            throw RowFile.unreadable(name, LocalDuckDb.diagnose(select.toString(), e));
        }
    }

    @Override
    public void close() {
        try {
            duckdb.close();
            if (temporary) {
                Files.deleteIfExists(path);
            }
        } catch (SQLException e) {
            throw RowFile.unreadable(name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Column names and DuckDB's types of them, in the file's order.
    private Map<String, String> describe() throws SQLException {
        Map<String, String> described = new LinkedHashMap<>();
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery("describe select * from " + source())) {
            while (rows.next()) {
                described.put(rows.getString("column_name"), rows.getString("column_type"));
            }
        }
        return described;
    }

    private String source() {
        return "read_parquet(" + LocalDuckDb.path(path) + ", hive_partitioning = false)";
    }

    /// What a column is cast to because Arrow has no such type, or has it in a form that producers do not send.
    private Optional<String> cast(String column, String type) {
        String base = type.replaceFirst("\\(.*", "").toUpperCase(Locale.ROOT);
        return switch (base) {
            case "UBIGINT" -> Optional.of("DECIMAL(20,0)");
            case "HUGEINT", "UHUGEINT" -> Optional.of("DECIMAL(38,0)");
            case "ENUM", "JSON", "\"NULL\"" -> Optional.of("VARCHAR");
            default -> {
                parseType(column, type);
                yield Optional.empty();
            }
        };
    }

    private Type parseType(String column, String type) {
        try {
            return SchemaText.parseType(type);
        } catch (WingsException e) {
            throw WingsException.invalid(
                    "topics have no type for a column of " + name + ": column=\"" + column + "\", type=" + type);
        }
    }
}
