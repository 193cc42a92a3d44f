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
package dev.wings.cli.dev;

import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Human;
import dev.wings.cli.signal.SignalStop;
import dev.wings.common.error.WingsException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "dev",
        description = {
            "Run the platform on this machine, all services in one process, until Ctrl-C.",
            "It brings its own PostgreSQL, keeps objects in a directory, and listens on loopback only.",
            "The settings of the services (WINGS_CONTROL_PLANE_..., WINGS_INGESTOR_..., WINGS_SERVER_..., "
                    + "WINGS_COMPACTOR_...) apply; other variables that start with WINGS_ are refused."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "1:it cannot start; one message lists what is in the way",
            "2:the command line makes no sense",
            "130:stopped by Ctrl-C",
            "143:stopped by SIGTERM"
        },
        footer = {
            "",
            "Examples:",
            "  wings dev",
            "  wings dev --ephemeral --port-offset 1000",
            "  wings topic list --port-offset 1000"
        })
public final class DevCommand implements Callable<Integer> {

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "${env:WINGS_PORT_OFFSET:-0}",
            description = "Added to all ports (default: $WINGS_PORT_OFFSET, else 0).")
    private int portOffset;

    @ArgGroup
    private final Place place = new Place();

    @Spec
    private @Nullable CommandSpec command;

    static final class Place {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Where data are kept (default: $$XDG_DATA_HOME/wings, else ~/.local/share/wings).")
        private Optional<Path> data = Optional.empty();

        @Option(names = "--ephemeral", description = "Keep nothing: the data go when the platform stops.")
        private boolean ephemeral;

        /// Takes the directory, unless `check` fails. A new one is made after the check, so that nothing is
        /// left behind. One that exists is taken before: that it is in use says more than that ports are taken.
        DataDirectory open(Runnable check) throws InterruptedException {
            UserDirectories user = UserDirectories.current();
            Path directory = data.orElse(user.data());
            if (ephemeral || Files.notExists(directory)) {
                check.run();
                return ephemeral
                        ? DataDirectory.openEphemeral(user.cache().resolve("ephemeral"))
                        : DataDirectory.open(directory);
            }
            DataDirectory taken = DataDirectory.open(directory);
            try {
                check.run();
                return taken;
            } catch (RuntimeException e) {
                taken.close();
                throw e;
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        PrintWriter out = command.commandLine().getOut();
        Map<String, String> environment = System.getenv();
        long start = System.nanoTime();
        try (SignalStop stop = SignalStop.install(Platform.CLOSE_TIME);
                DataDirectory data = place.open(() -> Platform.check(environment, portOffset))) {
            out.println("data  " + data.root() + (data.isEphemeral() ? " (deleted when this ends)" : ""));
            out.println("log   " + PlatformLog.open(data.logs(), true, environment));
            out.flush();
            boolean databaseEnded;
            try (Platform platform = Platform.open(data, environment, portOffset)) {
                out.print(platform.addresses());
                out.println(
                        "ready in " + Human.duration(Duration.ofNanos(System.nanoTime() - start)) + ", Ctrl-C to stop");
                out.flush();
                platform.database().onEnd(stop::stop);
                stop.await();
                databaseEnded = !platform.database().isRunning();
                out.println("stopping");
                out.flush();
            }
            if (databaseEnded) {
                throw WingsException.unavailable(
                        "PostgreSQL has ended, though nobody stopped it"
                                + (data.isEphemeral()
                                        ? ""
                                        : "; the next start recovers its data, its log is in "
                                                + data.logs().resolve("postgresql.log")),
                        null);
            }
            out.println("stopped");
            out.flush();
        }
        return ExitCode.OK;
    }
}
