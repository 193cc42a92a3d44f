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
package dev.wings.compactor.segment;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.worker.task.TaskLease;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.MapVector;

/// A DuckDB that writes the segments of one task. It has one thread, because files come in the order of their
/// rows that way, and many small tasks do more on many cores than one task with all of them.
public final class SegmentEngine implements AutoCloseable {

    private final DuckDb duckDb;
    private final TaskLease lease;
    private final BufferAllocator allocator;
    private final Limits limits;

    /// What an engine may use. Beyond the memory it spills to disk.
    public record Limits(long memoryBytes, long spillBytes) {}

    private SegmentEngine(DuckDb duckDb, TaskLease lease, BufferAllocator allocator, Limits limits) {
        this.duckDb = duckDb;
        this.lease = lease;
        this.allocator = allocator;
        this.limits = limits;
    }

    /// @param spill an empty directory of the engine's own
    public static SegmentEngine open(Limits limits, Path spill, TaskLease lease, BufferAllocator allocator) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("threads", "1");
        settings.put("async_threads", "1");
        settings.put("memory_limit", limits.memoryBytes() + "B");
        settings.put("temp_directory", spill.toString());
        settings.put("max_temp_directory_size", limits.spillBytes() + "B");
        settings.put("autoinstall_known_extensions", "false");
        settings.put("autoload_known_extensions", "false");
        DuckDb duckDb = DuckDb.open(settings);
        try {
            duckDb.run("SET GLOBAL TimeZone = 'UTC'");
            return new SegmentEngine(duckDb, lease, allocator, limits);
        } catch (Throwable t) {
            duckDb.close();
            throw t;
        }
    }

    Limits limits() {
        return limits;
    }

    void addTable(String name, ArrowTable table) {
        duckDb.addTable(name, table, allocator);
    }

    void run(String sql) {
        lease.interruptible(duckDb::interrupt, () -> {
            try {
                duckDb.run(sql);
                return true;
            } catch (DuckDbException e) {
                throw failed(e);
            }
        });
    }

    /// Runs a query, and makes something of each of its chunks of rows.
    <T> List<T> query(String sql, Function<VectorSchemaRoot, List<T>> reader) {
        return lease.interruptible(duckDb::interrupt, () -> {
            List<T> all = new ArrayList<>();
            try (Statement statement = duckDb.prepare(sql);
                    Results results = statement.execute(allocator)) {
                while (results.next()) {
                    all.addAll(reader.apply(results.root()));
                }
            } catch (DuckDbException e) {
                throw failed(e);
            }
            return all;
        });
    }

    /// A Parquet file that a COPY has written.
    ///
    /// @param nanCounts how many NaNs a column has, by DuckDB's path of it: `"a"."b"`
    record CopiedFile(Path file, long rows, Map<String, Long> nanCounts) {}

    /// Runs a COPY with `RETURN_STATS`. Returns the files in the order of their rows.
    List<CopiedFile> copy(String sql) {
        List<CopiedFile> files = query(sql, SegmentEngine::copiedFiles);
        return files.stream()
                .sorted(Comparator.comparingInt(file -> number(file.file())))
                .toList();
    }

    /// The number in the name of a file, `data_12.parquet`.
    private static int number(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(name.indexOf('_') + 1, name.indexOf('.')));
    }

    private static List<CopiedFile> copiedFiles(VectorSchemaRoot rows) {
        VarCharVector names = (VarCharVector) rows.getVector("filename");
        UInt8Vector counts = (UInt8Vector) rows.getVector("count");
        MapVector statistics = (MapVector) rows.getVector("column_statistics");
        List<CopiedFile> files = new ArrayList<>();
        for (int i = 0; i < rows.getRowCount(); i++) {
            Map<String, Long> nanCounts = new LinkedHashMap<>();
            for (Map.Entry<String, Object> column : entries(statistics.getObject(i))) {
                for (Map.Entry<String, Object> statistic : entries(column.getValue())) {
                    if (statistic.getKey().equals("nan_count")) {
                        nanCounts.put(
                                column.getKey(),
                                Long.parseLong(statistic.getValue().toString()));
                    }
                }
            }
            Path file = Path.of(names.getObject(i).toString());
            files.add(new CopiedFile(file, counts.get(i), nanCounts));
        }
        return files;
    }

    private static List<Map.Entry<String, Object>> entries(Object map) {
        List<Map.Entry<String, Object>> entries = new ArrayList<>();
        for (Object entry : (List<?>) map) {
            Map<?, ?> pair = (Map<?, ?>) entry;
            Object value = pair.get(MapVector.VALUE_NAME);
            if (value != null) {
                entries.add(Map.entry(String.valueOf(pair.get(MapVector.KEY_NAME)), value));
            }
        }
        return entries;
    }

    /// The failure with its reason, since DuckDB only says that a scan has failed.
    private RuntimeException failed(DuckDbException failure) {
        Throwable cause = duckDb.tableFailure().orElse(null);
        if (cause instanceof WingsException known) {
            return known;
        }
        if (cause != null) {
            return new IllegalStateException("rows cannot be read", cause);
        }
        return switch (failure.kind()) {
            case OUT_OF_MEMORY ->
                new WingsException(
                        ErrorKind.EXHAUSTED,
                        "the segments of the task need more memory or disk than it may have: " + failure.getMessage(),
                        failure);
            case INTERRUPTED -> new WingsException(ErrorKind.CANCELLED, "the task was interrupted", failure);
            case DISK ->
                new WingsException(
                        ErrorKind.EXHAUSTED,
                        "local files of segments cannot be written: " + failure.getMessage(),
                        failure);
            case STATEMENT, BROKEN -> new IllegalStateException("segments cannot be written", failure);
        };
    }

    @Override
    public void close() {
        duckDb.close();
    }
}
