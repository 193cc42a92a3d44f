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
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// Where folios are stored: `{prefix}/folios/{yyyy}/{mm}/{dd}/{uuidv7}.folio`, by the day (UTC) that the id carries. A
/// further upload of the same folio goes to `{uuidv7}.{n}.folio` beside it; one of them is committed, and the others
/// are garbage.
public final class FolioKey {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu/MM/dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String SUFFIX = ".folio";
    private static final int UUID_LENGTH = 36;
    private static final int MAX_UPLOADS = 10;

    /// What follows the id.
    private static final Pattern REST = Pattern.compile("(\\.[1-9])?\\.folio");

    private FolioKey() {}

    /// @param prefix of the namespace in its object store, without a slash at either end; may be empty
    /// @param id UUIDv7 of the folio
    public static String of(String prefix, UUID id) {
        return of(prefix, id, 0);
    }

    /// @param upload from 0 to 9; each has a key of its own
    public static String of(String prefix, UUID id, int upload) {
        if (id.version() != 7) {
            throw new IllegalArgumentException("folio ids are UUIDs of version 7: id=" + id);
        }
        if (upload < 0 || upload >= MAX_UPLOADS) {
            throw new IllegalArgumentException("a folio is uploaded a few times at most: upload=" + upload);
        }
        return directory(prefix) + DAY.format(time(id)) + "/" + id + (upload == 0 ? "" : "." + upload) + SUFFIX;
    }

    /// What the keys of all folios of a namespace start with.
    public static String directory(String prefix) {
        return (prefix.isEmpty() ? "" : prefix + "/") + "folios/";
    }

    /// Whether the key is one of this folio: below the directory, under its name.
    public static boolean isOf(String prefix, UUID id, String key) {
        return findId(prefix, key).equals(Optional.of(id));
    }

    /// The id of the folio that is stored under `key`; empty if it is no key of a folio of this namespace.
    public static Optional<UUID> findId(String prefix, String key) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        if (!key.startsWith(directory(prefix))
                || name.length() < UUID_LENGTH
                || !REST.matcher(name.substring(UUID_LENGTH)).matches()) {
            return Optional.empty();
        }
        try {
            String text = name.substring(0, UUID_LENGTH);
            UUID id = UUID.fromString(text);
            // `fromString` takes shortened and upper-case forms too
            return id.version() == 7 && id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// When the id of a folio was made, by the clock of its maker.
    public static Instant time(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
