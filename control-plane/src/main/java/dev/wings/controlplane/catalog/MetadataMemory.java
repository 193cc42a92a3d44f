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
package dev.wings.controlplane.catalog;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.fair.FairPlaces;
import dev.wings.common.time.Scheduler;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The memory that metadata of tables may take, shared fairly by tenants (I9, I11). A request waits for its part before
/// it reads its first file, and holds it until it is answered. What it needs beyond that is there at once, or
/// refused.
public final class MetadataMemory {

    /// Bytes of memory for each byte of a file: the text, what is made of it, the changed one, and the answer.
    private static final int BYTES_PER_FILE_BYTE = 8;

    /// Bytes of memory for each token beyond those that [#BYTES_PER_FILE_BYTE] has room for, which is one in as
    /// many bytes of a file.
    private static final int BYTES_PER_TOKEN = 64;

    private static final int KIB = 1024;

    /// How much all owners may have, as a multiple of what one may have.
    private static final double ALL_PER_OWNER = 4 / 3.0;

    private static final int MAX_WAITING = 64;

    private final long bytes;
    private final FairPlaces freeKib;
    private final ScopedValue<Held> current = ScopedValue.newInstance();

    /// @param bytes how much the requests of one owner may take; those of all owners may take a third more
    /// @param wait how long a request waits for others to give back what they hold
    public MetadataMemory(long bytes, Duration wait, Scheduler scheduler) {
        this.bytes = bytes;
        long kibOfAll = (long) Math.ceil(ALL_PER_OWNER * bytes / KIB);
        this.freeKib = new FairPlaces("large tables", new FairPlaces.Limits(kibOfAll, MAX_WAITING, wait), scheduler);
    }

    /// What a request does.
    public interface Request<X extends Throwable> {
        void run() throws X;
    }

    /// What a request holds.
    private static final class Held {
        final String owner;
        FairPlaces.@Nullable Place place;
        long kib;

        Held(String owner) {
            this.owner = owner;
        }

        void shrinkTo(long less) {
            if (place != null) {
                place.shrink(kib - less);
                kib = less;
            }
        }
    }

    /// Runs a request; what it has taken is free again when this returns.
    ///
    /// @param owner the request counts for its share
    public <X extends Throwable> void during(String owner, Request<X> request) throws X {
        Held held = new Held(owner);
        try {
            ScopedValue.where(current, held).<Boolean, X>call(() -> {
                request.run();
                return true;
            });
        } finally {
            held.shrinkTo(0);
        }
    }

    /// The largest file that there is ever memory for.
    long maxFileBytes() {
        return bytes / BYTES_PER_FILE_BYTE;
    }

    long bytes() {
        return bytes;
    }

    /// Whether there is ever memory for a file.
    boolean holds(long fileBytes, long tokens) {
        return fileBytes <= maxFileBytes() && fileBytes * BYTES_PER_FILE_BYTE + forTokens(fileBytes, tokens) <= bytes;
    }

    private static long forTokens(long fileBytes, long tokens) {
        return Math.max(0, tokens - fileBytes / BYTES_PER_FILE_BYTE) * BYTES_PER_TOKEN;
    }

    /// Takes memory for bytes of a file, for the request that runs. Fails with EXHAUSTED if others hold too
    /// much of it.
    void take(long fileBytes) {
        acquire(fileBytes * BYTES_PER_FILE_BYTE, fileBytes);
    }

    /// Runs a part of a request that may be run again: what it takes is free again if it fails.
    <T> T attempt(Supplier<T> part) {
        Held held = current.get();
        long before = held.kib;
        boolean done = false;
        try {
            T result = part.get();
            done = true;
            return result;
        } finally {
            if (!done) {
                held.shrinkTo(before);
            }
        }
    }

    /// Takes what a file needs beyond its bytes because it has so many tokens. As [#take].
    void takeTokens(long fileBytes, long tokens) {
        acquire(forTokens(fileBytes, tokens), fileBytes);
    }

    private void acquire(long wanted, long fileBytes) {
        long kib = wanted / KIB;
        Held held = current.get();
        FairPlaces.Place place = held.place;
        // A request that holds some does not wait for more: others, who wait behind it, may need just what it
        // holds.
        if (place == null || held.kib == 0) {
            held.place = await(held.owner, kib, fileBytes);
        } else if (!place.tryGrow(kib)) {
            throw exhausted(fileBytes, null);
        }
        held.kib += kib;
    }

    private FairPlaces.Place await(String owner, long kib, long fileBytes) {
        try {
            return freeKib.acquire(owner, kib);
        } catch (WingsException e) {
            throw exhausted(fileBytes, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while waiting for memory", e);
        }
    }

    private WingsException exhausted(long fileBytes, @Nullable Throwable cause) {
        return new WingsException(
                ErrorKind.EXHAUSTED,
                "too many requests for large tables at once: memory_bytes=" + bytes + ", file_bytes=" + fileBytes,
                cause);
    }
}
