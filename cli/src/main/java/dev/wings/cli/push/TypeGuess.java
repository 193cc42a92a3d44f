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
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.TextValues;
import dev.wings.common.text.ValueWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The narrowest type that holds all the values that it was shown, as text or JSON. If they have nothing in
/// common, it is a string.
final class TypeGuess {

    private enum Kind {
        NONE,
        BOOLEAN,
        LONG,
        /// A whole number beyond a long.
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
    /// What some programs write for an unknown day; a topic takes days from the year 1 on.
    private static final String NO_YEAR = "0000-";

    private static final Set<Kind> DAYS = Set.of(Kind.DATE, Kind.TIMESTAMP);
    private static final int MAX_PRECISION = 38;

    /// A column is worth a word if at least one text in so many looks like a null.
    private static final int MANY_NULLS = 10;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final class Member {
        private final String name;
        private final TypeGuess guess;
        private long object;

        Member(String name, TextOptions options) {
            this.name = name;
            this.guess = new TypeGuess(options);
        }
    }

    /// Texts that other programs than ours take for nulls.
    private static final Set<String> LIKE_NULLS =
            Set.of("NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "nil", "\\N", "-", "--", "?", ".", "missing");

    private final TextOptions options;
    private Kind kind = Kind.NONE;

    /// How many texts it was shown.
    private long texts;

    /// The kind that the texts had before the first one that did not fit.
    private Kind kindBefore = Kind.NONE;
    private String firstOther = "";
    private long firstOtherLine;

    /// The guess without texts that look like nulls, which of them came, and how many; null while there were
    /// none.
    private @Nullable TypeGuess withoutNulls;

    private String likeNull = "";
    private long likeNulls;
    private final TextHints hints = new TextHints();

    /// The most digits before and behind the point that a number has had, and whether a `double` holds each number.
    private long integerDigits;

    private long fractionDigits;
    private boolean fitDouble = true;

    /// Whether one of them is a number in no other type: `nan`, `-0.0`.
    private boolean doubleOnly;

    private long objects;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private @Nullable TypeGuess element;

    TypeGuess(TextOptions options) {
        this.options = options;
    }

    /// Shows it a field of a CSV file.
    void addText(String text, long line) {
        texts++;
        if (LIKE_NULLS.contains(text)) {
            addIfLikeNull(text);
        } else {
            hints.add(text);
            if (withoutNulls != null) {
                withoutNulls.addText(text, line);
            }
        }
        if (kind == Kind.STRING) {
            return;
        }
        Kind before = kind;
        addText(text);
        if (kind == Kind.STRING && before != Kind.NONE) {
            kindBefore = before;
            firstOther = ValueWriter.quoted(text);
            firstOtherLine = line;
        }
    }

    private void addText(String text) {
        if (kind != Kind.STRING) {
            add(kind(options.plain(text.strip())));
        }
    }

    /// A copy of what is known of texts so far.
    private TypeGuess copy() {
        TypeGuess copy = new TypeGuess(options);
        // what is within objects and lists is not copied
        copy.kind = kind == Kind.STRUCT || kind == Kind.LIST ? Kind.STRING : kind;
        copy.integerDigits = integerDigits;
        copy.fractionDigits = fractionDigits;
        copy.fitDouble = fitDouble;
        copy.doubleOnly = doubleOnly;
        return copy;
    }

    /// Tells what a user may want to know of a column that became text, or of parts of it that did.
    void tell(String column, Consumer<String> notes) {
        if (kind == Kind.STRUCT) {
            tellMembers(column + ".", notes);
        } else if (kind == Kind.LIST && element != null) {
            element.tell(column + ".element", notes);
        }
        note(column).ifPresent(notes);
    }

    /// As [#tell], for each member.
    ///
    /// @param prefix what stands before their names
    void tellMembers(String prefix, Consumer<String> notes) {
        members.values().forEach(member -> member.guess.tell(prefix + member.name, notes));
    }

    private Optional<String> note(String column) {
        if (!type().equals("string") || kind == Kind.NONE) {
            return Optional.empty();
        }
        String subject = "column " + ValueWriter.quoted(column) + " is a string";
        if (kind == Kind.STRUCT) {
            return Optional.of(subject + ", since its objects have no members");
        }
        if (kind != Kind.STRING) {
            return Optional.of(subject + ", since no number has as many digits as its values");
        }
        TypeGuess without = withoutNulls;
        if (without != null && without.kind != Kind.STRING && without.kind != Kind.NONE) {
            return Optional.of(subject + ", since " + likeNulls + " of " + texts + " values are like "
                    + ValueWriter.quoted(likeNull) + "; without them it is " + without.type() + ": "
                    + takesForNulls());
        }
        Optional<String> hint = hints.option();
        if (hint.isPresent()) {
            return Optional.of(subject + "; " + hint.get());
        }
        if (kindBefore != Kind.NONE) {
            return Optional.of(subject + ", since line " + firstOtherLine + " has " + firstOther + ", which is no "
                    + kindBefore.name().toLowerCase(Locale.ROOT) + " as the values before");
        }
        return likeNulls * MANY_NULLS >= texts && likeNulls > 0
                ? Optional.of(subject + " with " + likeNulls + " of " + texts + " values like "
                        + ValueWriter.quoted(likeNull) + ": " + takesForNulls())
                : Optional.empty();
    }

    private String takesForNulls() {
        return "--null '" + likeNull + "' takes these for nulls";
    }

    /// What a user may want to know of a file that is one row with many in it.
    Optional<String> wrapped() {
        if (objects != 1 || members.isEmpty()) {
            return Optional.empty();
        }
        for (Member member : members.values()) {
            TypeGuess inner = member.guess.element;
            if (member.guess.kind == Kind.LIST && inner != null && inner.kind == Kind.STRUCT && inner.objects > 1) {
                String path = PLAIN.matcher(member.name).matches() ? "." + member.name + "[]" : ".[\"...\"][]";
                return Optional.of("the file is one row, whose field " + ValueWriter.quoted(member.name)
                        + " is a list of " + inner.objects + " objects: jq -c '" + path
                        + "' FILE | wings push TOPIC - makes rows of these");
            }
        }
        boolean columns = members.values().stream().allMatch(member -> member.guess.kind == Kind.STRUCT);
        return columns
                ? Optional.of("the file is one row, each of whose fields is an object: if these are columns, as pandas"
                        + " writes them, to_json(orient='records', lines=True) writes rows")
                : Optional.empty();
    }

    /// Whether a text is a number, a time or a truth value.
    static boolean isValue(String text, TextOptions options) {
        TypeGuess guess = new TypeGuess(options);
        guess.addText(text);
        return guess.kind != Kind.STRING;
    }

    /// Shows it the value whose first token is the current one; takes it to its last token.
    ///
    /// @param line where that token is
    void addJson(JsonParser json, LongSupplier line) throws IOException {
        if (ValueWriter.isNull(json, options)) {
            return;
        }
        texts++;
        Kind before = kind;
        switch (json.currentToken()) {
            case START_OBJECT -> {
                add(Kind.STRUCT);
                remember(before, json, line);
                addMembers(json, line);
            }
            case START_ARRAY -> {
                add(Kind.LIST);
                remember(before, json, line);
                if (element == null) {
                    element = new TypeGuess(options);
                }
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    element.addJson(json, line);
                }
            }
            case VALUE_STRING -> {
                addIfLikeNull(json.getText());
                Kind found = kind == Kind.STRING ? Kind.STRING : kind(options.plain(json.getText()));
                // Whoever writes numbers in quotes wants text.
                add(NUMBERS.contains(found) || found == Kind.BOOLEAN ? Kind.STRING : found);
                remember(before, json, line);
            }
            default -> {
                add(kind == Kind.STRING ? kind : kind(json.getText()));
                remember(before, json, line);
            }
        }
    }

