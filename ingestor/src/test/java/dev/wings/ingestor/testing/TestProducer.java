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
package dev.wings.ingestor.testing;

import com.google.protobuf.ByteString;
import dev.wings.common.proto.IngestRequest;
import dev.wings.common.proto.IngestResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// One stream of the Arrow Java client, and the answers that it got.
public final class TestProducer implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final IngestorFixture fixture;
    private final FlightClient client;
    private final VectorSchemaRoot root;
    private final Answers answers = new Answers();
    private final FlightClient.ClientStreamListener stream;

    public TestProducer(
            IngestorFixture fixture, FlightDescriptor descriptor, List<Field> fields, CallOption... options) {
        this(fixture, descriptor, fields, new DictionaryProvider.MapDictionaryProvider(), options);
    }

    /// @param dictionaries sent before the first batch
    public TestProducer(
            IngestorFixture fixture,
            FlightDescriptor descriptor,
            List<Field> fields,
            DictionaryProvider dictionaries,
            CallOption... options) {
        this.fixture = fixture;
        this.client = fixture.openClient();
        this.root = VectorSchemaRoot.create(new Schema(fields), fixture.allocator());
        this.stream = client.startPut(descriptor, root, dictionaries, answers, options);
    }

    public TestProducer(IngestorFixture fixture, List<Field> fields) {
        this(fixture, FlightDescriptor.path("events"), fields);
    }

    /// Sends what `fill` puts into the vectors; it sets the row count.
    public void send(Consumer<VectorSchemaRoot> fill) {
        send(fill, IngestRequest.getDefaultInstance());
    }

    public void send(Consumer<VectorSchemaRoot> fill, IngestRequest request) {
        root.clear();
        fill.accept(root);
        ByteString metadata = request.toByteString();
        if (metadata.isEmpty()) {
            stream.putNext();
            return;
        }
        ArrowBuf buffer = fixture.allocator().buffer(metadata.size());
        buffer.writeBytes(metadata.toByteArray());
        stream.putNext(buffer);
    }

    /// Sends app_metadata without a batch.
    public void sendMetadata(IngestRequest request) {
        ByteString metadata = request.toByteString();
        ArrowBuf buffer = fixture.allocator().buffer(metadata.size());
        buffer.writeBytes(metadata.toByteArray());
        stream.putMetadata(buffer);
    }

    /// Says that nothing more comes.
    public void end() {
        stream.completed();
    }

    /// Ends the stream and waits for all answers. Fails if the call does not end with OK.
    public List<IngestResponse> finish() {
        stream.completed();
        stream.getResult();
        return answers.all();
    }

    /// Waits until the call has ended. Fails with what it ended with, if that is not OK.
    public void awaitEnd() {
        stream.getResult();
    }

    public List<IngestResponse> answers() {
        return answers.all();
    }

    /// Waits for so many answers.
    public List<IngestResponse> awaitAnswers(int count) throws InterruptedException {
        synchronized (answers) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (answers.received.size() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("answers missing: expected=" + count + ", found=" + answers.received);
                }
                answers.wait(left);
            }
            return answers.all();
        }
    }

    @Override
    public void close() throws InterruptedException {
        root.close();
        client.close();
    }

    private static final class Answers extends AsyncPutListener {

        private final List<IngestResponse> received = new ArrayList<>();

        @Override
        public void onNext(PutResult result) {
            IngestResponse response = IngestorFixture.response(result);
            synchronized (this) {
                received.add(response);
                notifyAll();
            }
        }

        synchronized List<IngestResponse> all() {
            return List.copyOf(received);
        }
    }
}
