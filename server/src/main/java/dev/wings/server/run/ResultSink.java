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
package dev.wings.server.run;

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/// Takes the rows of a query.
public interface ResultSink {

    /// Starts the result. This is called once, before any rows. The root stays the query's; its rows are
    /// replaced from batch to batch.
    ///
    /// @param columns how the rows are shown: as those of the root, with other names inside and more metadata
    void start(VectorSchemaRoot root, Schema columns);

    /// Takes the rows that the root holds. Blocks until there is room for more; fails if nobody wants them any more.
    void accept();
}
