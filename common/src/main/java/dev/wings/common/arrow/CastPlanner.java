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

import java.util.ArrayList;
import java.util.List;

/// Finds the cast from a producer's type to a topic's type.
final class CastPlanner {

    private final List<SchemaBinding.DictionaryColumn> dictionaries = new ArrayList<>();

    Cast plan(SourceField source, dev.wings.common.schema.Field target) {
        return plan(source, target, source.path());
    }

    private Cast plan(SourceField source, dev.wings.common.schema.Field target, String path) {
        boolean same = ArrowSchemas.toArrow(target.type()).equals(source.type()) && source.dictionary() == null;
        if (!same) {
            throw narrowing(source, target, path);
        }
        return Cast.identity();
    }

    /// The dictionaries met so far.
    List<SchemaBinding.DictionaryColumn> dictionaries() {
        return dictionaries;
    }

    private static dev.wings.common.error.WingsException narrowing(
            SourceField source, dev.wings.common.schema.Field target, String path) {
        return dev.wings.common.error.WingsException.invalid("the field's type does not fit without loss: field=\""
                + path + "\", expected=" + target.type() + ", found=" + ArrowSchemas.typeText(source.field()));
    }
}
