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
package dev.wings.server.catalog;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteNamespaceRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.ListObjectStoresRequest;
import dev.wings.common.proto.ListObjectStoresResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import dev.wings.common.rpc.Retries;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;

/// Makes and deletes namespaces and topics for statements that say so. Each is one call, made once: the control
/// plane makes all of it or nothing. Failures are those of the control plane.
public final class Definitions {

    private static final int MAX_CHANGE_ATTEMPTS = 5;

    private final ClusterMetadataGrpc.ClusterMetadataBlockingStub cluster;
    private final ClusterMetadataGrpc.ClusterMetadataFutureStub lasting;

    public Definitions(Channel controlPlane) {
        this.cluster = ClusterMetadataGrpc.newBlockingStub(controlPlane);
        this.lasting = ClusterMetadataGrpc.newFutureStub(controlPlane);
    }

    /// Makes a topic; whether there was none of this name before. Fails with ALREADY_EXISTS if something else
    /// has it. Goes on if the caller is interrupted or its call is cancelled: who undoes what it has begun has
    /// to know whether the topic was made.
    ///
    /// @param ifNotExists whether it may be there
    public boolean createTopic(CreateTopicRequest request, boolean ifNotExists) {
        try {
            Retries.once(() -> toTheEnd(() -> lasting.createTopic(request)));
            return true;
        } catch (WingsException e) {
            TopicName name = NamespaceName.parse(request.getParent()).topic(request.getTopicId());
            if (ifNotExists && e.kind() == ErrorKind.ALREADY_EXISTS && exists(name)) {
                return false;
            }
            throw e;
        }
    }

    /// The topic of this name. Fails with NOT_FOUND.
    public Topic topic(TopicName name) {
        return Retries.once(() -> cluster.getTopic(
                GetTopicRequest.newBuilder().setName(name.toString()).build()));
    }

    /// Changes a topic as it is, and tries again if somebody else changes it meanwhile. Returns whether there
    /// was anything to change. Fails with NOT_FOUND, and as the control plane does.
    ///
    /// @param change what to ask for, of the topic as it is: with its etag
    public boolean changeTopic(TopicName name, Function<Topic, UpdateTopicRequest> change) {
        for (int attempt = 1; ; attempt++) {
            UpdateTopicRequest request = change.apply(topic(name));
            if (request.getSchemaChangesCount() == 0 && request.getUpdateMask().getPathsCount() == 0) {
                return false;
            }
            try {
                Topic ignored = Retries.once(() -> cluster.updateTopic(request));
                return true;
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.CONFLICT || attempt == MAX_CHANGE_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /// Whether there is a topic of this name.
    public boolean exists(TopicName name) {
        try {
            topic(name);
            return true;
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /// Deletes a topic with its rows; whether it was there. Goes on as [#createTopic] does.
    ///
    /// @param ifExists whether it may be gone
    public boolean deleteTopic(TopicName name, boolean ifExists) {
        return ignoring(
                ifExists,
                ErrorKind.NOT_FOUND,
                () -> toTheEnd(() -> lasting.deleteTopic(
                        DeleteTopicRequest.newBuilder().setName(name.toString()).build())));
    }

    /// Makes a namespace; whether there was none of this name before.
    ///
    /// @param objectStore the id of the one that it is bound to; by default the only one of the tenant, else
    ///     the one called `default`
    /// @param ifNotExists whether it may be there, bound to whichever
    public boolean createNamespace(NamespaceName name, Optional<String> objectStore, boolean ifNotExists) {
        String store = name.parent() + "/objectStores/" + objectStore.orElseGet(() -> onlyObjectStore(name));
        return ignoring(
                ifNotExists,
                ErrorKind.ALREADY_EXISTS,
                () -> cluster.createNamespace(CreateNamespaceRequest.newBuilder()
                        .setParent(name.parent().toString())
                        .setNamespaceId(name.namespace())
                        .setNamespace(Namespace.newBuilder().setObjectStore(store))
                        .build()));
    }

    private String onlyObjectStore(NamespaceName name) {
        ListObjectStoresResponse stores =
                Retries.once(() -> cluster.listObjectStores(ListObjectStoresRequest.newBuilder()
                        .setParent(name.parent().toString())
                        .setPageSize(2)
                        .build()));
        List<String> ids = stores.getObjectStoresList().stream()
                .map(ObjectStore::getName)
                .map(store -> store.substring(store.lastIndexOf('/') + 1))
                .toList();
        return ids.size() == 1 ? ids.getFirst() : ResourceId.DEFAULT;
    }

    /// Deletes a namespace; whether it was there. Fails with PRECONDITION if topics are in it.
    ///
    /// @param ifExists whether it may be gone
    public boolean deleteNamespace(NamespaceName name, boolean ifExists) {
        return ignoring(
                ifExists,
                ErrorKind.NOT_FOUND,
                () -> cluster.deleteNamespace(DeleteNamespaceRequest.newBuilder()
                        .setName(name.toString())
                        .build()));
    }

    /// Waits for the answer to a call, for as long as that may take, whatever becomes of the caller's own call.
    /// The thread is interrupted afterwards if it was meanwhile. Fails as a stub that waits does.
    private static <T> T toTheEnd(Supplier<? extends Future<T>> call) {
        Context lasting = Context.current().fork();
        Context caller = lasting.attach();
        Future<T> answer;
        try {
            answer = call.get();
        } finally {
            lasting.detach(caller);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw Status.fromThrowable(e).asRuntimeException(Status.trailersFromThrowable(e));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean ignoring(boolean ignore, ErrorKind kind, Supplier<?> call) {
        try {
            Retries.once(call);
            return true;
        } catch (WingsException e) {
            if (ignore && e.kind() == kind) {
                return false;
            }
            throw e;
        }
    }
}
