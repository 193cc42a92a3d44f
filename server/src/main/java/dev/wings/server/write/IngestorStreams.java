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
package dev.wings.server.write;

import com.google.protobuf.ByteString;
import dev.wings.client.Address;
import dev.wings.client.EncodedProducer;
import dev.wings.client.Endpoint;
import dev.wings.client.FlightConnection;
import dev.wings.client.Producer;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.resource.TopicName;
import dev.wings.common.time.Scheduler;
import dev.wings.common.topic.ResolvedTopic;
import io.grpc.Context;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Opens streams of rows to the ingestors behind one address. Streams that are open at the same time have
/// connections of their own, so that a balancer may send each to another ingestor. A statement that inserts a
/// few rows takes less time than a new connection or stream does, so it uses what an earlier statement has
/// left: the stream, if it has the same columns of a topic that is as it was then, or else the connection.
public final class IngestorStreams implements RowStreams, AutoCloseable {

    /// This many connections wait for the next statement.
    private static final int MAX_IDLE = 16;

    private static final Duration CONNECTION_LIFE = Duration.ofMinutes(1);

    /// A stream may have this many batches under way that are not answered yet.
    private static final int IN_FLIGHT = 16;

    private final Address ingestor;
    private final BufferAllocator allocator;
    private final Executor executor;
    private final KeptConnections<Line> lines;

    /// @param ingestor `http://host:port`
    /// @param executor runs what listeners do, which may wait
    public IngestorStreams(URI ingestor, BufferAllocator allocator, Executor executor, Scheduler scheduler) {
        this.executor = executor;
        this.ingestor = new Address("ingestor", ingestor.getHost(), ingestor.getPort());
        this.allocator = allocator;
        this.lines = new KeptConnections<>(
                tenant -> new Line(FlightConnection.open(Endpoint.of(this.ingestor, tenant), allocator)),
                MAX_IDLE,
                CONNECTION_LIFE,
                scheduler);
    }

    @Override
    public RowStream open(ResolvedTopic topic, Schema columns) {
        KeptConnections<Line>.Kept line = lines.take(topic.name().tenant(), kept -> kept.leadsTo(topic, columns));
        try {
            return new Stream(line, line.connection().to(topic, columns), topic.name());
        } catch (RuntimeException | Error e) {
            line.close();
            throw e;
        }
    }

    @Override
    public EncodedProducer openEncoded(TopicName topic, ByteString schema, EncodedProducer.Listener listener) {
        return EncodedProducer.open(
                Endpoint.of(ingestor, topic.tenant()), topic.toString(), schema, executor, listener);
    }

    @Override
    public void close() {
        lines.close();
    }

    /// A connection, and the stream that was opened last over it.
    private final class Line implements AutoCloseable {

        private final FlightConnection connection;
        private @Nullable Target target;

        Line(FlightConnection connection) {
            this.connection = connection;
        }

        /// Whether there is a stream, and the ingestor has not ended it.
        boolean leadsTo(ResolvedTopic topic, Schema columns) {
            return target != null
                    && target.topic.equals(topic)
                    && target.columns.equals(columns)
                    && target.producer.isOpen();
        }

        Producer to(ResolvedTopic topic, Schema columns) {
            if (target != null && leadsTo(topic, columns)) {
                return target.producer;
            }
            endStream();
            // the stream outlives the call that it is opened for; what the call waits for here is interrupted
            // when the call ends
            Context lasting = Context.current().fork();
            Context caller = lasting.attach();
            try {
                Producer opened =
                        Producer.openWhole(connection, allocator, topic.name().toString(), columns, IN_FLIGHT);
                target = new Target(topic, columns, opened);
                return opened;
            } finally {
                lasting.detach(caller);
            }
        }

        private void endStream() {
            if (target != null) {
                target.producer.close();
                target = null;
            }
        }

        @Override
        public void close() {
            endStream();
            connection.close();
        }
    }

    /// @param topic as it was when the stream was opened: the ingestor knows it so
    private record Target(ResolvedTopic topic, Schema columns, Producer producer) {}

    private static final class Stream implements RowStream {

        private final KeptConnections<Line>.Kept line;
        private final Producer producer;
        private final TopicName topic;
        private @Nullable CompletableFuture<Void> lastAnswer;
        private long stored;
        private long rejected;
        private @Nullable String reason;
        private boolean finished;

        Stream(KeptConnections<Line>.Kept line, Producer producer, TopicName topic) {
            this.line = line;
            this.producer = producer;
            this.topic = topic;
        }

        @Override
        public void send(VectorSchemaRoot rows) {
            int count = rows.getRowCount();
            try {
                lastAnswer = producer.send(rows).thenAccept(answer -> answered(answer, count));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted while rows were inserted", e);
            } catch (WingsException e) {
                throw withCount(e);
            }
            throwIfRejected();
        }

        private synchronized void answered(IngestResponse answer, int rows) {
            if (answer.hasAccepted()) {
                stored += rows;
            } else {
                rejected += rows;
                if (reason == null) {
                    reason = answer.getRejected().getMessage();
                }
            }
        }

        @Override
        public long finish() {
            try {
                if (lastAnswer == null) {
                    // only its end tells whether the ingestor takes such rows
                    producer.finish();
                } else {
                    // answers come in the order of the batches
                    lastAnswer.get();
                    finished = true;
                }
            } catch (ExecutionException e) {
                throw withCount(
                        e.getCause() instanceof WingsException known
                                ? known
                                : new WingsException(ErrorKind.INTERNAL, "the answer to rows cannot be understood", e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WingsException(ErrorKind.CANCELLED, "interrupted while rows were inserted", e);
            } catch (WingsException e) {
                throw withCount(e);
            }
            throwIfRejected();
            synchronized (this) {
                return stored;
            }
        }

        /// Fails if rows were rejected, since more rows of the same kind would be rejected, too.
        private synchronized void throwIfRejected() {
            if (reason != null) {
                throw WingsException.invalid("rows were rejected: table=" + topic + ", rejected=" + rejected
                        + ", stored=" + stored + ": " + reason);
            }
        }

        private synchronized WingsException withCount(WingsException failure) {
            return stored == 0
                    ? failure
                    : new WingsException(
                            failure.kind(),
                            failure.getMessage() + ": at least " + stored + " rows were stored before",
                            failure);
        }

        @Override
        public void close() {
            if (finished) {
                line.giveBack();
            } else {
                line.close();
            }
        }
    }
}
