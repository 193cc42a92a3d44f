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

import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What casts of one batch use: memory for their results, and the dictionaries of the stream as they are at
/// this batch, already cast.
///
/// @param faults hears of rows with values that do not fit
/// @param missing why there is no dictionary of an id that was sent
record CastContext(
        BatchMemory memory,
        IdentityHashMap<SourceField.Dictionary, ArrayData> dictionaries,
        Map<Long, String> missing,
        RowFaults faults) {

    /// The context for the elements of lists, whose faults [RowFaults#lift] makes those of the lists.
    CastContext inside(RowFaults elements) {
        return new CastContext(memory, dictionaries, missing, elements);
    }

    /// Says that a value does not fit. Returns if the batch goes on without its row.
    void bad(SourceField field, String what, ArrayData source, int position) {
        faults.add(
                position,
                field.path(),
                field.invalidAt(what, position),
                () -> field.dictionary() == null ? SentValues.text(field.type(), source, position) : null);
    }

    @Nullable
    ArrayData find(SourceField.Dictionary dictionary) {
        return dictionaries.get(dictionary);
    }

    /// Why [#find] has found nothing.
    String reason(SourceField.Dictionary dictionary) {
        return missing.getOrDefault(dictionary.id(), "the dictionary was not sent: dictionary=" + dictionary.id());
    }
}
