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
package dev.wings.compactor.maintain;

import com.google.protobuf.Timestamp;
import dev.wings.common.proto.EngineTable;
import dev.wings.common.proto.FindOrphansRequest;
import dev.wings.common.proto.FindTableRequest;
import dev.wings.common.proto.ForgetPurgedTableRequest;
import dev.wings.common.proto.ForgetPurgedTableResponse;
import dev.wings.common.proto.FoundObject;
import dev.wings.common.proto.GarbageCollectionGrpc.GarbageCollectionBlockingStub;
import dev.wings.common.proto.ListEngineTablesRequest;
import dev.wings.common.proto.ListGarbageRequest;
import dev.wings.common.proto.ListGarbageResponse;
import dev.wings.common.proto.ListPurgedTablesRequest;
import dev.wings.common.proto.PurgedTable;
import dev.wings.common.proto.RemoveGarbageRequest;
import dev.wings.common.proto.RemoveGarbageResponse;
import dev.wings.common.rpc.Retries;
import dev.wings.common.store.ObjectInfo;
import dev.wings.worker.task.TaskLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// The control plane's service GarbageCollection. Failures are `WingsException`.
///
/// @param calls repeats calls: all may be made twice
/// @param callTimeout how long one call may take
public record GarbageClient(GarbageCollectionBlockingStub stub, Retries calls, Duration callTimeout) {

    /// How many objects the control plane takes at once.
    static final int MAX_OBJECTS = 1_000;

    ListGarbageResponse list(TaskLease lease) {
        ListGarbageRequest request =
                ListGarbageRequest.newBuilder().setLease(lease.ref()).build();
        return calls.idempotent(() -> within().listGarbage(request));
    }

    void remove(TaskLease lease, List<String> ids) {
        RemoveGarbageRequest request = RemoveGarbageRequest.newBuilder()
                .setLease(lease.ref())
                .addAllIds(ids)
                .build();
        RemoveGarbageResponse ignored = calls.idempotent(() -> within().removeGarbage(request));
    }

    /// @param objects at most [#MAX_OBJECTS]
    List<String> findOrphans(TaskLease lease, List<ObjectInfo> objects) {
        FindOrphansRequest.Builder request = FindOrphansRequest.newBuilder().setLease(lease.ref());
        for (ObjectInfo object : objects) {
            Instant time = object.createTime();
            request.addObjects(FoundObject.newBuilder()
                    .setKey(object.key())
                    .setCreateTime(Timestamp.newBuilder()
                            .setSeconds(time.getEpochSecond())
                            .setNanos(time.getNano())));
        }
        return calls.idempotent(() -> within().findOrphans(request.build())).getKeysList();
    }

    /// Location of the metadata of a topic's table; empty if there is no such topic, or it has no table.
    String findTable(TaskLease lease, UUID topicUid) {
        FindTableRequest request = FindTableRequest.newBuilder()
                .setLease(lease.ref())
                .setTopicUid(topicUid.toString())
                .build();
        return calls.idempotent(() -> within().findTable(request)).getMetadataLocation();
    }

    /// @param after uid of the last one that was listed; empty at first
    /// @return none at the end
    List<PurgedTable> listPurged(TaskLease lease, String after) {
        ListPurgedTablesRequest request = ListPurgedTablesRequest.newBuilder()
                .setLease(lease.ref())
                .setAfter(after)
                .build();
        return calls.idempotent(() -> within().listPurgedTables(request)).getTablesList();
    }

    void forgetPurged(TaskLease lease, PurgedTable table) {
        ForgetPurgedTableRequest request = ForgetPurgedTableRequest.newBuilder()
                .setLease(lease.ref())
                .setUid(table.getUid())
                .build();
        ForgetPurgedTableResponse ignored = calls.idempotent(() -> within().forgetPurgedTable(request));
    }

    /// @param after uid of the last one that was listed; empty at first
    /// @return none at the end
    List<EngineTable> listEngineTables(TaskLease lease, String after) {
        ListEngineTablesRequest request = ListEngineTablesRequest.newBuilder()
                .setLease(lease.ref())
                .setAfter(after)
                .build();
        return calls.idempotent(() -> within().listEngineTables(request)).getTablesList();
    }

    private GarbageCollectionBlockingStub within() {
        return stub.withDeadline(calls.scheduler().deadline(callTimeout));
    }
}
