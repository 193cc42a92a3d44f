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

import com.google.protobuf.Empty;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteNamespaceRequest;
import dev.wings.common.proto.DeleteObjectStoreRequest;
import dev.wings.common.proto.DeleteTenantRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.GetObjectStoreRequest;
import dev.wings.common.proto.GetTenantRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.ListNamespacesRequest;
import dev.wings.common.proto.ListNamespacesResponse;
import dev.wings.common.proto.ListObjectStoresRequest;
import dev.wings.common.proto.ListObjectStoresResponse;
import dev.wings.common.proto.ListTenantsRequest;
import dev.wings.common.proto.ListTenantsResponse;
import dev.wings.common.proto.ListTopicSchemasRequest;
import dev.wings.common.proto.ListTopicSchemasResponse;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.proto.ListTopicsResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.proto.ResolveTopicRequest;
import dev.wings.common.proto.ResolveTopicResponse;
import dev.wings.common.proto.Tenant;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaChangeProtos;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.controlplane.cluster.ClusterMetadata;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.SchemaVersion;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.cluster.TopicHome;
import dev.wings.controlplane.cluster.TopicRecord;
import dev.wings.controlplane.paging.ResultPage;
import io.grpc.stub.StreamObserver;

/// The service `ClusterMetadata`.
public final class ClusterMetadataService extends ClusterMetadataGrpc.ClusterMetadataImplBase {

    /// Stands for all namespaces, in the place of a namespace's id.
    private static final String ANY = "-";

    private final ClusterMetadata cluster;

    public ClusterMetadataService(ClusterMetadata cluster) {
        this.cluster = cluster;
    }

    @Override
    public void createTenant(CreateTenantRequest request, StreamObserver<Tenant> answer) {
        answer(answer, ResourceProtos.toProto(cluster.createTenant(new TenantName(request.getTenantId()))));
    }

    @Override
    public void getTenant(GetTenantRequest request, StreamObserver<Tenant> answer) {
        answer(answer, ResourceProtos.toProto(cluster.loadTenant(TenantName.parse(request.getName()))));
    }

    @Override
    public void listTenants(ListTenantsRequest request, StreamObserver<ListTenantsResponse> answer) {
        ResultPage<TenantRecord> page = cluster.listTenants(request.getPageSize(), request.getPageToken());
        ListTenantsResponse.Builder response = ListTenantsResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(item -> response.addTenants(ResourceProtos.toProto(item)));
        answer(answer, response.build());
    }

    @Override
    public void deleteTenant(DeleteTenantRequest request, StreamObserver<Empty> answer) {
        cluster.deleteTenant(TenantName.parse(request.getName()));
        answer(answer, Empty.getDefaultInstance());
    }

    @Override
    public void createObjectStore(CreateObjectStoreRequest request, StreamObserver<ObjectStore> answer) {
        ObjectStoreName name =
                new ObjectStoreName(TenantName.parse(request.getParent()).tenant(), request.getObjectStoreId());
        answer(
                answer,
                ResourceProtos.toProto(
                        cluster.createObjectStore(name, request.getObjectStore().getUri())));
    }

    @Override
    public void getObjectStore(GetObjectStoreRequest request, StreamObserver<ObjectStore> answer) {
        answer(answer, ResourceProtos.toProto(cluster.loadObjectStore(ObjectStoreName.parse(request.getName()))));
    }

    @Override
    public void listObjectStores(ListObjectStoresRequest request, StreamObserver<ListObjectStoresResponse> answer) {
        ResultPage<ObjectStoreRecord> page = cluster.listObjectStores(
                TenantName.parse(request.getParent()), request.getPageSize(), request.getPageToken());
        ListObjectStoresResponse.Builder response =
                ListObjectStoresResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(item -> response.addObjectStores(ResourceProtos.toProto(item)));
        answer(answer, response.build());
    }

    @Override
    public void deleteObjectStore(DeleteObjectStoreRequest request, StreamObserver<Empty> answer) {
        cluster.deleteObjectStore(ObjectStoreName.parse(request.getName()));
        answer(answer, Empty.getDefaultInstance());
    }

    @Override
    public void createNamespace(CreateNamespaceRequest request, StreamObserver<Namespace> answer) {
        NamespaceName name =
                new NamespaceName(TenantName.parse(request.getParent()).tenant(), request.getNamespaceId());
        ObjectStoreName objectStore =
                ObjectStoreName.parse(request.getNamespace().getObjectStore());
        answer(answer, ResourceProtos.toProto(cluster.createNamespace(name, objectStore)));
    }

