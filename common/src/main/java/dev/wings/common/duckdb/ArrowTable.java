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

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A table whose rows are Arrow batches. DuckDB opens a scan of it for each time that the plan reads it, which may be
/// several at once; each must deliver the same rows.
public interface ArrowTable {

    /// The columns of the batches; at least one.
    Schema schema();

    /// Starts reading from the first row.
    Scan openScan();

    /// One pass over the rows. Used by one thread at a time.
    interface Scan extends AutoCloseable {

        /// The next batch, null at the end. It stays the scan's and is valid until the next call; DuckDB retains the
        /// buffers for as long as it needs them.
        @Nullable
        VectorSchemaRoot next();

        @Override
        void close();
    }
}
