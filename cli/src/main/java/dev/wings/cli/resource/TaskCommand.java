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
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.GetTaskRequest;
import dev.wings.common.proto.ListTasksRequest;
import dev.wings.common.proto.ListTasksResponse;
import dev.wings.common.proto.RetryTaskRequest;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskState;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "task",
        description = {
            "Show work in the background, and retry what failed too often.",
            "A task is named by its id, or in full as tenants/t/tasks/id."
        },
        subcommands = {TaskCommand.ListAll.class, TaskCommand.Get.class, TaskCommand.Retry.class})
public final class TaskCommand {

    /// How much of a text a cell shows; `get` shows the whole of it.
    private static final int SHOWN_LENGTH = 60;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static String name(ResourceOptions options, String text) {
        if (text.indexOf('/') >= 0) {
            return text;
        }
        if (!ID.matcher(text).matches()) {
            throw WingsException.invalid(
                    "bad task id: a UUID is expected, as `wings task list` shows them: found=\"" + text + "\"");
        }
        return options.connection().tenant() + "/tasks/" + text;
    }

    @Command(
            name = "list",
            description = "List the tasks of the tenant, newest first.",
            footer = {"", "Example:", "  wings task list --state dead"})
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Option(
                names = "--state",
                paramLabel = "STATE",
                split = ",",
                description = "Only those in these states: waiting, running, done, dead.")
        private List<String> states = List.of();

        @Override
        public Integer call() {
            List<TaskState> wanted = states.stream().map(ListAll::state).toList();
            String parent = options.connection().tenant().toString();
            return options.run(client -> {
                List<Task> tasks = Pages.all(token -> {
                    ListTasksResponse page = client.callTasks(stub -> stub.listTasks(ListTasksRequest.newBuilder()
                            .setParent(parent)
                            .addAllStates(wanted)
                            .setPageToken(token)
                            .build()));
                    return new Pages.Page<>(page.getTasksList(), page.getNextPageToken());
                });
                Table table = new Table("TASK", "KIND", "STATE", "TARGET", "ATTEMPTS", "UPDATED", "NOTES");
                for (Task task : tasks) {
                    table.row(
                            ResourceView.id(task.getName()),
                            lower(task.getKind()),
                            lower(task.getState()),
                            target(task),
                            String.valueOf(task.getAttempts()),
                            ResourceView.time(task.getUpdateTime()),
                            notes(task));
                }
                options.printList(tasks.stream().map(ResourceView::task).toList(), table.toString());
            });
        }

        private static TaskState state(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "waiting" -> TaskState.WAITING;
                case "running" -> TaskState.RUNNING;
                case "done" -> TaskState.DONE;
                case "dead" -> TaskState.DEAD;
                default ->
                    throw WingsException.invalid(
                            "bad state: waiting, running, done or dead is expected: found=" + text);
            };
        }

        /// The target of a task: `namespace.topic`, or `namespace`.
        private static String target(Task task) {
            String[] parts = task.getTarget().split("/", -1);
            return parts.length < 4 ? task.getTarget() : parts[3] + (parts.length < 6 ? "" : "." + parts[5]);
        }

        private static String notes(Task task) {
            String notes = task.getFailure().isEmpty() ? task.getProgress() : task.getFailure();
            return notes.length() <= SHOWN_LENGTH ? notes : notes.substring(0, SHOWN_LENGTH) + "...";
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }

    @Command(name = "get", description = "Show a task.")
    static final class Get implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "TASK", description = "Its id, or its full name.")
        private String id = "";

        @Override
        public Integer call() {
            GetTaskRequest request =
                    GetTaskRequest.newBuilder().setName(name(options, id)).build();
            return options.run(client ->
                    options.printResource(ResourceView.task(client.callTasks(stub -> stub.getTask(request)))));
        }
    }

    @Command(
            name = "retry",
            description = "Have tasks that are dead, or wait after a failure, run again now.",
            footer = {"", "Example:", "  wings task retry 019b7ca9-8c88-79b3-aa30-488cfd194e1c"})
    static final class Retry implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "TASK", arity = "1..*", description = "Their ids, or their full names.")
        private List<String> ids = List.of();

        @Override
        public Integer call() {
            return options.run(client -> {
                for (String id : ids) {
                    RetryTaskRequest request = RetryTaskRequest.newBuilder()
                            .setName(name(options, id))
                            .build();
                    Task task = client.callTasks(stub -> stub.retryTask(request));
                    options.printDone("retried " + task.getName(), ResourceView.task(task));
                }
            });
        }
    }
}
