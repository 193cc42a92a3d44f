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

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.DecimalType;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.FixedType;
import dev.wings.common.proto.ListType;
import dev.wings.common.proto.MapType;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.StructType;
import dev.wings.common.proto.Type;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Schemas and types as text. No field that is read gets an id: the control plane gives them.
///
/// ```text
/// schema = column { "," column }
/// column = name [ ":" ] type { "not" "null" | "default" constant | "comment" "'" text "'" }
/// constant = number | "true" | "false" | "null" | [ type ] "'" text "'" [ "::" type ] | "x'" hex "'"
///          | "cast" "(" constant "as" type ")" | "(" constant ")"
/// type   = simple | "decimal" "(" p "," s ")" | "fixed" "(" n ")" | struct | list | map | type "[]" | type "["
/// n "]" struct = "struct" "<" column { "," column } ">"
/// list   = "list" "<" type [ "not" "null" ] ">"
/// map    = "map" "<" type "," type [ "not" "null" ] ">"
/// ```
///
/// Struct, list and map may have round brackets too.
/// Types have the names of Iceberg and those of SQL, in any case. A name that is no plain word stands in double
/// quotes.
public final class SchemaText {

    private static final Pattern NUMBER =
            Pattern.compile("[-+]?\\s*(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\\w.])");

    private static final int MAX_DEPTH = 32;
    private static final int MAX_QUOTED = 40;
    private static final List<String> CONSTRAINTS =
            List.of("primary", "unique", "check", "references", "constraint", "foreign", "collate");
    private static final String ELEMENT = "element";
    private static final String KEY = "key";
    private static final String VALUE = "value";

    private final String text;
    private int position;

    private SchemaText(String text) {
        this.text = text;
    }

    /// Reads `name type [not null], ...`. Fails with INVALID, naming the position.
    public static Schema parseSchema(String text) {
        SchemaText parser = new SchemaText(text);
        Schema.Builder schema = Schema.newBuilder();
        do {
            schema.addFields(parser.field("a column's name", 1));
        } while (parser.accept(','));
        parser.expectEnd("a comma, \"not null\" or the end");
        return schema.build();
    }

    /// Writes a schema as columns of `CREATE TABLE`, of which [#parseSchema] reads the same schema. Ids are
    /// left out.
    public static String format(Schema schema) {
        return schema.getFieldsList().stream().map(SchemaText::format).collect(Collectors.joining(",\n  "));
    }

    private static String format(Field field) {
        return SqlTypes.identifier(field.getName())
                + " "
                + format(field.getType())
                + (field.getRequired() ? " NOT NULL" : "")
                + (field.hasDefaultValue() ? " DEFAULT " + constant(field) : "")
                + (field.getDoc().isEmpty() ? "" : " COMMENT '" + field.getDoc().replace("'", "''") + "'");
    }

    private static String constant(Field field) {
        boolean bare = switch (field.getType().getKindCase()) {
            case DECIMAL -> true;
            case PRIMITIVE ->
                switch (field.getType().getPrimitive()) {
                    case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> true;
                    default -> false;
                };
            default -> false;
        };
        return bare ? field.getDefaultValue() : "'" + field.getDefaultValue().replace("'", "''") + "'";
    }

    private static String format(Type type) {
        return switch (type.getKindCase()) {
            case PRIMITIVE ->
                switch (type.getPrimitive()) {
                    case INT -> "INTEGER";
                    case LONG -> "BIGINT";
                    case TIMESTAMPTZ -> "TIMESTAMP WITH TIME ZONE";
                    case STRING -> "VARCHAR";
                    case BINARY -> "BLOB";
                    default -> type.getPrimitive().name();
                };
            case DECIMAL ->
                "DECIMAL(" + type.getDecimal().getPrecision() + ","
                        + type.getDecimal().getScale() + ")";
            case FIXED -> "FIXED(" + type.getFixed().getLength() + ")";
            case STRUCT ->
                type.getStruct().getFieldsList().stream()
                        .map(SchemaText::format)
                        .collect(Collectors.joining(", ", "STRUCT(", ")"));
            case LIST -> "LIST(" + formatPart(type.getList().getElement()) + ")";
            case MAP ->
                "MAP(" + format(type.getMap().getKey().getType()) + ", "
                        + formatPart(type.getMap().getValue()) + ")";
            case KIND_NOT_SET -> throw new IllegalArgumentException("a type without a kind");
        };
    }

