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
package org.apache.iceberg.util;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.SystemConfigs;

/// Stands before Iceberg's own class of this name, whose threads nobody can give it: files of manifests are always
/// written by its pool, and waited for in the machine's time. For threads that are not simulated it does the same.
public final class ThreadPools {

    public static final int WORKER_THREAD_POOL_SIZE = SystemConfigs.WORKER_THREAD_POOL_SIZE.value();
    public static final int DELETE_WORKER_THREAD_POOL_SIZE = SystemConfigs.DELETE_WORKER_THREAD_POOL_SIZE.value();
    public static final int AUTH_REFRESH_THREAD_POOL_SIZE = SystemConfigs.AUTH_REFRESH_THREAD_POOL_SIZE.value();

    private static final ExecutorService WORKERS = newFixedThreadPool("iceberg-worker-pool", WORKER_THREAD_POOL_SIZE);
    private static final ExecutorService DELETE_WORKERS =
            newFixedThreadPool("iceberg-delete-worker-pool", DELETE_WORKER_THREAD_POOL_SIZE);
    private static final ExecutorService CALLER = new Caller();
    private static final ThreadLocal<Boolean> ALONE = ThreadLocal.withInitial(() -> false);

    private ThreadPools() {}

    /// From now on the calling thread does itself what it gives to a pool.
    public static void workAlone() {
        ALONE.set(true);
    }

    public static ExecutorService getWorkerPool() {
        return ALONE.get() ? CALLER : WORKERS;
    }

    public static ExecutorService getDeleteWorkerPool() {
        return ALONE.get() ? CALLER : DELETE_WORKERS;
    }

    public static ScheduledExecutorService authRefreshPool() {
        return AuthRefresh.POOL;
    }

    private static final class AuthRefresh {
        static final ScheduledExecutorService POOL =
                newScheduledPool("auth-session-refresh", AUTH_REFRESH_THREAD_POOL_SIZE);
    }

    public static ExecutorService newWorkerPool(String namePrefix) {
        return newFixedThreadPool(namePrefix, WORKER_THREAD_POOL_SIZE);
    }

    public static ExecutorService newWorkerPool(String namePrefix, int poolSize) {
        return newFixedThreadPool(namePrefix, poolSize);
    }

    public static ExecutorService newExitingWorkerPool(String namePrefix, int poolSize) {
        return newFixedThreadPool(namePrefix, poolSize);
    }

    public static ExecutorService newFixedThreadPool(String namePrefix, int poolSize) {
        return Executors.newFixedThreadPool(poolSize, threads(namePrefix));
    }

    public static ScheduledExecutorService newScheduledPool(String namePrefix, int poolSize) {
        return Executors.newScheduledThreadPool(poolSize, threads(namePrefix));
    }

    public static ScheduledExecutorService newExitingScheduledPool(
            String namePrefix, int poolSize, Duration terminationTimeout) {
        return newScheduledPool(namePrefix, poolSize);
    }

    private static ThreadFactory threads(String namePrefix) {
        return Thread.ofPlatform().name(namePrefix + "-", 0).daemon().factory();
    }

    /// Whoever gives it something to do does it.
    private static final class Caller extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }
}
