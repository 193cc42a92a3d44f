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
package dev.wings.cli.demo;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.dev.DataDirectory;
import dev.wings.cli.dev.Platform;
import dev.wings.cli.dev.PlatformLog;
import dev.wings.cli.dev.UserDirectories;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Human;
import dev.wings.cli.push.RowFile;
import dev.wings.cli.signal.SignalStop;
import dev.wings.client.ControlPlaneClient;
import dev.wings.client.SqlSession;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicSchema;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = {
            "Run the platform with real flights coming in, and show live what arrives, until Ctrl-C.",
            "It keeps nothing. While it runs, connect to it with any client: the addresses are shown."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:with --once, all rows are in and the answers agree with the file",
            "1:it cannot start, or an answer differs from the file's; the message says which",
            "2:the command line makes no sense",
            "130:stopped by Ctrl-C"
        },
        footer = {"", "Examples:", "  wings demo", "  wings demo --once"})
public final class DemoCommand implements Callable<Integer> {

    private static final long LIVE_RATE = 10_000;
    private static final long ONCE_RATE = 50_000;
    private static final String QUESTION = "select origin, count(*) as flights, round(avg(delay), 1) as avg_delay\n"
            + "from flights group by 1 order by 2 desc, 1 limit 8";

    @Option(names = "--once", description = "Push the file once, compare the answers with the file, and end.")
    private boolean once;

    @Option(names = "--rate", paramLabel = "ROWS", description = "Rows a second (default: 10000; with --once 50000).")
    private Optional<Long> rate = Optional.empty();

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "${env:WINGS_PORT_OFFSET:-0}",
            description = "Added to all ports (default: $WINGS_PORT_OFFSET, else 0).")
    private int portOffset;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            hidden = true,
            defaultValue = "${sys:wings.home:-.}/examples/flights.parquet",
            description = "The flights to push.")
    private Path file = Path.of("examples", "flights.parquet");

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() throws InterruptedException {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        CommandLine line = command.commandLine();
        rate.filter(rows -> rows < 1).ifPresent(rows -> {
            throw new ParameterException(line, "Invalid value for option '--rate': 1 or more is expected: " + rows);
        });
        PrintWriter out = line.getOut();
        Map<String, String> environment = System.getenv();
        Topic columns = readColumns();
        Platform.check(environment, portOffset);
        long start = System.nanoTime();
        out.println("Wings demo: starting PostgreSQL, control plane, ingestor and SQL server in one process");
        out.flush();
        try (SignalStop stop = SignalStop.install(Platform.CLOSE_TIME);
                DataDirectory data = DataDirectory.openEphemeral(
                        UserDirectories.current().cache().resolve("ephemeral"))) {
            PlatformLog.open(data.logs(), false, environment);
            try (Platform platform = Platform.open(data, environment, portOffset);
                    SqlSession session = SqlSession.open(platform.connection().endpoint(Port.SERVER))) {
                out.print(platform.addresses());
                out.println("ready in " + Human.duration(Duration.ofNanos(System.nanoTime() - start)));
                out.flush();
                TopicName topic = platform.connection().topic("flights");
                TopicSchema schema = createTopic(platform.connection(), topic, columns);
                long rowsPerSecond = rate.orElse(once ? ONCE_RATE : LIVE_RATE);
                try (Feeder feeder =
                                new Feeder(platform.connection(), topic, schema, file.toString(), rowsPerSecond, once);
                        Question question = new Question(session, QUESTION)) {
                    watch(out, feeder, question, platform.addresses().lines().toList());
                }
                return once && !stop.isRequested() ? compare(out, session) : ExitCode.OK;
            } catch (InterruptedException e) {
                return ExitCode.INTERRUPTED;
            }
        }
    }

    /// Shows what arrives until all is in or a signal interrupts.
    private static void watch(PrintWriter out, Feeder feeder, Question question, List<String> addresses)
            throws InterruptedException {
        long start = System.nanoTime();
        Rates rates = new Rates();
        try (DemoView view = DemoView.open(out)) {
            boolean done;
            do {
                done = feeder.awaitDone(view.period());
                long now = System.nanoTime();
                rates.add(now, feeder.status());
                view.show(new Frame(
                        Duration.ofNanos(now - start),
                        feeder.status(),
                        rates.rowsPerSecond(),
                        rates.bytesPerSecond(),
                        QUESTION,
                        question.newest(),
                        addresses));
            } while (!done && !out.checkError());
        } catch (InterruptedException e) {
            out.println("stopping");
            out.flush();
            throw e;
        }
    }

    private int compare(PrintWriter out, SqlSession session) {
        Optional<String> difference = FileComparison.findDifference(session, file);
        out.println(difference.orElse(
                "all rows are in, and " + FileComparison.questions() + " answers agree with the file"));
        out.flush();
        return difference.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private Topic readColumns() {
        try (RowFile rows = RowFile.open(file.toString(), Optional.empty())) {
            return Topic.newBuilder().setSchema(rows.schema()).build();
        }
    }

    private static TopicSchema createTopic(Connection connection, TopicName name, Topic columns) {
        CreateTopicRequest request = CreateTopicRequest.newBuilder()
                .setParent(name.parent().toString())
                .setTopicId(name.topic())
                .setTopic(columns)
                .build();
        try (ControlPlaneClient client = ControlPlaneClient.open(connection.endpoint(Port.CONTROL_PLANE))) {
            return SchemaProtos.fromProto(
                    client.call(stub -> stub.createTopic(request)).getSchema());
        }
    }
}
