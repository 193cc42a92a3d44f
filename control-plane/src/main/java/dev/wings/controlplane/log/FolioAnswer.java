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
package dev.wings.controlplane.log;

import dev.wings.common.error.ErrorKind;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// What a commit is answered, the first time and every time after.
///
/// @param commitNumber the place of the commit in its namespace
/// @param pages for each page of the folio, what became of its batches, in their order
/// @param changedTopics those whose schema has a later version than a page of theirs
/// @param producerResults for each numbered batch of the folio, what became of it
public record FolioAnswer(
        long commitNumber,
        List<List<BatchAnswer>> pages,
        Set<UUID> changedTopics,
        List<ProducerResult> producerResults) {

    public FolioAnswer {
        producerResults = List.copyOf(producerResults);
        pages = pages.stream().map(List::copyOf).toList();
        changedTopics = Set.copyOf(changedTopics);
        if (commitNumber <= 0) {
            throw new IllegalStateException("commits are numbered from 1: found=" + commitNumber);
        }
    }

    /// What became of a batch.
    public sealed interface BatchAnswer {}

    /// The batch is in the log, at `[startOffset, endOffset)` of its partition.
    public record Accepted(long startOffset, long endOffset, long timestampMicros) implements BatchAnswer {}

    /// The batch is not in the log.
    public record Rejected(ErrorKind kind, String message) implements BatchAnswer {}
}
