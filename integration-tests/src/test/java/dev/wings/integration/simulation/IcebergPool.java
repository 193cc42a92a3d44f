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
package dev.wings.integration.simulation;

import com.google.common.util.concurrent.MoreExecutors;
import java.lang.reflect.Field;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.util.ThreadPools;

/// The pool on which Iceberg writes manifests. An update can be given threads to read manifests with, but none
/// to write them with: it takes those of this pool, and sleeps in the machine's time until they are done. So
/// the threads are taken from the pool.
final class IcebergPool {

    private IcebergPool() {}

    /// Makes each task of the pool run at once, on the thread that submits it, in all of this process.
    static synchronized void runOnCallers() {
        ExecutorService pool = ThreadPools.getWorkerPool();
        try {
            // This object hides how the pool is configured. It has the pool in a field that no compiler takes
            // for a constant.
            Field delegate = pool.getClass().getDeclaredField("e");
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field theUnsafe = type.getDeclaredField("theUnsafe");
            theUnsafe.setAccessible(true);
            Object unsafe = theUnsafe.get(null);
            long offset =
                    (Long) type.getMethod("objectFieldOffset", Field.class).invoke(unsafe, delegate);
            type.getMethod("putObject", Object.class, long.class, Object.class)
                    .invoke(unsafe, pool, offset, MoreExecutors.newDirectExecutorService());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Iceberg, or this JDK, makes the pool in another way", e);
        }
    }
}
