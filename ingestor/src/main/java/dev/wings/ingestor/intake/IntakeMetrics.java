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
package dev.wings.ingestor.intake;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.proto.IngestResponse.PartitionRange;
import dev.wings.ingestor.budget.MemoryBudget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/// What an operator sees of batches, whatever door they come by.
public final class IntakeMetrics {

    private final MeterRegistry registry;
    private final Timer acknowledgement;
    private final Counter rows;
    private final Counter repeated;

    public IntakeMetrics(MeterRegistry registry, MemoryBudget budget) {
        this.registry = registry;
        this.acknowledgement = Timer.builder("wings.ingestor.acknowledgement")
                .description("from the arrival of a batch to the answer that it is durable")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
        this.rows = Counter.builder("wings.ingestor.rows")
                .description("rows made durable")
                .register(registry);
        this.repeated = Counter.builder("wings.ingestor.repeated.batches")
                .description("batches that were sent again, and stored the first time")
                .register(registry);
        Gauge.builder("wings.ingestor.memory", budget, MemoryBudget::usedBytes)
                .description("bytes of batches between arrival and answer")
                .baseUnit("bytes")
                .register(registry);
    }

    /// Starts to count the time of a batch that came in.
    public Stopwatch start() {
        return new Stopwatch(Timer.start(registry));
    }

    /// Counts a batch that is in the log.
    public void accepted(Stopwatch stopwatch, List<PartitionRange> ranges) {
        stopwatch.sample.stop(acknowledgement);
        for (PartitionRange range : ranges) {
            rows.increment((double) (range.getEndOffset() - range.getStartOffset()));
        }
    }

    /// Counts a batch that had been answered when it was sent before.
    public void repeated() {
        repeated.increment();
    }

    /// Counts rows that became dead letters.
    public void deadLetters(String door, long rows) {
        if (rows > 0) {
            Counter.builder("wings.ingestor.dead.letter.rows")
                    .description("rows that did not fit their topic and were kept in its topic of dead letters")
                    .tag("door", door)
                    .register(registry)
                    .increment((double) rows);
        }
    }

    /// Counts a batch that is not.
    public void rejected(ErrorKind kind) {
        Counter.builder("wings.ingestor.rejected.batches")
                .description("batches that were not accepted")
                .tag("kind", kind.name())
                .register(registry)
                .increment();
    }

    /// Counts the time of one batch.
    public static final class Stopwatch {
        private final Timer.Sample sample;

        private Stopwatch(Timer.Sample sample) {
            this.sample = sample;
        }
    }
}
