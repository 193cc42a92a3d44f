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

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What has changed from one version of a topic's schema to another, for people.
public final class SchemaDiff {

    private SchemaDiff() {}

    /// One line for each change, as `added place.zip int`; none if only the order of fields differs.
    public static List<String> describe(TopicSchema before, TopicSchema after) {
        List<String> lines = new ArrayList<>();
        describe(before.fields(), after.fields(), "", lines);
        return lines;
    }

    private static void describe(List<TopicField> before, List<TopicField> after, String parent, List<String> lines) {
        for (TopicField old : before) {
            if (after.stream().noneMatch(field -> field.id() == old.id())) {
                lines.add("dropped " + parent + old.name());
            }
        }
        for (TopicField field : after) {
            String path = parent + field.name();
            before.stream()
                    .filter(old -> old.id() == field.id())
                    .findFirst()
                    .ifPresentOrElse(
                            old -> describe(old, field, path, lines),
                            () -> lines.add("added " + path + " " + field.type()
                                    + field.defaults()
                                            .initial()
                                            .map(value -> ", of which older rows have " + value.sql())
                                            .orElse("")));
        }
    }

    private static void describe(TopicField before, TopicField after, String path, List<String> lines) {
        if (!before.name().equals(after.name())) {
            lines.add("renamed " + before.name() + " to " + path);
        }
        if (before.required() && !after.required()) {
            lines.add(path + " may be null");
        }
        Optional<DefaultValue> later = after.defaults().later();
        boolean widened = !before.type().equals(after.type());
        boolean same = before.defaults().later().map(DefaultValue::text).equals(later.map(DefaultValue::text));
        if (!same && !(widened && later.isPresent() && before.defaults().later().isPresent())) {
            lines.add(later.map(value -> path + " has the default " + value.sql())
                    .orElse("took the default of " + path + " away"));
        }
        if (!before.doc().equals(after.doc())) {
            lines.add(after.doc().isEmpty() ? "took the comment of " + path + " away" : "commented " + path);
        }
        boolean nested = !before.type().children().isEmpty();
        if (!nested && !before.type().equals(after.type())) {
            lines.add("widened " + path + " from " + before.type() + " to " + after.type());
        }
        describe(before.type().children(), after.type().children(), path + ".", lines);
    }
}
