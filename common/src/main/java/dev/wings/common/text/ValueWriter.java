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
package dev.wings.common.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/// Puts text and JSON into a vector of a topic's field. Fails with INVALID, naming the field, for what is not
/// exactly a value of it; what a null leaves out stays null.
///
/// Simple values are text in both, see [TextValues]; a string also takes any other JSON value, as its JSON
/// text. Structs, lists and maps are JSON.
public abstract sealed class ValueWriter {

    /// A message says this of a value of more digits than its field has.
    public static final String LOSS = "digits would be lost";

    private static final JsonFactory JSON = new JsonFactory();

    final String path;
    final FieldType type;

    private final TextOptions options;

    private ValueWriter(String path, FieldType type, TextOptions options) {
        this.path = path;
        this.type = type;
        this.options = options;
    }

    /// @param path the names of the fields that it is inside of and its own, with points between them
    /// @param onLoss what becomes of simple values of more digits than their type has
    public static ValueWriter of(String path, FieldType type, FieldVector vector, OnLoss onLoss, TextOptions options) {
        return switch (type) {
            case FieldType.Struct struct -> new OfStruct(path, struct, (StructVector) vector, onLoss, options);
            case FieldType.ListOf list -> new OfList(path, list, (ListVector) vector, onLoss, options);
            case FieldType.MapOf map -> new OfMap(path, map, (MapVector) vector, onLoss, options);
            case FieldType.Primitive simple -> new OfSimple(path, simple, vector, onLoss, options);
            case FieldType.Decimal simple -> new OfSimple(path, simple, vector, onLoss, options);
            case FieldType.Fixed simple -> new OfSimple(path, simple, vector, onLoss, options);
        };
    }

    /// Takes a text; fails as said above.
    public abstract void writeText(int index, String text) throws IOException;

    /// Takes the value whose first token is the current one, to its last token.
    public abstract void writeJson(int index, JsonParser json) throws IOException;

    final WingsException mismatch(String found) {
        return WingsException.invalid("the value does not fit the field: field=\"" + TopicField.printable(path)
                + "\", expected=" + TextValues.expected(type) + ", found=" + found);
    }

    /// The failure for a value that is no text of the type, or has more digits than the type.
    final WingsException mismatch(String found, RuntimeException reason) {
        return mismatch(
                reason instanceof LossException
                        ? found + "; " + LOSS + options.advice().loss()
                        : found);
    }

    /// Whether the value whose first token is the current one is a null.
    public static boolean isNull(JsonParser json, TextOptions options) throws IOException {
        JsonToken token = json.currentToken();
        return token == JsonToken.VALUE_NULL || (token.isScalarValue() && options.isNull(json.getText()));
    }

    /// The failure for a value of a field that the topic does not have.
    public static WingsException noSuchField(String path) {
        if (path.equals(TopicSchema.OFFSET_COLUMN) || path.equals(TopicSchema.TIMESTAMP_COLUMN)) {
            return WingsException.invalid("the field is one that Wings adds to each topic, and cannot be pushed: field="
                    + quoted(path) + "; 'select * exclude (__offset__, __timestamp__)' leaves them out");
        }
        return WingsException.invalid("the topic has no such field: field=" + quoted(path));
    }

    /// The text in quotes, as messages have what clients wrote.
    public static String quoted(String text) {
        return '"' + TopicField.printable(text) + '"';
    }

