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

import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A locked DuckDB: it reaches no file and no network, its settings cannot be changed, and its memory is bounded.
///
/// What a query needs is put into the catalog `wings` before it runs. Names and columns stay there for the next
/// query, which mostly needs the same; if it does not need exactly the same, they are removed first. Rows are
/// removed at the end of their query.
public final class Engine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /// The optimizers that are off in an engine for planning. With them, plans of empty tables say that nothing
    /// is read, or cannot be serialized.
    private static final String UNPLANNABLE_OPTIMIZERS =
            "statistics_propagation,late_materialization,build_side_probe_side,aggregate_reuse";

    /// How many column chunks may be known. The native library keeps about a kilobyte of each column chunk of
    /// each file that it has seen.
    private static final long MAX_KNOWN_CHUNKS = 1 << 16;

    /// How many threads bring bytes of files for each one that computes. A single one for all keeps those
    /// waiting.
    private static final int READERS_PER_THREAD = 2;

    private final SqlEngine duckDb;
    private final boolean first;
    private volatile boolean closed;
    private Layout layout = Layout.NOTHING;
    private boolean laidOut = true;
    private final List<SegmentSource.Attached> segments = new ArrayList<>();
    private final Set<Path> knownFiles = new HashSet<>();
    private long knownChunks;

    /// What is in the catalog.
    ///
    /// @param batches the columns of the tables whose rows are attached, which are called `t0`, `t1`...
    /// @param files the statements that say of which files those tables are, in variables of their names: a
    ///     variable takes another value in a fraction of the time that another view takes
    /// @param relations the statements that make the tables and views that queries name, or replace them
    /// @param views the statements that make the views of users, each behind those that it uses
    /// @param session what the session is set to
    private record Layout(
            Set<String> schemas,
            List<Schema> batches,
            List<String> files,
            Map<TableRef, String> relations,
            Map<TableRef, String> views,
            List<String> session) {
        static final Layout NOTHING = new Layout(Set.of(), List.of(), List.of(), Map.of(), Map.of(), List.of());

        /// Whether everything that the relations of `next` are made of is there already, under the same names.
        boolean isReplacedBy(Layout next) {
            return schemas.equals(next.schemas)
                    && batches.equals(next.batches)
                    && relations.keySet().equals(next.relations.keySet())
                    && views.equals(next.views)
                    && (views.isEmpty() || relations.equals(next.relations));
        }
    }

    private final Path temporaryDirectory;
    private final Optional<Path> segmentDirectory;

    private Engine(SqlEngine duckDb, boolean first, Path temporaryDirectory, Optional<Path> segmentDirectory) {
        this.duckDb = duckDb;
        this.first = first;
        this.temporaryDirectory = temporaryDirectory;
        this.segmentDirectory = segmentDirectory;
    }

    public enum Purpose {
        /// Holds empty tables, and tells what would be read.
        PLANNING,
        RUNNING,
        /// Runs a query for which memory was not enough, in as little of it as can be.
        SPARING,
        /// Runs what reads tables of the schema `system` only.
        SYSTEM
    }

    /// Opens an engine. Takes over the directories: they are removed with the engine.
    ///
    /// @param owner whom the engine is for
    /// @param first whether its owner has no other engine that runs
    /// @param memoryBytes how much memory it may compute with
    /// @param rowBytes how much memory rows may take on their way into it
    /// @param temporaryDirectory a directory of this engine alone
    /// @param segmentDirectory a directory of this engine alone: the only files that it can read are linked
    ///     there
    public static Engine open(
            EngineFactory factory,
            String owner,
            boolean first,
            Purpose purpose,
            int threads,
            long memoryBytes,
            long rowBytes,
            long temporaryBytes,
            Path temporaryDirectory,
            Optional<Path> segmentDirectory) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("threads", Integer.toString(threads));
        settings.put(
                "async_threads",
                Integer.toString(
                        purpose == Purpose.RUNNING || purpose == Purpose.SPARING ? READERS_PER_THREAD * threads : 1));
        settings.put("memory_limit", memoryBytes + "B");
        settings.put("max_temp_directory_size", temporaryBytes + "B");
        settings.put("temp_directory", temporaryDirectory.toString());
        settings.put("autoinstall_known_extensions", "false");
        settings.put("autoload_known_extensions", "false");
        settings.put("allow_community_extensions", "false");
        settings.put("max_expression_depth", "250");
        // Without this, rows that are streamed do not even come in the order of an ORDER BY.
        settings.put("preserve_insertion_order", "true");
        SqlEngine duckDb = factory.open(owner, first, settings, memoryBytes, rowBytes);
        try {
            segmentDirectory.ifPresent(directory -> duckDb.run(
                    // A file is allowed by its name, and by the pattern that stands for the name where files
                    // are read.
                    "SET allowed_directories = [" + ParquetFiles.text(directory + "/") + ", "
                            + ParquetFiles.path(directory).replaceFirst("'$", "/'") + "]"));
            duckDb.run("SET enable_external_access = false");
            duckDb.run("SET GLOBAL TimeZone = 'UTC'");
            duckDb.run("ATTACH ':memory:' AS wings");
            // This is right because a file's name stands for its content.
            duckDb.run("SET parquet_metadata_cache = true");
            duckDb.run("SET validate_external_file_cache = 'NO_VALIDATION'");
            BoundedFunctions.define(duckDb);
            // PostgreSQL and Grafana call the function by this name.
            duckDb.run("CREATE TEMP MACRO date_bin(w, t, o) AS time_bucket(w, t, o), (w, t) AS time_bucket(w, t)");
            // The arrow is allowed beside the keyword `lambda`, for those who write x -> x + 1.
            duckDb.run("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'");
            // the engine does not know how many rows it will get, and would compare each with each as it does for a few
            for (String threshold : List.of("asof_loop_join", "nested_loop_join", "merge_join")) {
                duckDb.run("SET " + threshold + "_threshold = 0");
            }
            duckDb.run("SET allowed_configs = ['TimeZone', 'preserve_insertion_order']");
            if (purpose == Purpose.PLANNING) {
                duckDb.run("SET disabled_optimizers = '" + UNPLANNABLE_OPTIMIZERS + "'");
            }
            if (purpose == Purpose.SPARING) {
                // The first rows of an order are held several times with room for 2,048 each; sorted rows are not.
                duckDb.run("SET disabled_optimizers = 'top_n'");
            }
            duckDb.run("SET lock_configuration = true");
            return new Engine(duckDb, first, temporaryDirectory, segmentDirectory);
        } catch (Throwable t) {
            duckDb.close();
            throw t;
        }
    }

    /// Whether other engines of its owner stand back for it.
    boolean isFirst() {
        return first;
    }

    boolean isClosed() {
        return closed;
    }

    public SqlEngine duckDb() {
        return duckDb;
    }

    /// Makes empty tables under the names that the query uses; bare names are those of `homeSchema`.
    ///
    /// @param views the statements that make views over them, in this order
    public void declare(
            Map<TableRef, SqlTable> tables, Map<TableRef, String> views, String homeSchema, String timeZone) {
        Map<TableRef, String> relations = new LinkedHashMap<>();
        tables.forEach((name, table) -> relations.put(
                name,
                "CREATE OR REPLACE TABLE " + name.sql() + " ("
                        + table.columns().stream()
                                // With NOT NULL, the plan could do without a column, which would then have no
                                // value where the query runs.
                                .map(column -> TableRef.quote(column.name()) + " " + column.sqlType())
                                .collect(Collectors.joining(", "))
                        + ")"));
        layOut(new Layout(
                schemas(tables.keySet(), views.keySet(), homeSchema),
                List.of(),
                List.of(),
                relations,
                views,
                session(homeSchema, timeZone, true)));
    }

    /// Makes the tables readable under the names that the query uses, until [#removeRows]. Columns that are not
    /// needed are there too, and null: the text of the query may name them. If this fails, the engine is only
    /// to be closed.
    ///
    /// @param views the statements that make views over them, in this order
    /// @param ordered whether rows come as the query orders them, made by one thread; otherwise they come as
    ///     several threads find them
    public void add(
            Map<TableRef, TableSource> tables,
            Map<TableRef, String> views,
            String homeSchema,
            String timeZone,
            boolean ordered,
            BufferAllocator allocator) {
        List<Schema> batches = new ArrayList<>();
        List<String> files = new ArrayList<>();
        Map<TableRef, String> relations = new LinkedHashMap<>();
        tables.forEach((name, source) -> {
            String rows = rows(source, batchesName(batches.size()), files);
            relations.put(name, "CREATE OR REPLACE VIEW " + name.sql() + " AS " + rows);
            batches.add(source.batches().schema());
        });
        layOut(new Layout(
                schemas(tables.keySet(), views.keySet(), homeSchema),
                batches,
                files,
                relations,
                views,
                session(homeSchema, timeZone, ordered)));
        int number = 0;
        for (TableSource source : tables.values()) {
            duckDb.attach(batchesName(number), source.batches(), allocator);
            number++;
        }
    }

    /// The rows in segments come first: they are the older ones. Without a union, DuckDB can do more with a
    /// table.
    ///
    /// @param files receives the statement that says of which files they are
    private String rows(TableSource source, String batches, List<String> files) {
        String selected = "SELECT " + selectList(source.needs()) + " FROM ";
        String fresh = selected + "memory.main." + batches;
        if (source.segments().isEmpty()) {
            return fresh;
        }
        Path directory = segmentDirectory.orElseThrow(() -> new IllegalStateException("this engine reads no files"));
        SegmentSource.Attached attached = source.segments().get().attach(directory.resolve(batches));
        segments.add(attached);
        attached.chunks().forEach((file, chunks) -> knownChunks += knownFiles.add(file) ? chunks : 0);
        files.add("SET VARIABLE " + batches + " = " + attached.files());
        String old = selected + attached.relation("getvariable('" + batches + "')");
        return source.pages() == 0 ? old : old + " UNION ALL " + fresh;
    }

    /// Returns the files that a failure is about, as their table names them.
    public List<String> blamedFiles(String message) {
        return segments.stream()
                .flatMap(attached -> attached.blamed(message).stream())
                .distinct()
                .toList();
    }

    /// Releases the rows of [#add].
    public void removeRows() {
        removeSegments();
        for (int i = 0; i < layout.batches().size(); i++) {
            duckDb.detach(batchesName(i));
        }
    }

    /// Whether the catalog of this engine can be used again, and it has not seen too many files.
    public boolean isUsable() {
        return laidOut && duckDb.isUsable() && knownChunks <= MAX_KNOWN_CHUNKS;
    }

    private void layOut(Layout next) {
        if (layout.equals(next)) {
            return;
        }
        laidOut = false;
        if (layout.isReplacedBy(next)) {
            next.files().stream()
                    .filter(statement -> !layout.files().contains(statement))
                    .forEach(duckDb::run);
            next.relations().forEach((name, statement) -> {
                if (!statement.equals(layout.relations().get(name))) {
                    duckDb.run(statement);
                }
            });
            if (!next.session().equals(layout.session())) {
                next.session().forEach(duckDb::run);
            }
        } else {
            layOutAnew(next);
        }
        layout = next;
        laidOut = true;
    }

    private void layOutAnew(Layout next) {
        duckDb.run("USE memory.main");
        for (String schema : layout.schemas()) {
            duckDb.run("DROP SCHEMA wings." + TableRef.quote(schema) + " CASCADE");
        }
        for (int i = 0; i < layout.batches().size(); i++) {
            duckDb.dropTable(batchesName(i));
        }
        for (String schema : next.schemas()) {
            duckDb.run("CREATE SCHEMA wings." + TableRef.quote(schema));
        }
        for (int i = 0; i < next.batches().size(); i++) {
            duckDb.addTable(batchesName(i), next.batches().get(i));
        }
        next.files().forEach(duckDb::run);
        next.relations().values().forEach(duckDb::run);
        next.views().forEach(this::makeView);
        next.session().forEach(duckDb::run);
    }

    /// Fails with INVALID for a view that its tables no longer have the columns for. Places in what the engine
    /// says of it are not those of the query that uses it.
    private void makeView(TableRef name, String statement) {
        try {
            duckDb.run(statement);
            // a failure is told with the next answer
            duckDb.text("SELECT ?::VARCHAR", "");
        } catch (DuckDbException e) {
            if (e.kind() != DuckDbException.Kind.STATEMENT) {
                throw e;
            }
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new WingsException(
                    ErrorKind.INVALID,
                    "the view " + name.schema() + "." + name.table() + " cannot be used as its tables are now: "
                            + reason,
                    e);
        }
    }

    private static Set<String> schemas(Set<TableRef> tables, Set<TableRef> views, String homeSchema) {
        Set<String> schemas = new LinkedHashSet<>();
        schemas.add(homeSchema);
        tables.forEach(table -> schemas.add(table.schema()));
        views.forEach(view -> schemas.add(view.schema()));
        return schemas;
    }

    private static List<String> session(String schema, String timeZone, boolean ordered) {
        return List.of(
                "USE wings." + TableRef.quote(schema),
                "SET GLOBAL preserve_insertion_order = " + ordered,
                "SET GLOBAL TimeZone = '" + timeZone.replace("'", "''") + "'");
    }

    private static String batchesName(int number) {
        return "t" + number;
    }

    private static String selectList(TableNeeds needs) {
        return needs.table().columns().stream()
                .map(column -> needs.columns().contains(column)
                        ? TableRef.quote(column.name())
                        : "CAST(NULL AS " + column.sqlType() + ") AS " + TableRef.quote(column.name()))
                .collect(Collectors.joining(", "));
    }

    private void removeSegments() {
        segments.forEach(SegmentSource.Attached::close);
        segments.clear();
    }

    @Override
    public void close() {
        closed = true;
        try {
            duckDb.close();
        } finally {
            removeSegments();
            delete(temporaryDirectory);
            segmentDirectory.ifPresent(Engine::delete);
        }
    }

    /// A file that is left behind does no harm: it is removed when the server ends.
    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot delete the directory of an engine: directory={}", directory, e);
        }
    }
}
