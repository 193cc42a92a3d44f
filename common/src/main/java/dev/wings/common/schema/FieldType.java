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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The type of a [TopicField]: Iceberg's types, version 2 of the table spec.
///
/// Every type checks itself when it is made, and fails with INVALID. What concerns a whole schema (depth,
/// number of fields, unique ids) is checked by [TopicSchema].
public sealed interface FieldType {

    /// Types without parameters.
    enum Primitive implements FieldType {
        BOOLEAN,
        /// 32 bits, signed.
        INT,
        /// 64 bits, signed.
        LONG,
        /// IEEE 754, 32 bits.
        FLOAT,
        /// IEEE 754, 64 bits.
        DOUBLE,
        /// Days since 1970-01-01, within [TimeRange].
        DATE,
        /// Microseconds since midnight.
        TIME,
        /// Microseconds since 1970-01-01T00:00:00 of a local clock: no time zone. Within
        /// [TimeRange].
        TIMESTAMP,
        /// Microseconds since 1970-01-01T00:00:00Z: an instant. Within [TimeRange].
        TIMESTAMPTZ,
        /// UTF-8.
        STRING,
        BINARY,
        /// 16 bytes, big-endian.
        UUID;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A decimal number.
    ///
    /// @param precision digits in all, 1 to 38
    /// @param scale how many of them stand behind the point, 0 to `precision`
    record Decimal(int precision, int scale) implements FieldType {

        public static final int MAX_PRECISION = 38;

        public Decimal {
            if (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision) {
                throw WingsException.invalid(
                        "bad decimal type: precision of 1 to 38 and scale of 0 to precision are expected: precision="
                                + precision + ", scale=" + scale);
            }
        }

        @Override
        public String toString() {
            return "decimal(" + precision + "," + scale + ")";
        }
    }

    /// Byte strings of one length.
    ///
    /// @param length in bytes, 1 to [#MAX_LENGTH]
    record Fixed(int length) implements FieldType {

        /// Bounds what one row can make a null or an absent column cost.
        public static final int MAX_LENGTH = 64 * 1024;

        public Fixed {
            if (length < 1 || length > MAX_LENGTH) {
                throw WingsException.invalid(
                        "bad fixed type: length of 1 to " + MAX_LENGTH + " is expected: length=" + length);
            }
        }

        @Override
        public String toString() {
            return "fixed(" + length + ")";
        }
    }

    /// Named members; at least one, with names that are unique without regard to case.
    record Struct(List<TopicField> fields) implements FieldType {

        public Struct {
            fields = List.copyOf(fields);
            if (fields.isEmpty()) {
                throw WingsException.invalid("bad struct type: it has no fields");
            }
            checkUniqueNames(fields);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("struct<");
            for (TopicField field : fields) {
                text.append(text.length() > "struct<".length() ? ", " : "")
                        .append(field.name())
                        .append(": ")
                        .append(field.type());
            }
            return text.append('>').toString();
        }
    }

    /// Lists of any length.
    ///
    /// @param element a field named [#ELEMENT]
    record ListOf(TopicField element) implements FieldType {

        public static final String ELEMENT = "element";

        public ListOf {
            checkName(element, ELEMENT);
        }

        @Override
        public String toString() {
            return "list<" + element.type() + ">";
        }
    }

    /// Keys and their values. A key stands in a map once.
    ///
    /// @param key a required field named [#KEY]
    /// @param value a field named [#VALUE]
    record MapOf(TopicField key, TopicField value) implements FieldType {

        public static final String KEY = "key";
        public static final String VALUE = "value";

        public MapOf {
            checkName(key, KEY);
            checkName(value, VALUE);
            if (!key.required()) {
                throw WingsException.invalid("bad map type: the key must be required");
            }
        }

        @Override
        public String toString() {
            return "map<" + key.type() + ", " + value.type() + ">";
        }
    }

    /// The fields directly inside this type, in order; none for types without any.
    default List<TopicField> children() {
        return switch (this) {
            case Primitive ignored -> List.of();
            case Decimal ignored -> List.of();
            case Fixed ignored -> List.of();
            case Struct struct -> struct.fields();
            case ListOf list -> List.of(list.element());
            case MapOf map -> List.of(map.key(), map.value());
        };
    }

    /// Whether rows can be partitioned by a field of this type: its values have one canonical text, see
    /// [PartitionValue].
    default boolean canPartition() {
        return switch (this) {
            case Primitive primitive -> primitive != Primitive.FLOAT && primitive != Primitive.DOUBLE;
            case Decimal ignored -> true;
            case Fixed ignored -> true;
            case Struct ignored -> false;
            case ListOf ignored -> false;
            case MapOf ignored -> false;
        };
    }

    /// Fails with INVALID if two of the siblings have the same name without regard to case: SQL could not tell
    /// them apart.
    static void checkUniqueNames(List<TopicField> siblings) {
        Set<String> seen = HashSet.newHashSet(siblings.size());
        for (TopicField field : siblings) {
            if (!seen.add(TopicField.folded(field.name()))) {
                throw WingsException.invalid(
                        "field names must be unique without regard to case: field=\"" + field.name() + "\"");
            }
        }
    }

    private static void checkName(TopicField field, String expected) {
        if (!field.name().equals(expected)) {
            throw WingsException.invalid(
                    "bad field name inside a list or map: expected=" + expected + ", found=\"" + field.name() + "\"");
        }
    }
}
