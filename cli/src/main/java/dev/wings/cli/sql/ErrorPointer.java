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

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Shows where in a query the server found something wrong, which it says as `line=1, column=8`, both from 1.
final class ErrorPointer {

    private static final Pattern PLACE = Pattern.compile("line=(\\d{1,6}), column=(\\d{1,6})");
    /// A longer line is shown from a little before the place.
    private static final int WIDTH = 100;

    private ErrorPointer() {}

    /// The line with a caret below the place, each line ending with a line feed; empty if the message names no
    /// place.
    ///
    /// ```text
    /// select orign from flights
    ///        ^
    /// ```
    static String of(String sql, String message) {
        Matcher place = PLACE.matcher(message);
        // the engine's own messages may hold the line already
        if (message.contains("^") || !place.find()) {
            return "";
        }
        String[] lines = sql.split("\n", -1);
        int line = Integer.parseInt(place.group(1)) - 1;
        int column = Integer.parseInt(place.group(2)) - 1;
        if (line < 0 || line >= lines.length || column < 0 || column > lines[line].length()) {
            return "";
        }
        String text = lines[line].replace('\t', ' ').stripTrailing();
        int start = column < WIDTH ? 0 : column - WIDTH / 2;
        int end = Math.min(text.length(), start + WIDTH);
        return text.substring(Math.min(start, end), end) + "\n" + " ".repeat(column - start) + "^\n";
    }
}
