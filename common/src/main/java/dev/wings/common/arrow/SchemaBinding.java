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
package dev.wings.common.arrow;

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// How the columns that a producer sends become columns of a topic. Made once per stream, used for every batch
/// ([BatchReader]); immutable.
///
/// Columns, and members of structs, are matched by name without regard to case; elements of lists, keys and
/// values of maps by their place. Each type must be the canonical one ([ArrowSchemas]) or widen into it without
/// loss:
///
/// | topic | taken from |
/// |---|---|
/// | boolean | bool; int8 marked as extension `arrow.bool8` |
/// | int | int8 to int32, uint8, uint16; uint32 and those of 64 bits if all values fit |
/// | long | int8 to int64, uint8 to uint32; uint64 if all values fit |
/// | float, double | float16, float32; and for double float64 |
/// | decimal(p, s) | decimal32 to decimal256 of scale s and precision up to p; integers if all values fit |
/// | date | date32; date64 of whole days |
/// | time | time32, time64; nanoseconds if no digit is lost |
/// | timestamp, timestamptz | timestamp without, with a time zone; nanoseconds if no digit is lost |
/// | string | utf8, large_utf8, utf8_view |
/// | binary | binary, large_binary, binary_view, fixed_size_binary |
/// | fixed(n) | fixed_size_binary of the length; binary, large_binary, binary_view if all values have it |
/// | uuid | as fixed(16); utf8, large_utf8, utf8_view if all texts are UUIDs |
/// | list | list, large_list, list_view, large_list_view, fixed_size_list |
/// | struct, map | struct, map |
///
/// A dictionary counts as what is in it. A column of type null is taken for any optional field, and is absent
/// from the page. Whether a required field holds nulls is told by its values, not by the producer's schema.
///
/// A column that is left out gets its default in the page, and one that is null by its type gets nulls, unless
/// that is what is read where a page does not have the column ([ColumnDefaults]).
public final class SchemaBinding {

    private final TopicSchema topic;
    private final List<SourceField> sources;
    private final List<Column> columns;
    private final List<DictionaryColumn> dictionaries;
    private final Schema pageSchema;

    private SchemaBinding(
            TopicSchema topic, List<SourceField> sources, List<Column> columns, List<DictionaryColumn> dictionaries) {
        this.topic = topic;
        this.sources = List.copyOf(sources);
        this.columns = List.copyOf(columns);
        this.dictionaries = List.copyOf(dictionaries);
        this.pageSchema = new Schema(columns.stream()
                .map(column -> ArrowSchemas.toArrow(column.target()))
                .toList());
    }

    /// A column of the page.
    ///
    /// @param source position among the producer's columns; [#MADE] for one that is made
    record Column(int source, TopicField target, Cast cast) {

        static final int MADE = -1;

        /// A column of values that the producer does not send.
        static Column made(TopicField target, Optional<DefaultValue> value) {
            return new Column(
                    MADE,
                    target,
                    (array, context) -> value.map(
                                    constant -> ConstantColumns.of(constant, array.length(), context.memory()))
                            .orElseGet(() -> NullArrays.of(target.type(), array.length(), context.memory())));
        }
    }

    /// A dictionary that the producer will send, and how its values become canonical.
    record DictionaryColumn(SourceField.Dictionary dictionary, Cast cast) {}

    /// Binds a producer's schema, as it stands in the message that starts its stream. Fails with INVALID,
    /// naming field and types, if a column is not in the topic, does not fit, or is missing though required.
    public static SchemaBinding bind(Schema incoming, TopicSchema topic) {
        Map<String, TopicField> targets = new HashMap<>();
        topic.fields().forEach(field -> targets.put(TopicField.folded(field.name()), field));
        Set<String> seen = new HashSet<>();
        List<SourceField> sources = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        List<Column> made = new ArrayList<>();
        CastPlanner planner = new CastPlanner();
        for (Field field : incoming.getFields()) {
            String path = TopicField.printable(field.getName());
            TopicField target = targets.get(TopicField.folded(field.getName()));
            if (target == null) {
                throw WingsException.invalid("the topic has no such field: field=\"" + path + "\", fields="
                        + TopicField.printableNames(topic.fields()));
            }
            if (!seen.add(TopicField.folded(field.getName()))) {
                throw WingsException.invalid("the field is there twice: field=\"" + path + "\"");
            }
            SourceField source = SourceField.of(field, path, false);
            sources.add(source);
            if (source.layout() == Layout.NULL && !target.required()) {
                if (target.defaults().initial().isPresent()) {
                    made.add(Column.made(target, Optional.empty()));
                }
                continue;
            }
            columns.add(new Column(sources.size() - 1, target, planner.plan(source, target)));
        }
        for (TopicField field : topic.fields()) {
            if (seen.contains(TopicField.folded(field.name()))) {
                continue;
            }
            if (field.required() && field.defaults().later().isEmpty()) {
                throw WingsException.invalid("a required field is missing: field=\"" + field.name() + "\", type="
                        + TopicField.printable(field.type().toString()));
            }
            if (!field.defaults().isAbsentLater()) {
                made.add(Column.made(field, field.defaults().later()));
            }
        }
        if (columns.isEmpty()) {
            throw WingsException.invalid("none of the topic's fields is there with values");
        }
        columns.addAll(made);
        return new SchemaBinding(topic, sources, columns, planner.dictionaries());
    }

    public TopicSchema topic() {
        return topic;
    }

    /// The schema of the pages that batches of the stream go to: the producer's columns in their order, with
    /// canonical types and field ids, then those that get a default; other fields that it does not send are
    /// absent.
    public Schema pageSchema() {
        return pageSchema;
    }

    /// The position of a field in the page; empty if it is absent.
    public OptionalInt column(int fieldId) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).target().id() == fieldId) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /// Whether batches go to pages as they are received, with no value touched.
    public boolean isIdentity() {
        return columns.size() == sources.size()
                && columns.stream().allMatch(column -> column.cast().isIdentity());
    }

    List<SourceField> sources() {
        return sources;
    }

    List<Column> columns() {
        return columns;
    }

    List<DictionaryColumn> dictionaries() {
        return dictionaries;
    }
}
