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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.SchemaChange.FieldPath;
import dev.wings.common.schema.SchemaChange.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Makes the next version of a topic's schema (I10). Each change keeps all that was ever written readable:
/// values that are there are seen as they are, under the field that they were written for, and what is absent
/// is null, or what the column had as its default when it was added.
///
/// The changes are those that the [Iceberg table spec](https://iceberg.apache.org/spec/#schema-evolution) takes
/// for version 2, and the defaults of version 3: fields are added, dropped, renamed and moved, types become
/// wider (int to long, float to double, a decimal with more digits), and required fields become optional. Keys
/// of maps never change: the key tells which entries are the same.
public final class SchemaEvolution {

    /// How many changes are made at once.
    public static final int MAX_CHANGES = TopicSchema.MAX_FIELDS;

    /// Top-level fields that the layout of the topic refers to.
    ///
    /// @param partitionKey the topic's, 0 for none
    /// @param tablePartitioning of the topic's table
    /// @param sortOrder of the topic's table
    public record Uses(int partitionKey, Set<Integer> tablePartitioning, Set<Integer> sortOrder) {

        public static final Uses NONE = new Uses(0, Set.of(), Set.of());

        public static Uses of(int partitionKey, LakeSpec lake) {
            return new Uses(
                    partitionKey,
                    Set.copyOf(lake.partitioning().stream()
                            .map(LakeSpec.PartitionField::fieldId)
                            .toList()),
                    Set.copyOf(lake.sortOrder().stream()
                            .map(LakeSpec.SortField::fieldId)
                            .toList()));
        }

        private Optional<String> of(int fieldId) {
            if (fieldId == partitionKey) {
                return Optional.of("the topic's rows are partitioned by it");
            }
            if (tablePartitioning.contains(fieldId)) {
                return Optional.of("the topic's table is partitioned by it");
            }
            return sortOrder.contains(fieldId) ? Optional.of("the topic's table is sorted by it") : Optional.empty();
        }
    }

    private final Uses uses;
    private int lastFieldId;

    private SchemaEvolution(Uses uses, int lastFieldId) {
        this.uses = uses;
        this.lastFieldId = lastFieldId;
    }

    /// The next version of `schema`, with all of the changes made one after the other. Fails with INVALID,
    /// naming the field, for what is wrong in itself, and with PRECONDITION, saying why, for what could not be
    /// read any more.
    public static TopicSchema apply(TopicSchema schema, List<SchemaChange> changes, Uses uses) {
        if (changes.isEmpty() || changes.size() > MAX_CHANGES) {
            throw WingsException.invalid("bad number of changes of a schema: 1 to " + MAX_CHANGES
                    + " are expected: found=" + changes.size());
        }
        if (schema.version() == Integer.MAX_VALUE) {
            throw unsafe("the schema has been changed too often", FieldPath.TOP);
        }
        SchemaEvolution evolution = new SchemaEvolution(uses, schema.lastFieldId());
        List<TopicField> fields = schema.fields();
        for (SchemaChange change : changes) {
            fields = evolution.apply(fields, change);
        }
        return new TopicSchema(schema.version() + 1, fields, evolution.lastFieldId);
    }

    private List<TopicField> apply(List<TopicField> columns, SchemaChange change) {
        FieldPath path = change.path();
        if (change instanceof SchemaChange.Add add) {
            return add(columns, add);
        }
        if (path.names().isEmpty()) {
            throw WingsException.invalid("a change of a schema names a field");
        }
        return siblings(columns, path, path.names().size() - 1, (siblings, named) -> {
            int index = index(siblings, path, path.names().getLast());
            TopicField field = siblings.get(index);
            boolean keepsPlace = switch (change) {
                case SchemaChange.Drop ignored -> false;
                case SchemaChange.Rename ignored -> false;
                case SchemaChange.Move ignored -> false;
                default -> true;
            };
            if (!named && !keepsPlace) {
                throw WingsException.invalid(
                        "the element of a list, the key and the value of a map are what they are, change the list or map:"
                                + " field=\"" + path + "\"");
            }
            return switch (change) {
                case SchemaChange.Add ignored -> throw new IllegalStateException("an addition has no field yet");
                case SchemaChange.Drop ignored -> dropped(siblings, index, path);
                case SchemaChange.Rename rename -> with(siblings, index, renamed(siblings, field, rename));
                case SchemaChange.Widen widen -> with(siblings, index, widened(field, widen));
                case SchemaChange.MakeOptional ignored -> with(siblings, index, field.withRequired(false));
                case SchemaChange.SetDoc doc -> with(siblings, index, field.withDoc(doc.doc()));
                case SchemaChange.SetDefault set ->
                    with(siblings, index, defaulted(field, set, path.names().size() == 1));
                case SchemaChange.Move move -> moved(siblings, index, move);
            };
        });
    }

