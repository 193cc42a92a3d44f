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

import java.util.regex.Pattern;

/// Which row of a batch a message is about.
public final class RowNumber {

    private static final String OF_BATCH = " (of the batch, counted from 0)";

    /// Rows of a batch have at most ten digits.
    private static final Pattern IN_BATCH = Pattern.compile("row=(\\d{1,10})" + Pattern.quote(OF_BATCH));

    private RowNumber() {}

    /// The row as it stands in messages, where it is said how it is counted.
    ///
    /// @param row the first one is 0
    public static String text(long row) {
        return "row=" + row + OF_BATCH;
    }

    /// The message with rows of the file in place of those of a batch.
    ///
    /// @param firstRow the row of the file that the batch starts with; the first row of a file is 1
    public static String inFile(String message, long firstRow) {
        return IN_BATCH.matcher(message)
                .replaceAll(
                        row -> "row=" + (firstRow + Long.parseLong(row.group(1))) + " (of the file, counted from 1)");
    }
}
