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
package dev.wings.server.table;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// Finds and reads the tables of a tenant.
public interface Tables {

    /// How many tables a query may name.
    int MAX_TABLES = 100;

    /// Returns the tables that the names stand for, all of one tenant, as they were last seen. [#check] and
    /// [#open] tell whether they still are so; if not, the control plane is asked for them the next time. Fails
    /// with NOT_FOUND, naming the first table that does not exist, or with FORBIDDEN, naming one that belongs
    /// to another tenant.
    Map<TableRef, SqlTable> resolve(String tenant, Collection<TableRef> names);

    /// Returns the view of this name as it is now, if there is one. Fails with FORBIDDEN for one of another
    /// tenant, with INVALID for one of another engine that cannot be used here.
    Optional<SqlView> findView(String tenant, TableRef name);

    /// Fails as [#open] does if a table is no longer as it was resolved.
    void check(Collection<SqlTable> tables);

    /// Does the same check and, unless it is large, returns the snapshot that [#open] would take now, for a
    /// caller who opens the tables soon.
    Optional<TableSnapshot> snapshot(Collection<TableNeeds> needs);

    /// Opens one consistent snapshot of the tables, by the names that they were asked for with: it has every
    /// batch that was acknowledged before the call. Fails with CONFLICT or NOT_FOUND if a table is no longer
    /// the one that is needed.
    ///
    /// What is read is counted with `allocator`; each scan of each table must be closed before that.
    ///
    /// @param taken a snapshot that was taken before; it is used if it is one for these needs
    /// @param memory counts what is held until the query ends
    Map<TableRef, TableSource> open(
            String tenant,
            Map<TableRef, TableNeeds> needs,
            Optional<TableSnapshot> taken,
            BufferAllocator allocator,
            PlanMemory memory);
}
