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
package dev.wings.controlplane.garbage;

import dev.wings.common.error.WingsException;
import java.util.UUID;

/// Names something that is to be removed.
public sealed interface GarbageId {

    /// A folio without pages.
    record OfFolio(UUID folioId) implements GarbageId {
        @Override
        public String toString() {
            return folioId.toString();
        }
    }

    /// What was listed as garbage when the last reference went.
    record Listed(long number) implements GarbageId {
        @Override
        public String toString() {
            return Long.toString(number);
        }
    }

    /// Reads an id from its text. Fails with INVALID if it is none.
    static GarbageId parse(String text) {
        try {
            return text.indexOf('-') > 0 ? new OfFolio(UUID.fromString(text)) : new Listed(Long.parseLong(text));
        } catch (IllegalArgumentException e) {
            throw WingsException.invalid("bad id of garbage: length=" + text.length());
        }
    }
}
