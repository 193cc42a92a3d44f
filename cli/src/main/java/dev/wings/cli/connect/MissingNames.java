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
package dev.wings.cli.connect;

import dev.wings.client.ControlPlaneClient;
import dev.wings.client.Endpoint;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.ClusterMetadataGrpc.ClusterMetadataBlockingStub;
import dev.wings.common.proto.ListNamespacesRequest;
import dev.wings.common.proto.ListObjectStoresRequest;
import dev.wings.common.proto.ListTenantsRequest;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.resource.NearestNames;
import dev.wings.common.resource.ResourceId;
import dev.wings.common.resource.TopicName;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Says what to do about a name that does not exist: which name may have been meant, and which command lists or
/// makes such things.
final class MissingNames {

    private static final Pattern NAME =
            Pattern.compile("^not found: name=((tenants/[^/\\s]+)(?:/[^/\\s]+/[^/\\s]+)*)$");

    private MissingNames() {}

    /// The failure with advice, if it says that a resource does not exist; the failure as it is, if not.
    ///
    /// @param controlPlane is asked which names there are
    static WingsException explain(WingsException failure, Endpoint controlPlane) {
        return failure.kind() == ErrorKind.NOT_FOUND
                ? explained(failure, name -> nearest(controlPlane, name))
                : failure;
    }

    /// Explains a failure where nobody can be asked which names exist.
    static WingsException explain(WingsException failure) {
        return failure.kind() == ErrorKind.NOT_FOUND ? explained(failure, name -> List.of()) : failure;
    }

    private interface Nearest {
        List<String> to(String name);
    }

    private static WingsException explained(WingsException failure, Nearest nearest) {
        Matcher missing = NAME.matcher(String.valueOf(failure.getMessage()));
        if (!missing.matches()) {
            return failure;
        }
        String name = missing.group(1);
        List<String> near = nearest.to(name);
        String question = near.isEmpty() ? "" : "did you mean " + String.join(", ", near) + "? ";
        return new WingsException(
                failure.kind(), failure.getMessage() + ": " + question + commands(name.split("/", -1)), failure);
    }

    /// The commands that help. The one that makes a topic is not named here: whoever can use `wings push
    /// --create` says so itself.
    private static String commands(String[] name) {
        String id = name[name.length - 1];
        String actingFor = name.length == 2 || name[1].equals(ResourceId.DEFAULT) ? "" : " --tenant " + name[1];
        return switch (kind(name)) {
            case "tenants" -> commands("tenant", "", " " + id);
            case "namespaces" -> commands("namespace", actingFor, " " + id);
            case "objectStores" -> commands("object-store", actingFor, " " + id + " --uri URI");
            case "topics" -> list("topic", actingFor);
            case "tasks" -> list("task", actingFor);
            default -> "`wings --help` shows the commands that list what there is";
        };
    }

    private static String commands(String command, String actingFor, String making) {
        return list(command, actingFor) + ", `wings " + command + " create" + making + actingFor + "` makes it";
    }

    private static String list(String command, String actingFor) {
        return "`wings " + command + " list" + actingFor + "` shows which there are";
    }

    /// Names that are near, among the first page of those that exist: a message is worth no more.
    private static List<String> nearest(Endpoint controlPlane, String missing) {
        try (ControlPlaneClient client = ControlPlaneClient.open(controlPlane)) {
            return client.call(stub -> nearest(stub, missing));
        } catch (WingsException e) {
            // the message is right without them
            return List.of();
        }
    }

    private static List<String> nearest(ClusterMetadataBlockingStub stub, String missing) {
        String[] name = missing.split("/", -1);
        String tenant = name[0] + "/" + name[1];
        return switch (kind(name)) {
            case "topics" -> {
                NearestNames nearest = NearestNames.of(TopicName.parse(missing));
                ListTopicsRequest all = ListTopicsRequest.newBuilder()
                        .setParent(tenant + "/namespaces/-")
                        .build();
                stub.listTopics(all).getTopicsList().forEach(topic -> nearest.offer(TopicName.parse(topic.getName())));
                yield nearest.names();
            }
            case "tenants" ->
                nearest(
                        name,
                        stub.listTenants(ListTenantsRequest.getDefaultInstance()).getTenantsList().stream()
                                .map(found -> found.getName()));
            case "namespaces" ->
                nearest(
                        name,
                        stub
                                .listNamespaces(ListNamespacesRequest.newBuilder()
                                        .setParent(tenant)
                                        .build())
                                .getNamespacesList()
                                .stream()
                                .map(found -> found.getName()));
            case "objectStores" ->
                nearest(
                        name,
                        stub
                                .listObjectStores(ListObjectStoresRequest.newBuilder()
                                        .setParent(tenant)
                                        .build())
                                .getObjectStoresList()
                                .stream()
                                .map(found -> found.getName()));
            default -> List.of();
        };
    }

    private static List<String> nearest(String[] missing, Stream<String> names) {
        NearestNames nearest = new NearestNames(missing[missing.length - 1]);
        names.forEach(found -> nearest.offer(found.substring(found.lastIndexOf('/') + 1)));
        return nearest.names();
    }

    private static String kind(String[] name) {
        return name[name.length - 2];
    }
}
