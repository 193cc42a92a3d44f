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
package dev.wings.common.duckdb;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/// One in-memory instance of DuckDB with one connection.
///
/// Used by one thread at a time, a platform thread: native calls would pin the carrier of a virtual one. Only
/// [#interrupt] may be called by any thread, at any time.
public final class DuckDb implements AutoCloseable {

    private static final String STREAM_SUFFIX = "_stream";

    private static final String THREADS = "threads";

    /// The setting for how many threads the caller brings: DuckDB starts those that are missing.
    private static final String OWN_THREADS = "external_threads";

    private final Arena arena;
    private final MemorySegment database;
    private final MemorySegment connection;
    private final Map<String, ExportedTable> tables = new LinkedHashMap<>();
    private final Map<String, Statement> texts = new HashMap<>();
    private final Object closing = new Object();
    private final TaskThreads helpers;
    private boolean closed;

    private DuckDb(Arena arena, MemorySegment database, MemorySegment connection, TaskThreads helpers) {
        this.arena = arena;
        this.database = database;
        this.connection = connection;
        this.helpers = helpers;
    }

    /// Opens an empty instance with these settings of DuckDB. Of its `threads`, where they are set, one is that which
    /// asks; the others work for a statement until its rows come fast.
    public static DuckDb open(Map<String, String> settings) {
        int threads = Integer.parseInt(settings.getOrDefault(THREADS, "1"));
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (settings.containsKey(THREADS)) {
            all.put(OWN_THREADS, settings.get(THREADS));
        }
        Arena arena = Arena.ofShared();
        try {
            MemorySegment config = arena.allocate(ADDRESS);
            MemorySegment database = arena.allocate(ADDRESS);
            try {
                configure(config, all);
                openDatabase(database, config);
            } finally {
                CApi.DESTROY_CONFIG.invokeExact(config);
            }
            MemorySegment connection = arena.allocate(ADDRESS);
            if ((int) CApi.CONNECT.invokeExact(database.get(ADDRESS, 0), connection) != 0) {
                CApi.CLOSE.invokeExact(database);
                throw new IllegalStateException("cannot connect to DuckDB");
            }
            return new DuckDb(arena, database, connection, helpers(database, connection, threads - 1));
        } catch (Throwable t) {
            arena.close();
            throw CApi.unexpected(t);
        }
    }

    private static TaskThreads helpers(MemorySegment database, MemorySegment connection, int count) throws Throwable {
        try {
            return new TaskThreads(database, count);
        } catch (Throwable t) {
            CApi.DISCONNECT.invokeExact(connection);
            CApi.CLOSE.invokeExact(database);
            throw t;
        }
    }

    /// Runs statements of our own, without parameters; results are dropped.
    public void run(String sql) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment result = scope.allocate(CApi.RESULT);
            int state = (int) CApi.QUERY.invokeExact(connection(), scope.allocateFrom(sql), result);
            try {
                if (state != 0) {
                    throw new DuckDbException(message((MemorySegment) CApi.RESULT_ERROR.invokeExact(result)));
                }
            } finally {
                CApi.DESTROY_RESULT.invokeExact(result);
            }
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// Runs a statement of our own with one parameter and reads its answer, which is one text. The statement is
    /// kept: there are few of them. The parameter must have a type in it (`?::VARCHAR`), or the statement is
    /// planned anew each time.
    ///
    /// @param reader is given the text in UTF-8, which is there for as long as it reads
    public <T> T text(String sql, String parameter, Function<ByteBuffer, T> reader) {
        Statement statement = texts.computeIfAbsent(sql, this::prepare);
        statement.bind(1, parameter);
        return statement.text(reader);
    }

    /// As the other, with the text as a string.
    public String text(String sql, String parameter) {
        return text(
                sql, parameter, bytes -> StandardCharsets.UTF_8.decode(bytes).toString());
    }

    /// Prepares one statement. The caller must know that it is one: DuckDB executes all but the last of several.
    public Statement prepare(String sql) {
        // The collector frees these few bytes: closing a shared arena would stop every thread of the process,
        // for each query.
        Arena scope = Arena.ofAuto();
        try {
            MemorySegment statement = scope.allocate(ADDRESS);
            int state = (int) CApi.PREPARE.invokeExact(connection(), scope.allocateFrom(sql), statement);
            if (state != 0) {
                MemorySegment error = (MemorySegment) CApi.PREPARE_ERROR.invokeExact(statement.get(ADDRESS, 0));
                String message = message(error);
                CApi.DESTROY_PREPARE.invokeExact(statement);
                throw new DuckDbException(message);
            }
            MemorySegment options = scope.allocate(ADDRESS);
            CApi.ARROW_OPTIONS.invokeExact(connection(), options);
            return new Statement(scope, statement, options, helpers);
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        }
    }

