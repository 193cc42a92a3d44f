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
package dev.wings.ingestor.http;

import java.util.ArrayList;
import java.util.List;

/// Why a row was not taken.
///
/// @param row the first row of a body is 1; 0 if it is about what comes before the rows
/// @param line the first line of a body is 1; 0 if it has no lines
/// @param column of the line, in bytes, the first is 1; 0 if it is not known
record RowFailure(long row, long line, long column, String reason) {

    /// The failure for a message.
    String text() {
        List<String> place = new ArrayList<>();
        addTo(place, "row ", row);
        addTo(place, "line ", line);
        addTo(place, "column ", column);
        return String.join(", ", place) + ": " + reason;
    }

    private static void addTo(List<String> place, String name, long number) {
        if (number > 0) {
            place.add(name + number);
        }
    }
}
