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
import dev.wings.common.proto.ListType;
import dev.wings.common.proto.MapType;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.StructType;
import dev.wings.common.proto.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Schemas in protobuf, and back.
public final class SchemaProtos {

    private SchemaProtos() {}

    public static Schema toProto(TopicSchema schema) {
        Schema.Builder proto = Schema.newBuilder().setVersion(schema.version()).setLastFieldId(schema.lastFieldId());
        for (TopicField field : schema.fields()) {
            proto.addFields(toProto(field));
        }
        return proto.build();
    }

    /// Fails with INVALID, naming the field, for anything that is not a legal schema.
    public static TopicSchema fromProto(Schema proto) {
        List<TopicField> fields = new FieldReader(new IdGiver(Set.of(), false)).fields(proto.getFieldsList());
        return new TopicSchema(proto.getVersion(), fields, proto.getLastFieldId());
    }

    /// The first schema of a topic as a client asks for it: version 0. Fields whose id is 0 get the lowest free
    /// ids, depth first from 1; ids that are given stay. Fails with INVALID, naming the field, for anything
    /// that is not a legal schema.
    public static TopicSchema fromCreateRequest(Schema proto) {
        Set<Integer> given = new HashSet<>();
        collectIds(proto.getFieldsList(), 1, given);
        IdGiver ids = new IdGiver(given, true);
        List<TopicField> fields = new FieldReader(ids).fields(proto.getFieldsList());
        return new TopicSchema(0, fields, ids.last);
    }

    /// A field as a client describes it that is to be added to a topic: its ids, and those of what is inside
    /// it, are 0, and mean nothing in the result. Fails with INVALID, naming the field, for anything that is no
    /// legal field.
    static TopicField fromUnnumbered(dev.wings.common.proto.Field proto) {
        Set<Integer> given = new HashSet<>();
        collectIds(List.of(proto), 1, given);
        if (!given.isEmpty()) {
            throw WingsException.invalid("a field that is added has no id, the control plane gives it: field=\""
                    + TopicField.printable(proto.getName()) + "\", id="
                    + given.iterator().next());
        }
        return fromCreateRequest(Schema.newBuilder().addFields(proto).build())
                .fields()
                .getFirst();
    }

    /// A field without ids, as a client describes one that is to be added.
    static dev.wings.common.proto.Field toUnnumbered(TopicField field) {
        return withoutIds(toProto(field));
    }

    private static dev.wings.common.proto.Field withoutIds(dev.wings.common.proto.Field field) {
        Type type = field.getType();
        Type.Builder bare = type.toBuilder();
        if (type.hasStruct()) {
            StructType.Builder members = StructType.newBuilder();
            type.getStruct().getFieldsList().forEach(member -> members.addFields(withoutIds(member)));
            bare.setStruct(members);
        }
        if (type.hasList()) {
            bare.setList(
                    ListType.newBuilder().setElement(withoutIds(type.getList().getElement())));
        }
        if (type.hasMap()) {
            bare.setMap(MapType.newBuilder()
                    .setKey(withoutIds(type.getMap().getKey()))
                    .setValue(withoutIds(type.getMap().getValue())));
        }
        return field.toBuilder().clearId().setType(bare).build();
    }

    private static dev.wings.common.proto.Field toProto(TopicField field) {
        dev.wings.common.proto.Field.Builder proto = dev.wings.common.proto.Field.newBuilder()
                .setId(field.id())
                .setName(field.name())
                .setRequired(field.required())
                .setType(toProto(field.type()))
                .setDoc(field.doc());
        field.defaults().initial().ifPresent(value -> proto.setInitialDefault(value.text()));
        field.defaults().later().ifPresent(value -> proto.setDefaultValue(value.text()));
        return proto.build();
    }

