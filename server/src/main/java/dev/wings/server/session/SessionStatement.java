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
package dev.wings.server.session;

import dev.wings.common.error.WingsException;
import dev.wings.server.plan.QueryRequest;
import dev.wings.server.sql.SqlText;
import dev.wings.server.table.TableRef;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A statement that changes the session and reads no tables: `USE` and `SET` of its schema and its time zone.
/// These are the session's options, said in SQL.
///
/// @param schema the schema to be set; empty to leave it
/// @param timeZone the time zone to be set; empty to leave it
public record SessionStatement(Optional<String> schema, Optional<String> timeZone) {

    private static final String NAME = "(?:[\\p{L}_][\\p{L}\\p{N}_$]*+|\"(?:[^\"]|\"\")++\")";

    private static final Pattern PARTS = Pattern.compile("(" + NAME + ")\\s*+\\.\\s*+(" + NAME + ")");

    private static final String VALUE = "('(?:[^']|'')*+'|" + NAME + "(?:\\s*+\\.\\s*+" + NAME + ")?+)";

    private static final Pattern USE = pattern("use\\s++" + VALUE);

    private static final Pattern SET = pattern(
            "set\\s++(?:(?:session|global)\\s++)?+(schema|search_path|timezone)\\s*+(?:=|\\bto\\b)\\s*+" + VALUE);

    /// The statements as the SQL standard has them.
    private static final Pattern SET_OF_STANDARD =
            pattern("set\\s++(?:session\\s++)?+(schema|time\\s++zone)\\s*+" + VALUE);

    private static final Pattern RESET =
            pattern("reset\\s++(?:(?:session|global)\\s++)?+(schema|search_path|timezone)");

    /// The word, not a text, that stands for the value that a session begins with.
    private static final String DEFAULT = "default";

    private static Pattern pattern(String statement) {
        return Pattern.compile("\\s*+" + statement + "[\\s;]*+", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /// Returns the statement if the text is one. Fails with INVALID if no schema, or no time zone, can have
    /// this name.
    public static Optional<SessionStatement> of(String sql) {
        if (!mayBe(sql)) {
            return Optional.empty();
        }
        String text = SqlText.withoutComments(sql);
        Matcher use = USE.matcher(text);
        if (use.matches()) {
            return Optional.of(ofSchema(use.group(1), false));
        }
        Matcher reset = RESET.matcher(text);
        if (reset.matches()) {
            return Optional.of(of(reset.group(1), null));
        }
        for (Pattern set : new Pattern[] {SET, SET_OF_STANDARD}) {
            Matcher found = set.matcher(text);
            if (found.matches()) {
                return Optional.of(of(found.group(1), found.group(2)));
            }
        }
        return Optional.empty();
    }

    /// Whether a text may be one of these statements. Queries are long, and begin in another way.
    private static boolean mayBe(String sql) {
        String verb = SqlText.firstWord(sql);
        return verb.equals("use") || verb.equals("set") || verb.equals("reset");
    }

    private static SessionStatement of(String option, @Nullable String value) {
        String name = option.toLowerCase(Locale.ROOT);
        if (name.startsWith("time")) {
            String zone = value == null || value.equalsIgnoreCase(DEFAULT) || value.equalsIgnoreCase("local")
                    ? QueryRequest.UTC
                    : SessionOptions.checkTimeZone(unquoted(value));
            return new SessionStatement(Optional.empty(), Optional.of(zone));
        }
        return value == null ? ofSchema(DEFAULT, true) : ofSchema(value, true);
    }

    /// Sets the schema to a namespace, which may be named together with the catalog; the catalog alone stands
    /// for its first namespace.
    private static SessionStatement ofSchema(String value, boolean text) {
        String name = value.startsWith("'") ? unquoted(value) : value;
        Matcher parts = PARTS.matcher(name);
        String schema = name;
        if (parts.matches()) {
            if (!unquoted(parts.group(1)).equalsIgnoreCase(TableRef.CATALOG)) {
                throw WingsException.invalid(
                        "there is one catalog: expected=wings." + parts.group(2) + ", found=" + name);
            }
            schema = parts.group(2);
        } else if (name.equalsIgnoreCase(TableRef.CATALOG) || (text && name.isEmpty())) {
            schema = DEFAULT;
        }
        boolean quoted = schema.startsWith("\"") || value.startsWith("'");
        String plain = unquoted(schema);
        return new SessionStatement(
                Optional.of(SessionOptions.checkSchema(quoted ? plain : plain.toLowerCase(Locale.ROOT))),
                Optional.empty());
    }

    private static String unquoted(String value) {
        for (String quote : new String[] {"'", "\""}) {
            if (value.length() >= 2 && value.startsWith(quote) && value.endsWith(quote)) {
                return value.substring(1, value.length() - 1).replace(quote + quote, quote);
            }
        }
        return value;
    }

    /// Returns the options after the statement.
    public SessionOptions apply(SessionOptions before) {
        return new SessionOptions(schema.orElse(before.schema()), timeZone.orElse(before.timeZone()));
    }

    /// Returns the headers that say the same with each call.
    public String headers() {
        return schema.map(name -> SessionOptions.SCHEMA_HEADER + "=" + name)
                .or(() -> timeZone.map(name -> SessionOptions.TIME_ZONE_HEADER + "=" + name))
                .orElseThrow();
    }
}
