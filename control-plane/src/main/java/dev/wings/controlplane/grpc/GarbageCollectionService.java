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
package dev.wings.controlplane.grpc;

import dev.wings.common.proto.FindOrphansRequest;
import dev.wings.common.proto.FindOrphansResponse;
import dev.wings.common.proto.FindTableRequest;
import dev.wings.common.proto.FindTableResponse;
import dev.wings.common.proto.ForgetPurgedTableRequest;
import dev.wings.common.proto.ForgetPurgedTableResponse;
import dev.wings.common.proto.GarbageCollectionGrpc;
import dev.wings.common.proto.LeaseRef;
import dev.wings.common.proto.ListEngineTablesRequest;
import dev.wings.common.proto.ListEngineTablesResponse;
import dev.wings.common.proto.ListGarbageRequest;
import dev.wings.common.proto.ListGarbageResponse;
import dev.wings.common.proto.ListPurgedTablesRequest;
import dev.wings.common.proto.ListPurgedTablesResponse;
import dev.wings.common.proto.RemoveGarbageRequest;
import dev.wings.common.proto.RemoveGarbageResponse;
import dev.wings.controlplane.garbage.GarbageCollection;
import dev.wings.controlplane.task.TaskName;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The service `GarbageCollection`.
public final class GarbageCollectionService extends GarbageCollectionGrpc.GarbageCollectionImplBase {

    private final GarbageCollection garbage;

    public GarbageCollectionService(GarbageCollection garbage) {
        this.garbage = garbage;
    }

    @Override
    public void listGarbage(ListGarbageRequest request, StreamObserver<ListGarbageResponse> answer) {
        GarbageCollection.Due due =
                garbage.list(task(request.getLease()), request.getLease().getEpoch(), request.getPageSize());
        ListGarbageResponse.Builder response = ListGarbageResponse.newBuilder()
                .setObjectStoreUri(due.home().objectStore().toString())
                .setObjectPrefix(due.home().objectPrefix())
                .setOrphanTime(ResourceProtos.toProto(due.orphanTime()))
                .setMore(due.more());
        due.garbage()
                .forEach(item ->
                        response.addGarbageBuilder().setId(item.id().toString()).setLocation(item.location()));
        answer(answer, response.build());
    }

    @Override
    public void removeGarbage(RemoveGarbageRequest request, StreamObserver<RemoveGarbageResponse> answer) {
        garbage.remove(task(request.getLease()), request.getLease().getEpoch(), request.getIdsList());
        answer(answer, RemoveGarbageResponse.getDefaultInstance());
    }

    @Override
    public void findOrphans(FindOrphansRequest request, StreamObserver<FindOrphansResponse> answer) {
        List<GarbageCollection.Found> objects = request.getObjectsList().stream()
                .map(object -> new GarbageCollection.Found(
                        object.getKey(), TaskProtos.fromProto("create_time", object.getCreateTime())))
                .toList();
        List<String> orphans =
                garbage.findOrphans(task(request.getLease()), request.getLease().getEpoch(), objects);
        answer(answer, FindOrphansResponse.newBuilder().addAllKeys(orphans).build());
    }

    @Override
    public void findTable(FindTableRequest request, StreamObserver<FindTableResponse> answer) {
        FindTableResponse.Builder response = FindTableResponse.newBuilder();
        garbage.findTable(
                        task(request.getLease()),
                        request.getLease().getEpoch(),
                        Uuids.parse("topic_uid", request.getTopicUid()))
                .ifPresent(response::setMetadataLocation);
        answer(answer, response.build());
    }

    @Override
    public void listPurgedTables(ListPurgedTablesRequest request, StreamObserver<ListPurgedTablesResponse> answer) {
        ListPurgedTablesResponse.Builder response = ListPurgedTablesResponse.newBuilder();
        garbage.listPurged(task(request.getLease()), request.getLease().getEpoch(), after(request.getAfter()))
                .forEach(table -> response.addTablesBuilder()
                        .setUid(table.uid().toString())
                        .setMetadataLocation(table.metadataLocation()));
        answer(answer, response.build());
    }

    @Override
    public void forgetPurgedTable(ForgetPurgedTableRequest request, StreamObserver<ForgetPurgedTableResponse> answer) {
        garbage.forgetPurged(
                task(request.getLease()), request.getLease().getEpoch(), Uuids.parse("uid", request.getUid()));
        answer(answer, ForgetPurgedTableResponse.getDefaultInstance());
    }

    @Override
    public void listEngineTables(ListEngineTablesRequest request, StreamObserver<ListEngineTablesResponse> answer) {
        ListEngineTablesResponse.Builder response = ListEngineTablesResponse.newBuilder();
        garbage.listEngineTables(task(request.getLease()), request.getLease().getEpoch(), after(request.getAfter()))
                .forEach(table -> response.addTablesBuilder()
                        .setUid(table.uid().toString())
                        .setMetadataLocation(table.metadataLocation())
                        .setIsView(table.isView()));
        answer(answer, response.build());
    }

    private static Optional<UUID> after(String uid) {
        return uid.isEmpty() ? Optional.empty() : Optional.of(Uuids.parse("after", uid));
    }

    private static TaskName task(LeaseRef lease) {
        return TaskName.parse(lease.getTask());
    }

    private static <A> void answer(StreamObserver<A> observer, A answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }
}
