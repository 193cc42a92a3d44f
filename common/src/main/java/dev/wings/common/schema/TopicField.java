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

import static java.util.stream.Collectors.joining;

import dev.wings.common.error.WingsException;
import java.util.Collection;

/// A named, typed slot: a column, a member of a struct, the element of a list, the key or the value of a map.
///
/// @param id unique within the topic and never used again, 1 to [#MAX_ID]
/// @param name 1 to [#MAX_NAME_LENGTH] characters, no control characters
/// @param required whether null is refused
/// @param doc for people; at most [#MAX_DOC_LENGTH] characters, empty for none
/// @param defaults what rows have that say nothing of it; only columns of simple types have any
public record TopicField(int id, String name, boolean required, FieldType type, String doc, ColumnDefaults defaults) {

    /// The largest id. The ids above it are left to columns that are not the topic's own; Iceberg keeps the
    /// last 200 for itself.
    public static final int MAX_ID = 1_000_000_000;

    public static final int MAX_NAME_LENGTH = 255;

    public static final int MAX_DOC_LENGTH = 4096;

    public TopicField {
        checkName(name);
        if (id < 1 || id > MAX_ID) {
            throw WingsException.invalid(
                    "bad field id: 1 to " + MAX_ID + " is expected: field=\"" + name + "\", id=" + id);
        }
        if (doc.length() > MAX_DOC_LENGTH) {
            throw WingsException.invalid("the field's doc is too long: field=\"" + name + "\", length=" + doc.length()
                    + ", limit=" + MAX_DOC_LENGTH);
        }
        defaults.check(type, name);
    }

    /// A field without defaults.
    public TopicField(int id, String name, boolean required, FieldType type, String doc) {
        this(id, name, required, type, doc, ColumnDefaults.NONE);
    }

    TopicField withName(String other) {
        return new TopicField(id, other, required, type, doc, defaults);
    }

    TopicField withRequired(boolean now) {
        return new TopicField(id, name, now, type, doc, defaults);
    }

    TopicField withDoc(String other) {
        return new TopicField(id, name, required, type, other, defaults);
    }

    /// The field with a type that has the same values, as other fields inside of it.
    TopicField withType(FieldType other) {
        return new TopicField(id, name, required, other, doc, defaults);
    }

    TopicField withDefaults(ColumnDefaults other) {
        return new TopicField(id, name, required, type, doc, other);
    }

    /// An optional field without doc.
    public static TopicField optional(int id, String name, FieldType type) {
        return new TopicField(id, name, false, type, "");
    }

    /// A required field without doc.
    public static TopicField required(int id, String name, FieldType type) {
        return new TopicField(id, name, true, type, "");
    }

    /// The name in the form in which names are compared: without regard to case. Names that differ in this form
    /// are different for everybody who reads a topic, see [NameFolding]. This method alone says which names are
    /// the same.
    public static String folded(String name) {
        return NameFolding.fold(name);
    }

    /// The name, cut to a length that is fit for a message, with nothing in it that could break a line of a
    /// log.
    public static String printable(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "...";
    }

    /// The names of `fields`, each as [#printable(String)] has it, and no more of them than a message can hold.
    public static String printableNames(Collection<TopicField> fields) {
        int most = 20;
        String names = fields.stream()
                .limit(most)
                .map(field -> printable(field.name()))
                .collect(joining(", "));
        return fields.size() <= most ? names : names + ", ...";
    }

    private static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw WingsException.invalid("bad field name: 1 to " + MAX_NAME_LENGTH
                    + " characters are expected: field=\"" + printable(name) + "\", length=" + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c)) {
                throw WingsException.invalid(
                        "bad field name: control characters are not allowed: field=\"" + printable(name) + "\"");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < name.length()
                        && Character.isLowSurrogate(name.charAt(i + 1));
                if (!pair) {
                    throw WingsException.invalid("bad field name: it is not Unicode text: field=\""
                            + printable(name).replaceAll("\\p{Cs}", "?") + "\"");
                }
                i++;
            }
        }
    }
}
