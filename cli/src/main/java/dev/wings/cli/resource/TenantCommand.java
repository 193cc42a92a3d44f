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
import dev.wings.common.proto.CreateTenantRequest;
import dev.wings.common.proto.DeleteTenantRequest;
import dev.wings.common.proto.GetTenantRequest;
import dev.wings.common.proto.ListTenantsRequest;
import dev.wings.common.proto.ListTenantsResponse;
import dev.wings.common.proto.Tenant;
import dev.wings.common.resource.TenantName;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "tenant",
        description = "Create, show, list and delete tenants, the roots of isolation.",
        subcommands = {
            TenantCommand.Create.class,
            TenantCommand.Get.class,
            TenantCommand.ListAll.class,
            TenantCommand.Delete.class
        })
public final class TenantCommand {

    private static TenantName name(String text) {
        return text.indexOf('/') >= 0 ? TenantName.parse(text) : new TenantName(text);
    }

    @Command(name = "create", description = "Create a tenant.")
    static final class Create implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "ID", description = "A lower-case letter, then letters, digits, _ and -.")
        private String id = "";

        @Override
        public Integer call() {
            CreateTenantRequest request = CreateTenantRequest.newBuilder()
                    .setTenantId(name(id).tenant())
                    .build();
            return options.run(client -> {
                Tenant tenant = client.call(stub -> stub.createTenant(request));
                options.printDone("created " + tenant.getName(), ResourceView.tenant(tenant));
            });
        }
    }

    @Command(name = "get", description = "Show a tenant.")
    static final class Get implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        public Integer call() {
            GetTenantRequest request =
                    GetTenantRequest.newBuilder().setName(name(id).toString()).build();
            return options.run(
                    client -> options.printResource(ResourceView.tenant(client.call(stub -> stub.getTenant(request)))));
        }
    }

    @Command(name = "list", description = "List all tenants.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Override
        public Integer call() {
            return options.run(client -> {
                List<Tenant> tenants = Pages.all(token -> {
                    ListTenantsResponse page = client.call(stub -> stub.listTenants(
                            ListTenantsRequest.newBuilder().setPageToken(token).build()));
                    return new Pages.Page<>(page.getTenantsList(), page.getNextPageToken());
                });
                Table table = new Table("TENANT", "CREATED");
                for (Tenant tenant : tenants) {
                    table.row(ResourceView.id(tenant.getName()), ResourceView.time(tenant.getCreateTime()));
                }
                options.printList(tenants.stream().map(ResourceView::tenant).toList(), table.toString());
            });
        }
    }

    @Command(name = "delete", description = "Delete a tenant; it must be empty.")
    static final class Delete implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        public Integer call() {
            String name = name(id).toString();
            return options.run(client -> {
                client.call(stub -> stub.deleteTenant(
                        DeleteTenantRequest.newBuilder().setName(name).build()));
                options.printDeleted(name);
            });
        }
    }
}
