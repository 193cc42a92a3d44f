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
package dev.wings.server.engine;

import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.duckdb.Results;
import dev.wings.common.duckdb.Statement;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// The engine of a process: does what frames ask for, one after the other.
final class EngineHost {

    /// How many frames of rows are made before they are asked for.
    static final int ROWS_AHEAD = 2;

    private final Frames frames;

    /// It has no limit of its own, because what the process may take is bounded as a whole.
    private final BufferAllocator allocator = new RootAllocator(Long.MAX_VALUE);

    private final BlockingQueue<Frames.Incoming> questions = new LinkedBlockingQueue<>();
    private final Map<String, Integer> attached = new HashMap<>();
    private final Map<Integer, PulledTable> tables = new ConcurrentHashMap<>();
    private final Map<Integer, Statement> statements = new HashMap<>();
    private volatile int instance;
    private volatile @Nullable DuckDb duckDb;
    private @Nullable Results results;
    private int rowsWanted;
    private @Nullable Throwable failure;

    EngineHost(Frames frames) {
        this.frames = frames;
    }

    static boolean isOutOfMemory(Throwable failure) {
        return failure instanceof OutOfMemoryError
                || failure instanceof OutOfMemoryException
                || (failure instanceof DuckDbException known && known.kind() == DuckDbException.Kind.OUT_OF_MEMORY)
                || (failure.getCause() != null && isOutOfMemory(failure.getCause()));
    }

    /// @param number the number of the instance: an interrupt that comes late is not for the next instance
    void interrupt(int number) {
        DuckDb now = duckDb;
        if (now != null && number == instance) {
            now.interrupt();
        }
    }

