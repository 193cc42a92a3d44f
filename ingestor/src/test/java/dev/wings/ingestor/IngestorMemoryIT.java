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
package dev.wings.ingestor;

import static dev.wings.ingestor.testing.SampleRows.ID;
import static dev.wings.ingestor.testing.SampleRows.NAME;
import static dev.wings.ingestor.testing.SampleRows.fields;
import static dev.wings.ingestor.testing.SampleRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.arrow.IpcMessage;
import dev.wings.common.proto.IngestResponse;
import dev.wings.common.proto.Topic;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.RawProducer;
import dev.wings.ingestor.testing.TestProducer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What producers can make the ingestor hold is bounded, and no namespace takes the memory of the others.
final class IngestorMemoryIT {

    private IngestorFixture fixture = new IngestorFixture(Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aMessageOverTheLimitIsRefusedAndOthersGoOn() throws Exception {
        fixture.close();
        fixture = new IngestorFixture(Map.of("MAX_BATCH_BYTES", "1MiB"));
        fixture.createTopic("", ID, NAME);
        try (TestProducer large = new TestProducer(fixture, fields(ID, NAME));
                TestProducer small = new TestProducer(fixture, fields(ID, NAME))) {
            large.send(rows(0, 400_000));
            small.send(rows(0, 1));

            assertThatThrownBy(large::awaitEnd)
                    .isInstanceOfSatisfying(
                            FlightRuntimeException.class,
                            failure ->
                                    assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED));
            assertThat(small.finish().getFirst().hasAccepted()).isTrue();
        }
    }

    /// I11: a producer is slowed down, not cut off, and what it sends is held only up to the configured size.
    @Test
    void aSlowStoreSlowsItsProducersDown() throws Exception {
        fixture.close();
        fixture = new IngestorFixture(Map.of(
                "MEMORY_BYTES", "16MiB", "MAX_BATCH_BYTES", "2MiB", "FLUSH_BYTES", "1MiB", "FOLIOS_IN_FLIGHT", "2"));
        Topic topic = fixture.createTopic("", ID, NAME);
        int batches = 60;
        // a namespace may hold a quarter, and one message comes in beyond that
        long share = (16 << 20) / 4;
        AtomicLong peak = new AtomicLong();
        try (TestProducer producer = new TestProducer(fixture, fields(ID, NAME))) {
            Thread sender = Thread.ofPlatform().unstarted(() -> {
                for (int i = 0; i < batches; i++) {
                    producer.send(rows(i * 20_000, 20_000));
                }
            });
            // so slow that there always is as much in memory as may be
            fixture.store().beforeCreate(key -> {
                while (fixture.ingestor().memoryUsedBytes() < share && sender.isAlive()) {
                    Thread.sleep(1);
                }
                peak.accumulateAndGet(fixture.ingestor().memoryUsedBytes(), Math::max);
            });
            sender.start();

            assertThat(producer.awaitAnswers(batches)).allMatch(IngestResponse::hasAccepted);
            sender.join();
            producer.finish();
        }
        assertThat(peak.get()).isBetween(share, share + (2 << 20));
        assertThat(fixture.rows(topic, "")).hasSize(batches * 20_000);
        // an upload that was overtaken by its hedge may still read
        awaitTrue(() -> fixture.ingestor().memoryUsedBytes() == 0);
    }

    /// I9: dictionaries of all namespaces leave room for batches.
    @Test
    void dictionariesOfManyNamespacesDoNotStopTheOthers() throws Exception {
        fixture.close();
        fixture = smallMemory();
        fixture.createTopic("", ID, NAME);
        List<TestProducer> hoarders = new ArrayList<>();
        try (DictionaryProvider.MapDictionaryProvider dictionary = dictionary(100_000)) {
            for (int i = 0; i < 15; i++) {
                String namespace = "hoarder" + i;
                createTopic(namespace, ID);
                TestProducer hoarder = new TestProducer(
                        fixture,
                        FlightDescriptor.path(namespace, "events"),
                        List.of(encodedId(dictionary)),
                        dictionary);
                hoarders.add(hoarder);
                hoarder.send(IngestorMemoryIT::firstOfDictionary);
                // one after the other, 900,000 bytes each: three eighths of the 12 MiB that streams are admitted up to,
                // three quarters of them for one tenant, have room for three
                if (i < 3) {
                    assertThat(hoarder.awaitAnswers(1).getFirst().hasAccepted()).isTrue();
                } else {
                    expectExhausted(hoarder, "dictionaries");
                }
            }
            try (TestProducer bystander = new TestProducer(fixture, fields(ID, NAME))) {
                bystander.send(rows(0, 1));
                assertThat(bystander.awaitAnswers(1).getFirst().hasAccepted()).isTrue();
                bystander.finish();
            }
            hoarders.subList(0, 3).forEach(TestProducer::finish);
        } finally {
            for (TestProducer hoarder : hoarders) {
                hoarder.close();
            }
        }
        awaitTrue(() -> fixture.ingestor().memoryUsedBytes() == 0);
    }

