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
package dev.wings.cli.push;

import dev.wings.cli.connect.Connection;
import dev.wings.cli.connect.Port;
import dev.wings.cli.output.ExitCode;
import dev.wings.cli.output.Human;
import dev.wings.cli.schema.LayoutArguments;
import dev.wings.cli.signal.SignalStop;
import dev.wings.client.ControlPlaneClient;
import dev.wings.client.FlightConnection;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "push",
        description = {
            "Send the rows of files to a topic: Parquet, Arrow IPC, CSV, NDJSON.",
            "Columns are matched by name.",
            "Text (CSV, NDJSON) is read as the types of the topic's columns: exactly, or the push stops and "
                    + "names the line; --on-loss says otherwise. docs/push.md has the details.",
            "The first line of CSV names the columns; an empty field is null, a quoted empty one (\"\") is "
                    + "empty text.",
            "A batch is stored as a whole or rejected as a whole; rejected batches do not stop the others.",
            "What was acknowledged is durable. A push that fails is not resumed: it says how many rows were acknowledged."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all rows are acknowledged",
            "1:a file cannot be read, a batch was rejected, rows went to dead letters, or the platform failed",
            "2:the command line makes no sense"
        },
        footer = {
            "",
            "Examples:",
            "  wings push flights examples/flights.parquet --create --lake-sort-by origin",
            "  wings push sales.orders monday.csv tuesday.csv.gz",
            "  wings push weather stations/ --create --null NA --decimal , --date-format '%d.%m.%Y'",
            "  jq -c .events[] log.json | wings push events - --format ndjson"
        })
public final class PushCommand implements Callable<Integer> {

    /// Batches of more bytes are cut, so that wide rows do not make messages that the ingestor refuses.
    private static final long BATCH_BYTES = 8 << 20;

    /// The rate of fewer rows says nothing.
    private static final long MIN_ROWS = 1000;

    /// Percentiles of fewer answers say nothing.
    private static final int MIN_ANSWERS = 100;

    /// How long Ctrl-C waits for the last words; reading a pipe cannot be interrupted.
    private static final Duration SIGNAL_GRACE = Duration.ofSeconds(5);

