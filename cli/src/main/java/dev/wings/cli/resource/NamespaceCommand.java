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
package dev.wings.cli.resource;

import dev.wings.cli.output.Table;
import dev.wings.client.ControlPlaneClient;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateNamespaceRequest;
import dev.wings.common.proto.DeleteNamespaceRequest;
import dev.wings.common.proto.GetNamespaceRequest;
import dev.wings.common.proto.ListNamespacesRequest;
import dev.wings.common.proto.ListNamespacesResponse;
import dev.wings.common.proto.Namespace;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ResourceId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "namespace",
        description = "Create, show, list and delete namespaces: topics that share an object store.",
        subcommands = {
            NamespaceCommand.Create.class,
            NamespaceCommand.Get.class,
            NamespaceCommand.ListAll.class,
            NamespaceCommand.Delete.class
        })
public final class NamespaceCommand {

    private static NamespaceName name(ResourceOptions options, String text) {
        NamespaceName name = text.indexOf('/') >= 0
                ? NamespaceName.parse(text)
                : new NamespaceName(options.connection().tenant().tenant(), text);
        options.connection().checkOwn(name.tenant(), name);
        return name;
    }

    @Command(
            name = "create",
            description = "Create a namespace.",
            footer = {"", "Example:", "  wings namespace create sales"})
    static final class Create implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAME", description = "Its id: a lower-case letter, then letters, digits, _ and -.")
        private String id = "";

        @Option(
                names = "--object-store",
                paramLabel = "NAME",
                defaultValue = ResourceId.DEFAULT,
                description = "Where its data are kept (default: ${DEFAULT-VALUE}).")
        private String objectStore = ResourceId.DEFAULT;

        @Override
        public Integer call() {
            NamespaceName name = name(options, id);
            String store = ObjectStoreCommand.name(options, objectStore).toString();
            CreateNamespaceRequest request = CreateNamespaceRequest.newBuilder()
                    .setParent(name.parent().toString())
                    .setNamespaceId(name.namespace())
                    .setNamespace(Namespace.newBuilder().setObjectStore(store))
                    .build();
            return options.run(client -> {
                Namespace namespace = create(client, request);
                options.printDone("created " + namespace.getName(), ResourceView.namespace(namespace));
            });
        }
    }

    private static Namespace create(ControlPlaneClient client, CreateNamespaceRequest request) {
        try {
            return client.call(stub -> stub.createNamespace(request));
        } catch (WingsException e) {
            String store = request.getNamespace().getObjectStore();
            String message = e.getMessage();
            if (e.kind() == ErrorKind.NOT_FOUND && message != null && message.contains(store)) {
                throw new WingsException(e.kind(), message + ", --object-store names another", e);
            }
            throw e;
        }
    }

    @Command(name = "get", description = "Show a namespace.")
    static final class Get implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAME", description = "Its id, or its full name.")
        private String id = "";

        @Override
        public Integer call() {
            GetNamespaceRequest request = GetNamespaceRequest.newBuilder()
                    .setName(name(options, id).toString())
                    .build();
            return options.run(client ->
                    options.printResource(ResourceView.namespace(client.call(stub -> stub.getNamespace(request)))));
        }
    }

    @Command(name = "list", description = "List the namespaces of the tenant.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Override
        public Integer call() {
            String parent = options.connection().tenant().toString();
            return options.run(client -> {
                List<Namespace> namespaces = Pages.all(token -> {
                    ListNamespacesResponse page =
                            client.call(stub -> stub.listNamespaces(ListNamespacesRequest.newBuilder()
                                    .setParent(parent)
                                    .setPageToken(token)
                                    .build()));
                    return new Pages.Page<>(page.getNamespacesList(), page.getNextPageToken());
                });
                Table table = new Table("NAMESPACE", "OBJECT STORE", "CREATED");
                for (Namespace namespace : namespaces) {
                    table.row(
                            ResourceView.id(namespace.getName()),
                            ResourceView.id(namespace.getObjectStore()),
                            ResourceView.time(namespace.getCreateTime()));
                }
                options.printList(
                        namespaces.stream().map(ResourceView::namespace).toList(), table.toString());
            });
        }
    }

    @Command(name = "delete", description = "Delete a namespace; it must have no topics.")
    static final class Delete implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAME", description = "Its id, or its full name.")
        private String id = "";

        @Override
        public Integer call() {
            String name = name(options, id).toString();
            return options.run(client -> {
                client.call(stub -> stub.deleteNamespace(
                        DeleteNamespaceRequest.newBuilder().setName(name).build()));
                options.printDeleted(name);
            });
        }
    }
}
