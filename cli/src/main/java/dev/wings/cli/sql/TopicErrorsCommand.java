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
package dev.wings.cli.sql;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Screen;
import dev.wings.client.ControlPlaneClient;
import dev.wings.client.SqlSession;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.OnError;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.topic.DeadLetters;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "errors",
        description = {
            "Show the newest rows that a topic could not take, with the reasons.",
            "A topic with on_error = 'dead_letter' keeps them in the topic TOPIC__errors, which SQL reads like any other."
        },
        footer = {
            "",
            "Examples:",
            "  wings topic errors flights",
            "  wings topic errors flights --limit 1000 -o json > errors.json"
        })
public final class TopicErrorsCommand implements Callable<Integer> {

    /// How many columns a terminal is taken to have that does not tell its size.
    private static final int MANY = 200;

    @Mixin
    private final Connection connection = new Connection();

    @Parameters(paramLabel = "TOPIC", description = "Its name: id, namespace.id, or in full.")
    private String topic = "";

    @Option(
            names = "--limit",
            paramLabel = "ROWS",
            defaultValue = "20",
            description = "Show at most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private OutputFormat format = OutputFormat.TABLE;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        if (limit < 1) {
            throw new ParameterException(
                    command.commandLine(), "Invalid value for option '--limit': 1 or more is expected: " + limit);
        }
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        TopicName name = connection.topic(topic);
        Optional<String> nothing = whyNothing(name);
        if (nothing.isPresent()) {
            err.println(nothing.get());
            err.flush();
            return ExitCode.OK;
        }
        TopicName letters = DeadLetters.of(name);
        String sql = "select __timestamp__ as time, "
                + String.join(
                        ", ",
                        DeadLetters.ROW_NUMBER,
                        DeadLetters.FIELD,
                        DeadLetters.REASON,
                        DeadLetters.VALUE,
                        DeadLetters.DOOR,
                        DeadLetters.REQUEST_ID)
                + " from " + SqlTypes.identifier(letters.namespace()) + "." + SqlTypes.identifier(letters.topic())
                + " order by __offset__ desc limit " + limit;
        OutputStream bytes = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
        OptionalInt columns =
                Screen.isOutputTerminal() ? OptionalInt.of(Screen.columns().orElse(MANY)) : OptionalInt.empty();
        try (SqlSession session = SqlSession.open(connection.endpoint(Port.SERVER))) {
            return new QueryRunner(session, new Output(out, bytes, columns), err, Optional::empty)
                    .run(sql, format, false);
        }
    }

    /// What is to be said if the topic has no dead letters; fails with NOT_FOUND if it does not exist.
    private Optional<String> whyNothing(TopicName name) {
        try (ControlPlaneClient controlPlane = ControlPlaneClient.open(connection.endpoint(Port.CONTROL_PLANE))) {
            Topic found = controlPlane.call(stub -> stub.getTopic(request(name)));
            try {
                Topic ignored = controlPlane.call(stub -> stub.getTopic(request(DeadLetters.of(name))));
                return Optional.empty();
            } catch (WingsException e) {
                if (e.kind() != ErrorKind.NOT_FOUND && e.kind() != ErrorKind.INVALID) {
                    throw e;
                }
            }
            return Optional.of(
                    IntakeRules.fromProto(found.getIntake()).onError() == OnError.DEAD_LETTER
                            ? "no row was refused yet"
                            : "the topic keeps no rows that do not fit: wings topic alter " + topic
                                    + " \"set (on_error = 'dead_letter')\" has it keep them from now on");
        }
    }

    private static GetTopicRequest request(TopicName name) {
        return GetTopicRequest.newBuilder().setName(name.toString()).build();
    }
}
