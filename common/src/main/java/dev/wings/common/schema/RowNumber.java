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
package dev.wings.common.schema;

/// Which row of a batch a message is about.
public final class RowNumber {

    private RowNumber() {}

    /// The row as it stands in messages, where it is said how it is counted.
    ///
    /// @param row the first one is 0
    public static String text(long row) {
        return "row=" + row + " (of the batch, counted from 0)";
    }
}
