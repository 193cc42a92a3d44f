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
package dev.wings.cli.push;

import dev.wings.common.text.ValueWriter;
import java.time.YearMonth;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the option by which a column would be more than text: numbers with a decimal comma, and dates that are
/// not written as ISO 8601 has them.
final class TextHints {

    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+(?<fraction>,[0-9]+)?");

    /// A point or a comma before three digits could stand between thousands.
    private static final Pattern THOUSANDS = Pattern.compile("[-+]?[1-9][0-9]{0,2},[0-9]{3}");

    private static final Pattern DATE =
            Pattern.compile("(?<first>[0-9]{1,4})(?<separator>[./-])(?<second>[0-9]{1,2})\\k<separator>"
                    + "(?<third>[0-9]{1,4})(?<time> [0-9]{1,2}:[0-9]{2}(?<seconds>:[0-9]{2})?(?<half> [AaPp][Mm])?)?");

    /// Numbers as people write them: with signs between thousands, or with those of a currency or of a
    /// hundredth.
    private static final Pattern DECORATED = Pattern.compile("[-+]?[$\u20ac\u00a3\u00a5]? ?[-+]?"
            + "(?:[0-9]+|[0-9]{1,3}(?:(?<group>[.,'\u2019\u00a0\u202f])[0-9]{3})(?:\\k<group>[0-9]{3})*)"
            + "(?:[.,][0-9]+)? ?(?:[$\u20ac\u00a3\u00a5%]|EUR|USD|GBP|CHF)?");

    /// The same numbers without any sign except those of thousands and of the fraction.
    private static final Pattern GROUPED = Pattern.compile("[-+]?"
            + "(?:[0-9]{1,3}(?:(?<group>[.,' \u2019\u00a0\u202f])[0-9]{3})(?:\\k<group>[0-9]{3})*|[0-9]+)"
            + "(?:(?<point>[.,])[0-9]+)?");

    private static final int MONTHS = 12;
    private static final int YEAR_DIGITS = 4;

    private boolean numbers = true;
    private boolean commas;
    private boolean decorated = true;
    private @Nullable String decoratedOne;
    private boolean grouped = true;
    private @Nullable String group;
    private @Nullable String point;
    private boolean dates = true;
    private @Nullable String shape;
    private int first;
    private int second;
    private @Nullable String noDay;

    /// Takes a value of the column.
    void add(String value) {
        String text = value.strip();
        if (numbers) {
            Matcher number = NUMBER.matcher(text);
            numbers = number.matches();
            commas |= numbers
                    && number.group("fraction") != null
                    && !THOUSANDS.matcher(text).matches();
        }
        if (decorated) {
            decorated = DECORATED.matcher(text).matches();
            decoratedOne =
                    NUMBER.matcher(text).matches() && !THOUSANDS.matcher(text).matches() ? decoratedOne : text;
        }
        grouped = grouped && addGrouped(text);
        if (dates) {
            dates = addDate(text);
        }
    }

    /// Takes a string of JSON: of these only dates are more than text.
    void addJson(String value) {
        numbers = false;
        decorated = false;
        grouped = false;
        dates = dates && addDate(value.strip());
    }

    /// Takes a number. Returns whether its signs mean what those of the numbers before do.
    private boolean addGrouped(String text) {
        Matcher number = GROUPED.matcher(text);
        if (!number.matches()) {
            return false;
        }
        group = number.group("group") == null ? group : number.group("group");
        point = number.group("point") == null ? point : number.group("point");
        return (number.group("group") == null || number.group("group").equals(group))
                && (number.group("point") == null || number.group("point").equals(point))
                && !(group != null && group.equals(point));
    }

    /// Takes a date. Returns whether it has the same shape as those before.
    private boolean addDate(String text) {
        Matcher date = DATE.matcher(text);
        if (!date.matches()) {
            return false;
        }
        boolean yearFirst = date.group("first").length() == YEAR_DIGITS;
        int lastDigits = date.group("third").length();
        if (yearFirst ? lastDigits > 2 : lastDigits != YEAR_DIGITS && lastDigits != 2) {
            return false;
        }
        String separator = date.group("separator");
        String year = yearFirst || lastDigits == YEAR_DIGITS ? "%Y" : "%y";
        String days = yearFirst ? year + separator + "A" + separator + "B" : "A" + separator + "B" + separator + year;
        String hours = date.group("half") == null ? " %H:%M" : " %I:%M";
        String time = date.group("time") == null
                ? ""
                : hours + (date.group("seconds") == null ? "" : ":%S") + (date.group("half") == null ? "" : " %p");
        String found = days + time;
        int one = Integer.parseInt(date.group(yearFirst ? "second" : "first"));
        int two = Integer.parseInt(date.group(yearFirst ? "third" : "second"));
        int ofYear = Integer.parseInt(date.group(yearFirst ? "first" : "third"));
        if (noDay == null && !isDay(ofYear, one, two) && (yearFirst || !isDay(ofYear, two, one))) {
            noDay = text;
        }
        first = Math.max(first, one);
        second = Math.max(second, two);
        if (shape == null) {
            shape = found;
        }
        return shape.equals(found);
    }

    private static boolean isDay(int year, int month, int day) {
        return month >= 1
                && month <= MONTHS
                && day >= 1
                && day <= YearMonth.of(year, month).lengthOfMonth();
    }

    /// What to say, and what it does; empty if nothing would help.
    Optional<String> option() {
        if (numbers && commas) {
            return Optional.of("--decimal , takes its values for numbers");
        }
        if (numbers && ",".equals(group)) {
            return Optional.of("--decimal , or --thousands , takes its values for numbers");
        }
        if (grouped && group != null && !dates) {
            String sign = "--thousands " + (group.equals(".") || group.equals(",") ? group : "\"" + group + "\"");
            return Optional.of((",".equals(point) ? "--decimal , " : "") + sign + " takes its values for numbers");
        }
        if (decorated && decoratedOne != null && !dates) {
            return Optional.of("its values may be numbers, with signs of thousands, a currency or percent, as "
                    + ValueWriter.quoted(decoratedOne) + ": text, unless these are taken out of the file");
        }
        if (!dates || shape == null || (noDay == null && first > MONTHS && second > MONTHS)) {
            return Optional.empty();
        }
        if (noDay != null) {
            return Optional.of("its values look like dates, but there is no day " + ValueWriter.quoted(noDay));
        }
        String dayFirst = "--date-format '" + format(shape, "%d", "%m") + "'";
        String monthFirst = "--date-format '" + format(shape, "%m", "%d") + "'";
        if (shape.startsWith("%Y")) {
            return Optional.of(monthFirst + " takes its values for dates");
        }
        return Optional.of((first > MONTHS ? dayFirst : second > MONTHS ? monthFirst : dayFirst + " or " + monthFirst)
                + " takes its values for dates");
    }

    private static String format(String shape, String first, String second) {
        return shape.replace("A", first).replace("B", second);
    }
}