    private static Type toProto(FieldType type) {
        Type.Builder proto = Type.newBuilder();
        switch (type) {
            case FieldType.Primitive primitive -> proto.setPrimitive(toProto(primitive));
            case FieldType.Decimal decimal ->
                proto.setDecimal(dev.wings.common.proto.DecimalType.newBuilder()
                        .setPrecision(decimal.precision())
                        .setScale(decimal.scale()));
            case FieldType.Fixed fixed ->
                proto.setFixed(dev.wings.common.proto.FixedType.newBuilder().setLength(fixed.length()));
            case FieldType.Struct struct -> {
                StructType.Builder members = StructType.newBuilder();
                struct.fields().forEach(field -> members.addFields(toProto(field)));
                proto.setStruct(members);
            }
            case FieldType.ListOf list -> proto.setList(ListType.newBuilder().setElement(toProto(list.element())));
            case FieldType.MapOf map ->
                proto.setMap(MapType.newBuilder().setKey(toProto(map.key())).setValue(toProto(map.value())));
        }
        return proto.build();
    }

    static dev.wings.common.proto.Primitive toProto(FieldType.Primitive primitive) {
        return switch (primitive) {
            case BOOLEAN -> dev.wings.common.proto.Primitive.BOOLEAN;
            case INT -> dev.wings.common.proto.Primitive.INT;
            case LONG -> dev.wings.common.proto.Primitive.LONG;
            case FLOAT -> dev.wings.common.proto.Primitive.FLOAT;
            case DOUBLE -> dev.wings.common.proto.Primitive.DOUBLE;
            case DATE -> dev.wings.common.proto.Primitive.DATE;
            case TIME -> dev.wings.common.proto.Primitive.TIME;
            case TIMESTAMP -> dev.wings.common.proto.Primitive.TIMESTAMP;
            case TIMESTAMPTZ -> dev.wings.common.proto.Primitive.TIMESTAMPTZ;
            case STRING -> dev.wings.common.proto.Primitive.STRING;
            case BINARY -> dev.wings.common.proto.Primitive.BINARY;
            case UUID -> dev.wings.common.proto.Primitive.UUID;
        };
    }

    /// Gathers the ids that are given, and goes no further than to where [FieldReader] will refuse.
    private static void collectIds(List<dev.wings.common.proto.Field> fields, int depth, Set<Integer> ids) {
        if (depth > TopicSchema.MAX_DEPTH || ids.size() > TopicSchema.MAX_FIELDS) {
            return;
        }
        for (dev.wings.common.proto.Field field : fields) {
            if (field.getId() != 0) {
                ids.add(field.getId());
            }
            Type type = field.getType();
            collectIds(type.getStruct().getFieldsList(), depth + 1, ids);
            if (type.hasList()) {
                collectIds(List.of(type.getList().getElement()), depth + 1, ids);
            }
            if (type.hasMap()) {
                collectIds(List.of(type.getMap().getKey(), type.getMap().getValue()), depth + 1, ids);
            }
        }
    }

    /// Gives ids to fields that have none, in the order in which it is asked.
    private static final class IdGiver {

        private final Set<Integer> given;
        private final boolean fillsIn;
        private int next = 1;
        private int last;

        IdGiver(Set<Integer> given, boolean fillsIn) {
            this.given = given;
            this.fillsIn = fillsIn;
        }

        int idOf(dev.wings.common.proto.Field field) {
            int id = field.getId();
            if (id == 0 && fillsIn) {
                while (given.contains(next)) {
                    next++;
                }
                id = next++;
            }
            last = Math.max(last, id);
            return id;
        }
    }

    /// Reads fields, and knows where it is: how deep, and how many it has seen.
    private static final class FieldReader {

        private final IdGiver ids;
        private final Deque<String> path = new ArrayDeque<>();
        private int count;

        FieldReader(IdGiver ids) {
            this.ids = ids;
        }

        List<TopicField> fields(List<dev.wings.common.proto.Field> protos) {
            try {
                return fields(protos, 1);
            } catch (WingsException e) {
                // A type does not know the name of its field, and a nested field does not know where it is.
                throw new WingsException(e.kind(), e.getMessage() + ", at=\"" + String.join(".", path) + "\"", e);
            }
        }

        private List<TopicField> fields(List<dev.wings.common.proto.Field> protos, int depth) {
            List<TopicField> fields = new ArrayList<>();
            for (dev.wings.common.proto.Field proto : protos) {
                fields.add(field(proto, depth));
            }
            return fields;
        }

