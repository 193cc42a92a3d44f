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
package dev.wings.common.cache;

import dev.wings.common.error.WingsException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Objects whose bytes follow from their name, read with faults.
final class TestSource implements RangeSource {

    private final Random random;
    private final int failPercent;
    private final List<ByteRange> reads = Collections.synchronizedList(new ArrayList<>());

    TestSource(long seed, int failPercent) {
        this.random = new Random(seed);
        this.failPercent = failPercent;
    }

    static byte[] content(ObjectId object) {
        byte[] content = new byte[(int) object.bytes()];
        new Random(object.key().hashCode()).nextBytes(content);
        return content;
    }

    /// What was asked for so far.
    List<ByteRange> reads() {
        return List.copyOf(reads);
    }

    @Override
    public void read(ObjectId object, long start, ByteBuffer into) {
        reads.add(new ByteRange(start, start + into.remaining()));
        LockSupport.parkNanos(1000);
        boolean fails;
        synchronized (random) {
            fails = random.nextInt(100) < failPercent;
        }
        if (fails) {
            into.put((byte) 1);
            throw WingsException.unavailable("the store fails", null);
        }
        into.put(content(object), (int) start, into.remaining());
    }
}