    private static String formatPart(Field part) {
        return format(part.getType()) + (part.getRequired() ? " NOT NULL" : "");
    }

    /// Reads one type. Fails with INVALID for text that is no type, and for types that topics do not have.
    public static Type parseType(String text) {
        SchemaText parser = new SchemaText(text);
        Type type = parser.type(1);
        parser.expectEnd("the end of the type");
        return type;
    }

    /// Reads the default of a column, a constant, and returns its text as [DefaultValue#parse] reads it;
    /// nothing for null. Fails with INVALID for what is no constant.
    public static Optional<String> parseDefault(String text) {
        SchemaText parser = new SchemaText(text);
        Optional<String> value = parser.constant(Type.getDefaultInstance());
        parser.expectEnd("the end of the default");
        return value;
    }

    /// @param type the column's; one without a kind if it is not known
    private Optional<String> constant(Type type) {
        if (accept('(')) {
            Optional<String> value = constant(type);
            expect(')');
            return value;
        }
        if (acceptWord("null")) {
            return Optional.empty();
        }
        Optional<String> found;
        int start = skipBlanks();
        Matcher number = NUMBER.matcher(text).region(start, text.length());
        if (number.lookingAt()) {
            position = number.end();
            found = Optional.of(number.group().replaceAll("\\s", ""));
        } else if (peek('\'')) {
            found = Optional.of(literal("a text"));
        } else if (acceptWord("true")) {
            found = Optional.of("true");
        } else if (acceptWord("false")) {
            found = Optional.of("false");
        } else if (text.regionMatches(true, start, "x'", 0, 2)) {
            position++;
            found = Optional.of("\\x" + literal("hex digits"));
        } else if (acceptWord("cast")) {
            expect('(');
            found = constant(type);
            if (!acceptWord("as")) {
                throw expected("\"as\" and a type");
            }
            checkCast(type(1), type);
            expect(')');
        } else {
            found = Optional.of(typedLiteral(type));
        }
        while (accept(':')) {
            expect(':');
            checkCast(type(1), type);
        }
        if (!peek(',') && !peek(')') && !peek(':') && isFollowedBySign()) {
            throw noConstant();
        }
        return found;
    }

    /// Reads `DATE '2001-02-03'`.
    private String typedLiteral(Type type) {
        int start = position;
        Type named;
        try {
            named = type(1);
        } catch (WingsException e) {
            position = start;
            throw noConstant();
        }
        if (!peek('\'')) {
            position = start;
            throw noConstant();
        }
        checkCast(named, type);
        return literal("a value");
    }

    private boolean isFollowedBySign() {
        int at = skipBlanks();
        return at < text.length() && !isWordPart(text.charAt(at)) && text.charAt(at) != '"';
    }

    private WingsException noConstant() {
        String found = cut(text.substring(skipBlanks()));
        return WingsException.invalid("a default is a constant, as 5, 'text', true or DATE '2001-02-03',"
                + " and nothing that is computed: position=" + (position + 1) + ", found="
                + (found.isEmpty() ? "the end" : "\"" + found + "\""));
    }

    /// A constant of another type could become another value of the column.
    private static void checkCast(Type constant, Type column) {
        if (column.getKindCase() != Type.KindCase.KIND_NOT_SET && !constant.equals(column)) {
            throw WingsException.invalid("the default has another type than the column: type=" + format(column)
                    + ", default=" + format(constant));
        }
    }

    private Field.Builder field(String what, int depth) {
        if (acceptWords("primary", "key") || acceptWords("foreign", "key")) {
            throw constraint("key");
        }
        Field.Builder field = Field.newBuilder().setName(name(what));
        accept(':');
        field.setType(type(depth));
        boolean more = true;
        while (more) {
            if (acceptWord("not")) {
                if (!acceptWord("null")) {
                    throw expected("\"null\" after \"not\"");
                }
                field.setRequired(true);
            } else if (acceptWord("comment")) {
                field.setDoc(literal("a comment"));
            } else if (acceptWord("default")) {
                constant(field.getType()).ifPresent(field::setDefaultValue);
            } else {
                more = acceptWord("null");
            }
        }
        refuseConstraint();
        return field;
    }

