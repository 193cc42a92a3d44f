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
package dev.wings.common.scan;

import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectStore;
import java.nio.ByteBuffer;

/// Where the bytes of pages are read: an object store, or a copy of what is wanted of one.
@FunctionalInterface
public interface PageSource {

    /// Reads bytes `[start, start + into.remaining())` of a folio, as an object store does. DATA_LOSS if it is missing
    /// or cut.
    void read(String key, long start, ByteBuffer into);

    static PageSource of(ObjectStore store) {
        return (key, start, into) -> {
            long end = start + into.remaining();
            try {
                store.read(key, start, into);
            } catch (WingsException e) {
                String range = "key=" + key + ", bytes=[" + start + ", " + end + ")";
                throw switch (e.kind()) {
                    // the log refers to it: it is there, whole
                    case NOT_FOUND -> WingsException.dataLoss("the folio of a page is missing: " + range, e);
                    case INVALID -> WingsException.dataLoss("the folio of a page is cut: " + range, e);
                    default -> e;
                };
            }
        };
    }
}
