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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// The rows of a table, and the scans of it that an engine in another process has asked for.
final class ServedTable implements AutoCloseable {

    private final ArrowTable table;
    private final Map<Integer, ArrowTable.Scan> open = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private @Nullable Throwable failure;

    ServedTable(ArrowTable table) {
        this.table = table;
    }

    /// Returns the next rows of a scan, which belong to the scan until the next call. They are null at the end,
    /// and after it.
    @Nullable
    VectorSchemaRoot next(int scan) {
        if (ended.contains(scan)) {
            return null;
        }
        ArrowTable.Scan of = open.computeIfAbsent(scan, ignored -> table.openScan());
        VectorSchemaRoot rows = of.next();
        if (rows == null) {
            ended.add(scan);
            open.remove(scan);
            of.close();
        }
        return rows;
    }

    void fail(Throwable t) {
        if (failure == null) {
            failure = t;
        }
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        open.values().forEach(ArrowTable.Scan::close);
        open.clear();
    }
}
