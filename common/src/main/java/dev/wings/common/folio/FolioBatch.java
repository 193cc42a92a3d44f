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

/// A batch as it waits for its commit.
///
/// @param rows more than 0
/// @param requestedTimestampMicros microseconds UTC, asked for by the producer; 0 for none
/// @param withTopicUid another topic of the folio without which the batch is not taken, either; empty for none
public record FolioBatch(long rows, long requestedTimestampMicros, String withTopicUid) {

    public FolioBatch {
        if (rows <= 0) {
            throw new IllegalArgumentException("a batch in a folio has rows: rows=" + rows);
        }
    }
}
