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
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The layout of a topic's table as text: `origin, day(ts)` and `a, b desc nulls last`. Names with other
/// characters than letters, digits and `_` stand in double quotes, and a quote within is doubled.
public final class LakeText {

    private static final String NONE = "none";

    private static final String NAME = "(?<name>[\\p{L}_][\\p{L}\\p{N}_]*|\"(?:[^\"]|\"\")+\")";

    private static final Pattern PARTITION_FIELD = Pattern.compile("\\s*(?:(?<transform>\\p{Alpha}+)\\s*\\(\\s*" + NAME
            + "\\s*\\)|" + NAME.replace("name", "plain") + ")\\s*");

    private static final Pattern SORT_FIELD = Pattern.compile(
            "\\s*" + NAME + "(?:\\s+(?<direction>asc|desc))?(?:\\s+nulls\\s+(?<nulls>first|last))?\\s*",
            Pattern.CASE_INSENSITIVE);

    /// A comma that is not inside of quotes.
    private static final Pattern COMMA = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

    private static final Pattern PLAIN = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private static final Pattern BYTES = Pattern.compile("(\\d{1,12}) ?(|KiB|MiB|GiB)");

    private LakeText() {}

    /// Reads a partitioning; `none` is for a table that is not partitioned. Fails with INVALID.
    public static TablePartitioning parsePartitioning(String text) {
        TablePartitioning.Builder partitioning = TablePartitioning.newBuilder();
        if (text.strip().equalsIgnoreCase(NONE)) {
            return partitioning.build();
        }
        for (String part : COMMA.split(text, -1)) {
            Matcher matcher = PARTITION_FIELD.matcher(part);
            if (!matcher.matches()) {
                throw bad("partitioning", "field or day(field)", part);
            }
            String transform = matcher.group("transform");
            partitioning.addFields(TablePartitionField.newBuilder()
                    .setField(name(transform == null ? matcher.group("plain") : matcher.group("name")))
                    .setTransform(transform == null ? PartitionTransform.IDENTITY : transform(transform, part)));
        }
        return partitioning.build();
    }

    private static PartitionTransform transform(String text, String part) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "identity" -> PartitionTransform.IDENTITY;
            case "hour", "hours" -> PartitionTransform.HOUR;
            case "day", "days" -> PartitionTransform.DAY;
            case "month", "months" -> PartitionTransform.MONTH;
            case "year", "years" -> PartitionTransform.YEAR;
            default -> throw bad("partitioning", "identity, hour, day, month or year", part);
        };
    }

    /// Reads a sort order. Fails with INVALID.
    public static List<SortField> parseSortOrder(String text) {
        List<SortField> order = new ArrayList<>();
        for (String part : COMMA.split(text, -1)) {
            Matcher matcher = SORT_FIELD.matcher(part);
            if (!matcher.matches()) {
                throw bad("sort order", "field [asc|desc] [nulls first|last]", part);
            }
            SortField.Builder field = SortField.newBuilder()
                    .setField(name(matcher.group("name")))
                    .setDescending("desc".equalsIgnoreCase(matcher.group("direction")));
            String nulls = matcher.group("nulls");
            if (nulls != null) {
                field.setNullsLast(nulls.equalsIgnoreCase("last"));
            }
            order.add(field.build());
        }
        return order;
    }

    public static String formatPartitioning(TablePartitioning partitioning) {
        if (partitioning.getFieldsCount() == 0) {
            return NONE;
        }
        List<String> parts = new ArrayList<>();
        for (TablePartitionField field : partitioning.getFieldsList()) {
            String name = quoted(field.getField());
            parts.add(
                    field.getTransform() == PartitionTransform.IDENTITY
                            ? name
                            : field.getTransform().name().toLowerCase(Locale.ROOT) + "(" + name + ")");
        }
        return String.join(", ", parts);
    }

    /// Writes a sort order. It says where nulls are only if they are not where the order alone would have them.
    public static String formatSortOrder(List<SortField> order) {
        List<String> parts = new ArrayList<>();
        for (SortField field : order) {
            String nulls = !field.hasNullsLast() || field.getNullsLast() == field.getDescending()
                    ? ""
                    : field.getNullsLast() ? " nulls last" : " nulls first";
            parts.add(quoted(field.getField()) + (field.getDescending() ? " desc" : "") + nulls);
        }
        return String.join(", ", parts);
    }

    /// Reads what times are kept as: `time`, `long` or `string`. Fails with INVALID.
    public static Primitive parseTimeAs(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "time" -> Primitive.TIME;
            case "long" -> Primitive.LONG;
            case "string" -> Primitive.STRING;
            default -> throw bad("type for times", "time, long or string", text);
        };
    }

    public static String formatTimeAs(Primitive timeAs) {
        return timeAs == Primitive.PRIMITIVE_UNSPECIFIED
                ? formatTimeAs(Primitive.TIME)
                : timeAs.name().toLowerCase(Locale.ROOT);
    }

    /// Reads a length of time: `500ms`, `30s`, `10m`, `1h`, `1d`. Fails with INVALID.
    public static Duration parseFreshness(String text) {
        return parseTime("freshness", text);
    }

    /// As [#parseFreshness].
    ///
    /// @param what the time is called in messages
    static Duration parseTime(String what, String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw bad(what, "a number with ms, s, m, h or d", text);
        }
        long number = Long.parseLong(matcher.group(1));
        long millis = number
                * switch (matcher.group(2)) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 86_400_000;
                };
        return Duration.newBuilder()
                .setSeconds(millis / 1_000)
                .setNanos((int) (millis % 1_000) * 1_000_000)
                .build();
    }

    public static String formatFreshness(Duration freshness) {
        return freshness.getNanos() == 0
                ? freshness.getSeconds() + "s"
                : freshness.getSeconds() * 1_000 + freshness.getNanos() / 1_000_000 + "ms";
    }

    /// Reads a number of bytes: `268435456`, `64MiB`, `1GiB`. Fails with INVALID.
    public static long parseBytes(String text) {
        Matcher matcher = BYTES.matcher(text.strip());
        if (!matcher.matches()) {
            throw bad("number of bytes", "a number, or one with KiB, MiB or GiB", text);
        }
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> 0;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    private static String quoted(String name) {
        return PLAIN.matcher(name).matches() ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String name(String text) {
        return text.startsWith("\"") ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text;
    }

    private static WingsException bad(String what, String expected, String part) {
        return WingsException.invalid("bad " + what + ": expected=" + expected + ", found=\"" + part.strip() + "\"");
    }
}