    private List<TopicField> add(List<TopicField> columns, SchemaChange.Add add) {
        FieldPath path = add.path();
        TopicField field = add.field();
        if (field.required() && field.defaults().later().isEmpty()) {
            throw unsafe(
                    "a field that is added must allow null or have a default, since the rows that are there have no"
                            + " value of it",
                    path,
                    field.name());
        }
        if (!path.names().isEmpty() && !field.defaults().equals(ColumnDefaults.NONE)) {
            throw noDefault(path + "." + field.name());
        }
        return siblings(columns, path, path.names().size(), (siblings, named) -> {
            if (!named) {
                throw WingsException.invalid("fields are added to structs, and this is none: field=\"" + path + "\"");
            }
            checkFree(siblings, field.name(), path);
            List<TopicField> more = new ArrayList<>(siblings);
            more.add(
                    add.position().map(position -> place(siblings, position)).orElse(siblings.size()), numbered(field));
            return more;
        });
    }

    /// The field with the next ids, depth first: a field has a lower one than what is inside it.
    private TopicField numbered(TopicField field) {
        if (lastFieldId == TopicField.MAX_ID) {
            throw unsafe("the topic has no field ids left", FieldPath.TOP, field.name());
        }
        int id = ++lastFieldId;
        FieldType type = inside(field.type(), this::numbered);
        return new TopicField(
                id,
                field.name(),
                field.required(),
                type,
                field.doc(),
                field.defaults().ofAdded());
    }

    /// Changes fields that stand beside each other.
    private interface SiblingChange {

        /// @param named whether the fields have names of their own, as columns and members of structs do
        List<TopicField> apply(List<TopicField> siblings, boolean named);
    }

    /// Changes the fields that stand beside each other `depth` names down the path.
    private static List<TopicField> siblings(
            List<TopicField> columns, FieldPath path, int depth, SiblingChange change) {
        return depth == 0 ? change.apply(columns, true) : siblings(columns, path, 0, depth, change);
    }

    /// @param from how many names of the path lead to `fields`
    private static List<TopicField> siblings(
            List<TopicField> fields, FieldPath path, int from, int depth, SiblingChange change) {
        int index = index(fields, path, path.names().get(from));
        TopicField field = fields.get(index);
        FieldType type = field.type();
        if (type instanceof FieldType.MapOf map
                && from + 1 < path.names().size()
                && path.names().get(from + 1).equalsIgnoreCase(FieldType.MapOf.KEY)) {
            throw unsafe(
                    "the key of a map does not change, since it tells which entries are the same: key_type="
                            + TopicField.printable(map.key().type().toString()),
                    path);
        }
        List<TopicField> children = from + 1 == depth
                ? change.apply(type.children(), type instanceof FieldType.Struct)
                : siblings(type.children(), path, from + 1, depth, change);
        return with(fields, index, field.withType(withChildren(type, children)));
    }

    private static FieldType withChildren(FieldType type, List<TopicField> children) {
        return switch (type) {
            case FieldType.Struct ignored -> new FieldType.Struct(children);
            case FieldType.ListOf ignored -> new FieldType.ListOf(children.getFirst());
            case FieldType.MapOf ignored -> new FieldType.MapOf(children.get(0), children.get(1));
            default -> type;
        };
    }

    private static FieldType inside(FieldType type, UnaryOperator<TopicField> change) {
        return withChildren(type, type.children().stream().map(change).toList());
    }

    private static int index(List<TopicField> siblings, FieldPath path, String name) {
        String folded = TopicField.folded(name);
        for (int i = 0; i < siblings.size(); i++) {
            if (TopicField.folded(siblings.get(i).name()).equals(folded)) {
                return i;
            }
        }
        throw WingsException.invalid(
                "the topic has no such field: field=\"" + path + "\", fields=" + TopicField.printableNames(siblings));
    }

    private static List<TopicField> with(List<TopicField> siblings, int index, TopicField field) {
        List<TopicField> changed = new ArrayList<>(siblings);
        changed.set(index, field);
        return changed;
    }

