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

import java.util.Comparator;

/// What all rows of a page have in common.
///
/// @param topicUid the topic, by its uid
/// @param partitionValue canonical text of the partition key's value; empty for a topic without one
/// @param schemaVersion the version of the topic's schema that the page's columns are bound to
public record PageKey(String topicUid, String partitionValue, int schemaVersion) {

    /// The order of partition values everywhere: by their UTF-8 bytes. (`String` has another, that of UTF-16.)
    public static final Comparator<String> VALUE_ORDER = PageKey::compareUtf8;

    /// The order of pages in a folio: topic, then partition, both by their UTF-8 bytes.
    static final Comparator<PageKey> FOLIO_ORDER =
            Comparator.comparing(PageKey::topicUid, VALUE_ORDER).thenComparing(PageKey::partitionValue, VALUE_ORDER);

    public PageKey {
        if (topicUid.isEmpty() || schemaVersion < 0) {
            throw new IllegalArgumentException(
                    "bad page key: topic_uid=" + topicUid + ", schema_version=" + schemaVersion);
        }
    }

    /// Compares without making the bytes: UTF-16 orders as UTF-8 does, except that surrogates stand for what is
    /// above everything else.
    private static int compareUtf8(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                boolean surrogate = Character.isSurrogate(l);
                return surrogate == Character.isSurrogate(r) ? Character.compare(l, r) : surrogate ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
