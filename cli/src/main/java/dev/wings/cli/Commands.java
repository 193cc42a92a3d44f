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
package dev.wings.cli;

import dev.wings.cli.demo.DemoCommand;
import dev.wings.cli.dev.DevCommand;
import dev.wings.cli.push.PushCommand;
import dev.wings.cli.resource.NamespaceCommand;
import dev.wings.cli.resource.ObjectStoreCommand;
import dev.wings.cli.resource.TaskCommand;
import dev.wings.cli.resource.TenantCommand;
import dev.wings.cli.resource.TopicCommand;
import dev.wings.cli.sql.SqlCommand;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The commands of `wings`, in the order in which its help lists them.
final class Commands {

    private static final Map<String, Class<?>> ALL = inOrder();

    private Commands() {}

    private static Map<String, Class<?>> inOrder() {
        Map<String, Class<?>> all = new LinkedHashMap<>();
        all.put("demo", DemoCommand.class);
        all.put("dev", DevCommand.class);
        all.put("topic", TopicCommand.class);
        all.put("push", PushCommand.class);
        all.put("sql", SqlCommand.class);
        all.put("namespace", NamespaceCommand.class);
        all.put("tenant", TenantCommand.class);
        all.put("object-store", ObjectStoreCommand.class);
        all.put("task", TaskCommand.class);
        all.put("completion", CompletionCommand.class);
        all.put("help", HelpCommand.class);
        all.put("version", VersionCommand.class);
        return Collections.unmodifiableMap(all);
    }

    /// The commands that a command line needs, by name. That is the one that it names, since reading the
    /// declarations of all takes longer than most commands; it is all of them if it names none, or one that
    /// tells about the others.
    static Map<String, Class<?>> neededBy(String... arguments) {
        // the options that may come before a command have no values
        Optional<String> named = Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst();
        return named.map(ALL::get)
                .filter(command -> command != HelpCommand.class && command != CompletionCommand.class)
                .<Map<String, Class<?>>>map(command -> Map.of(named.get(), command))
                .orElse(ALL);
    }
}
