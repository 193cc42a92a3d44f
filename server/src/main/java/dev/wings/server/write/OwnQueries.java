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
package dev.wings.server.write;

import dev.wings.server.run.ResultSink;
import dev.wings.server.table.TableRef;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Runs the query that is part of a statement, in the session and with the parameters of that statement.
public interface OwnQueries {

    /// Returns the columns of a query, or nothing if they depend on values of parameters. Fails as the query
    /// would.
    Optional<Schema> columns(String query);

    /// Returns the parameters of a query, with the types that the engine expects.
    List<Field> parameters(String query);

    /// Says whether a query uses a view of this name, by itself or through another view.
    boolean usesView(String query, TableRef view);

    /// Returns the same, but with bare names that belong to another schema.
    OwnQueries in(String schema);

    /// Runs a query to its last row. The calling thread waits.
    void run(String query, ResultSink sink);
}
