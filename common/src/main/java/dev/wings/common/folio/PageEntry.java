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
package dev.wings.common.folio;

import dev.wings.common.proto.FolioColumn;
import dev.wings.common.store.ObjectRange;
import java.util.List;

/// A page as the footer of its folio lists it.
///
/// @param byteOffset where the page starts in the object, a multiple of 64
/// @param byteLength its size
/// @param crc32c CRC32C of its bytes
/// @param batchRows rows of each record batch, in order
/// @param columns what is known of the values of columns: of some, or of none
public record PageEntry(
        PageKey key, long byteOffset, long byteLength, int crc32c, List<Long> batchRows, List<FolioColumn> columns) {

    public PageEntry {
        batchRows = List.copyOf(batchRows);
        columns = List.copyOf(columns);
    }

    /// Where the page is, if its folio is stored under `objectKey`.
    public ObjectRange range(String objectKey) {
        return new ObjectRange(objectKey, byteOffset, byteOffset + byteLength);
    }
}
