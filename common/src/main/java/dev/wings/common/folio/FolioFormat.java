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

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// The fixed parts of a folio, all integers little endian; `docs/protocol.md` has the tables.
public final class FolioFormat {

    static final int VERSION = 1;
    static final int ALIGNMENT = 64;

    /// magic (8), version (4), zeros up to the first page
    static final int HEADER_BYTES = ALIGNMENT;

    /// footer length (4), footer CRC32C (4), version (4), magic (8)
    static final int TRAILER_BYTES = 20;

    /// The footer does not say what the values of a smaller page are: it is read as soon as that.
    public static final int MIN_BOUNDED_PAGE_BYTES = 64 << 10;

    /// Far above what a folio needs (a page's entry is at most about 1.2 KB, of a large page 6 KB more); a bound for
    /// hostile input.
    static final int MAX_FOOTER_BYTES = 64 << 20;

    private static final byte[] MAGIC = "WINGSFOL".getBytes(StandardCharsets.US_ASCII);

    private FolioFormat() {}

    static byte[] magic() {
        return MAGIC.clone();
    }

    static byte[] uuidBytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    /// @param bytes 16 of them
    static UUID uuid(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    static int padding(long position) {
        return (int) (-position & (ALIGNMENT - 1));
    }
}