    private void addIfLikeNull(String text) {
        if (LIKE_NULLS.contains(text)) {
            if (withoutNulls == null) {
                withoutNulls = copy();
                likeNull = text;
            }
            likeNulls++;
        }
    }

    /// Remembers the value whose first token is the current one, which was added, if a note may need it.
    ///
    /// @param before the kind of the values before it
    private void remember(Kind before, JsonParser json, LongSupplier line) throws IOException {
        boolean text = json.currentToken() == JsonToken.VALUE_STRING;
        hints.addJson(text ? json.getText() : "");
        if (withoutNulls != null && !(text && LIKE_NULLS.contains(json.getText()))) {
            if (json.currentToken().isScalarValue()) {
                withoutNulls.addJson(json, line);
            } else {
                withoutNulls.kind = Kind.STRING;
            }
        }
        boolean other = before == Kind.STRING ? !text && kindBefore == Kind.NONE : before != Kind.NONE;
        if (kind == Kind.STRING && other) {
            kindBefore = before;
            firstOther = switch (json.currentToken()) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_STRING -> ValueWriter.quoted(json.getText());
                default -> TopicField.printable(json.getText());
            };
            firstOtherLine = line.getAsLong();
        }
    }

    /// Shows it the members of the object that the current token starts.
    ///
    /// @param line where the current token is
    void addMembers(JsonParser json, LongSupplier line) throws IOException {
        objects++;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            Member member = members.computeIfAbsent(TopicField.folded(name), folded -> new Member(name, options));
            if (member.object == objects) {
                throw WingsException.invalid("the field stands twice in one object: field=" + ValueWriter.quoted(name)
                        + ", other=" + ValueWriter.quoted(member.name));
            }
            member.object = objects;
            member.guess.addJson(json, line);
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
            case DECIMAL, DOUBLE -> number();
            case DATE -> "date";
            case TIME -> "time";
            case TIMESTAMP -> "timestamp";
            case TIMESTAMPTZ -> "timestamptz";
            case STRUCT -> members.isEmpty() ? "string" : struct();
            case LIST -> "list<" + (element == null ? "string" : element.type()) + ">";
            case NONE, STRING -> "string";
        };
    }

    /// The narrowest type that holds all numbers that were shown, if a long does not.
    private String number() {
        boolean fitDecimal = !doubleOnly && integerDigits + fractionDigits <= MAX_PRECISION;
        if (kind == Kind.DECIMAL && fitDecimal) {
            return "decimal(38,0)";
        }
        if (fitDouble) {
            return "double";
        }
        return fitDecimal ? "decimal(38," + fractionDigits + ")" : "string";
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

    private Kind kind(String text) {
        if (text.isEmpty()) {
            return Kind.STRING;
        }
        if (fits(text, TextValues::bool)) {
            return Kind.BOOLEAN;
        }
        char last = text.charAt(text.length() - 1);
        boolean zone = last == 'Z' || last == 'z' || text.regionMatches(true, text.length() - 4, " UTC", 0, 4);
        boolean digits = Character.isDigit(text.charAt(0)) && (Character.isDigit(last) || zone);
        if (digits && text.indexOf(':') == 2) {
            return fits(text, time -> TextValues.time(time, OnLoss.REJECT)) ? Kind.TIME : Kind.STRING;
        }
        if (digits && text.indexOf('-') == 4 && text.chars().limit(4).allMatch(Character::isDigit)) {
            return day(text);
        }
        return number(text);
    }

    private static Kind day(String text) {
        if (text.startsWith(NO_YEAR)) {
            return Kind.STRING;
        }
        if (fits(text, TextValues::date)) {
            return Kind.DATE;
        }
        if (TextValues.zone(text) < 0) {
            return fits(text, time -> TextValues.timestamp(time, OnLoss.REJECT)) ? Kind.TIMESTAMP : Kind.STRING;
        }
        return fits(text, time -> TextValues.timestamptz(time, OnLoss.REJECT)) ? Kind.TIMESTAMPTZ : Kind.STRING;
    }

    private Kind number(String text) {
        String digits = text.startsWith("-") ? text.substring(1) : text;
        boolean codes = digits.length() > 1 && digits.charAt(0) == '0' && Character.isDigit(digits.charAt(1));
        if (digits.isEmpty() || codes || digits.startsWith("+")) {
            // A number with zeros in front is a code, which would lose them as a number.
            return Kind.STRING;
        }
        if (Character.isLetter(digits.charAt(digits.length() - 1))) {
            doubleOnly = true;
            return fits(text, number -> TextValues.float64(number, OnLoss.REJECT)) ? Kind.DOUBLE : Kind.STRING;
        }
        BigDecimal number;
        try {
            number = TextValues.number(text).stripTrailingZeros();
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Kind.STRING;
        }
        integerDigits = Math.max(integerDigits, (long) number.precision() - number.scale());
        fractionDigits = Math.max(fractionDigits, number.scale());
        fitDouble = fitDouble && fits(text, found -> TextValues.float64(found, OnLoss.REJECT));
        if (!digits.chars().allMatch(Character::isDigit)) {
            doubleOnly |= number.signum() == 0 && text.startsWith("-");
            return Kind.DOUBLE;
        }
        return fits(text, found -> TextValues.integer(found, OnLoss.REJECT)) ? Kind.LONG : Kind.DECIMAL;
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
