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
package dev.wings.common.scan;

import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/// Tells which rows of a batch its reader may leave out. Used by several threads at once.
public interface RowFilter {

    /// Leaves out none.
    RowFilter ALL = (columns, rows) -> new Range(0, rows);

    /// The rows from the first that matters to the last: those outside of `[start, end)` do not matter.
    ///
    /// @param columns of the scan, in its order; null for those that the page does not have, and for offset and
    ///     timestamp
    /// @param rows of the batch, at least one
    Range of(List<@Nullable FieldVector> columns, int rows);

    /// Rows `[start, end)`.
    record Range(int start, int end) {

        public static final Range NONE = new Range(0, 0);

        boolean isEmpty() {
            return start == end;
        }
    }
}
