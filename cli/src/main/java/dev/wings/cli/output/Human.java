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
package dev.wings.cli.output;

import java.time.Duration;
import java.util.Locale;

/// Numbers as people read them.
public final class Human {

    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Human() {}

    /// A number with thousands separated: `1,234,567`.
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// A number of rows: `1 row`, `1,234 rows`.
    public static String rows(long count) {
        return count(count) + (count == 1 ? " row" : " rows");
    }

    /// A number of batches: `1 batch`, `1,234 batches`.
    public static String batches(long count) {
        return count(count) + (count == 1 ? " batch" : " batches");
    }

    /// A number of bytes with three digits and a decimal unit: `12.3 MB`.
    public static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        // 999.5 would be printed as 1000
        while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, BYTE_UNITS[unit]);
    }

    /// A length of time: `0.4 ms`, `12 ms`, `3.4 s`, `2 min 5 s`.
    public static String duration(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 9.95) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        if (millis < 999.5) {
            return String.format(Locale.ROOT, "%.0f ms", millis);
        }
        if (millis < 59_950) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000);
        }
        return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
}
