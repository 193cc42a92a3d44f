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

/// The dates and times that topics hold: what the SQL engine, Iceberg's transforms and all readers of tables take.
///
/// They are the years 0001 to 9999, as in the SQL standard, in Spark, and in Python's `datetime`, in which
/// PyIceberg gives values. Other systems go further, each to years of its own, and some wrap beyond them:
/// Iceberg counts hours in 32 bits, and DuckDB takes the ends of the 64-bit range for infinity or for nothing
/// at all.
public final class TimeRange {

    /// 0001-01-01.
    public static final int MIN_DAY = -719_162;

    /// 9999-12-31.
    public static final int MAX_DAY = 2_932_896;

    public static final long MICROS_PER_DAY = 86_400_000_000L;

    /// 0001-01-01T00:00:00, in UTC for an instant.
    public static final long MIN_MICROS = MIN_DAY * MICROS_PER_DAY;

    /// 9999-12-31T23:59:59.999999, in UTC for an instant.
    public static final long MAX_MICROS = (MAX_DAY + 1) * MICROS_PER_DAY - 1;

    private TimeRange() {}
}
