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
package dev.wings.common.arrow;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why a row is not taken.
///
/// @param row where it is, counted as the reason does
/// @param field the path of the field that is at fault; null if there is none
/// @param value what was sent, as text; null if it is not known, or was null
public record RowFault(
        long row,
        @Nullable String field,
        String reason,
        @Nullable String value) {

    /// How many characters of a value are kept.
    public static final int MAX_VALUE_LENGTH = 1_024;

    private static final int MAX_REASON_LENGTH = 2_048;

    private static final Pattern FIELD = Pattern.compile("field=\"([^\"]*)\"");

    /// A fault with as much of its texts as is kept; what is cut ends with "…".
    public static RowFault of(long row, @Nullable String field, String reason, @Nullable String value) {
        return new RowFault(
                row,
                field == null ? null : cut(field, MAX_VALUE_LENGTH),
                cut(reason, MAX_REASON_LENGTH),
                value == null ? null : cut(value, MAX_VALUE_LENGTH));
    }

    /// A fault of the field that the reason names.
    public static RowFault of(long row, String reason, @Nullable String value) {
        Matcher field = FIELD.matcher(reason);
        return of(row, field.find() ? field.group(1) : null, reason, value);
    }

    private static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        // a character beyond the basic plane is not cut in two
        int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
        return text.substring(0, end) + "…";
    }
}