    /// I11: a dictionary counts with what it takes once it is decoded.
    @Test
    void aDictionaryThatIsSmallOnlyOnItsWayIsRefused() throws Exception {
        fixture.close();
        fixture = smallMemory();
        createTopic("default", ID);
        try (DictionaryProvider.MapDictionaryProvider dictionary = dictionary(300_000);
                TestProducer producer = new TestProducer(
                        fixture, FlightDescriptor.path("events"), List.of(encodedId(dictionary)), dictionary)) {
            producer.send(IngestorMemoryIT::firstOfDictionary);
            expectExhausted(producer, "dictionary_bytes=27");
        }
    }

    /// I11: clients that go away while their store is slow leave their batches behind, and these count.
    @Test
    void batchesOfStreamsThatAreGoneCountUntilTheyAreGivenBack() throws Exception {
        fixture.close();
        fixture = smallMemory();
        fixture.createTopic("", ID, NAME);
        Topic slow = createTopic("slow", ID, NAME);
        CountDownLatch storeAll = new CountDownLatch(1);
        fixture.store().beforeCreate(key -> {
            if (key.contains(slow.getNamespaceUid())) {
                storeAll.await();
            }
        });
        for (int gone = 0; gone < 4; gone++) {
            long before = fixture.allocator().getAllocatedMemory();
            try (RawProducer producer = new RawProducer(fixture.ingestor().flightPort())) {
                sendRows(producer, "slow.events", 60_000);
                awaitTrue(() -> fixture.allocator().getAllocatedMemory() > before);
            }
        }
        try (RawProducer waiting = new RawProducer(fixture.ingestor().flightPort());
                TestProducer bystander = new TestProducer(fixture, fields(ID, NAME))) {
            sendRows(waiting, "slow.events", 1);
            bystander.send(rows(0, 1));
            assertThat(bystander.finish().getFirst().hasAccepted()).isTrue();
            assertThat(fixture.ingestor().memoryUsedBytes()).isGreaterThan(4 << 20);

            storeAll.countDown();

            assertThat(waiting.next().hasAccepted()).isTrue();
            assertThat(waiting.finish()).isEqualTo(Status.OK);
        }
        awaitTrue(() -> fixture.ingestor().memoryUsedBytes() == 0);
        assertThat(fixture.rows(slow, "")).hasSize(4 * 60_000 + 1);
    }

    private void sendRows(RawProducer producer, String topic, int count) {
        Schema schema = new Schema(fields(ID, NAME));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, fixture.allocator());
                IpcMessage first = IpcMessage.ofSchema(schema)) {
            rows(0, count).accept(root);
            try (IpcMessage batch = IpcMessage.open(root)) {
                producer.send(RawProducer.schema(topic, RawProducer.header(first)));
                producer.send(RawProducer.message(RawProducer.header(batch), RawProducer.body(batch)));
            }
        }
    }

    private static IngestorFixture smallMemory() {
        return new IngestorFixture(Map.of("MEMORY_BYTES", "16MiB", "MAX_BATCH_BYTES", "4MiB", "FLUSH_BYTES", "1MiB"));
    }

    private Topic createTopic(String namespace, TopicField... fields) {
        return fixture.controlPlane()
                .createTopic(
                        "tenants/default/namespaces/" + namespace + "/topics/events",
                        new TopicSchema(0, List.of(fields), 1000),
                        "");
    }

    /// Numbers of one byte, which take nine once they are longs too.
    private DictionaryProvider.MapDictionaryProvider dictionary(int values) {
        TinyIntVector numbers = new TinyIntVector("", fixture.allocator());
        for (int i = 0; i < values; i++) {
            numbers.setSafe(i, i % 100);
        }
        numbers.setValueCount(values);
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
        return new DictionaryProvider.MapDictionaryProvider(new Dictionary(numbers, encoding));
    }

    private static org.apache.arrow.vector.types.pojo.Field encodedId(DictionaryProvider dictionary) {
        DictionaryEncoding encoding = dictionary.lookup(1).getEncoding();
        return new org.apache.arrow.vector.types.pojo.Field(
                "id", new FieldType(true, encoding.getIndexType(), encoding), List.of());
    }

    private static void firstOfDictionary(VectorSchemaRoot root) {
        ((IntVector) root.getVector(0)).setSafe(0, 0);
        root.setRowCount(1);
    }

    private static void expectExhausted(TestProducer producer, String text) {
        assertThatThrownBy(producer::awaitEnd)
                .isInstanceOfSatisfying(
                        FlightRuntimeException.class,
                        failure -> assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED))
                .hasMessageContaining(text);
    }

    private static void awaitTrue(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(1);
        }
    }
}