    /// Takes in frames until the server is gone. It never waits for the engine, so that the server never waits
    /// until it can say something: the server says little without being asked.
    void read() {
        try {
            while (true) {
                Frames.Incoming frame = frames.read();
                switch (frame.type()) {
                    case SCAN_ROWS, SCAN_END, SCAN_FAILED -> deliver(frame);
                    default -> questions.add(frame);
                }
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(0);
        }
    }

    private void deliver(Frames.Incoming frame) throws IOException {
        DataInputStream head = head(frame);
        PulledTable table = tables.get(head.readInt());
        int scan = head.readInt();
        if (frame.type() == FrameType.SCAN_ROWS) {
            ArrowBuf body = frames.readBody(frame.bodyBytes(), allocator);
            if (table == null) {
                body.close();
            } else {
                table.deliver(scan, new PulledTable.Delivery.Rows(head, body));
            }
        } else if (table != null) {
            table.deliver(
                    scan,
                    frame.type() == FrameType.SCAN_END ? PulledTable.Delivery.END : new PulledTable.Delivery.Failure());
        }
    }

    /// Never returns.
    void run() {
        try {
            while (true) {
                if (results != null && rowsWanted > 0 && questions.isEmpty()) {
                    sendRows(results);
                } else {
                    handle(questions.take());
                }
            }
        } catch (IOException | InterruptedException e) {
            // the server is gone
            Runtime.getRuntime().halt(0);
        }
    }

    /// Runs a first statement. It takes many times as long as later ones, so that it runs before anybody asks
    /// for one.
    static void warmUp() {
        try (BufferAllocator allocator = new RootAllocator(Long.MAX_VALUE);
                DuckDb first = DuckDb.open(Map.of("threads", "1"));
                Statement statement = first.prepare("SELECT range AS i, ?::VARCHAR AS s FROM range(10)")) {
            statement.bind(1, "x");
            statement.columns(allocator);
            statement.parameters(allocator);
            try (Results rows = statement.execute(allocator)) {
                while (rows.next()) {
                    try (Batch batch = new Batch(rows.root())) {
                        Frames.encode(FrameType.ROWS, batch::writeHead, batch.bodyBytes());
                    }
                }
            }
        }
    }

    private void handle(Frames.Incoming question) throws IOException {
        try {
            DataInputStream head = head(question);
            if (isCleaning(question.type())) {
                clean(question.type(), head);
            } else if (failure == null) {
                ask(question.type(), head);
            }
        } catch (DuckDbException | IllegalStateException | IllegalArgumentException | OutOfMemoryException e) {
            failure = failure == null ? e : failure;
        }
        Throwable failed = failure;
        if (failed != null && question.type().isAnswered()) {
            failure = null;
            sendFailure(failed);
        }
    }

    /// Whether a frame is obeyed even after a failure.
    private static boolean isCleaning(FrameType type) {
        return switch (type) {
            case CLOSE, CLOSE_ROWS, CLOSE_STATEMENT, DETACH -> true;
            default -> false;
        };
    }

    private void clean(FrameType type, DataInputStream head) throws IOException {
        switch (type) {
            case CLOSE -> {
                close();
                failure = null;
                answer(out -> {});
            }
            case CLOSE_ROWS -> {
                closeResults();
                failure = null;
                answer(out -> {});
            }
            case CLOSE_STATEMENT -> {
                Statement statement = statements.remove(head.readInt());
                if (statement != null) {
                    closeResults();
                    statement.close();
                }
            }
            case DETACH -> {
                String name = Values.readText(head);
                Integer rows = attached.remove(name);
                if (rows != null) {
                    duckDb().detach(name);
                    tables.remove(rows);
                }
            }
            default -> throw new IllegalStateException("not about cleaning: " + type);
        }
    }

    private void ask(FrameType type, DataInputStream head) throws IOException {
        switch (type) {
            case OPEN -> {
                Map<String, String> settings = new LinkedHashMap<>();
                for (int left = head.readInt(); left > 0; left--) {
                    settings.put(Values.readText(head), Values.readText(head));
                }
                if (!head.readBoolean()) {
                    Processors.standBack();
                }
                long memoryLimit = ProcessMemory.limit(head.readLong());
                instance = head.readByte();
                duckDb = DuckDb.open(settings);
                answer(out -> out.writeLong(memoryLimit));
            }
            case RUN -> duckDb().run(Values.readText(head));
            case TEXT -> text(Values.readText(head), Values.readText(head), head.readInt());
            case PREPARE -> statements.put(head.readInt(), duckDb().prepare(Values.readText(head)));
            case DESCRIBE -> describe(statement(head));
            case BIND -> statement(head).bind(head.readInt(), Values.readValue(head));
            case EXECUTE -> {
                Results next = statement(head).execute(allocator);
                results = next;
                rowsWanted = ROWS_AHEAD;
                answer(out -> Values.writeSchema(out, next.root().getSchema()));
            }
            case MORE -> rowsWanted++;
            case ADD_TABLE -> duckDb().addTable(Values.readText(head), Values.readSchema(head));
            case DROP_TABLE -> duckDb().dropTable(Values.readText(head));
            case ATTACH -> attach(Values.readText(head), head.readInt(), Values.readSchema(head));
            default -> throw new IllegalStateException("not a question: " + type);
        }
    }

    /// Sends the text from where it is, without a copy: the heap is small.
    private void text(String sql, String parameter, int maxBytes) throws IOException {
        try {
            duckDb().text(sql, parameter, bytes -> {
                boolean shortEnough = bytes.remaining() <= maxBytes;
                try {
                    frames.write(
                            FrameType.ANSWER,
                            out -> out.writeBoolean(shortEnough),
                            shortEnough ? bytes : ByteBuffer.allocate(0));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return shortEnough;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void attach(String name, int rows, Schema columns) {
        PulledTable table = new PulledTable(rows, columns, allocator, frames);
        tables.put(rows, table);
        attached.put(name, rows);
        duckDb().attach(name, table, allocator);
    }

    private void describe(Statement statement) throws IOException {
        Optional<Schema> columns = statement.columns(allocator);
        List<Field> parameters = statement.parameters(allocator);
        answer(out -> {
            out.writeBoolean(columns.isPresent());
            if (columns.isPresent()) {
                Values.writeSchema(out, columns.get());
            }
            Values.writeSchema(out, new Schema(parameters));
        });
    }

    private void sendRows(Results from) throws IOException {
        try {
            if (from.next()) {
                rowsWanted--;
                try (Batch batch = new Batch(from.root())) {
                    frames.write(FrameType.ROWS, out -> {}, batch);
                }
            } else {
                closeResults();
                frames.write(FrameType.END_OF_ROWS, out -> {});
            }
        } catch (DuckDbException | IllegalStateException | OutOfMemoryException e) {
            closeResults();
            sendFailure(e);
        }
    }

    private void answer(Frames.HeadWriter writer) throws IOException {
        frames.write(FrameType.ANSWER, writer);
    }

    private void sendFailure(Throwable failed) throws IOException {
        String message = String.valueOf(failed.getMessage());
        frames.write(FrameType.FAILED, (DataOutputStream out) -> {
            out.writeBoolean(failed instanceof DuckDbException);
            out.writeBoolean(isOutOfMemory(failed));
            Values.writeText(out, failed instanceof DuckDbException ? message : failed.getClass() + ": " + message);
        });
    }

    private void closeResults() {
        Results open = results;
        results = null;
        rowsWanted = 0;
        if (open != null) {
            open.close();
        }
    }

    private void close() {
        closeResults();
        statements.values().forEach(Statement::close);
        statements.clear();
        DuckDb open = duckDb;
        duckDb = null;
        if (open != null) {
            open.close();
        }
        attached.clear();
        tables.clear();
    }

    private DuckDb duckDb() {
        DuckDb open = duckDb;
        if (open == null) {
            throw new IllegalStateException("no engine is open");
        }
        return open;
    }

    private Statement statement(DataInputStream head) throws IOException {
        Statement statement = statements.get(head.readInt());
        if (statement == null) {
            throw new IllegalStateException("no such statement");
        }
        return statement;
    }

    private static DataInputStream head(Frames.Incoming frame) {
        return new DataInputStream(new ByteArrayInputStream(frame.head()));
    }
}
