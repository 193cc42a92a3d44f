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

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Json;
import dev.wings.cli.output.Table;
import dev.wings.client.ControlPlaneClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all commands on resources have in common.
final class ResourceOptions {

    @Mixin
    private final Connection connection = new Connection();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    Connection connection() {
        return connection;
    }

    /// Opens the control plane for the length of `work`.
    int run(Consumer<ControlPlaneClient> work) {
        try (ControlPlaneClient client = ControlPlaneClient.open(connection.endpoint(Port.CONTROL_PLANE))) {
            work.accept(client);
        }
        return ExitCode.OK;
    }

    void print(String text) {
        if (command == null) {
            throw new IllegalStateException("options are used by a command");
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    /// Tells something that the user may not mean, beside what is printed.
    void printNote(String note) {
        if (command == null) {
            throw new IllegalStateException("options are used by a command");
        }
        PrintWriter err = command.commandLine().getErr();
        err.println("note: " + note);
        err.flush();
    }

    /// Prints one resource as JSON, or says `done` about it.
    void printDone(String done, Map<String, Object> resource) {
        print(json ? Json.text(resource) : done + "\n");
    }

    /// Prints one resource, as lines of key and value or as JSON.
    void printResource(Map<String, Object> resource) {
        if (json) {
            print(Json.text(resource));
            return;
        }
        Table lines = new Table("FIELD", "VALUE");
        resource.forEach((key, value) -> lines.row(key, value.toString()));
        print(lines.toString());
    }

    void printDeleted(String name) {
        print(json ? Json.text(Map.of("deleted", name)) : "deleted " + name + "\n");
    }

    /// Prints a list of resources as a JSON array, or as `table`.
    void printList(List<Map<String, Object>> resources, String table) {
        print(json ? Json.text(resources) : table);
    }
}
