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
import dev.wings.common.error.WingsException;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A DuckDB with one connection, wherever it runs: what [dev.wings.common.duckdb.DuckDb] can do.
///
/// It is used by one thread at a time, a platform thread, except for [#interrupt] and [#kill]. A call without
/// an answer may fail late, together with the next call that gives one.
public interface SqlEngine extends AutoCloseable {

    /// The limit of a syntax tree: trees are taken apart in the heap, where they need several times as much.
    int MAX_TEXT_BYTES = 16 << 20;

    /// Runs a statement of ours.
    void run(String sql);

    /// Returns the one text that answers a statement of ours with one parameter, a `?::VARCHAR`. Fails with
    /// EXHAUSTED if the text is longer than a syntax tree may be.
    default String text(String sql, String parameter) {
        return text(sql, parameter, MAX_TEXT_BYTES)
                .orElseThrow(
                        () -> WingsException.exhausted("the query is too long: limit_of_plan_bytes=" + MAX_TEXT_BYTES));
    }

    /// Returns that text; it is empty if the text takes more than `maxBytes` of UTF-8.
    Optional<String> text(String sql, String parameter, int maxBytes);

    /// Prepares one statement. The caller must know that it is one.
    Prepared prepare(String sql);

    /// Makes a table of these columns readable under a name that needs no quotes, while rows are [attached][#attach].
    void addTable(String name, Schema columns);

    /// Undoes [#addTable].
    void dropTable(String name);

    /// Gives a table its rows, until [#detach].
    ///
    /// @param allocator counts the rows; it must outlive them
    void attach(String name, ArrowTable table, BufferAllocator allocator);

    /// Takes a table's rows away again. All statements that read it must be closed.
    void detach(String name);

    /// Returns why reading an [ArrowTable] failed, if that is what made a statement fail.
    Optional<Throwable> tableFailure();

    /// Makes the running statement fail soon, and wakes the thread that uses the engine where it waits for something
    /// else. The call must be repeated, because an engine that is between two statements does not notice it.
    ///
    /// @param user the thread; null if it is not to be woken
    void interrupt(@Nullable Thread user);

    /// Ends the engine, if that is possible, whatever it is doing: a caller who waits for it fails.
    void kill();

    /// Whether the engine can go on after what has failed, if anything has.
    boolean isUsable();

    /// Releases everything, within a bounded time. The engine no longer uses its directories.
    @Override
    void close();

    /// A prepared statement. It is closed before its engine.
    interface Prepared extends AutoCloseable {

        /// Returns the parameters in order, with the types that are expected.
        List<Field> parameters(BufferAllocator allocator);

        /// Returns the columns of the result; they are empty if a type depends on a parameter's value.
        Optional<Schema> columns(BufferAllocator allocator);

        /// Binds the parameter with this index, counted from 1.
        void bind(int index, @Nullable Object value);

        /// Starts the statement.
        Rows execute(BufferAllocator allocator);

        @Override
        void close();
    }

    /// The rows of a running statement. They are closed before it.
    interface Rows extends AutoCloseable {

        /// Returns the columns, and the rows that [#next] loaded last.
        VectorSchemaRoot root();

        /// Replaces the rows of [#root] by the next ones. Returns false at the end.
        boolean next();

        @Override
        void close();
    }
}
