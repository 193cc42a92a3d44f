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

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDbException;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// An engine in another process. Questions that give no answer are kept back and sent with the next that gives one.
///
/// While the process works on a question it asks for the rows of tables, which the thread that waits for the answer
/// reads for it.
final class RemoteEngine implements SqlEngine {

    /// How long something that was interrupted, or is closed, may take: it ends by itself within this time or
    /// not at all.
    private static final Duration END_TIMEOUT = Duration.ofSeconds(1);

    private final EngineProcess process;
    private final Scheduler scheduler;
    private final BiConsumer<EngineProcess, Boolean> onClose;
    private final List<ByteBuffer> unsent = new ArrayList<>();
    private final Map<String, Integer> attached = new HashMap<>();
    private final Map<Integer, ServedTable> tables = new HashMap<>();
    private int statements;
    private int attachments;
    private boolean usable = true;
    /// Whether a question has no answer yet: what the process says next is not known.
    private boolean asking;
    /// Whether frames of rows may come.
    private boolean rowsOpen;

    private boolean closing;

    /// Whether an interrupt of the last statement may reach the process while it works on the next.
    private volatile boolean interrupted;

    /// @param onClose takes the process over, and is told whether it can be used again
    RemoteEngine(EngineProcess process, Scheduler scheduler, BiConsumer<EngineProcess, Boolean> onClose) {
        this.process = process;
        this.scheduler = scheduler;
        this.onClose = onClose;
    }

