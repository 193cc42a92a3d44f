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
package dev.wings.server.engine;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Engines in this process: memory that a statement takes outside of DuckDB's own limit is memory of this
/// process.
public final class LocalEngines implements EngineFactory {

    /// The stack that a thread needs to use an engine: DuckDB nests its calls as deeply as a statement is
    /// nested, and when the stack is full, the process ends. The memory is taken from the system as it is used.
    public static final long STACK_BYTES = 64L << 20;

    @Override
    public SqlEngine open(String owner, boolean first, Map<String, String> settings, long memoryBytes, long rowBytes) {
        return new LocalEngine(DuckDb.open(settings));
    }

    @Override
    public void prepare(int engines) {}

    @Override
    public void close() {}

    private record LocalEngine(DuckDb duckDb) implements SqlEngine {

        @Override
        public void run(String sql) {
            duckDb.run(sql);
        }

        @Override
        public Optional<String> text(String sql, String parameter, int maxBytes) {
            return duckDb.text(
                    sql,
                    parameter,
                    bytes -> bytes.remaining() <= maxBytes
                            ? Optional.of(StandardCharsets.UTF_8.decode(bytes).toString())
                            : Optional.empty());
        }

        @Override
        public Prepared prepare(String sql) {
            return new LocalStatement(duckDb.prepare(sql));
        }

        @Override
        public void addTable(String name, Schema columns) {
            duckDb.addTable(name, columns);
        }

        @Override
        public void dropTable(String name) {
            duckDb.dropTable(name);
        }

        @Override
        public void attach(String name, ArrowTable table, BufferAllocator allocator) {
            duckDb.attach(name, table, allocator);
        }

        @Override
        public void detach(String name) {
            duckDb.detach(name);
        }

        @Override
        public Optional<Throwable> tableFailure() {
            return duckDb.tableFailure();
        }

        @Override
        public void interrupt(@Nullable Thread user) {
            duckDb.interrupt();
            if (user != null) {
                user.interrupt();
            }
        }

        @Override
        public void kill() {
            // a native call ends only by itself
        }

        @Override
        public boolean isUsable() {
            return true;
        }

        @Override
        public void close() {
            duckDb.close();
        }
    }

    private record LocalStatement(Statement statement) implements SqlEngine.Prepared {

        @Override
        public List<Field> parameters(BufferAllocator allocator) {
            return statement.parameters(allocator);
        }

        @Override
        public Optional<Schema> columns(BufferAllocator allocator) {
            return statement.columns(allocator);
        }

        @Override
        public void bind(int index, @Nullable Object value) {
            statement.bind(index, value);
        }

        @Override
        public SqlEngine.Rows execute(BufferAllocator allocator) {
            return new LocalRows(statement.execute(allocator));
        }

        @Override
        public void close() {
            statement.close();
        }
    }

    private record LocalRows(Results results) implements SqlEngine.Rows {

        @Override
        public VectorSchemaRoot root() {
            return results.root();
        }

        @Override
        public boolean next() {
            return results.next();
        }

        @Override
        public void close() {
            results.close();
        }
    }
}
