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

import dev.wings.ingestor.testing.IngestorFixture;
import dev.wings.ingestor.testing.RawProducer;
import dev.wings.ingestor.testing.TestProducer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// I9: streams that do nothing keep nobody from pushing.
@Timeout(120)
class FairStreamsIT {

    @Test
    void silentStreamsOfOneTenantLeaveRoomForThoseOfAnother() throws Exception {
        List<RawProducer> silent = new ArrayList<>();
        try (IngestorFixture fixture = new IngestorFixture(Map.of("MAX_STREAMS", "8"))) {
            fixture.createTopic("", ID, NAME);
            fixture.controlPlane().createTenant("noisy");
            try {
                for (int i = 0; i < 20; i++) {
                    silent.add(new RawProducer(fixture.ingestor().flightPort(), "noisy"));
                }
                while (silent.stream().filter(RawProducer::isEnded).count() < 14) {
                    Thread.onSpinWait();
                }
                assertThat(silent.stream().filter(RawProducer::isEnded))
                        .hasSize(14)
                        .allSatisfy(refused ->
                                assertThat(refused.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
                for (int i = 0; i < 3; i++) {
                    // two places are left, and that of an ended stream is free a moment later
                    while (fixture.streams() > 6) {
                        Thread.onSpinWait();
                    }
                    try (TestProducer quiet = new TestProducer(fixture, fields(ID, NAME))) {
                        quiet.send(rows(0, 3));
                        assertThat(quiet.finish()).hasSize(1);
                    }
                }
            } finally {
                silent.forEach(RawProducer::close);
            }
        }
    }

    @Test
    void tenantThatDoesNotExistGetsNoPlace() throws Exception {
        try (IngestorFixture fixture = new IngestorFixture(Map.of("MAX_STREAMS", "1"))) {
            fixture.createTopic("", ID, NAME);
            for (int i = 0; i < 5; i++) {
                try (RawProducer stranger = new RawProducer(fixture.ingestor().flightPort(), "none-" + i)) {
                    assertThat(stranger.awaitEnd().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                }
            }
            try (TestProducer known = new TestProducer(fixture, fields(ID, NAME))) {
                known.send(rows(0, 3));
                assertThat(known.finish()).hasSize(1);
            }
        }
    }

    @Test
    void streamThatSaysNothingIsEnded() throws Exception {
        try (IngestorFixture fixture = new IngestorFixture(Map.of("STREAM_IDLE_TIMEOUT", "1s"))) {
            fixture.createTopic("", ID, NAME);
            try (RawProducer silent = new RawProducer(fixture.ingestor().flightPort(), "default");
                    TestProducer paused = new TestProducer(fixture, fields(ID, NAME))) {
                paused.send(rows(0, 3));
                assertThat(paused.awaitAnswers(1)).hasSize(1);
                assertThat(silent.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(endOf(paused)).contains("silent for too long");
            }
            assertThat(fixture.ingestor().memoryUsedBytes()).isZero();
        }
    }

    private static String endOf(TestProducer producer) {
        try {
            producer.awaitEnd();
            return "OK";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
