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
package dev.wings.server.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks the formats of `format` and `printf`, in which a few characters can ask for gigabytes.
final class Formats {

    private static final Set<String> FUNCTIONS = Set.of("format", "printf");

    private static final int MAX_VALUES = 100;

    /// Matches braces of `format` that have other braces in them, which take the width from an argument, or a
    /// long number.
    private static final Pattern WIDE_BRACES = Pattern.compile("\\{[^}]*(\\{|[0-9]{5})");

    /// Matches a width of `printf`, between the sign and the letter, that comes from an argument or is a long
    /// number.
    private static final Pattern WIDE_PERCENT = Pattern.compile("%[^a-zA-Z%]*(\\*|[0-9]{5})");

    private Formats() {}

    static boolean isFormatting(String function) {
        return FUNCTIONS.contains(function);
    }

    /// Says whether the length of the result is bounded by that of the arguments and by widths that the format
    /// itself shows.
    ///
    /// @param arguments the arguments of a call
    static boolean isBounded(String function, JsonNode arguments) {
        JsonNode literal = arguments.path(0).path("expression").path("literal");
        if (!literal.path("kind").asText().equals("STRING")) {
            return false;
        }
        String text = literal.path("text").asText();
        boolean braces = function.equals("format");
        String unescaped = braces ? text.replace("{{", "") : text;
        Pattern wide = braces ? WIDE_BRACES : WIDE_PERCENT;
        char sign = braces ? '{' : '%';
        return !wide.matcher(unescaped).find()
                && unescaped.chars().filter(each -> each == sign).count() <= MAX_VALUES;
    }
}