    private void refuseConstraint() {
        if (acceptWord("generated")) {
            throw WingsException.invalid(
                    "there are no generated columns: leave it out, CREATE VIEW has columns that are computed");
        }
        for (String constraint : CONSTRAINTS) {
            if (acceptWord(constraint)) {
                throw constraint(constraint);
            }
        }
    }

    private static WingsException constraint(String found) {
        return WingsException.invalid(
                "there are no keys and no constraints but \"not null\": leave it out: found=" + found);
    }

    private Type type(int depth) {
        if (depth > MAX_DEPTH) {
            throw WingsException.invalid("the type is nested too deeply: limit=" + MAX_DEPTH);
        }
        Type type = baseType(depth);
        while (accept('[')) {
            if (!peek(']')) {
                integer("the array's length");
            }
            expect(']');
            type = listOf(type, false);
        }
        return type;
    }

    private Type baseType(int depth) {
        int start = skipBlanks();
        if (peek('"')) {
            // DuckDB gives this name to the type of a column without any value.
            return name("a type").equalsIgnoreCase("null") ? primitive(Primitive.STRING) : unknown(start);
        }
        String word = word("a type").toLowerCase(Locale.ROOT);
        return switch (word) {
            case "boolean", "bool", "logical" -> primitive(Primitive.BOOLEAN);
            case "int",
                    "integer",
                    "int4",
                    "int32",
                    "smallint",
                    "int2",
                    "short",
                    "tinyint",
                    "int1",
                    "utinyint",
                    "usmallint" -> primitive(Primitive.INT);
            case "long", "bigint", "int8", "int64", "uinteger" -> primitive(Primitive.LONG);
            case "ubigint" -> decimal(20, 0);
            case "hugeint", "uhugeint" -> decimal(38, 0);
            case "float", "real", "float4" -> primitive(Primitive.FLOAT);
            case "double" -> {
                acceptWord("precision");
                yield primitive(Primitive.DOUBLE);
            }
            case "float8" -> primitive(Primitive.DOUBLE);
            case "decimal", "numeric", "dec" -> decimal();
            case "date" -> primitive(Primitive.DATE);
            case "time" -> time(start);
            case "timestamp", "datetime" -> timestamp();
            case "timestamp_s", "timestamp_ms", "timestamp_us", "timestamp_ns" -> primitive(Primitive.TIMESTAMP);
            case "timestamptz" -> primitive(Primitive.TIMESTAMPTZ);
            case "string", "varchar", "text", "char", "bpchar" -> {
                skipLength();
                yield primitive(Primitive.STRING);
            }
            case "json", "null" -> primitive(Primitive.STRING);
            case "enum" -> {
                skipParentheses();
                yield primitive(Primitive.STRING);
            }
            case "binary", "varbinary", "bytea", "blob" -> primitive(Primitive.BINARY);
            case "uuid" -> primitive(Primitive.UUID);
            case "fixed" -> fixed();
            case "struct", "row" -> struct(depth);
            case "list", "array" -> list(depth);
            case "map" -> map(depth);
            default -> unknown(start);
        };
    }

    private Type unknown(int start) {
        throw WingsException.invalid("unknown type: found=\"" + cut(text.substring(start)) + "\", position="
                + (start + 1)
                + ", known=boolean int long float double decimal(p,s) date time timestamp timestamptz string binary"
                + " fixed(n) uuid struct<name: type, ...> list<type> map<type, type>");
    }

    private Type time(int start) {
        if (acceptWord("with")) {
            return unknown(start);
        }
        acceptWords("without", "time", "zone");
        return primitive(Primitive.TIME);
    }

    private Type timestamp() {
        if (acceptWords("with", "time", "zone")) {
            return primitive(Primitive.TIMESTAMPTZ);
        }
        acceptWords("without", "time", "zone");
        return primitive(Primitive.TIMESTAMP);
    }

    private Type decimal() {
        if (!accept('(')) {
            // these are DuckDB's
            return decimal(18, 3);
        }
        int precision = integer("a precision");
        int scale = accept(',') ? integer("a scale") : 0;
        expect(')');
        return decimal(precision, scale);
    }

    private Type fixed() {
        char close = open();
        int length = integer("a length");
        expect(close);
        return Type.newBuilder()
                .setFixed(FixedType.newBuilder().setLength(length))
                .build();
    }

    private Type struct(int depth) {
        char close = open();
        StructType.Builder struct = StructType.newBuilder();
        do {
            struct.addFields(field("a member's name", depth + 1));
        } while (accept(','));
        expect(close);
        return Type.newBuilder().setStruct(struct).build();
    }

