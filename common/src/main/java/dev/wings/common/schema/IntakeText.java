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

import com.google.protobuf.Duration;
import dev.wings.common.proto.IntakeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Which rows a topic takes, as options with values of text: the same in SQL and on the command line.
public final class IntakeText {

    public static final String ON_ERROR = "on_error";
    public static final String TIMESTAMP_COLUMN = "timestamp_column";
    public static final String MAX_LATE = "max_late";
    public static final String MAX_FUTURE = "max_future";

    /// The names of all options.
    public static final List<String> OPTIONS = List.of(ON_ERROR, TIMESTAMP_COLUMN, MAX_LATE, MAX_FUTURE);

    private static final String NONE = "none";

    private IntakeText() {}

    /// The name that an option has in the mask of a request.
    public static String field(String option) {
        return IntakeRules.PREFIX + (option.equals(TIMESTAMP_COLUMN) ? "timestamp_field" : option);
    }

    /// Puts an option into a request. Fails with INVALID for a value that it cannot have.
    ///
    /// @param text `none` for all but `on_error` is as if it were not set
    public static void set(IntakeSpec.Builder intake, String option, String text) {
        boolean none = text.strip().toLowerCase(Locale.ROOT).equals(NONE);
        switch (option) {
            case ON_ERROR -> intake.setOnError(OnError.parse(text).toProto());
            case TIMESTAMP_COLUMN -> intake.setTimestampField(none ? "" : text);
            case MAX_LATE -> {
                if (!none) {
                    intake.setMaxLate(time(option, text));
                }
            }
            case MAX_FUTURE -> {
                if (!none) {
                    intake.setMaxFuture(time(option, text));
                }
            }
            default -> throw new IllegalArgumentException("no option of this name: " + option);
        }
    }

    private static Duration time(String option, String text) {
        return LakeText.parseTime(option, text);
    }

    /// The options that are other than their defaults, with their values.
    public static Map<String, String> options(IntakeSpec intake) {
        Map<String, String> options = new LinkedHashMap<>();
        if (intake.getOnError() == dev.wings.common.proto.OnError.DEAD_LETTER) {
            options.put(ON_ERROR, OnError.DEAD_LETTER.toString());
        }
        if (!intake.getTimestampField().isEmpty()) {
            options.put(TIMESTAMP_COLUMN, intake.getTimestampField());
        }
        if (intake.hasMaxLate()) {
            options.put(MAX_LATE, LakeText.formatFreshness(intake.getMaxLate()));
        }
        if (intake.hasMaxFuture()) {
            options.put(MAX_FUTURE, LakeText.formatFreshness(intake.getMaxFuture()));
        }
        return options;
    }
}
