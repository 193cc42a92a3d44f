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
package dev.wings.benchmarks.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Looks at a process tree again and again and keeps the highest values.
public final class UsageSampler implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final ProcessTree tree;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile long jvmPeakBytes;
    private volatile long otherPeakBytes;
    private volatile @Nullable IOException failure;

    private UsageSampler(ProcessTree tree) {
        this.tree = tree;
        this.thread = Thread.ofPlatform().name("usage-sampler").daemon().unstarted(this::sample);
    }

    public static UsageSampler open(ProcessTree tree) {
        UsageSampler sampler = new UsageSampler(tree);
        sampler.thread.start();
        return sampler;
    }

    public long jvmPeakBytes() throws IOException {
        check();
        return jvmPeakBytes;
    }

    public long otherPeakBytes() throws IOException {
        check();
        return otherPeakBytes;
    }

    /// Fails if the sampler has failed, since peaks must be those of the whole time.
    private void check() throws IOException {
        if (failure != null) {
            throw new IOException("the memory of the processes could not be read to the end", failure);
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        thread.join();
    }

    private void sample() {
        try {
            do {
                ProcessTree.Usage usage = tree.usage();
                jvmPeakBytes = Math.max(jvmPeakBytes, usage.jvmPeakBytes());
                otherPeakBytes = Math.max(otherPeakBytes, usage.otherBytes());
            } while (!stop.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
