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
package dev.wings.controlplane.log;

import dev.wings.common.error.WingsException;
import dev.wings.controlplane.log.FolioAnswer.Rejected;
import java.util.List;
import java.util.Optional;

/// A batch whose producer has numbered it, so that it is stored once, however often it is sent. Fails with
/// INVALID for what no such batch can be.
///
/// @param epoch which of the producers that had this id, one after the other; 0 for an id that its producer
///     made
/// @param sequence the number of the batch among those that the producer sends to the topic, from 0
/// @param single whether it is the only batch of its producer, which is remembered for a shorter time
/// @param fingerprint tells the batch from another one that is sent under its number by mistake; 0 for none
/// @param rejection why the ingestor does not take the batch, if it was not taken before; then it has no parts
/// @param parts the batches of pages that it consists of, one for each partition that it has rows of,
///     and its dead letters, which are of another topic
public record ProducerBatch(
        ProducerKey key,
        long epoch,
        long sequence,
        boolean single,
        long fingerprint,
        Optional<Rejected> rejection,
        List<Part> parts) {

    public ProducerBatch {
        parts = List.copyOf(parts);
        if (epoch < 0 || sequence < 0 || sequence == Long.MAX_VALUE) {
            throw WingsException.invalid("bad number of a producer's batch: producer_id=" + key.producerId()
                    + ", epoch=" + epoch + ", sequence=" + sequence);
        }
        if (rejection.isPresent() && !parts.isEmpty()) {
            throw WingsException.invalid(
                    "a producer's batch that is rejected has no parts: producer_id=" + key.producerId());
        }
    }

    /// @param page the index of a page in its folio
    /// @param batch the index of the batch in the page
    public record Part(int page, int batch) {}
}
