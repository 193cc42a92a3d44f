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
package dev.wings.common.time;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/// Makes threads. It is the one source of them, except for those of sockets and native engines, so that a
/// simulation can own the order in which they run.
public interface Threads {

    /// Makes threads that may wait, as many as anybody likes.
    ///
    /// @param name what the names of the threads begin with
    ThreadFactory virtual(String name);

    /// Makes threads for what holds up the processor that it runs on, such as native code. They keep no process alive.
    ///
    /// @param name what the names of the threads begin with
    ThreadFactory blocking(String name);

    /// As the other, with stacks of so many bytes, for native code that goes deep.
    default ThreadFactory blocking(String name, long stackBytes) {
        return blocking(name);
    }

    /// Runs tasks on threads for native code that goes deep, as many as there are tasks; they stay for a while, since
    /// on a new one the memory of native code is cold. The caller closes it.
    default ExecutorService pool(String name, long stackBytes) {
        return Executors.newCachedThreadPool(blocking(name, stackBytes));
    }

    /// Runs each task on a virtual thread of its own. The caller closes it.
    default ExecutorService executor(String name) {
        return Executors.newThreadPerTaskExecutor(virtual(name));
    }

    /// Runs at most `threads` tasks at once, for a library that waits for them in its own way, and so in the
    /// machine's time. A simulation runs each task at once, on the thread that gives it. The caller closes it.
    ///
    /// @param name what the names of the threads begin with
    default ExecutorService pool(String name, int threads) {
        return Executors.newFixedThreadPool(threads, blocking(name));
    }

    /// Runs `task` on a new virtual thread.
    default Thread start(String name, Runnable task) {
        Thread thread = virtual(name).newThread(task);
        thread.start();
        return thread;
    }

    /// Threads of the machine.
    static Threads system() {
        return new SystemThreads();
    }
}
