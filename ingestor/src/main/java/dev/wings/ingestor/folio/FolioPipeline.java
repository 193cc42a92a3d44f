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
package dev.wings.ingestor.folio;

import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Gathers the batches of one namespace into folios and sends them on their way, one thread for each folio. Uploads
/// overlap; commits follow the order in which the folios were sealed (I2).
///
/// A folio is sealed when it is full, or one linger after the folio before it was sealed. So a batch that comes
/// after a quiet moment waits for nobody, none waits longer than a linger for others, and besides full folios
/// there is at most one in each linger. None is sealed while `maxInFlight` are under way: under load the
/// batches that wait meanwhile become one larger folio, and the memory budget of the streams bounds what waits.
/// Safe for use by many threads.
public final class FolioPipeline {

    /// @param flushBytes a folio with so many bytes is full
    /// @param flushLinger how long after a folio was sealed the next one gathers
    /// @param maxInFlight how many folios of one namespace may be between seal and answer
    public record Limits(long flushBytes, Duration flushLinger, int maxInFlight) {}

    /// How many bytes a commit may need to say about a folio, so that it fits into a gRPC message with what one
    /// submission adds.
    private static final long MAX_COMMIT_BYTES = 2 << 20;

    private final Limits limits;
    private final Scheduler scheduler;
    private final Executor tasks;
    private final FolioCarrier carrier;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Deque<Submission> gathered = new ArrayDeque<>();
    private long gatheredBytes;
    private long gatheredCommitBytes;
    /// While there is one, batches gather.
    private Scheduler.@Nullable Timer linger;

    private long lingers;
    private boolean draining;
    private boolean retired;
    private int inFlight;
    private CountDownLatch lastSealed = new CountDownLatch(0);

    /// @param tasks runs each folio's way on a thread of its own, which may block
    FolioPipeline(Limits limits, Scheduler scheduler, Executor tasks, FolioCarrier carrier) {
        this.limits = limits;
        this.scheduler = scheduler;
        this.tasks = tasks;
        this.carrier = carrier;
    }

    /// Takes a submission, which it owns from here on; false if it was retired meanwhile, and there is another
    /// pipeline then. Never waits for others.
    public boolean append(Submission submission) {
        lock.lock();
        try {
            if (retired) {
                return false;
            }
            gathered.add(submission);
            gatheredBytes += submission.bytes();
            gatheredCommitBytes += submission.commitBytes();
            sealWhatIsDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Takes nothing from now on, if it is idle. Returns whether it is.
    boolean retire() {
        lock.lock();
        try {
            retired = inFlight == 0 && gathered.isEmpty() && linger == null;
            return retired;
        } finally {
            lock.unlock();
        }
    }

    /// Stops waiting for more: what is gathered, and what comes, is sealed as soon as it may be.
    void drain() {
        lock.lock();
        try {
            draining = true;
            sealWhatIsDue();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything appended was answered, and returns how many of the nanoseconds are left: 0 or less if
    /// it took too long.
    long awaitIdle(long atMostNanos) throws InterruptedException {
        long leftNanos = atMostNanos;
        lock.lock();
        try {
            while ((inFlight > 0 || !gathered.isEmpty()) && leftNanos > 0) {
                leftNanos = scheduler.awaitNanos(lock, idle, leftNanos);
            }
            return leftNanos;
        } finally {
            lock.unlock();
        }
    }

    /// Refuses what was not sealed yet.
    void abort() {
        List<Submission> refused;
        lock.lock();
        try {
            // what comes from now on is sealed at once, and refused
            draining = true;
            refused = List.copyOf(gathered);
            gathered.clear();
            gatheredBytes = 0;
            gatheredCommitBytes = 0;
        } finally {
            lock.unlock();
        }
        carrier.refuse(refused);
    }

    private void startLinger() {
        if (linger != null) {
            linger.cancel();
        }
        long number = ++lingers;
        linger = scheduler.schedule(limits.flushLinger(), () -> onLingerOver(number));
    }

    private void onLingerOver(long number) {
        lock.lock();
        try {
            if (number == lingers) {
                linger = null;
                sealWhatIsDue();
            }
        } finally {
            lock.unlock();
        }
    }

    private void sealWhatIsDue() {
        while (!gathered.isEmpty()
                && inFlight < limits.maxInFlight()
                && (linger == null || draining || isFull(gatheredBytes, gatheredCommitBytes))) {
            start(takeOneFolio());
        }
    }

    private boolean isFull(long bytes, long commitBytes) {
        return bytes >= limits.flushBytes() || commitBytes >= MAX_COMMIT_BYTES;
    }

    private List<Submission> takeOneFolio() {
        List<Submission> content = new ArrayList<>();
        long bytes = 0;
        long commitBytes = 0;
        while (!gathered.isEmpty() && !isFull(bytes, commitBytes)) {
            Submission next = gathered.remove();
            bytes += next.bytes();
            commitBytes += next.commitBytes();
            content.add(next);
        }
        gatheredBytes -= bytes;
        gatheredCommitBytes -= commitBytes;
        // What is left has waited for as long as what was sealed: it is due when that was.
        if (gathered.isEmpty() && !draining) {
            startLinger();
        }
        return content;
    }

    private void start(List<Submission> content) {
        CountDownLatch previous = lastSealed;
        CountDownLatch done = new CountDownLatch(1);
        lastSealed = done;
        inFlight++;
        try {
            tasks.execute(() -> {
                try {
                    carrier.carry(content, previous);
                } finally {
                    done.countDown();
                    onDone();
                }
            });
        } catch (RejectedExecutionException e) {
            inFlight--;
            lastSealed = previous;
            carrier.refuse(content);
        }
    }

    private void onDone() {
        lock.lock();
        try {
            inFlight--;
            sealWhatIsDue();
            if (inFlight == 0 && gathered.isEmpty()) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
