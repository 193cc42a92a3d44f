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

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Takes a plan piece by piece. May block, which holds up the plan; may throw, which ends it.
public interface PlanSink {

    /// Called first, once.
    ///
    /// @param topics one for each scan, in their order
    void topics(List<TopicSnapshot> topics);

    /// Called for some more pages, ordered by (scan, partition value, start offset) over all calls.
    void pages(int scanIndex, List<PlannedPage> pages);

    /// What a plan says about one topic.
    ///
    /// @param schemaVersion the version of the topic's current schema
    /// @param commitNumber the newest commit of the namespace that is in the snapshot; 0 for none
    /// @param tableLocation the location of the metadata file of the topic's table, which has all rows that no
    ///     page has; empty while there is no table
    /// @param pages what all pages have together; empty if it was not asked for
    /// @param pageCount how many pages there are; empty if it was not asked for
    record TopicSnapshot(
            UUID topicUid,
            int schemaVersion,
            UUID namespaceUid,
            long commitNumber,
            String tableLocation,
            Optional<CountedRows> pages,
            Optional<Long> pageCount) {}

    /// @param rows how many rows the pages have
    /// @param firstOffset no row of them has a smaller offset; 0 if there are none
    record CountedRows(long rows, long firstOffset) {}

    /// A page and the folio that it is in.
    record PlannedPage(LogPage page, String objectKey, long commitNumber) {}
}