    @Mixin
    private final Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "TOPIC", description = "Its name: id, namespace.id, or in full.")
    private String topic = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files, directories, patterns as 'x/*.csv'; - for standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}; guessed from the file's start and name if not given.")
    private Optional<FileFormat> format = Optional.empty();

    @Mixin
    private final TextArguments text = new TextArguments();

    @Option(
            names = "--batch-rows",
            paramLabel = "N",
            defaultValue = "65536",
            description = "At most so many rows in a batch (default: ${DEFAULT-VALUE}).")
    private int batchRows;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "16",
            description = "Batches sent and not yet answered (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(
            names = "--rate",
            paramLabel = "ROWS",
            description = "Send so many rows a second (default: as fast as they are taken).")
    private Optional<Long> rate = Optional.empty();

    @Option(
            names = "--on-loss",
            paramLabel = "WHAT",
            description = {
                "What becomes of a value of which the field's type would lose digits: reject ends the push and names "
                        + "it, truncate cuts the digits off, null stores a null (default: ${DEFAULT-VALUE})."
            })
    private OnLoss onLoss = OnLoss.REJECT;

    @Option(
            names = "--create",
            description = {
                "Make the topic if there is none, with the columns of the first file, as 'wings topic create --from' "
                        + "does; how it is laid out is said as there."
            })
    private boolean create;

    @Mixin
    private final LayoutArguments layout = new LayoutArguments();

    @Option(names = "--quiet", description = "Show no progress.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec command;

    private final Set<String> directoriesTold = new HashSet<>();

    /// The first file, if it was opened before its turn.
    private @Nullable RowFile first;

    @Override
    public Integer call() throws InterruptedException {
        checkPositive("--batch-rows", batchRows);
        checkPositive("--in-flight", inFlight);
        rate.ifPresent(rows -> checkPositive("--rate", rows));
        List<String> forNew = layout.given();
        if (!create && !forNew.isEmpty()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "'" + forNew.getFirst() + "' is for a topic that is made: say '--create' too");
        }
        TopicName name = connection.topic(topic);
        files = FileNames.expand(files);
        TopicSchema schema;
        try (ControlPlaneClient controlPlane = ControlPlaneClient.open(connection.endpoint(Port.CONTROL_PLANE))) {
            Optional<TopicSchema> found =
                    create ? findIfThere(controlPlane, name) : Optional.of(find(controlPlane, name));
            schema = found.isPresent() ? found.get() : create(controlPlane, name);
            if (found.isPresent()) {
                noteUnused();
                checkStarts(files, schema);
            }
        }
        int exitCode = ExitCode.OK;
        try (SignalStop stop = SignalStop.install(SIGNAL_GRACE);
                BufferAllocator allocator = new RootAllocator();
                FlightConnection ingestor = FlightConnection.open(connection.endpoint(Port.INGESTOR), allocator)) {
            for (int i = 0; i < files.size(); i++) {
                if (stop.isRequested()) {
                    reportNotTried(files.subList(i, files.size()));
                    return ExitCode.INTERRUPTED;
                }
                try (RowFile rows = open(files.get(i))) {
                    exitCode = Math.max(exitCode, push(name, schema, rows, ingestor, allocator));
                } catch (RuntimeException | InterruptedException e) {
                    reportNotTried(files.subList(i + 1, files.size()));
                    throw e;
                }
            }
        }
        return exitCode;
    }

    private static TopicSchema find(ControlPlaneClient controlPlane, TopicName name) {
        try {
            return controlPlane.schema(name);
        } catch (WingsException e) {
            String message = String.valueOf(e.getMessage());
            throw e.kind() == ErrorKind.NOT_FOUND && message.contains("name=" + name)
                    ? new WingsException(e.kind(), message + ", --create makes it for the file's columns", e)
                    : e;
        }
    }

    private static Optional<TopicSchema> findIfThere(ControlPlaneClient controlPlane, TopicName name) {
        try {
            return Optional.of(controlPlane.schema(name));
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /// Tells of options that only say how a new topic is, for one that is there.
    private void noteUnused() {
        List<String> unused = new ArrayList<>(layout.given());
        text.givenForNew().ifPresent(unused::add);
        if (!unused.isEmpty()) {
            err().println("note: the topic is there already: topic=" + topic
                    + "; not used, since only a new one is made" + " by them: " + String.join(", ", unused));
            err().flush();
        }
    }

    /// Makes the topic for the first file, which stays open, once it is known that the topic takes all files.
    private TopicSchema create(ControlPlaneClient controlPlane, TopicName name) {
        RowFile file = RowFile.open(files.getFirst(), format, true, text);
        first = file;
        try {
            Schema columns = RowCheck.schema(file, onLoss);
            checkOthers(file.name(), SchemaProtos.fromCreateRequest(columns));
            CreateTopicRequest.Builder request = CreateTopicRequest.newBuilder()
                    .setParent(name.parent().toString())
                    .setTopicId(name.topic())
                    .setTopic(Topic.newBuilder().setSchema(columns));
            layout.addTo(request);
            reportNotes(file);
            Topic created = controlPlane.call(stub -> stub.createTopic(request.build()));
            out().println("created " + created.getName());
            return SchemaProtos.fromProto(created.getSchema());
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /// As [#checkStarts], for a topic that is to be made for the columns of the first file.
    private void checkOthers(String first, TopicSchema schema) {
        try {
            checkStarts(files.subList(1, files.size()), schema);
        } catch (WingsException e) {
            String message = String.valueOf(e.getMessage());
            throw e.kind() == ErrorKind.INVALID && message.contains("expected=")
                    ? new WingsException(
                            e.kind(),
                            message + "; the new topic would have the columns of " + first
                                    + ": of CSV and NDJSON, --types 'COLUMN TYPE' has others",
                            e)
                    : e;
        }
    }

    /// Looks at the columns and the first rows of several files, so that one that does not fit is named before
    /// anything of the others is stored. What can be read only once is left alone.
    private void checkStarts(List<String> files, TopicSchema schema) {
        if (this.files.size() == 1) {
            return;
        }
        for (String file : files) {
            Path path = Path.of(file);
            if (file.equals(RowFile.STANDARD_INPUT) || (Files.exists(path) && !Files.isRegularFile(path))) {
                continue;
            }
            try (RowFile rows = RowFile.open(file, format, false, text)) {
                RowCheck.checkStart(rows, schema, onLoss);
            } catch (WingsException e) {
                err().println("no row is stored: all files are looked at before the first is sent");
                err().flush();
                throw e;
            }
        }
    }

    private RowFile open(String file) {
        RowFile opened = first;
        first = null;
        return opened == null ? RowFile.open(file, format, false, text) : opened;
    }

    /// Pushes one file and reports; returns the exit code.
    private int push(
            TopicName name, TopicSchema schema, RowFile rows, FlightConnection ingestor, BufferAllocator allocator)
            throws InterruptedException {
        // This is asked first: a reader that is open keeps DuckDB busy.
        OptionalLong total = rows.rows();
        try (ArrowReader reader = rows.read(allocator, batchRows, schema, onLoss)) {
            noteDirectories(rows.name(), reader.getVectorSchemaRoot().getSchema());
            return push(name, rows, reader, total, ingestor, allocator);
        } catch (IOException e) {
            throw RowFile.unreadable(rows.name(), e);
        }
    }

    private int push(
            TopicName name,
            RowFile rows,
            ArrowReader reader,
            OptionalLong total,
            FlightConnection ingestor,
            BufferAllocator allocator)
            throws IOException, InterruptedException {
        try (Pusher pusher = new Pusher(
                ingestor, allocator, name, reader.getVectorSchemaRoot().getSchema(), reader, inFlight)) {
            long start = System.nanoTime();
            try (Progress progress = Progress.start(rows.name(), total, pusher, quiet)) {
                send(reader, pusher);
                pusher.finish();
            } catch (WingsException | IOException | InterruptedException e) {
                reportNotes(rows);
                reportFailure(rows, pusher);
                throw e;
            }
            reportNotes(rows);
            return report(rows, pusher.status(), Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void send(ArrowReader reader, Pusher pusher) throws IOException, InterruptedException {
        Pace pace = new Pace(rate.orElse(0L));
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        while (loadNext(reader, pusher)) {
            int total = root.getRowCount();
            int step = Math.min(batchRows, BatchParts.rows(root, BATCH_BYTES));
            for (int start = 0; start < total; start += step) {
                try (VectorSchemaRoot slice = root.slice(start, Math.min(step, total - start))) {
                    pace.await(slice.getRowCount());
                    pusher.send(slice);
                }
            }
        }
    }

    /// Reads the next batch. If that fails, waits for the answers to the rows that were sent before.
    private static boolean loadNext(ArrowReader reader, Pusher pusher) throws IOException, InterruptedException {
        try {
            return reader.loadNextBatch();
        } catch (IOException | WingsException e) {
            try {
                pusher.finish();
            } catch (WingsException unanswered) {
                e.addSuppressed(unanswered);
            }
            throw e;
        }
    }

    private int report(RowFile rows, PushStatus status, Duration took) {
        out().println(summary(rows.name(), status, took));
        out().flush();
        if (status.deadLetterRows() > 0) {
            err().println("note: " + rows.name() + ": " + Human.rows(status.deadLetterRows())
                    + " did not fit and went to the topic's dead letters: wings topic errors " + topic
                    + " shows the reasons");
            err().flush();
        }
        if (status.rejectedBatches() == 0) {
            return status.deadLetterRows() == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
        err().printf(
                        "%s: rejected: %s in %s%n",
                        rows.name(), Human.rows(status.rejectedRows()), Human.batches(status.rejectedBatches()));
        status.reasons().forEach(reason -> err().println("  " + reason));
        if (status.rejectedBatches() > status.reasons().size()) {
            err().println("  and more");
        }
        err().flush();
        return ExitCode.FAILED;
    }

    /// A summary of a push. A rate of a few rows, and percentiles of a few answers, say nothing.
    static String summary(String name, PushStatus status, Duration took) {
        StringBuilder text = new StringBuilder();
        text.append(name).append(": ").append(Human.rows(status.acknowledgedRows()));
        text.append(" acknowledged in ").append(Human.duration(took));
        long answers = status.acknowledgedBatches() + status.rejectedBatches();
        if (status.acknowledgedRows() >= MIN_ROWS) {
            double seconds = Math.max(1e-9, took.toNanos() / 1e9);
            text.append(", ").append(Human.count(Math.round(status.acknowledgedRows() / seconds)));
            text.append(" rows/s");
        }
        if (answers >= MIN_ANSWERS) {
            text.append("; answers took p50 ").append(Human.duration(status.p50()));
            text.append(", p99 ").append(Human.duration(status.p99()));
        }
        return text.toString();
    }

    private void reportFailure(RowFile rows, Pusher pusher) {
        PushStatus status = pusher.status();
        if (status.acknowledgedRows() == 0 && (status.unansweredRows() == 0 || pusher.isRefused())) {
            err().println(rows.name() + ": no row is stored");
        } else {
            err().printf(
                            "%s: stopped after %s: %s acknowledged, %s rejected%s%n",
                            rows.name(),
                            Human.rows(status.sentRows()),
                            Human.count(status.acknowledgedRows()),
                            Human.count(status.rejectedRows()),
                            status.unansweredRows() == 0
                                    ? ""
                                    : ", " + Human.count(status.unansweredRows())
                                            + " without an answer (these may be stored or not)");
            err().println(
                            "what is acknowledged is stored and stays; to see whether more is, wings sql \"select count(*)"
                                    + " from " + topic + "\"");
        }
        status.reasons().forEach(reason -> err().println("  " + reason));
        err().flush();
    }

    private void reportNotes(RowFile file) {
        file.takeNotes().forEach(note -> err().println("note: " + note));
        err().flush();
    }

    /// Tells of columns that only directories have, each once: they would get lost without a word.
    private void noteDirectories(String file, org.apache.arrow.vector.types.pojo.Schema columns) {
        Set<String> found = columns.getFields().stream()
                .map(field -> TopicField.folded(field.getName()))
                .collect(Collectors.toSet());
        FileNames.columnsOfDirectories(file).forEach((column, directory) -> {
            if (!found.contains(TopicField.folded(column)) && directoriesTold.add(column)) {
                err().println("note: " + file + ": the directory " + directory
                        + " stands for a column that the file itself does not have: it is left out");
                err().flush();
            }
        });
    }

    private void reportNotTried(List<String> rest) {
        if (!rest.isEmpty()) {
            err().println("not tried: " + String.join(", ", rest));
            err().flush();
        }
    }

    private void checkPositive(String option, long value) {
        if (value < 1) {
            throw new ParameterException(
                    spec().commandLine(), "Invalid value for option '" + option + "': 1 or more is expected: " + value);
        }
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("a command is run by picocli");
        }
        return command;
    }
}
