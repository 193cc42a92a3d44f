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
import dev.wings.common.proto.CreateObjectStoreRequest;
import dev.wings.common.proto.DeleteObjectStoreRequest;
import dev.wings.common.proto.GetObjectStoreRequest;
import dev.wings.common.proto.ListObjectStoresRequest;
import dev.wings.common.proto.ListObjectStoresResponse;
import dev.wings.common.proto.ObjectStore;
import dev.wings.common.resource.ObjectStoreName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "object-store",
        description = "Create, show, list and delete object stores, where the data of namespaces are kept.",
        subcommands = {
            ObjectStoreCommand.Create.class,
            ObjectStoreCommand.Get.class,
            ObjectStoreCommand.ListAll.class,
            ObjectStoreCommand.Delete.class
        })
public final class ObjectStoreCommand {

    /// The store that a full name or an id of the acting tenant means.
    static ObjectStoreName name(ResourceOptions options, String text) {
        ObjectStoreName name = text.indexOf('/') >= 0
                ? ObjectStoreName.parse(text)
                : new ObjectStoreName(options.connection().tenant().tenant(), text);
        options.connection().checkOwn(name.tenant(), name);
        return name;
    }

    @Command(
            name = "create",
            description = "Create an object store.",
            footer = {"", "Example:", "  wings object-store create archive --uri file:///srv/wings"})
    static final class Create implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "ID", description = "A lower-case letter, then letters, digits, _ and -.")
        private String id = "";

        @Option(names = "--uri", paramLabel = "URI", required = true, description = "Its root: file:///directory.")
        private String uri = "";

        @Override
        public Integer call() {
            ObjectStoreName name = name(options, id);
            CreateObjectStoreRequest request = CreateObjectStoreRequest.newBuilder()
                    .setParent(name.parent().toString())
                    .setObjectStoreId(name.objectStore())
                    .setObjectStore(ObjectStore.newBuilder().setUri(uri))
                    .build();
            return options.run(client -> {
                ObjectStore store = client.call(stub -> stub.createObjectStore(request));
                options.printDone("created " + store.getName(), ResourceView.objectStore(store));
            });
        }
    }

    @Command(name = "get", description = "Show an object store.")
    static final class Get implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAME", description = "Its id, or its full name.")
        private String id = "";

        @Override
        public Integer call() {
            GetObjectStoreRequest request = GetObjectStoreRequest.newBuilder()
                    .setName(name(options, id).toString())
                    .build();
            return options.run(client ->
                    options.printResource(ResourceView.objectStore(client.call(stub -> stub.getObjectStore(request)))));
        }
    }

    @Command(name = "list", description = "List the object stores of the tenant.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Override
        public Integer call() {
            String parent = options.connection().tenant().toString();
            return options.run(client -> {
                List<ObjectStore> stores = Pages.all(token -> {
                    ListObjectStoresResponse page =
                            client.call(stub -> stub.listObjectStores(ListObjectStoresRequest.newBuilder()
                                    .setParent(parent)
                                    .setPageToken(token)
                                    .build()));
                    return new Pages.Page<>(page.getObjectStoresList(), page.getNextPageToken());
                });
                Table table = new Table("OBJECT STORE", "URI", "CREATED");
                for (ObjectStore store : stores) {
                    table.row(
                            ResourceView.id(store.getName()), store.getUri(), ResourceView.time(store.getCreateTime()));
                }
                options.printList(stores.stream().map(ResourceView::objectStore).toList(), table.toString());
            });
        }
    }

    @Command(name = "delete", description = "Delete an object store; no namespace may use it.")
    static final class Delete implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAME", description = "Its id, or its full name.")
        private String id = "";

        @Override
        public Integer call() {
            String name = name(options, id).toString();
            return options.run(client -> {
                client.call(stub -> stub.deleteObjectStore(
                        DeleteObjectStoreRequest.newBuilder().setName(name).build()));
                options.printDeleted(name);
            });
        }
    }
}
