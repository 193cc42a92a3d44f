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
package dev.wings.ingestor.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Random;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PutMarshallerTest {

    private static final int MAX_BYTES = 10_000;

    private final BufferAllocator allocator = new RootAllocator(1 << 20);
    private final PutMarshaller marshaller = new PutMarshaller(allocator, MAX_BYTES);

    @AfterEach
    void close() {
        allocator.close();
    }

    @Test
    void allPartsAreRead() {
        Flight.FlightData sent = message(100);

        try (PutMessage.Data read = (PutMessage.Data) parse(sent.toByteArray())) {
            assertThat(read.descriptor()).isEqualTo(sent.getFlightDescriptor());
            assertThat(read.header()).isEqualTo(sent.getDataHeader().toByteArray());
            assertThat(read.appMetadata()).isEqualTo(sent.getAppMetadata());
            byte[] body = new byte[100];
            read.body().getBytes(0, body);
            assertThat(read.body().readableBytes()).isEqualTo(100);
            assertThat(body).isEqualTo(sent.getDataBody().toByteArray());
        }
    }

    @Test
    void absentPartsAreEmpty() {
        try (PutMessage.Data read = (PutMessage.Data) parse(new byte[0])) {
            assertThat(read.descriptor()).isNull();
            assertThat(read.header()).isEmpty();
            assertThat(read.body().readableBytes()).isZero();
        }
    }

    @Test
    void anEmptyBodyThatIsSpelledOutIsEmpty() {
        // tag of field 1000, length 0
        try (PutMessage.Data read = (PutMessage.Data) parse(new byte[] {(byte) 0xC2, 0x3E, 0})) {
            assertThat(read.body().readableBytes()).isZero();
        }
    }

    @Test
    void aMessageLongerThanAllowedIsRefused() {
        PutMessage read = parse(message(MAX_BYTES).toByteArray());

        assertThat(read)
                .isInstanceOfSatisfying(
                        PutMessage.Refused.class,
                        refused -> assertThat(refused.reason())
                                .hasMessageContaining("too long")
                                .extracting(WingsException::kind)
                                .isEqualTo(ErrorKind.EXHAUSTED));
    }

    @Test
    void aBodyWithNoMemoryForItIsRefusedAsExhausted() {
        try (BufferAllocator small = allocator.newChildAllocator("small", 0, 64)) {
            PutMessage read = new PutMarshaller(small, MAX_BYTES)
                    .parse(new ByteArrayInputStream(message(1000).toByteArray()));

            assertThat(read)
                    .isInstanceOfSatisfying(
                            PutMessage.Refused.class,
                            refused -> assertThat(refused.reason().kind()).isEqualTo(ErrorKind.EXHAUSTED));
        }
    }

    /// Whatever the bytes are, there is a message or a reason, and no memory is lost.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damagedMessagesAreReadOrRefused(long seed) {
        Random random = new Random(seed);
        byte[] good = message(200).toByteArray();
        int refusals = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] bad = random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(Math.min(bad.length, 80))] = (byte) random.nextInt(256);
            }
            try (PutMessage read = parse(bad)) {
                if (read instanceof PutMessage.Refused refused) {
                    refusals++;
                    assertThat(refused.reason().kind()).isIn(ErrorKind.INVALID, ErrorKind.EXHAUSTED);
                }
            }
        }
        assertThat(refusals).as("seed=%d", seed).isBetween(500, 4900);
    }

    private PutMessage parse(byte[] bytes) {
        return marshaller.parse(new ByteArrayInputStream(bytes));
    }

    private static Flight.FlightData message(int bodyBytes) {
        byte[] body = new byte[bodyBytes];
        new Random(bodyBytes).nextBytes(body);
        return Flight.FlightData.newBuilder()
                .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                        .addPath("events"))
                .setDataHeader(ByteString.copyFromUtf8("header"))
                .setAppMetadata(ByteString.copyFromUtf8("metadata"))
                .setDataBody(ByteString.copyFrom(body))
                .build();
    }
}
