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
package dev.wings.benchmarks.figures;

import java.util.Locale;

/// What a figure should be.
public sealed interface Target {

    /// The figure is at least so much of the floor.
    record RatioAtLeast(double ratio) implements Target {}

    /// The figure is at most so much of the floor.
    record RatioAtMost(double ratio) implements Target {}

    /// At most so much more than the floor.
    record MoreAtMost(double more) implements Target {}

    record AtLeast(double value) implements Target {}

    record AtMost(double value) implements Target {}

    /// Whether a figure with this value, this much of its floor, is as it should be.
    default boolean isMet(double value, double ratio) {
        return switch (this) {
            case RatioAtLeast target -> ratio >= target.ratio();
            case RatioAtMost target -> ratio <= target.ratio();
            case MoreAtMost target -> value - value / ratio <= target.more();
            case AtLeast target -> value >= target.value();
            case AtMost target -> value <= target.value();
        };
    }

    /// The target as text for readers.
    default String text(String unit) {
        return switch (this) {
            case RatioAtLeast target -> String.format(Locale.ROOT, ">= %.2f of the floor", target.ratio());
            case RatioAtMost target -> String.format(Locale.ROOT, "<= %.2f of the floor", target.ratio());
            case MoreAtMost target -> "<= floor + " + number(target.more()) + " " + unit;
            case AtLeast target -> ">= " + number(target.value()) + " " + unit;
            case AtMost target -> "<= " + number(target.value()) + " " + unit;
        };
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value);
    }
}