    private static void checkFree(List<TopicField> siblings, String name, FieldPath path) {
        String folded = TopicField.folded(name);
        for (TopicField sibling : siblings) {
            if (TopicField.folded(sibling.name()).equals(folded)) {
                throw new WingsException(
                        ErrorKind.ALREADY_EXISTS,
                        "there is already a field of this name: field=\"" + TopicField.printable(name) + "\""
                                + (path.names().isEmpty() ? "" : ", in=\"" + path + "\""));
            }
        }
    }

    private List<TopicField> dropped(List<TopicField> siblings, int index, FieldPath path) {
        TopicField field = siblings.get(index);
        boolean column = path.names().size() == 1;
        if (column) {
            uses.of(field.id()).ifPresent(why -> {
                throw unsafe("the field cannot be dropped: " + why, path);
            });
        }
        if (siblings.size() == 1) {
            throw unsafe(column ? "a topic needs at least one field" : "a struct needs at least one field", path);
        }
        boolean first = siblings.stream().mapToInt(TopicField::id).min().orElseThrow() == field.id();
        if (!column && first) {
            // Files of all ages then have a member in common with the struct as it is now: engines tell by that
            // which of its values are null and which have no member that is left.
            throw unsafe("the oldest member of a struct stays, drop the struct and add another", path);
        }
        List<TopicField> left = new ArrayList<>(siblings);
        left.remove(index);
        return left;
    }

    private static TopicField renamed(List<TopicField> siblings, TopicField field, SchemaChange.Rename rename) {
        checkFree(
                siblings.stream().filter(sibling -> sibling.id() != field.id()).toList(), rename.name(), FieldPath.TOP);
        return field.withName(rename.name());
    }

    private TopicField widened(TopicField field, SchemaChange.Widen widen) {
        FieldType from = field.type();
        FieldType to = widen.type();
        if (!from.equals(to)) {
            if (!isWider(from, to)) {
                throw unsafe(
                        "a field of this type does not become one of that: type="
                                + TopicField.printable(from.toString()) + ", asked="
                                + TopicField.printable(to.toString())
                                + ". These do: int to long, float to double, decimal(p,s) to more digits p",
                        widen.path());
            }
            if (widen.path().names().size() == 1 && uses.tablePartitioning().contains(field.id())) {
                throw unsafe("the type cannot be changed: the topic's table is partitioned by the field", widen.path());
            }
        }
        return new TopicField(
                field.id(),
                field.name(),
                field.required(),
                to,
                field.doc(),
                field.defaults().mapped(value -> value.widened(to)));
    }

    private static TopicField defaulted(TopicField field, SchemaChange.SetDefault set, boolean column) {
        if (!column) {
            throw noDefault(set.path().toString());
        }
        Optional<DefaultValue> value = set.value().map(text -> {
            DefaultValue.checkType(field.type());
            return parsed(field, text);
        });
        return field.withDefaults(field.defaults().withLater(value));
    }

    private static DefaultValue parsed(TopicField field, String text) {
        try {
            return DefaultValue.parse(field.type(), text);
        } catch (WingsException e) {
            throw new WingsException(
                    e.kind(), e.getMessage() + ", field=\"" + TopicField.printable(field.name()) + "\"", e);
        }
    }

    private static WingsException noDefault(String path) {
        return WingsException.invalid("only columns have defaults, what is inside of them has none: field=\""
                + TopicField.printable(path) + "\"");
    }

    private static boolean isWider(FieldType from, FieldType to) {
        return (from == FieldType.Primitive.INT && to == FieldType.Primitive.LONG)
                || (from == FieldType.Primitive.FLOAT && to == FieldType.Primitive.DOUBLE)
                || (from instanceof FieldType.Decimal less
                        && to instanceof FieldType.Decimal more
                        && more.scale() == less.scale()
                        && more.precision() > less.precision());
    }

    private static List<TopicField> moved(List<TopicField> siblings, int index, SchemaChange.Move move) {
        List<TopicField> others = new ArrayList<>(siblings);
        TopicField field = others.remove(index);
        others.add(place(others, move.position()), field);
        return others;
    }

    private static int place(List<TopicField> siblings, Position position) {
        return position.after()
                .map(sibling -> index(siblings, FieldPath.of(sibling), sibling) + 1)
                .orElse(0);
    }

    private static WingsException unsafe(String why, FieldPath path, String... name) {
        List<String> names = new ArrayList<>(path.names());
        names.addAll(List.of(name));
        return new WingsException(
                ErrorKind.PRECONDITION,
                why + (names.isEmpty() ? "" : ": field=\"" + TopicField.printable(String.join(".", names)) + "\""));
    }
}
