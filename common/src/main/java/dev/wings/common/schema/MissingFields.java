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

import dev.wings.common.schema.SchemaChange.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The fields that a producer sends and a topic does not have: what a topic gets that is
/// [SchemaPolicy#ADDITIVE].
public final class MissingFields {

    private final List<SchemaChange> additions = new ArrayList<>();

    private MissingFields() {}

    /// The additions after which the topic has all fields of `sent`, at all depths; none if it has them. All of
    /// them may be null. Whether the others have types that go together is not looked at.
    public static List<SchemaChange> of(TopicSchema sent, TopicSchema topic) {
        MissingFields missing = new MissingFields();
        missing.compare(sent.fields(), topic.fields(), List.of());
        return List.copyOf(missing.additions);
    }

    private void compare(List<TopicField> sent, List<TopicField> there, List<String> parent) {
        for (TopicField field : sent) {
            Optional<TopicField> same = there.stream()
                    .filter(it -> TopicField.folded(it.name()).equals(TopicField.folded(field.name())))
                    .findFirst();
            if (same.isEmpty()) {
                additions.add(new SchemaChange.Add(new FieldPath(parent), optional(field), Optional.empty()));
            } else {
                compare(field.type(), same.get().type(), path(parent, same.get().name()));
            }
        }
    }

    private void compare(FieldType sent, FieldType there, List<String> path) {
        if (sent instanceof FieldType.Struct more && there instanceof FieldType.Struct struct) {
            compare(more.fields(), struct.fields(), path);
        } else if (sent instanceof FieldType.ListOf more && there instanceof FieldType.ListOf list) {
            compare(more.element().type(), list.element().type(), path(path, FieldType.ListOf.ELEMENT));
        } else if (sent instanceof FieldType.MapOf more && there instanceof FieldType.MapOf map) {
            compare(more.value().type(), map.value().type(), path(path, FieldType.MapOf.VALUE));
        }
    }

    private static List<String> path(List<String> parent, String name) {
        List<String> path = new ArrayList<>(parent);
        path.add(name);
        return path;
    }

    /// The field with all that is in it, where nothing is required but the keys of maps.
    private static TopicField optional(TopicField field) {
        FieldType type = switch (field.type()) {
            case FieldType.Struct struct ->
                new FieldType.Struct(
                        struct.fields().stream().map(MissingFields::optional).toList());
            case FieldType.ListOf list -> new FieldType.ListOf(optional(list.element()));
            case FieldType.MapOf map -> new FieldType.MapOf(map.key(), optional(map.value()));
            default -> field.type();
        };
        return field.withType(type).withRequired(false);
    }
}
