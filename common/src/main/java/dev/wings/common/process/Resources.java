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
package dev.wings.common.process;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What a service has opened, closed in the reverse order: what was opened last rests on what was opened before.
///
/// ```java
/// return Resources.opening(resources -> {
///     ObjectStores stores = resources.add(new ObjectStores());
///     ...
///     return new Service(resources, ...);
/// });
/// ```
public final class Resources implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /// Opens parts one after the other.
    @FunctionalInterface
    public interface Opener<T, X extends Exception> {
        T open(Resources resources) throws X;
    }

    /// Returns what `opener` makes of its parts; if that fails, closes those that it has opened.
    public static <T, X extends Exception> T opening(Opener<T, X> opener) throws X {
        Resources resources = new Resources();
        try {
            return opener.open(resources);
        } catch (Exception | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /// Takes ownership of `resource` and returns it.
    public synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /// Closes everything, also when some of it fails to: the first failure is thrown, the others are suppressed in
    /// it. Closing again does nothing.
    @Override
    public void close() {
        IllegalStateException failure = null;
        while (true) {
            AutoCloseable resource = next();
            if (resource == null) {
                break;
            }
            try {
                resource.close();
            } catch (Exception | Error e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                if (failure == null) {
                    failure = new IllegalStateException(
                            "cannot close " + resource.getClass().getSimpleName(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /// Closes everything because of `failure`; what fails to close is suppressed in it.
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IllegalStateException e) {
            failure.addSuppressed(e);
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        return opened.poll();
    }
}
