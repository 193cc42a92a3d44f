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
package dev.wings.compactor.compact;

import dev.wings.common.time.IdGenerator;
import dev.wings.worker.table.LeasedTable;
import dev.wings.worker.table.TableSummary;
import dev.wings.worker.table.TaskTables;
import dev.wings.worker.task.TaskHandler;
import dev.wings.worker.task.TaskLease;
import dev.wings.worker.topic.TopicTarget;
import dev.wings.worker.topic.Topics;
import java.util.Optional;

/// Makes the Iceberg table of a topic: its first metadata file, without any rows.
public record CreateTable(Topics topics, TaskTables tables, IdGenerator ids) implements TaskHandler {

    @Override
    public Result run(TaskLease lease) {
        TopicTarget topic = topics.load(lease.task());
        String existing = topics.snapshot(topic).getTableMetadataLocation();
        if (!existing.isEmpty()) {
            // An earlier attempt made the table, and did not get to say so.
            return new Result(
                    Optional.of(TableSummary.stats(
                            tables.open(lease, topic, existing).current())),
                    false);
        }
        LeasedTable table = tables.absent(lease, topic);
        table.commit(null, topic.table().initialMetadata(ids.next(), topic.locations()));
        return new Result(Optional.of(TableSummary.stats(table.current())), false);
    }
}