        private TopicField field(dev.wings.common.proto.Field proto, int depth) {
            count++;
            if (count > TopicSchema.MAX_FIELDS) {
                throw WingsException.invalid("the schema has too many fields: limit=" + TopicSchema.MAX_FIELDS);
            }
            if (depth > TopicSchema.MAX_DEPTH) {
                throw WingsException.invalid("fields are nested too deeply: field=\""
                        + TopicField.printable(proto.getName()) + "\", limit=" + TopicSchema.MAX_DEPTH);
            }
            path.addLast(TopicField.printable(proto.getName()));
            // The id is given before the type is read, so that a field has a lower id than what is inside it.
            int id = ids.idOf(proto);
            FieldType type = type(proto, depth);
            TopicField field = new TopicField(
                    id, proto.getName(), proto.getRequired(), type, proto.getDoc(), defaults(proto, type, depth));
            // The path stays as it is where a field is bad: that is the place to name.
            path.removeLast();
            return field;
        }

        private ColumnDefaults defaults(dev.wings.common.proto.Field proto, FieldType type, int depth) {
            if (!proto.hasInitialDefault() && !proto.hasDefaultValue()) {
                return ColumnDefaults.NONE;
            }
            if (ids.fillsIn && proto.hasInitialDefault()) {
                throw WingsException.invalid(
                        "a field that is new has no initial default of its own, it is the default that it is added with");
            }
            if (depth > 1) {
                throw WingsException.invalid("only columns have defaults, what is inside of them has none");
            }
            DefaultValue.checkType(type);
            return new ColumnDefaults(
                    proto.hasInitialDefault()
                            ? Optional.of(DefaultValue.parse(type, proto.getInitialDefault()))
                            : Optional.empty(),
                    proto.hasDefaultValue()
                            ? Optional.of(DefaultValue.parse(type, proto.getDefaultValue()))
                            : Optional.empty());
        }

        private FieldType type(dev.wings.common.proto.Field field, int depth) {
            Type proto = field.getType();
            return switch (proto.getKindCase()) {
                case PRIMITIVE -> primitive(field, proto.getPrimitive());
                case DECIMAL ->
                    new FieldType.Decimal(
                            proto.getDecimal().getPrecision(),
                            proto.getDecimal().getScale());
                case FIXED -> new FieldType.Fixed(proto.getFixed().getLength());
                case STRUCT -> new FieldType.Struct(fields(proto.getStruct().getFieldsList(), depth + 1));
                case LIST -> new FieldType.ListOf(field(proto.getList().getElement(), depth + 1));
                case MAP ->
                    new FieldType.MapOf(
                            field(proto.getMap().getKey(), depth + 1),
                            field(proto.getMap().getValue(), depth + 1));
                case KIND_NOT_SET -> throw withoutType(field);
            };
        }

        private static FieldType primitive(
                dev.wings.common.proto.Field field, dev.wings.common.proto.Primitive primitive) {
            return switch (primitive) {
                case BOOLEAN -> FieldType.Primitive.BOOLEAN;
                case INT -> FieldType.Primitive.INT;
                case LONG -> FieldType.Primitive.LONG;
                case FLOAT -> FieldType.Primitive.FLOAT;
                case DOUBLE -> FieldType.Primitive.DOUBLE;
                case DATE -> FieldType.Primitive.DATE;
                case TIME -> FieldType.Primitive.TIME;
                case TIMESTAMP -> FieldType.Primitive.TIMESTAMP;
                case TIMESTAMPTZ -> FieldType.Primitive.TIMESTAMPTZ;
                case STRING -> FieldType.Primitive.STRING;
                case BINARY -> FieldType.Primitive.BINARY;
                case UUID -> FieldType.Primitive.UUID;
                case PRIMITIVE_UNSPECIFIED, UNRECOGNIZED -> throw withoutType(field);
            };
        }

        private static WingsException withoutType(dev.wings.common.proto.Field field) {
            return WingsException.invalid("the field has no type that is known here: field=\""
                    + TopicField.printable(field.getName()) + "\"");
        }
    }
}
