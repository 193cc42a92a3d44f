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

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Prints the rows of one result as they arrive, in bounded memory.
interface ResultPrinter extends AutoCloseable {

    /// Called once, before any rows.
    void start(Schema schema);

    void rows(VectorSchemaRoot rows);

    /// Called once, after all rows.
    void end();

    /// Called once, whether the result came to its end or not.
    @Override
    default void close() {
        // most printers keep nothing
    }
}
