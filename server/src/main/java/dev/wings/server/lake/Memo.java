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
package dev.wings.server.lake;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Remembers what was made of immutable things, within a bound; what was not used for the longest time is
/// forgotten. Whoever asks for a value that somebody else is making waits for it. Failures are not remembered.
/// Safe for use by many threads.
final class Memo<K, V> {

    private final long maxWeight;
    private final ToLongFunction<V> weigher;
    private final LinkedHashMap<K, CompletableFuture<V>> values = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    /// @param maxWeight the weight of all values together; a value that is heavier is not remembered
    Memo(long maxWeight, ToLongFunction<V> weigher) {
        this.maxWeight = maxWeight;
        this.weigher = weigher;
    }

    /// Fails as `maker` does, even if it was somebody else's call that failed; but if that one was interrupted,
    /// the value is made once more.
    V get(K key, Function<K, V> maker) {
        while (true) {
            CompletableFuture<V> made = new CompletableFuture<>();
            CompletableFuture<V> known = putIfAbsent(key, made);
            if (known == null) {
                return make(key, maker, made);
            }
            try {
                return await(known);
            } catch (AbandonedException e) {
                // its maker has forgotten the value: this may be the next one
            }
        }
    }

    /// Returns what is remembered already.
    synchronized Optional<V> find(K key) {
        CompletableFuture<V> known = values.get(key);
        return known != null && known.isDone() && !known.isCompletedExceptionally()
                ? Optional.of(known.join())
                : Optional.empty();
    }

    private V make(K key, Function<K, V> maker, CompletableFuture<V> made) {
        try {
            V value = maker.apply(key);
            made.complete(value);
            keep(key, made, value);
            return value;
        } catch (Throwable t) {
            forget(key, made);
            made.completeExceptionally(wasInterrupted(t) ? new AbandonedException(t) : t);
            throw t;
        }
    }

    /// Whether a failure comes from an interrupt. Reading fails in many ways when its thread is interrupted;
    /// none of them says anything about the file.
    private static boolean wasInterrupted(Throwable failure) {
        return Thread.currentThread().isInterrupted()
                || (failure instanceof WingsException known && known.kind() == ErrorKind.CANCELLED);
    }

    private synchronized @Nullable CompletableFuture<V> putIfAbsent(K key, CompletableFuture<V> made) {
        return values.putIfAbsent(key, made);
    }

    private synchronized void forget(K key, CompletableFuture<V> made) {
        values.remove(key, made);
    }

    private synchronized void keep(K key, CompletableFuture<V> made, V value) {
        long added = weigher.applyAsLong(value);
        if (added > maxWeight) {
            values.remove(key, made);
            return;
        }
        weight += added;
        Iterator<Map.Entry<K, CompletableFuture<V>>> oldest = values.entrySet().iterator();
        while (weight > maxWeight && oldest.hasNext()) {
            Map.Entry<K, CompletableFuture<V>> candidate = oldest.next();
            CompletableFuture<V> old = candidate.getValue();
            if (!candidate.getKey().equals(key) && old.isDone() && !old.isCompletedExceptionally()) {
                weight -= weigher.applyAsLong(old.join());
                oldest.remove();
            }
        }
    }

    private static <V> V await(CompletableFuture<V> known) throws AbandonedException {
        try {
            return known.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AbandonedException abandoned) {
                throw abandoned;
            }
            throw LakeErrors.again(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WingsException(ErrorKind.CANCELLED, "interrupted while a file was read", e);
        }
    }

    /// Says that the thread that made a value was interrupted.
    private static final class AbandonedException extends Exception {

        private static final long serialVersionUID = 1;

        AbandonedException(Throwable cause) {
            super(cause);
        }
    }
}
