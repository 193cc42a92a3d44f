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

import dev.wings.common.error.WingsException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps the batches of one producer's stream in order.
///
/// Once a batch failed for a reason that is not its own (the store is away, say), no later batch of the stream
/// may be committed: the producer will send the failed one again, and it must not come after its successors
/// (I2).
public final class StreamOrder {

    private volatile @Nullable WingsException broken;

    void breakOff(WingsException reason) {
        broken = reason;
    }

    /// Why nothing of this stream is committed any more.
    public Optional<WingsException> broken() {
        return Optional.ofNullable(broken);
    }
}
