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
package dev.wings.compactor.segment;

import dev.wings.common.store.ObjectStore;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import java.util.List;
import org.apache.iceberg.DataFile;

/// Makes segments of rows that are in pages, or in other segments. Used by many tasks at once.
///
/// A task knows no more of how segments are made than this, so that what tasks do with segments can be had
/// without native code.
public interface SegmentMaker {

    /// Opens the job of one task, which the caller closes.
    ///
    /// @param topic the topic whose table gets the segments; they get new keys below the table's location
    /// @param store has the pages and segments that are read, and gets those that are made
    /// @param lease is checked before each segment is stored, and told how far the job is
    Job open(TopicTarget topic, TableLayout layout, ObjectStore store, TaskLease lease);

    /// Makes the segments of one task. It is told what to make them of, and finished when it has been told all.
    /// Used by one thread.
    interface Job extends AutoCloseable {

        /// Makes segments of all rows of pages: each holds rows of one partition of the table, in the table's order.
        void addPages(List<TopicPage> pages);

        /// Makes segments of all rows of segments, which are of one partition of the table, ordered by their lowest
        /// offsets.
        void addSegments(List<Segment> segments);

        /// Waits until all segments are stored. Returns their data files, in the order in which they were made.
        List<DataFile> finish();

        /// Waits for what is under way. If the job is not finished, what it has stored is garbage.
        @Override
        void close();
    }
}