    /// Makes `table` readable as the view `name` of the current schema, until [#dropTable].
    ///
    /// @param name an identifier that needs no quotes
    /// @param allocator what is handed to DuckDB is counted here; must outlive the table
    public void addTable(String name, ArrowTable table, BufferAllocator allocator) {
        addTable(name, table.schema());
        attach(name, table, allocator);
    }

    /// Makes a table of these columns readable as the view `name` of the current schema, until [#dropTable]. It can
    /// be read while rows are [attached][#attach].
    ///
    /// @param name an identifier that needs no quotes
    public void addTable(String name, Schema columns) {
        ExportedTable exported = new ExportedTable(columns);
        try (Arena scope = Arena.ofConfined()) {
            if (tables.containsKey(name)) {
                throw new IllegalStateException("the name is taken: " + name);
            }
            String stream = name + STREAM_SUFFIX;
            int state = (int) CApi.ARROW_SCAN.invokeExact(connection(), scope.allocateFrom(stream), exported.struct());
            if (state != 0) {
                throw new IllegalStateException("DuckDB takes no such table: name=" + name + ", schema=" + columns);
            }
            run("CREATE VIEW " + name + " AS " + exported.viewSql(stream));
            tables.put(name, exported);
        } catch (Throwable t) {
            exported.close();
            throw CApi.unexpected(t);
        }
    }

    /// Gives a table its rows, until [#detach].
    ///
    /// @param table with the columns that `name` was added with
    /// @param allocator what is handed to DuckDB is counted here; must outlive the rows
    public void attach(String name, ArrowTable table, BufferAllocator allocator) {
        table(name).attach(table, allocator);
    }

    /// Takes a table's rows away again. All statements that read it must be closed.
    public void detach(String name) {
        table(name).detach();
    }

    /// Undoes [#addTable]. All statements that read it must be closed, and views over it dropped.
    public void dropTable(String name) {
        run("DROP VIEW " + name);
        run("DROP VIEW " + name + STREAM_SUFFIX);
        table(name).close();
        tables.remove(name);
    }

    private ExportedTable table(String name) {
        ExportedTable table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("no such table: " + name);
        }
        return table;
    }

    /// Why reading an [ArrowTable] failed, if that is what made a statement fail.
    public Optional<Throwable> tableFailure() {
        return tables.values().stream()
                .flatMap(table -> table.failure().stream())
                .findFirst();
    }

    /// Makes the running statement fail soon with [DuckDbException.Kind#INTERRUPTED], also while its results are
    /// read; does nothing if none runs.
    public void interrupt() {
        synchronized (closing) {
            if (!closed) {
                try {
                    CApi.INTERRUPT.invokeExact(connection());
                } catch (Throwable t) {
                    throw CApi.unexpected(t);
                }
            }
        }
    }

    /// Closes the instance and its tables; statements must be closed before.
    @Override
    public void close() {
        synchronized (closing) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            helpers.close();
            texts.values().forEach(Statement::close);
            CApi.DISCONNECT.invokeExact(connection);
            CApi.CLOSE.invokeExact(database);
            tables.values().forEach(ExportedTable::close);
        } catch (Throwable t) {
            throw CApi.unexpected(t);
        } finally {
            arena.close();
        }
    }

    private MemorySegment connection() {
        return connection.get(ADDRESS, 0);
    }

    private static void configure(MemorySegment config, Map<String, String> settings) throws Throwable {
        if ((int) CApi.CREATE_CONFIG.invokeExact(config) != 0) {
            throw new IllegalStateException("cannot configure DuckDB");
        }
        try (Arena scope = Arena.ofConfined()) {
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                MemorySegment name = scope.allocateFrom(setting.getKey());
                MemorySegment value = scope.allocateFrom(setting.getValue());
                if ((int) CApi.SET_CONFIG.invokeExact(config.get(ADDRESS, 0), name, value) != 0) {
                    throw new IllegalStateException("DuckDB has no such setting: " + setting);
                }
            }
        }
    }

    private static void openDatabase(MemorySegment database, MemorySegment config) throws Throwable {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment error = scope.allocate(ADDRESS);
            int state = (int)
                    CApi.OPEN.invokeExact(scope.allocateFrom(":memory:"), database, config.get(ADDRESS, 0), error);
            if (state != 0) {
                String message = message(error.get(ADDRESS, 0));
                CApi.FREE.invokeExact(error.get(ADDRESS, 0));
                throw new DuckDbException(message);
            }
        }
    }

    static String message(MemorySegment pointer) {
        String text = CApi.text(pointer);
        return text == null || text.isEmpty() ? "INTERNAL Error: no reason was given" : text;
    }
}
