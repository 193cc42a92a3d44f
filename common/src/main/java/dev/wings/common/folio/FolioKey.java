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

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/// Where folios are stored: `{prefix}/folios/{yyyy}/{mm}/{dd}/{uuidv7}.folio`, by the day (UTC) that the id carries.
public final class FolioKey {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu/MM/dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private FolioKey() {}

    /// @param prefix of the namespace in its object store, without a slash at either end; may be empty
    /// @param id UUIDv7 of the folio
    public static String of(String prefix, UUID id) {
        if (id.version() != 7) {
            throw new IllegalArgumentException("folio ids are UUIDs of version 7: id=" + id);
        }
        Instant created = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
        return (prefix.isEmpty() ? "" : prefix + "/") + "folios/" + DAY.format(created) + "/" + id + ".folio";
    }
}
