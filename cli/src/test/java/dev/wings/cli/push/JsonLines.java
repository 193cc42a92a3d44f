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

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// The rows of a file with an object on each line, and those of vectors, in one form: every field of the topic, numbers
/// by their value, what is not there as null.
final class JsonLines {

    /// A number, `true`, `false` or a text, as it is written.
    private record Scalar(String text, boolean quoted) {}

    private JsonLines() {}

    static List<String> read(Path file, TopicSchema topic) throws IOException {
        List<String> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            try (JsonParser json = new JsonFactory().createParser(line)) {
                json.nextToken();
                rows.add(members(topic.fields(), (Map<?, ?>) Objects.requireNonNull(tree(json))));
            }
        }
        return rows;
    }

    static String row(VectorSchemaRoot root, int row) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        for (FieldVector vector : root.getFieldVectors()) {
            members.add(vector.getName() + ":" + shown(vector, row));
        }
        return members.toString();
    }

    private static @Nullable Object tree(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_NULL -> null;
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, tree(json));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(tree(json));
                }
                yield elements;
            }
            default -> new Scalar(json.getText(), json.currentToken() == JsonToken.VALUE_STRING);
        };
    }

    private static String members(List<TopicField> fields, Map<?, ?> object) {
        Map<String, @Nullable Object> folded = new LinkedHashMap<>();
        object.forEach((name, value) -> folded.put(TopicField.folded((String) name), value));
        StringJoiner members = new StringJoiner(",", "{", "}");
        for (TopicField field : fields) {
            members.add(field.name() + ":" + shown(field.type(), folded.remove(TopicField.folded(field.name()))));
        }
        return members.toString() + (folded.isEmpty() ? "" : " and " + folded.keySet());
    }

    private static String shown(FieldType type, @Nullable Object value) {
        if (value == null) {
            return "null";
        }
        return switch (type) {
            case FieldType.Struct struct -> members(struct.fields(), (Map<?, ?>) value);
            case FieldType.ListOf list -> {
                StringJoiner elements = new StringJoiner(",", "[", "]");
                ((List<?>) value)
                        .forEach(element -> elements.add(shown(list.element().type(), element)));
                yield elements.toString();
            }
            case FieldType.Primitive.STRING ->
                "'" + (value instanceof Scalar scalar ? scalar.text() : json(value)) + "'";
            default -> FromThenPushTest.canonical(((Scalar) value).text());
        };
    }

    /// A value as compact JSON; no text of these tests needs to be escaped.
    private static String json(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Scalar scalar -> scalar.quoted() ? '"' + scalar.text() + '"' : scalar.text();
            case List<?> list -> {
                StringJoiner elements = new StringJoiner(",", "[", "]");
                list.forEach(element -> elements.add(json(element)));
                yield elements.toString();
            }
            case Map<?, ?> map -> {
                StringJoiner members = new StringJoiner(",", "{", "}");
                map.forEach((name, member) -> members.add("\"" + name + "\":" + json(member)));
                yield members.toString();
            }
            default -> throw new IllegalStateException("not a tree: " + value);
        };
    }

    private static String shown(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        return switch (vector) {
            case StructVector struct -> {
                StringJoiner members = new StringJoiner(",", "{", "}");
                struct.getChildrenFromFields().forEach(child -> members.add(child.getName() + ":" + shown(child, row)));
                yield members.toString();
            }
            case ListVector list -> {
                StringJoiner elements = new StringJoiner(",", "[", "]");
                for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                    elements.add(shown(list.getDataVector(), i));
                }
                yield elements.toString();
            }
            case VarCharVector text -> "'" + text.getObject(row) + "'";
            default -> FromThenPushTest.canonical(FromThenPushTest.ValueTexts.of(vector, row));
        };
    }
}
