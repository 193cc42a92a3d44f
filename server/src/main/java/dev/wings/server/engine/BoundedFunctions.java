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
package dev.wings.server.engine;

/// Bounds functions that make much of little. `memory_limit` does not count what a function makes of one row,
/// so that `repeat('x', 3000000000)` would take gigabytes. No cancel ends a function before it is done with a
/// row, so that `levenshtein` of two long texts would take hours.
///
/// Such functions are covered by macros that bound what is asked for before it is computed. An argument is
/// checked, instead of the call being put under a condition, because constants are folded in advance.
public final class BoundedFunctions {

    /// Part of the message of a function whose result would be longer than a value may be.
    public static final String TOO_LONG = "the result of a function would be too long";

    /// How long a result may be, in characters or bytes.
    private static final int MAX_RESULT = 1 << 20;

    /// How many elements the result may have if it is a list. Each takes 8 bytes and more, and an engine makes
    /// the lists of 2,048 rows at once.
    private static final int MAX_ELEMENTS = 1 << 17;

    /// How large the bytes of a text, times how often it is repeated, may be. How much a text grows by the
    /// matches of an expression cannot be known in advance: there the bytes of the text count times those of
    /// what each match may become.
    private static final int MAX_PRODUCT = 1 << 24;

    /// How large the bytes of a text, times those of another one, may be where each is compared with each.
    /// Nothing interrupts that, so that a few such calls, folded while queries are planned, would keep all
    /// other queries waiting.
    private static final int MAX_COMPARED = 1 << 20;

    private BoundedFunctions() {}

    static void define(SqlEngine duckDb) {
        String wide = checked("n", "n > " + MAX_RESULT, "BIGINT", MAX_RESULT);
        String narrow = checked("n", "n > " + MAX_RESULT, "INTEGER", MAX_RESULT);
        String elements = checked("n", "n > " + MAX_ELEMENTS, "BIGINT", MAX_ELEMENTS);
        // what is repeated may be a list or bytes
        String repeated = checkedText("CAST(n AS HUGEINT) * strlen(CAST(x AS VARCHAR)) > " + MAX_PRODUCT, MAX_PRODUCT);
        define(duckDb, "repeat(s, n) AS system.main.repeat(" + repeated + ", " + wide + ")");
        define(duckDb, "lpad(s, n, p) AS system.main.lpad(s, " + narrow + ", p)");
        define(duckDb, "rpad(s, n, p) AS system.main.rpad(s, " + narrow + ", p)");
        define(duckDb, "bitstring(s, n) AS system.main.bitstring(s, " + narrow + ")");
        for (String resize : new String[] {"list_resize", "array_resize"}) {
            define(
                    duckDb,
                    resize + "(l, n) AS system.main." + resize + "(l, " + elements + "), (l, n, v) AS system.main."
                            + resize + "(l, " + elements + ", v)");
        }
        defineReplace(duckDb);
        defineComparisons(duckDb);
        defineSeries(duckDb);
    }

    private static void define(SqlEngine duckDb, String macro) {
        duckDb.run("CREATE TEMP MACRO " + macro);
    }

    /// Covers the functions that replace parts of texts. Calls of these functions are nested deeply, and a macro
    /// repeats the text of an argument as often as it names it. So that the text is there once, it becomes the
    /// parameter of a lambda.
    private static void defineReplace(SqlEngine duckDb) {
        String more = " // greatest(strlen(t), 1) * (strlen(r) - strlen(t)) > " + MAX_RESULT;
        // The matches that the text has room for are counted first; if those are too many, the matches that it
        // has.
        String grows = "CASE WHEN strlen(x)" + more + " THEN (strlen(x) - strlen(system.main.replace(x, t, '')))" + more
                + " ELSE false END";
        define(duckDb, "replace(s, t, r) AS system.main.replace(" + checkedText(grows, MAX_RESULT) + ", t, r)");
        String text = checkedText("strlen(x) * strlen(r) > " + MAX_PRODUCT, MAX_PRODUCT);
        define(
                duckDb,
                "regexp_replace(s, p, r) AS system.main.regexp_replace(" + text + ", p, r), (s, p, r, o)"
                        + " AS system.main.regexp_replace(" + text + ", p, r, o)");
    }

    private static void defineComparisons(SqlEngine duckDb) {
        String text = checkedText("strlen(x) * strlen(t) > " + MAX_COMPARED, MAX_COMPARED);
        for (String distance : new String[] {"levenshtein", "editdist3", "damerau_levenshtein"}) {
            define(duckDb, distance + "(s, t) AS system.main." + distance + "(" + text + ", t)");
        }
        for (String similarity : new String[] {"jaro_similarity", "jaro_winkler_similarity"}) {
            String call = " AS system.main." + similarity + "(" + text + ", t";
            define(duckDb, similarity + "(s, t)" + call + "), (s, t, c)" + call + ", c)");
        }
    }

    /// Covers only the functions that make a list of one row: the table functions of these names are others.
    private static void defineSeries(SqlEngine duckDb) {
        String stop = checked("b", "CAST(b AS HUGEINT) - a > " + MAX_ELEMENTS, "BIGINT", MAX_ELEMENTS);
        String steps =
                checked("b", "abs((CAST(b AS HUGEINT) - a) // nullif(c, 0)) > " + MAX_ELEMENTS, "BIGINT", MAX_ELEMENTS);
        String times = "abs(epoch(b) - epoch(a)) / nullif(abs(epoch(c)), 0) > " + MAX_ELEMENTS;
        for (String series : new String[] {"range", "generate_series"}) {
            String call = " AS system.main." + series;
            StringBuilder macro = new StringBuilder(series)
                    .append("(n)" + call + "(" + checked("n", "n > " + MAX_ELEMENTS, "BIGINT", MAX_ELEMENTS) + ")")
                    .append(", (a, b)" + call + "(a, " + stop + ")")
                    .append(", (a BIGINT, b BIGINT, c BIGINT)" + call + "(a, " + steps + ", c)");
            for (String type : new String[] {"TIMESTAMP", "TIMESTAMPTZ"}) {
                macro.append(", (a " + type + ", b " + type + ", c INTERVAL)" + call + "(a, "
                        + checked("b", times, type, MAX_ELEMENTS) + ", c)");
            }
            define(duckDb, macro.toString());
        }
    }

    private static String checked(String argument, String tooMuch, String type, int limit) {
        return "CASE WHEN " + tooMuch + " THEN CAST(" + error(limit) + " AS " + type + ") ELSE " + argument + " END";
    }

    /// Checks the text `s`, which is called `x` in the condition.
    private static String checkedText(String tooMuch, int limit) {
        return "list_filter([s], lambda x: CASE WHEN " + tooMuch + " THEN CAST(" + error(limit)
                + " AS BOOLEAN) ELSE true END)[1]";
    }

    private static String error(int limit) {
        return "error('" + TOO_LONG + ": limit=" + limit + "')";
    }
}
