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

import dev.wings.common.proto.LeaseRef;
import dev.wings.common.proto.Task;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A task that is leased to this worker and running. Safe for use by many threads.
public final class TaskLease {

    private final Task task;
    private final LeaseRef ref;
    private volatile String progress = "";
    private @Nullable String brokenOff;
    private boolean stopped;
    private boolean ended;
    private @Nullable Thread thread;
    private @Nullable Runnable interrupt;

    public TaskLease(Task task) {
        this.task = task;
        this.ref = LeaseRef.newBuilder()
                .setTask(task.getName())
                .setEpoch(task.getEpoch())
                .build();
    }

    public Task task() {
        return task;
    }

    public LeaseRef ref() {
        return ref;
    }

    /// A number of things, for people: `1 segment`, `2 segments`.
    ///
    /// @param noun whose plural ends with an s
    public static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /// Says how far the task is, for people; sent with the next heartbeat.
    public void progress(String text) {
        progress = text;
    }

    String progress() {
        return progress;
    }

    /// Fails if the task must end: called before each step that others would see.
    public synchronized void check() {
        if (brokenOff != null) {
            throw new BrokenOffException(brokenOff);
        }
    }

    /// Runs `work`. When the task must end, another thread calls `interrupt`, as often as it takes, which makes
    /// the work fail soon. Fails with [BrokenOffException] if that is why the work failed.
    ///
    /// @param interrupt may be called when the work has not begun
    public <T> T interruptible(Runnable interrupt, Supplier<T> work) {
        synchronized (this) {
            check();
            this.interrupt = interrupt;
        }
        try {
            return work.get();
        } catch (RuntimeException e) {
            check();
            throw e;
        } finally {
            synchronized (this) {
                this.interrupt = null;
            }
        }
    }

    /// Says that the calling thread runs the task from now on.
    synchronized void begin() {
        thread = Thread.currentThread();
    }

    /// Says that the task runs no more: nothing interrupts the thread after this.
    synchronized void end() {
        ended = true;
        thread = null;
        Thread.interrupted();
    }

    /// Makes the task end, since another worker has the lease.
    void lose(String reason) {
        breakOff(reason, false);
    }

    /// Makes the task end, since the worker does; the lease is still held and is to be given back.
    void stop(String reason) {
        breakOff(reason, true);
    }

    private synchronized void breakOff(String reason, boolean stop) {
        if (brokenOff == null) {
            brokenOff = reason;
            stopped = stop;
        }
        interruptNow();
    }

    /// Interrupts the task. Once may come too early: between the check and the start of what it is to
    /// interrupt.
    synchronized void interruptNow() {
        if (interrupt != null) {
            interrupt.run();
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    /// Whether the task had to end and the lease is still held.
    synchronized boolean isStopped() {
        return stopped;
    }

    synchronized boolean isBrokenOff() {
        return brokenOff != null;
    }

    synchronized boolean isEnded() {
        return ended;
    }
}
