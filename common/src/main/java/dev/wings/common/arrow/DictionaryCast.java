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

import dev.wings.common.schema.FieldType;
import org.jspecify.annotations.Nullable;

/// Replaces indices by the values of a dictionary, which are canonical already.
///
/// @param field of the indices
/// @param type of the values
record DictionaryCast(SourceField field, SourceField.Dictionary dictionary, FieldType type) implements Cast {

    @Override
    public ArrayData apply(ArrayData source, CastContext context) {
        ArrayData values = context.find(dictionary);
        context.memory().charge((long) source.length() * Integer.BYTES);
        int[] positions = new int[source.length()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = source.isNull(i) ? Take.NONE : position(source, i, values, context);
        }
        // Without values there are only nulls.
        return values == null
                ? NullArrays.of(type, source.length(), context.memory())
                : Take.take(values, positions, context.memory());
    }

    private int position(ArrayData source, int row, @Nullable ArrayData values, CastContext context) {
        if (values == null) {
            context.bad(field, context.reason(dictionary), source, row);
            return Take.NONE;
        }
        long index = NumberCasts.integer(source, row, dictionary.signed());
        // An unsigned index of 64 bits that is negative here lies above all dictionaries.
        if (index < 0 || index >= values.length()) {
            context.bad(
                    field,
                    "the index is not in the dictionary: index=" + index + ", length=" + values.length(),
                    source,
                    row);
            return Take.NONE;
        }
        return (int) index;
    }
}