    private Type list(int depth) {
        char close = open();
        Type element = type(depth + 1);
        boolean required = acceptWords("not", "null");
        expect(close);
        return listOf(element, required);
    }

    private Type map(int depth) {
        char close = open();
        Type key = type(depth + 1);
        expect(',');
        Type value = type(depth + 1);
        boolean required = acceptWords("not", "null");
        expect(close);
        return Type.newBuilder()
                .setMap(MapType.newBuilder()
                        .setKey(Field.newBuilder()
                                .setName(KEY)
                                .setRequired(true)
                                .setType(key))
                        .setValue(Field.newBuilder()
                                .setName(VALUE)
                                .setRequired(required)
                                .setType(value)))
                .build();
    }

    private static Type listOf(Type element, boolean required) {
        return Type.newBuilder()
                .setList(ListType.newBuilder()
                        .setElement(Field.newBuilder()
                                .setName(ELEMENT)
                                .setRequired(required)
                                .setType(element)))
                .build();
    }

    private static Type primitive(Primitive primitive) {
        return Type.newBuilder().setPrimitive(primitive).build();
    }

    private static Type decimal(int precision, int scale) {
        return Type.newBuilder()
                .setDecimal(DecimalType.newBuilder().setPrecision(precision).setScale(scale))
                .build();
    }

    /// Takes `<` or `(` and returns what closes it.
    private char open() {
        if (accept('<')) {
            return '>';
        }
        if (accept('(')) {
            return ')';
        }
        throw expected("\"<\" or \"(\"");
    }

    private void skipLength() {
        if (accept('(')) {
            integer("a length");
            expect(')');
        }
    }

    private void skipParentheses() {
        expect('(');
        boolean quoted = false;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '\'') {
                quoted = !quoted;
            } else if (c == ')' && !quoted) {
                return;
            }
        }
        throw expected("\")\"");
    }

    private String name(String what) {
        return peek('"') ? quoted('"') : word(what);
    }

    private String literal(String what) {
        if (!peek('\'')) {
            throw expected(what + " in single quotes");
        }
        return quoted('\'');
    }

    private String quoted(char quote) {
        position++;
        StringBuilder name = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c != quote) {
                name.append(c);
            } else if (position < text.length() && text.charAt(position) == quote) {
                name.append(quote);
                position++;
            } else {
                return name.toString();
            }
        }
        throw expected("a closing " + quote);
    }

    private String word(String what) {
        int start = skipBlanks();
        while (position < text.length() && isWordPart(text.charAt(position))) {
            position++;
        }
        if (position == start) {
            throw expected(what);
        }
        return text.substring(start, position);
    }

    private int integer(String what) {
        int start = skipBlanks();
        while (position < text.length() && Character.isDigit(text.charAt(position))) {
            position++;
        }
        try {
            return Integer.parseInt(text.substring(start, position));
        } catch (NumberFormatException e) {
            position = start;
            throw expected(what);
        }
    }

    private boolean acceptWord(String word) {
        int start = skipBlanks();
        int end = start + word.length();
        boolean found = text.regionMatches(true, start, word, 0, word.length())
                && (end == text.length() || !isWordPart(text.charAt(end)));
        if (found) {
            position = end;
        }
        return found;
    }

    private boolean acceptWords(String... words) {
        int start = position;
        for (String word : words) {
            if (!acceptWord(word)) {
                position = start;
                return false;
            }
        }
        return true;
    }

    private boolean peek(char c) {
        int start = skipBlanks();
        return start < text.length() && text.charAt(start) == c;
    }

    private boolean accept(char c) {
        boolean found = peek(c);
        if (found) {
            position++;
        }
        return found;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw expected("\"" + c + "\"");
        }
    }

    private void expectEnd(String what) {
        if (skipBlanks() < text.length()) {
            throw expected(what);
        }
    }

    private WingsException expected(String what) {
        int at = skipBlanks();
        String found = at < text.length() ? "\"" + cut(text.substring(at)) + "\"" : "the end";
        return WingsException.invalid(
                "bad schema: " + what + " is expected: position=" + (at + 1) + ", found=" + found);
    }

    private int skipBlanks() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
        return position;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /// The text, cut to a length that is fit for a message.
    private static String cut(String text) {
        return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "...";
    }
}