    /// @param first see [EngineFactory#open]
    void open(Map<String, String> settings, boolean first, long memoryBytes) {
        if (!first) {
            process.standsBack();
        }
        DataInputStream answer = ask(FrameType.OPEN, out -> {
            out.writeInt(settings.size());
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                Values.writeText(out, setting.getKey());
                Values.writeText(out, setting.getValue());
            }
            out.writeBoolean(first);
            out.writeLong(memoryBytes);
            out.writeByte(process.nextInstance());
        });
        try {
            process.setMemoryLimit(answer.readLong());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void run(String sql) {
        tell(FrameType.RUN, out -> Values.writeText(out, sql));
    }

    @Override
    public Optional<String> text(String sql, String parameter, int maxBytes) {
        try {
            Frames.Incoming answer = askForFrame(FrameType.TEXT, out -> {
                Values.writeText(out, sql);
                Values.writeText(out, parameter);
                out.writeInt(maxBytes);
            });
            byte[] text = process.call(frames -> frames.readBody(answer.bodyBytes()));
            boolean shortEnough = head(answer).readBoolean();
            return shortEnough ? Optional.of(new String(text, StandardCharsets.UTF_8)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Prepared prepare(String sql) {
        statements++;
        int number = statements;
        tell(FrameType.PREPARE, out -> {
            out.writeInt(number);
            Values.writeText(out, sql);
        });
        return new RemoteStatement(number);
    }

    @Override
    public void addTable(String name, Schema columns) {
        tell(FrameType.ADD_TABLE, out -> {
            Values.writeText(out, name);
            Values.writeSchema(out, columns);
        });
    }

    @Override
    public void dropTable(String name) {
        tell(FrameType.DROP_TABLE, out -> Values.writeText(out, name));
    }

    @Override
    public void attach(String name, ArrowTable table, BufferAllocator allocator) {
        attachments++;
        int number = attachments;
        if (attached.putIfAbsent(name, number) != null) {
            throw new IllegalStateException("the table has rows: " + name);
        }
        tables.put(number, new ServedTable(table));
        tell(FrameType.ATTACH, out -> {
            Values.writeText(out, name);
            out.writeInt(number);
            Values.writeSchema(out, table.schema());
        });
    }

    @Override
    public void detach(String name) {
        tell(FrameType.DETACH, out -> Values.writeText(out, name));
        Integer number = attached.remove(name);
        ServedTable table = number == null ? null : tables.remove(number);
        if (table != null) {
            table.close();
        }
        if (isAnswering()) {
            send();
        }
    }

    @Override
    public Optional<Throwable> tableFailure() {
        return tables.values().stream()
                .flatMap(table -> table.failure().stream())
                .findFirst();
    }

    @Override
    public void interrupt(@Nullable Thread user) {
        interrupted = true;
        process.interrupt(user);
    }

    @Override
    public void kill() {
        process.kill(EngineEnd.STOPPED);
    }

    @Override
    public boolean isUsable() {
        return isAnswering() && !interrupted;
    }

    private boolean isAnswering() {
        return usable && !asking && process.isAlive();
    }

    /// Closes the engine. A process that has answered everything is used again; others are ended. Rows stay
    /// readable until the process no longer uses them.
    @Override
    public void close() {
        boolean reusable = isAnswering();
        try {
            if (reusable) {
                closing = true;
                askInTime(FrameType.CLOSE);
            }
        } catch (RuntimeException e) {
            reusable = false;
        } finally {
            tables.values().forEach(ServedTable::close);
            tables.clear();
            onClose.accept(process, reusable);
        }
    }

    private void tell(FrameType type, Frames.HeadWriter head) {
        unsent.add(Frames.encode(type, head, 0));
    }

    /// Sends what was kept back and a question, and returns the head of the answer.
    private DataInputStream ask(FrameType type, Frames.HeadWriter head) {
        return head(askForFrame(type, head));
    }

    private Frames.Incoming askForFrame(FrameType type, Frames.HeadWriter head) {
        tell(type, head);
        asking = true;
        send();
        Frames.Incoming answer = receive();
        while (rowsOpen && answer.type() != FrameType.ANSWER) {
            // this belongs to a statement that is not read to its end
            Frames.Incoming unread = answer;
            rowsOpen = unread.type() == FrameType.ROWS;
            process.call(frames -> {
                frames.skipBody(unread.bodyBytes());
                return unread;
            });
            answer = receive();
        }
        asking = false;
        rowsOpen = false;
        return answered(answer);
    }

    private void askInTime(FrameType type) {
        Scheduler.Timer timer = scheduler.schedule(END_TIMEOUT, this::kill);
        try {
            ask(type, out -> {});
        } finally {
            timer.cancel();
        }
    }

    private void send() {
        process.call(frames -> {
            frames.write(unsent);
            return frames;
        });
        unsent.clear();
    }

    /// Returns the next frame that is not about the rows of a table.
    private Frames.Incoming receive() {
        while (true) {
            Frames.Incoming frame = process.call(Frames::read);
            if (frame.type() != FrameType.PULL) {
                return frame;
            }
            serve(head(frame));
        }
    }

    private Frames.Incoming answered(Frames.Incoming answer) {
        if (answer.type() != FrameType.FAILED) {
            return answer;
        }
        try {
            DataInputStream head = head(answer);
            boolean ofDuckDb = head.readBoolean();
            boolean memory = head.readBoolean();
            String message = Values.readText(head);
            if (memory) {
                usable = false;
                process.kill(EngineEnd.MEMORY);
            }
            if (ofDuckDb) {
                DuckDbException failure = new DuckDbException(message);
                usable &= failure.kind() != DuckDbException.Kind.BROKEN;
                throw failure;
            }
            usable = false;
            throw memory
                    ? new WingsException(
                            ErrorKind.EXHAUSTED, "rows of the query need more memory than an engine may have", null)
                    : new IllegalStateException("an engine failed: " + message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(DataInputStream pull) {
        try {
            int table = pull.readInt();
            int scan = pull.readInt();
            ServedTable served = tables.get(table);
            Frames.HeadWriter place = out -> {
                out.writeInt(table);
                out.writeInt(scan);
            };
            VectorSchemaRoot rows = null;
            FrameType otherwise = FrameType.SCAN_END;
            if (served == null || closing) {
                otherwise = FrameType.SCAN_FAILED;
            } else {
                try {
                    rows = served.next(scan);
                } catch (RuntimeException | Error e) {
                    served.fail(e);
                    otherwise = FrameType.SCAN_FAILED;
                }
            }
            if (rows == null) {
                FrameType type = otherwise;
                process.call(frames -> {
                    frames.write(type, place);
                    return type;
                });
            } else {
                try (Batch batch = new Batch(rows)) {
                    process.call(frames -> {
                        frames.write(FrameType.SCAN_ROWS, place, batch);
                        return batch;
                    });
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataInputStream head(Frames.Incoming frame) {
        return new DataInputStream(new ByteArrayInputStream(frame.head()));
    }

    private final class RemoteStatement implements Prepared {

        private final int number;

        @SuppressWarnings("NullableOptional") // null until the process was asked
        private @Nullable Optional<Schema> columns;

        private List<Field> parameters = List.of();

        RemoteStatement(int number) {
            this.number = number;
        }

        @Override
        public List<Field> parameters(BufferAllocator allocator) {
            describe();
            return parameters;
        }

        @Override
        public Optional<Schema> columns(BufferAllocator allocator) {
            return describe();
        }

        private Optional<Schema> describe() {
            Optional<Schema> known = columns;
            if (known != null) {
                return known;
            }
            try {
                DataInputStream answer = ask(FrameType.DESCRIBE, out -> out.writeInt(number));
                Optional<Schema> found =
                        answer.readBoolean() ? Optional.of(Values.readSchema(answer)) : Optional.empty();
                parameters = Values.readSchema(answer).getFields();
                columns = found;
                return found;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void bind(int index, @Nullable Object value) {
            tell(FrameType.BIND, out -> {
                out.writeInt(number);
                out.writeInt(index);
                Values.writeValue(out, value);
            });
        }

        @Override
        public Rows execute(BufferAllocator allocator) {
            try {
                DataInputStream answer = ask(FrameType.EXECUTE, out -> out.writeInt(number));
                return new RemoteRows(Values.readSchema(answer), allocator);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            tell(FrameType.CLOSE_STATEMENT, out -> out.writeInt(number));
        }
    }

    private final class RemoteRows implements Rows {

        private final BufferAllocator allocator;
        private final VectorSchemaRoot root;
        private boolean ended;
        private boolean broken;

        RemoteRows(Schema columns, BufferAllocator allocator) {
            this.allocator = allocator;
            this.root = VectorSchemaRoot.create(columns, allocator);
            asking = true;
            rowsOpen = true;
        }

        @Override
        public VectorSchemaRoot root() {
            return root;
        }

        @Override
        public boolean next() {
            root.clear();
            if (ended) {
                return false;
            }
            broken = true;
            Frames.Incoming frame = receive();
            return switch (frame.type()) {
                case ROWS -> {
                    ArrowBuf body = process.call(frames -> frames.readBody(frame.bodyBytes(), allocator));
                    load(frame, body);
                    tell(FrameType.MORE, out -> {});
                    send();
                    broken = false;
                    yield true;
                }
                case END_OF_ROWS, FAILED -> {
                    ended = true;
                    broken = false;
                    asking = false;
                    rowsOpen = false;
                    answered(frame);
                    yield false;
                }
                default -> throw new IllegalStateException("rows were expected: " + frame.type());
            };
        }

        private void load(Frames.Incoming frame, ArrowBuf body) {
            try {
                Batch.load(head(frame), body, root);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Skips the rows that were not read. The engine computes no more of them: it is interrupted, and does
        /// not wait for rows of tables.
        @Override
        public void close() {
            root.close();
            if (ended || broken || !process.isAlive()) {
                return;
            }
            closing = true;
            interrupt(null);
            try {
                askInTime(FrameType.CLOSE_ROWS);
            } finally {
                closing = false;
            }
        }
    }
}
