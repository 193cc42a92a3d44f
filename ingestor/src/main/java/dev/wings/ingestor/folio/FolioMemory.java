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

import java.util.concurrent.atomic.AtomicInteger;

/// The memory that a folio's content lies in. It is given back when its last reader is done: an upload that
/// lost its race reads on after the folio is committed. It is opened with one holder. Safe for use by many
/// threads.
final class FolioMemory implements AutoCloseable {

    private final AtomicInteger holders = new AtomicInteger(1);
    private final Runnable giveBack;

    FolioMemory(Runnable giveBack) {
        this.giveBack = giveBack;
    }

    /// Adds a holder, which calls [#close].
    void hold() {
        if (holders.getAndIncrement() <= 0) {
            throw new IllegalStateException("the memory was given back already");
        }
    }

    @Override
    public void close() {
        int left = holders.decrementAndGet();
        if (left == 0) {
            giveBack.run();
        } else if (left < 0) {
            throw new IllegalStateException("more holders closed than there are");
        }
    }
}
