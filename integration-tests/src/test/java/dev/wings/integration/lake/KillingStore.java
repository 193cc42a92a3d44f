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
package dev.wings.integration.lake;

import dev.wings.common.store.ObjectStore;
import java.util.concurrent.atomic.AtomicInteger;

/// A store that kills whoever removes one object more than `removals` are left.
final class KillingStore extends ForwardingStore {

    private final AtomicInteger removals;

    KillingStore(ObjectStore store, AtomicInteger removals) {
        super(store);
        this.removals = removals;
    }

    @Override
    public void delete(String key) {
        if (removals.getAndDecrement() == 0) {
            throw new IllegalStateException("killed");
        }
        super.delete(key);
    }
}
