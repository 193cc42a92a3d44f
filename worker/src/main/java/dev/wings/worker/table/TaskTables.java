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
package dev.wings.worker.table;

import dev.wings.common.error.WingsException;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.IdGenerator;
import dev.wings.worker.task.TaskClient;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/// Opens the tables that tasks work on.
///
/// @param ids makes ids of snapshots and files; its clock gives a table's times
/// @param helpers read manifests for Iceberg, which waits for them in a way of its own
public record TaskTables(
        TaskClient tasks, Function<URI, ObjectStore> stores, IdGenerator ids, ExecutorService helpers) {

    /// The table of a topic that has none yet.
    public LeasedTable absent(TaskLease lease, TopicTarget topic) {
        return LeasedTable.absent(lease, this, io(topic), topic.locations(), topic.uid());
    }

    /// The topic's table. Fails with DATA_LOSS if its metadata are missing or damaged, with PRECONDITION if it
    /// has none.
    ///
    /// @param metadataLocation the location of its current metadata, as the control plane says; empty for none
    public LeasedTable open(TaskLease lease, TopicTarget topic, String metadataLocation) {
        if (metadataLocation.isEmpty()) {
            throw new WingsException(
                    dev.wings.common.error.ErrorKind.PRECONDITION, "the topic has no table yet: topic=" + topic.name());
        }
        LeasedTable table = LeasedTable.open(lease, this, io(topic), topic.locations(), topic.uid(), metadataLocation);
        table.checkIsOf(topic.uid());
        return table;
    }

    public ObjectStore store(TopicTarget topic) {
        return stores.apply(topic.objectStore());
    }

    private StoreFileIO io(TopicTarget topic) {
        return new StoreFileIO(store(topic), topic.objectStore());
    }
}