    /// What a message calls a value that is not taken.
    private static String found(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> quoted(json.getText());
            default -> TopicField.printable(json.getText());
        };
    }

    /// The text of the value that the current token starts, which is taken to its last token.
    public static String copy(JsonParser json) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            int depth = 0;
            JsonToken token = json.currentToken();
            while (true) {
                if (token.isNumeric()) {
                    // The number stays as it is written: a copied event would be rounded to a double.
                    copy.writeNumber(json.getText());
                } else {
                    copy.copyCurrentEvent(json);
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 0) {
                    break;
                }
                token = json.nextToken();
            }
        }
        return text.toString();
    }

    /// The columns of a row, or the fields of a struct.
    public static final class Members {

        private final String prefix;
        private final Map<String, Integer> positions = new HashMap<>();
        private final List<ValueWriter> writers = new ArrayList<>();
        /// The writers of the columns that have a default, which is in `texts`; null for the others.
        private final List<TextValues.@Nullable Writer> defaults = new ArrayList<>();

        private final List<String> texts = new ArrayList<>();
        private final boolean hasDefaults;
        private final TextOptions options;
        private final long[] seen;
        private final boolean[] required;
        private long objects;

        /// @param prefix goes before the members' paths
        public Members(
                String prefix, List<TopicField> fields, List<FieldVector> vectors, OnLoss onLoss, TextOptions options) {
            this.prefix = prefix;
            this.options = options;
            this.seen = new long[fields.size()];
            this.required = new boolean[fields.size()];
            for (int i = 0; i < fields.size(); i++) {
                TopicField field = fields.get(i);
                required[i] = field.required();
                positions.put(field.name(), i);
                positions.put(TopicField.folded(field.name()), i);
                writers.add(ValueWriter.of(prefix + field.name(), field.type(), vectors.get(i), onLoss, options));
                Optional<DefaultValue> value = field.defaults().later();
                FieldVector vector = vectors.get(i);
                defaults.add(value.map(it -> TextValues.writer(it.type(), vector, OnLoss.REJECT))
                        .orElse(null));
                texts.add(value.map(DefaultValue::text).orElse(""));
            }
            hasDefaults = defaults.stream().anyMatch(Objects::nonNull);
        }

        ValueWriter get(int position) {
            return writers.get(position);
        }

        /// Where the field of this name is among the columns; negative if there is none.
        public int position(String name) {
            Integer position = positions.get(name);
            return position == null ? positions.getOrDefault(TopicField.folded(name), -1) : position;
        }

        /// Starts a row whose values come one by one.
        public void startRow() {
            objects++;
        }

        /// Takes the text of one value of the row.
        public void writeText(int position, int index, String text) throws IOException {
            seen[position] = objects;
            writers.get(position).writeText(index, text);
        }

        /// Says that the row has a null, which is not to become a default.
        public void writeNull(int position) {
            if (defaults.get(position) != null) {
                seen[position] = -objects;
            }
        }

        /// Ends the row: columns that it leaves out get their defaults. Fails with INVALID if a value is
        /// missing that has to be there.
        public void endRow(int index) {
            fillIn(index);
            checkRequired();
        }

        private void fillIn(int index) {
            if (!hasDefaults) {
                return;
            }
            for (int i = 0; i < seen.length; i++) {
                TextValues.Writer writer = defaults.get(i);
                if (writer != null && Math.abs(seen[i]) != objects) {
                    seen[i] = objects;
                    writer.write(index, texts.get(i));
                }
            }
        }

        /// Takes the object that the current token starts.
        public void writeJson(int index, JsonParser json) throws IOException {
            objects++;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                int position = position(name);
                if (position < 0) {
                    throw noSuchField(prefix + name);
                }
                if (Math.abs(seen[position]) == objects) {
                    throw WingsException.invalid(
                            "the field stands twice in one object: field=" + quoted(prefix + name));
                }
                json.nextToken();
                if (isNull(json, options)) {
                    // it counts as there, but not as a value
                    seen[position] = -objects;
                } else {
                    seen[position] = objects;
                    writers.get(position).writeJson(index, json);
                }
            }
            fillIn(index);
            checkRequired();
        }

        private void checkRequired() {
            for (int i = 0; i < required.length; i++) {
                if (required[i] && seen[i] != objects) {
                    throw WingsException.invalid("a required field has no value: field=" + quoted(writers.get(i).path)
                            + ", expected=" + TextValues.expected(writers.get(i).type) + ", found="
                            + (seen[i] == -objects ? "null" : "nothing"));
                }
            }
        }
    }

    private static final class OfSimple extends ValueWriter {

        private final TextValues.Writer writer;
        private final TextOptions options;

        OfSimple(String path, FieldType type, FieldVector vector, OnLoss onLoss, TextOptions options) {
            super(path, type, options);
            this.writer = TextValues.writer(type, vector, onLoss);
            this.options = options;
        }

        @Override
        public void writeText(int index, String text) {
            try {
                writer.write(index, options.plain(type, text));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw mismatch(quoted(text), e);
            }
        }

        @Override
        public void writeJson(int index, JsonParser json) throws IOException {
            String text;
            if (json.currentToken() == JsonToken.VALUE_STRING) {
                text = options.plain(type, json.getText());
            } else if (json.currentToken().isScalarValue()) {
                text = json.getText();
            } else if (type == FieldType.Primitive.STRING) {
                text = copy(json);
            } else {
                throw mismatch(found(json));
            }
            try {
                writer.write(index, text);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw mismatch(found(json), e);
            }
        }
    }

    /// Values that stand in CSV as JSON.
    private abstract static sealed class Nested extends ValueWriter {

        Nested(String path, FieldType type, TextOptions options) {
            super(path, type, options);
        }

        @Override
        public final void writeText(int index, String text) throws IOException {
            try (JsonParser json = JSON.createParser(text)) {
                @Nullable JsonToken first = json.nextToken();
                if (first == null) {
                    throw mismatch(quoted(text));
                }
                if (first != JsonToken.VALUE_NULL) {
                    writeJson(index, json);
                }
                if (json.nextToken() != null) {
                    throw mismatch(quoted(text));
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw mismatch(quoted(text));
            }
        }

        final void expect(JsonToken start, JsonParser json) throws IOException {
            if (json.currentToken() != start) {
                throw mismatch(found(json));
            }
        }
    }

    private static final class OfStruct extends Nested {

        private final StructVector structs;
        private final Members members;

        OfStruct(String path, FieldType.Struct type, StructVector structs, OnLoss onLoss, TextOptions options) {
            super(path, type, options);
            this.structs = structs;
            this.members = new Members(path + ".", type.fields(), structs.getChildrenFromFields(), onLoss, options);
        }

        @Override
        public void writeJson(int index, JsonParser json) throws IOException {
            expect(JsonToken.START_OBJECT, json);
            structs.setIndexDefined(index);
            members.writeJson(index, json);
        }
    }

    private static final class OfList extends Nested {

        private final ListVector lists;
        private final TextOptions options;
        private final ValueWriter element;

        OfList(String path, FieldType.ListOf type, ListVector lists, OnLoss onLoss, TextOptions options) {
            super(path, type, options);
            this.lists = lists;
            this.options = options;
            this.element = ValueWriter.of(
                    path + "." + FieldType.ListOf.ELEMENT,
                    type.element().type(),
                    lists.getDataVector(),
                    onLoss,
                    options);
        }

        @Override
        public void writeJson(int index, JsonParser json) throws IOException {
            expect(JsonToken.START_ARRAY, json);
            int start = lists.startNewValue(index);
            int size = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (!isNull(json, options)) {
                    element.writeJson(start + size, json);
                }
                size++;
            }
            lists.endValue(index, size);
        }
    }

    /// An object whose keys are text of the key's type.
    private static final class OfMap extends Nested {

        private final MapVector maps;
        private final TextOptions options;
        private final StructVector entries;
        private final ValueWriter key;
        private final ValueWriter value;

        OfMap(String path, FieldType.MapOf type, MapVector maps, OnLoss onLoss, TextOptions options) {
            super(path, type, options);
            this.maps = maps;
            this.options = options;
            this.entries = (StructVector) maps.getDataVector();
            List<FieldVector> children = entries.getChildrenFromFields();
            this.key = ValueWriter.of(
                    path + "." + FieldType.MapOf.KEY,
                    type.key().type(),
                    children.get(0),
                    // a key cannot be null
                    onLoss == OnLoss.NULL ? OnLoss.REJECT : onLoss,
                    options);
            this.value = ValueWriter.of(
                    path + "." + FieldType.MapOf.VALUE, type.value().type(), children.get(1), onLoss, options);
        }

        @Override
        public void writeJson(int index, JsonParser json) throws IOException {
            expect(JsonToken.START_OBJECT, json);
            int start = maps.startNewValue(index);
            int size = 0;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                entries.setIndexDefined(start + size);
                key.writeText(start + size, json.currentName());
                json.nextToken();
                if (!isNull(json, options)) {
                    value.writeJson(start + size, json);
                }
                size++;
            }
            maps.endValue(index, size);
        }
    }
}