    @Override
    public void getNamespace(GetNamespaceRequest request, StreamObserver<Namespace> answer) {
        answer(answer, ResourceProtos.toProto(cluster.loadNamespace(NamespaceName.parse(request.getName()))));
    }

    @Override
    public void listNamespaces(ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> answer) {
        ResultPage<NamespaceRecord> page = cluster.listNamespaces(
                TenantName.parse(request.getParent()), request.getPageSize(), request.getPageToken());
        ListNamespacesResponse.Builder response =
                ListNamespacesResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(item -> response.addNamespaces(ResourceProtos.toProto(item)));
        answer(answer, response.build());
    }

    @Override
    public void deleteNamespace(DeleteNamespaceRequest request, StreamObserver<Empty> answer) {
        cluster.deleteNamespace(NamespaceName.parse(request.getName()));
        answer(answer, Empty.getDefaultInstance());
    }

    @Override
    public void createTopic(CreateTopicRequest request, StreamObserver<Topic> answer) {
        TopicName name = NamespaceName.parse(request.getParent()).topic(request.getTopicId());
        if (request.getTopic().getPartitionFieldId() != 0) {
            throw WingsException.invalid("the partition key is named by partition_by, not by its id: topic=" + name);
        }
        TopicRecord created = cluster.createTopic(
                name,
                request.getTopic().getSchema(),
                request.getPartitionBy(),
                request.getTopic().getLake(),
                SchemaPolicy.fromProto(request.getTopic().getSchemaPolicy()),
                request.getTopic().getIntake());
        answer(answer, ResourceProtos.toProto(created));
    }

    @Override
    public void getTopic(GetTopicRequest request, StreamObserver<Topic> answer) {
        answer(answer, ResourceProtos.toProto(cluster.loadTopic(TopicName.parse(request.getName()))));
    }

    @Override
    public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> answer) {
        ResultPage<TopicRecord> page = listTopics(request);
        ListTopicsResponse.Builder response = ListTopicsResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(item -> response.addTopics(ResourceProtos.toProto(item)));
        answer(answer, response.build());
    }

    private ResultPage<TopicRecord> listTopics(ListTopicsRequest request) {
        String allOfTenant = "/namespaces/" + ANY;
        String parent = request.getParent();
        if (parent.endsWith(allOfTenant)) {
            TenantName tenant = TenantName.parse(parent.substring(0, parent.length() - allOfTenant.length()));
            return cluster.listTopics(tenant, request.getPageSize(), request.getPageToken());
        }
        return cluster.listTopics(NamespaceName.parse(parent), request.getPageSize(), request.getPageToken());
    }

    @Override
    public void updateTopic(UpdateTopicRequest request, StreamObserver<Topic> answer) {
        Topic topic = request.getTopic();
        answer(
                answer,
                ResourceProtos.toProto(cluster.updateTopic(
                        TopicName.parse(topic.getName()),
                        topic.getEtag(),
                        SchemaChangeProtos.fromProto(request.getSchemaChangesList()),
                        request.getUpdateMask().getPathsList(),
                        topic.getLake(),
                        SchemaPolicy.fromProto(topic.getSchemaPolicy()),
                        topic.getIntake())));
    }

    @Override
    public void listTopicSchemas(ListTopicSchemasRequest request, StreamObserver<ListTopicSchemasResponse> answer) {
        ResultPage<SchemaVersion> page = cluster.listSchemas(
                TopicName.parse(request.getParent()), request.getPageSize(), request.getPageToken());
        ListTopicSchemasResponse.Builder response =
                ListTopicSchemasResponse.newBuilder().setNextPageToken(page.nextToken());
        page.items().forEach(item -> response.addVersions(ResourceProtos.toProto(item)));
        answer(answer, response.build());
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> answer) {
        cluster.deleteTopic(TopicName.parse(request.getName()));
        answer(answer, Empty.getDefaultInstance());
    }

    @Override
    public void resolveTopic(ResolveTopicRequest request, StreamObserver<ResolveTopicResponse> answer) {
        TopicHome home = cluster.loadHome(TopicName.parse(request.getName()));
        answer(
                answer,
                ResolveTopicResponse.newBuilder()
                        .setTopic(ResourceProtos.toProto(home.topic()))
                        .setNamespace(ResourceProtos.toProto(home.namespace()))
                        .setObjectStore(ResourceProtos.toProto(home.objectStore()))
                        .build());
    }

    private static <A> void answer(StreamObserver<A> observer, A answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }
}
