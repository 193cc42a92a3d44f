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
package dev.wings.server.http;

import dev.wings.common.error.WingsException;
import java.util.Map;

/// How values are written.
///
/// @param numbersAsText whether JSON has numbers that a double may not hold as strings: integers of 64 bits and
///     more, and decimals
record ResultOptions(boolean numbersAsText) {

    private static final String NUMBERS = "numbers";

    /// Fails with INVALID for parameters that there are not, and values that they do not have.
    static ResultOptions of(Map<String, String> query) {
        query.keySet().forEach(name -> {
            if (!name.equals(NUMBERS)) {
                throw WingsException.invalid("there is no such parameter: expected=" + NUMBERS + ", found=" + name);
            }
        });
        String numbers = query.getOrDefault(NUMBERS, "exact");
        return switch (numbers) {
            case "exact" -> new ResultOptions(false);
            case "text" -> new ResultOptions(true);
            default ->
                throw WingsException.invalid("the parameter is exact or text: parameter=numbers, found=" + numbers);
        };
    }
}
