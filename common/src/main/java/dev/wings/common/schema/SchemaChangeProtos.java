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
import dev.wings.common.proto.AddField;
import dev.wings.common.proto.DropDefault;
import dev.wings.common.proto.DropField;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.FieldPosition;
import dev.wings.common.proto.MakeOptional;
import dev.wings.common.proto.Type;
import dev.wings.common.schema.SchemaChange.FieldPath;
import dev.wings.common.schema.SchemaChange.Position;
import java.util.List;
import java.util.Optional;

/// Changes of schemas in protobuf, and back.
public final class SchemaChangeProtos {

    private SchemaChangeProtos() {}

    /// Fails with INVALID, naming the field, for what is no change.
    public static List<SchemaChange> fromProto(List<dev.wings.common.proto.SchemaChange> protos) {
        if (protos.size() > SchemaEvolution.MAX_CHANGES) {
            throw WingsException.invalid(
                    "too many changes of a schema: found=" + protos.size() + ", limit=" + SchemaEvolution.MAX_CHANGES);
        }
        return protos.stream().map(SchemaChangeProtos::fromProto).toList();
    }

    private static SchemaChange fromProto(dev.wings.common.proto.SchemaChange proto) {
        FieldPath path = new FieldPath(proto.getPathList());
        return switch (proto.getChangeCase()) {
            case ADD -> new SchemaChange.Add(path, added(proto.getAdd().getField()), position(proto.getAdd()));
            case DROP -> new SchemaChange.Drop(path);
            case RENAME -> new SchemaChange.Rename(path, proto.getRename());
            case WIDEN -> new SchemaChange.Widen(path, type(proto.getWiden()));
            case MAKE_OPTIONAL -> new SchemaChange.MakeOptional(path);
            case DOC -> new SchemaChange.SetDoc(path, proto.getDoc());
            case DEFAULT_VALUE -> new SchemaChange.SetDefault(path, Optional.of(proto.getDefaultValue()));
            case DROP_DEFAULT -> new SchemaChange.SetDefault(path, Optional.empty());
            case MOVE -> new SchemaChange.Move(path, position(proto.getMove()));
            case CHANGE_NOT_SET ->
                throw WingsException.invalid("a change of a schema says what is changed: field=\"" + path + "\"");
        };
    }

    private static TopicField added(Field field) {
        return SchemaProtos.fromUnnumbered(field);
    }

    private static FieldType type(Type type) {
        return SchemaProtos.fromUnnumbered(
                        Field.newBuilder().setName("type").setType(type).build())
                .type();
    }

    private static Optional<Position> position(AddField add) {
        return add.hasPosition() ? Optional.of(position(add.getPosition())) : Optional.empty();
    }

    private static Position position(FieldPosition proto) {
        return proto.getAfter().isEmpty() ? Position.FIRST : Position.after(proto.getAfter());
    }

    /// Requests for additions, by a service that found them to be missing.
    public static List<dev.wings.common.proto.SchemaChange> toProtos(List<SchemaChange> additions) {
        return additions.stream()
                .map(change -> (SchemaChange.Add) change)
                .map(add -> add(add.path().names(), SchemaProtos.toUnnumbered(add.field()), Optional.empty()))
                .toList();
    }

    /// A request for a change of the field at a path, to which the change itself is added.
    public static dev.wings.common.proto.SchemaChange.Builder of(List<String> path) {
        return dev.wings.common.proto.SchemaChange.newBuilder().addAllPath(path);
    }

    /// A request that adds a field.
    ///
    /// @param parent the path of the struct that gets it; empty for a column
    public static dev.wings.common.proto.SchemaChange add(
            List<String> parent, Field field, Optional<FieldPosition> position) {
        AddField.Builder add = AddField.newBuilder().setField(field);
        position.ifPresent(add::setPosition);
        return of(parent).setAdd(add).build();
    }

    /// A request that drops a field.
    public static dev.wings.common.proto.SchemaChange drop(List<String> path) {
        return of(path).setDrop(DropField.getDefaultInstance()).build();
    }

    /// A request that takes the default of a column away.
    public static dev.wings.common.proto.SchemaChange dropDefault(List<String> path) {
        return of(path).setDropDefault(DropDefault.getDefaultInstance()).build();
    }

    /// A request that lets a field be null.
    public static dev.wings.common.proto.SchemaChange makeOptional(List<String> path) {
        return of(path).setMakeOptional(MakeOptional.getDefaultInstance()).build();
    }
}
