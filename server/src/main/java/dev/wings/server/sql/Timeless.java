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

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells which functions and names give the same result at any time, so that a plan in which one was folded to
/// a constant stays right.
///
/// It has a list of its own, since DuckDB's claims too much: DuckDB says `CONSISTENT` of
/// `current_localtimestamp()` and of `age(timestamp)`.
final class Timeless {

    private static final Set<String> FUNCTIONS =
            Arrays.stream("""
                    count count_star sum avg min max first last any_value arg_min arg_max min_by max_by
                    stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp product
                    median mode quantile quantile_cont quantile_disc approx_quantile approx_count_distinct
                    bool_and bool_or bit_and bit_or bit_xor string_agg group_concat listagg list array_agg histogram
                    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
                    lower upper length strlen char_length substring substr left right trim ltrim rtrim replace reverse
                    concat concat_ws position instr strpos contains starts_with ends_with prefix suffix split_part
                    regexp_matches regexp_full_match regexp_replace regexp_extract
                    like_escape not_like_escape ilike_escape not_ilike_escape
                    abs sign round floor ceil ceiling trunc sqrt exp ln log log2 log10 pow power mod
                    greatest least if ifnull nullif coalesce hash md5
                    date_trunc date_part date_diff datediff year month day hour minute second dayofweek dayofyear week
                    epoch epoch_ms epoch_us epoch_ns time_bucket date_bin strftime strptime to_timestamp make_date
                    make_time make_timestamp make_timestamptz make_timestamp_ms make_timestamp_ns
                    to_years to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds
                    struct_extract struct_pack row array_extract list_extract list_value list_contains map_extract
                    unnest range generate_series
                    """.split("\\s+")).collect(Collectors.toUnmodifiableSet());

    private Timeless() {}

    /// @param name the name in lower case; operators are all timeless
    static boolean isFunction(String name) {
        return FUNCTIONS.contains(name) || name.chars().noneMatch(Character::isLetterOrDigit);
    }

    /// @param name the name in lower case; `current_date` and its like look as if they were columns
    static boolean isColumn(String name) {
        return !name.startsWith("current_") && !name.startsWith("localtime");
    }
}
