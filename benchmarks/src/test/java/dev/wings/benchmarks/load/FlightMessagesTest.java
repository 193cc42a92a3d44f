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
package dev.wings.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.benchmarks.load.FlightDataReader.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;

class FlightMessagesTest {

    private static final int ROWS = 1_000;

    @Test
    void arrowReadsTheRowsThatWereEncoded() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(5_000, 2, ROWS);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        append(stream, messages.schema());
        append(stream, messages.batches().get(0));
        append(stream, messages.batches().get(1));

        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(new ByteArrayInputStream(stream.toByteArray()), allocator);
                VectorSchemaRoot first = SampleRows.openBatch(allocator, 5_000, ROWS);
                VectorSchemaRoot second = SampleRows.openBatch(allocator, 5_000 + ROWS, ROWS)) {
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(reader.getVectorSchemaRoot().equals(first)).isTrue();
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(reader.getVectorSchemaRoot().equals(second)).isTrue();
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void rowsAreAboutAHundredBytes() {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 1, ROWS);

        assertThat(messages.bytesPerBatch() / ROWS).isBetween(90.0, 110.0);
    }

    @Test
    void openingNamesTheTopic() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 1, ROWS);

        FlightData opening = FlightData.parseFrom(messages.opening("sensors.readings"));

        assertThat(opening.getFlightDescriptor().getPathList()).isEqualTo(List.of("sensors.readings"));
        assertThat(opening.getDataHeader().isEmpty()).isFalse();
    }

    @Test
    void countedFrameHasRowsAndBytesOfTheMessage() throws Exception {
        FlightMessages messages = FlightMessages.ofSampleRows(0, 1, ROWS);

        Frame batch = FlightDataReader.count(
                new ByteArrayInputStream(messages.batches().getFirst()));
        Frame schema = FlightDataReader.count(new ByteArrayInputStream(messages.schema()));

        assertThat(batch).isEqualTo(new Frame(ROWS, messages.bodyBytes(), null));
        assertThat(schema).isEqualTo(new Frame(0, 0, null));
    }

    private static void append(ByteArrayOutputStream stream, byte[] flightData) throws Exception {
        FlightData message = FlightData.parseFrom(flightData);
        int header = message.getDataHeader().size();
        int padded = (header + 7) / 8 * 8;
        stream.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(padded)
                .array());
        message.getDataHeader().writeTo(stream);
        stream.writeBytes(new byte[padded - header]);
        message.getDataBody().writeTo(stream);
    }
}
