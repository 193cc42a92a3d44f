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
package dev.wings.worker.task;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Renews the lease of one running task, three times as often as it must, and breaks the task off when the
/// lease is lost: when the control plane says so, or when it could not be renewed until its end.
final class Heartbeat {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private static final int RENEWALS_PER_LEASE = 3;
    private static final int RETRIES_PER_LEASE = 20;

    /// The time between interrupts of a task that must end.
    private static final Duration INSIST = Duration.ofMillis(200);

    private final TaskLease lease;
    private final TaskClient client;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private Duration duration;
    private Instant end;

    private Heartbeat(TaskLease lease, Duration duration, TaskClient client, Scheduler scheduler, InstantSource clock) {
        this.lease = lease;
        this.duration = duration;
        this.end = clock.instant().plus(duration);
        this.client = client;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    /// Renews the lease until it ends.
    static void start(TaskLease lease, Duration duration, TaskClient client, Scheduler scheduler, InstantSource clock) {
        Heartbeat heartbeat = new Heartbeat(lease, duration, client, scheduler, clock);
        heartbeat.next(duration.dividedBy(RENEWALS_PER_LEASE));
    }

    private void next(Duration delay) {
        scheduler.schedule(delay, this::beat);
    }

    private void beat() {
        if (lease.isEnded()) {
            return;
        }
        if (lease.isBrokenOff() && !lease.isStopped()) {
            lease.interruptNow();
            next(INSIST);
            return;
        }
        if (lease.isStopped()) {
            lease.interruptNow();
        }
        Instant asked = clock.instant();
        try {
            duration = client.renew(lease);
            end = asked.plus(duration);
            next(lease.isStopped() ? INSIST : duration.dividedBy(RENEWALS_PER_LEASE));
        } catch (WingsException e) {
            failed(e);
        }
    }

    private void failed(WingsException failure) {
        if (lease.isEnded()) {
            return;
        }
        boolean lost = failure.kind() == ErrorKind.CONFLICT
                || failure.kind() == ErrorKind.NOT_FOUND
                || !clock.instant().isBefore(end);
        if (lost) {
            LOG.warn("lease lost: task={}, cause={}", lease.task().getName(), failure.getMessage());
            lease.lose("the lease was lost: " + failure.getMessage());
            next(INSIST);
        } else {
            LOG.warn(
                    "lease not renewed, trying again: task={}, cause={}",
                    lease.task().getName(),
                    failure.getMessage());
            next(duration.dividedBy(RETRIES_PER_LEASE));
        }
    }
}
