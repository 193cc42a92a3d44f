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
package dev.wings.controlplane.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/// What is measured about commits.
final class CommitMetrics {

    private final Timer latency;
    private final Timer transactions;
    private final DistributionSummary groupFolios;
    private final Counter pages;
    private final Counter retries;

    CommitMetrics(MeterRegistry registry, Supplier<Number> queuedBytes) {
        this.latency = Timer.builder("wings.commit.latency")
                .description("from a folio's arrival to its answer, waiting included")
                .publishPercentileHistogram()
                .register(registry);
        this.transactions = Timer.builder("wings.commit.transactions")
                .description("transactions that commit a group of folios, failed ones included")
                .publishPercentileHistogram()
                .register(registry);
        this.groupFolios = DistributionSummary.builder("wings.commit.group.folios")
                .description("folios that shared a transaction")
                .register(registry);
        this.pages = Counter.builder("wings.commit.pages")
                .description("pages added to the log")
                .register(registry);
        this.retries = Counter.builder("wings.commit.retries")
                .description("groups that were tried again, or folio by folio")
                .register(registry);
        Gauge.builder("wings.commit.queue.bytes", queuedBytes)
                .description("of requests that wait to be committed")
                .register(registry);
    }

    <T> T timeCommit(Supplier<T> commit) {
        return record(latency, commit);
    }

    <T> T timeTransaction(Supplier<T> transaction) {
        return record(transactions, transaction);
    }

    void committed(CommitDecision decision) {
        groupFolios.record(decision.outcomes().size());
        pages.increment(decision.folios().stream()
                .mapToDouble(folio -> folio.pages().size())
                .sum());
    }

    void retried() {
        retries.increment();
    }

    private static <T> T record(Timer timer, Supplier<T> supplier) {
        Timer.Sample sample = Timer.start();
        try {
            return supplier.get();
        } finally {
            sample.stop(timer);
        }
    }
}
