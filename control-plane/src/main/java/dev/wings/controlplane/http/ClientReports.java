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
package dev.wings.controlplane.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.apache.iceberg.metrics.CommitReport;
import org.apache.iceberg.metrics.MetricsReport;
import org.apache.iceberg.metrics.ScanReport;
import org.apache.iceberg.metrics.TimerResult;
import org.jspecify.annotations.Nullable;

/// Counts what engines report of their scans and commits, as meters. They do not have the names of tables: the
/// number of these is not bounded.
final class ClientReports {

    /// A longer duration is not believed.
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Timer scans;
    private final Timer commits;
    private final Counter others;

    ClientReports(MeterRegistry registry) {
        this.scans = Timer.builder("wings.catalog.client.scan.planning")
                .description("Time that engines say they planned scans of tables for")
                .register(registry);
        this.commits = Timer.builder("wings.catalog.client.commit")
                .description("Time that engines say their commits took")
                .register(registry);
        this.others = Counter.builder("wings.catalog.client.reports.unknown")
                .description("Reports of engines that are neither of a scan nor of a commit")
                .register(registry);
    }

    void add(MetricsReport report) {
        switch (report) {
            case ScanReport scan -> record(scans, scan.scanMetrics().totalPlanningDuration());
            case CommitReport commit -> record(commits, commit.commitMetrics().totalDuration());
            default -> others.increment();
        }
    }

    private static void record(Timer timer, @Nullable TimerResult reported) {
        Duration duration = reported == null ? Duration.ZERO : reported.totalDuration();
        timer.record(duration.isNegative() || duration.compareTo(LONGEST) > 0 ? Duration.ZERO : duration);
    }
}
