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
package dev.wings.integration;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.process.PortOffset;
import dev.wings.integration.EventProducer.AcknowledgedBatch;
import dev.wings.integration.EventProducer.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills the platform with SIGKILL in the middle of ingest and compaction, again and again, on one data
/// directory.
///
/// After each restart (I1, I2, I7): every acknowledged row is there exactly once, at the offset that was
/// acknowledged; offsets of each partition are dense from 0; a batch without an acknowledgement is there as a
/// whole or not at all. So it is while rows move from pages to segments, and in the end, when all are in
/// segments.
final class CrashIT {

    private static final int KILLS = Integer.getInteger("wings.crash.kills", 2);
    private static final int MANY_KILLS = 5;
    private static final int STREAMS = 3;
    private static final int ROWS_PER_BATCH = 200;
    private static final int MAX_MILLIS_TO_KILL = 2_500;
    private static final int COMPACTION_SECONDS = 120;
    private static final String UNCOMPACTED = "select count(*) from system.pages where topic = 'events'";

    @TempDir
    private Path data;

    @Test
    void killedPlatformKeepsEveryAcknowledgedRowOnce() throws Exception {
        kill(KILLS);
    }

    @Tag("full")
    @Test
    void platformThatIsKilledManyTimesKeepsEveryAcknowledgedRowOnce() throws Exception {
        kill(MANY_KILLS);
    }

    private void kill(int kills) throws Exception {
        long seed = Long.getLong("wings.seed", System.nanoTime());
        Random random = new Random(seed);
        int portOffset = PortOffset.claim();
        List<AcknowledgedBatch> acknowledged = new ArrayList<>();
        List<Sent> sent = IntStream.range(0, STREAMS)
                .mapToObj(stream -> new Sent(
                        new Source(new UUID(random.nextLong(), random.nextLong()), stream, STREAMS, ROWS_PER_BATCH)))
                .toList();

        WingsProcess wings = WingsProcess.start(data, portOffset);
        try {
            wings.run(
                    "topic",
                    "create",
                    "events",
                    "--schema",
                    "batch bigint not null, row_in_batch int not null, key string not null, payload string",
                    "--partition-by",
                    "key",
                    "--freshness",
                    "1s");
            for (int kill = 0; kill < kills; kill++) {
                ingestUntilKilled(wings, random, sent, acknowledged);
                wings = WingsProcess.start(data, portOffset);
                verify(wings, acknowledged, "seed=" + seed + ", kill=" + kill);
            }
            assertThat(acknowledged).as("acknowledged batches: seed=%d", seed).hasSizeGreaterThan(kills);
            sendRest(wings, sent, acknowledged);
            verify(wings, acknowledged, "seed=" + seed + ", all sent");
            verifyAll(wings, sent, "seed=" + seed);
            awaitCompaction(wings);
            verify(wings, acknowledged, "seed=" + seed + ", all in segments");
            wings.stop();
        } finally {
            wings.close();
        }
    }

    /// What has become of the batches of a source.
    private static final class Sent {
        private final Source source;
        private long acknowledged;
        private long end;

        Sent(Source source) {
            this.source = source;
        }

        /// Starts with the batches that have no answer: they may be there, or not.
        EventProducer start(WingsProcess wings, long to, CountDownLatch firstAnswer) {
            return EventProducer.start(wings.ingestorPort(), source, acknowledged, to, firstAnswer);
        }

        List<AcknowledgedBatch> await(EventProducer producer) throws InterruptedException {
            List<AcknowledgedBatch> batches = producer.awaitEnd();
            acknowledged += batches.size();
            end = Math.max(end, producer.next());
            return batches;
        }
    }

    /// Ingests on several streams and kills the platform at a random moment.
    private static void ingestUntilKilled(
            WingsProcess wings, Random random, List<Sent> sent, List<AcknowledgedBatch> acknowledged)
            throws InterruptedException {
        CountDownLatch firstAnswer = new CountDownLatch(1);
        List<EventProducer> producers = sent.stream()
                .map(each -> each.start(wings, Long.MAX_VALUE, firstAnswer))
                .toList();
        assertThat(firstAnswer.await(60, SECONDS)).as("a first acknowledgement").isTrue();
        Thread.sleep(random.nextInt(MAX_MILLIS_TO_KILL));
        wings.kill();
        for (int i = 0; i < producers.size(); i++) {
            acknowledged.addAll(sent.get(i).await(producers.get(i)));
        }
    }

    /// Sends again what has no answer.
    private static void sendRest(WingsProcess wings, List<Sent> sent, List<AcknowledgedBatch> acknowledged)
            throws InterruptedException {
        for (Sent each : sent) {
            acknowledged.addAll(each.await(each.start(wings, each.end, new CountDownLatch(1))));
            assertThat(each.acknowledged).isEqualTo(each.end);
        }
    }

    /// Each batch is there that was ever sent, whatever its producer was told.
    private static void verifyAll(WingsProcess wings, List<Sent> sent, String which) {
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            for (Sent each : sent) {
                assertThat(sql.count("select count(distinct batch) from events where batch % " + STREAMS + " = "
                                + each.source.first()))
                        .as("batches of %s: %s", each.source, which)
                        .isEqualTo(each.end);
            }
            assertThat(sql.count("select count(*) from events"))
                    .as("rows: %s", which)
                    .isEqualTo(ROWS_PER_BATCH
                            * sent.stream().mapToLong(each -> each.end).sum());
        }
    }

    /// Waits until no page is left, which also shows that no crash left a task that nobody takes up again.
    private static void awaitCompaction(WingsProcess wings) throws Exception {
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            long deadline = System.nanoTime() + SECONDS.toNanos(COMPACTION_SECONDS);
            while (sql.count(UNCOMPACTED) > 0 && System.nanoTime() < deadline) {
                Thread.sleep(200);
            }
            assertThat(sql.count(UNCOMPACTED))
                    .as("pages left; tasks: %s", sql.query("select * from system.tasks"))
                    .isZero();
        }
    }

    private static void verify(WingsProcess wings, List<AcknowledgedBatch> acknowledged, String which)
            throws Exception {
        try (SqlClient sql = new SqlClient(wings.serverPort())) {
            assertThat(sql.query("select key, count(*), min(__offset__), max(__offset__), count(distinct __offset__)"
                            + " from events group by key"))
                    .as("offsets are dense: %s", which)
                    .isNotEmpty()
                    .allSatisfy(row -> {
                        long rows = (Long) row.get(1);
                        assertThat(row.subList(1, 5)).containsExactly(rows, 0L, rows - 1, rows);
                    });
            assertThat(sql.query("select batch, count(*), count(distinct row_in_batch) from events group by batch"
                            + " having count(*) <> " + ROWS_PER_BATCH + " or count(distinct row_in_batch) <> "
                            + ROWS_PER_BATCH))
                    .as("batches are whole, once: %s", which)
                    .isEmpty();
            Map<String, long[]> found = new HashMap<>();
            for (List<Object> row : sql.query("select batch, key, min(__offset__), max(__offset__) + 1, count(*)"
                    + " from events group by batch, key")) {
                found.put(
                        row.get(0) + "/" + row.get(1),
                        new long[] {(Long) row.get(2), (Long) row.get(3), (Long) row.get(4)});
            }
            for (AcknowledgedBatch batch : acknowledged) {
                batch.ranges()
                        .forEach((key, range) -> assertThat(found.get(batch.number() + "/" + key))
                                .as("batch=%d, key=%s: %s", batch.number(), key, which)
                                .containsExactly(range.start(), range.end(), range.end() - range.start()));
            }
        }
    }
}
