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

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.schema.Field;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The narrowest type that holds all the values that it was shown, as text or JSON. Where they have nothing in
/// common that is a string.
final class TypeGuess {

    private enum Kind {
        NONE,
        BOOLEAN,
        LONG,
        /// Whole numbers beyond a long.
        DECIMAL,
        DOUBLE,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMPTZ,
        STRUCT,
        LIST,
        STRING
    }

    private static final Set<Kind> NUMBERS = Set.of(Kind.LONG, Kind.DECIMAL, Kind.DOUBLE);
    private static final Set<Kind> DAYS = Set.of(Kind.DATE, Kind.TIMESTAMP);
    private static final int MAX_PRECISION = 38;

    private static final class Member {
        private final String name;
        private final TypeGuess guess = new TypeGuess();

        Member(String name) {
            this.name = name;
        }
    }

    private Kind kind = Kind.NONE;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private @Nullable TypeGuess element;

    /// Shows it a field of a CSV file.
    void addText(String text) {
        if (kind != Kind.STRING) {
            add(kind(text));
        }
    }

    /// Shows it the value whose first token is the current one; takes it to its last token.
    void addJson(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {}
            case START_OBJECT -> {
                add(Kind.STRUCT);
                addMembers(json);
            }
            case START_ARRAY -> {
                add(Kind.LIST);
                if (element == null) {
                    element = new TypeGuess();
                }
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    element.addJson(json);
                }
            }
            case VALUE_STRING -> {
                Kind found = kind == Kind.STRING ? Kind.STRING : kind(json.getText());
                // who writes numbers in quotes wants text
                add(NUMBERS.contains(found) || found == Kind.BOOLEAN ? Kind.STRING : found);
            }
            default -> addText(json.getText());
        }
    }

    /// Shows it the members of the object that the current token starts.
    void addMembers(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            members.computeIfAbsent(Field.folded(name), folded -> new Member(name))
                    .guess
                    .addJson(json);
        }
    }

    /// The members' types by name, in the order in which they were met.
    Map<String, String> memberTypes() {
        Map<String, String> types = new LinkedHashMap<>();
        members.values().forEach(member -> types.put(member.name, member.guess.type()));
        return types;
    }

    /// The type, as `SchemaText` reads it.
    String type() {
        return switch (kind) {
            case BOOLEAN -> "boolean";
            case LONG -> "long";
            case DECIMAL -> "decimal(38,0)";
            case DOUBLE -> "double";
            case DATE -> "date";
            case TIME -> "time";
            case TIMESTAMP -> "timestamp";
            case TIMESTAMPTZ -> "timestamptz";
            case STRUCT -> members.isEmpty() ? "string" : struct();
            case LIST -> "list<" + (element == null ? "string" : element.type()) + ">";
            case NONE, STRING -> "string";
        };
    }

    private String struct() {
        StringBuilder text = new StringBuilder("struct<");
        memberTypes()
                .forEach((name, type) -> text.append(text.length() > "struct<".length() ? ", " : "")
                        .append('"')
                        .append(name.replace("\"", "\"\""))
                        .append("\": ")
                        .append(type));
        return text.append('>').toString();
    }

    private void add(Kind found) {
        if (kind == Kind.NONE || kind == found) {
            kind = found;
        } else if (NUMBERS.contains(kind) && NUMBERS.contains(found)) {
            kind = kind.compareTo(found) > 0 ? kind : found;
        } else if (DAYS.contains(kind) && DAYS.contains(found)) {
            kind = Kind.TIMESTAMP;
        } else {
            kind = Kind.STRING;
        }
    }

    private static Kind kind(String text) {
        if (text.isEmpty()) {
            return Kind.STRING;
        }
        if (fits(text, TextValues::bool)) {
            return Kind.BOOLEAN;
        }
        char last = text.charAt(text.length() - 1);
        boolean digits = Character.isDigit(text.charAt(0)) && (Character.isDigit(last) || last == 'Z' || last == 'z');
        if (digits && text.indexOf(':') == 2) {
            return fits(text, TextValues::time) ? Kind.TIME : Kind.STRING;
        }
        if (digits && text.indexOf('-') == 4) {
            return day(text);
        }
        return number(text);
    }

    private static Kind day(String text) {
        if (fits(text, TextValues::date)) {
            return Kind.DATE;
        }
        if (TextValues.zone(text) < 0) {
            return fits(text, TextValues::timestamp) ? Kind.TIMESTAMP : Kind.STRING;
        }
        return fits(text, TextValues::timestamptz) ? Kind.TIMESTAMPTZ : Kind.STRING;
    }

    private static Kind number(String text) {
        String digits = text.startsWith("-") ? text.substring(1) : text;
        boolean codes = digits.length() > 1 && digits.charAt(0) == '0' && Character.isDigit(digits.charAt(1));
        if (codes || digits.startsWith("+") || !fits(text, TextValues::float64)) {
            // with zeros in front it is a code, of which a number would lose them
            return Kind.STRING;
        }
        if (!digits.chars().allMatch(Character::isDigit)) {
            return Kind.DOUBLE;
        }
        if (fits(text, TextValues::integer)) {
            return Kind.LONG;
        }
        return fits(text, number -> TextValues.exact(number, MAX_PRECISION, 0)) ? Kind.DECIMAL : Kind.DOUBLE;
    }

    private static boolean fits(String text, Consumer<String> parser) {
        try {
            parser.accept(text);
            return true;
        } catch (IllegalArgumentException | ArithmeticException e) {
            return false;
        }
    }
}
