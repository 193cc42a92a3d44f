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

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.store.ObjectStore;
import dev.wings.common.time.Scheduler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts folios into object stores, so many at once and no more.
final class FolioUploader {

    private static final Logger LOG = LoggerFactory.getLogger(FolioUploader.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final int MAX_ATTEMPTS = 8;

    private final Semaphore slots;
    private final Scheduler scheduler;

    FolioUploader(int maxUploads, Scheduler scheduler) {
        this.slots = new Semaphore(maxUploads, true);
        this.scheduler = scheduler;
    }

    /// Stores the object, trying again for about ten seconds while the store is UNAVAILABLE.
    void upload(ObjectStore store, String key, List<ByteBuffer> content) throws InterruptedException {
        slots.acquire();
        try {
            Duration pause = FIRST_PAUSE;
            for (int attempt = 1; ; attempt++) {
                try {
                    store.create(key, content);
                    return;
                } catch (WingsException e) {
                    if (e.kind() == ErrorKind.ALREADY_EXISTS && attempt > 1) {
                        // the key has a new UUID in it: the object is that of an attempt whose answer got lost
                        return;
                    }
                    if (e.kind() != ErrorKind.UNAVAILABLE || attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                    LOG.warn("upload failed, trying again: key={}, attempt={}, cause={}", key, attempt, e.getMessage());
                }
                scheduler.sleep(pause);
                pause = pause.multipliedBy(2);
            }
        } finally {
            slots.release();
        }
    }
}
