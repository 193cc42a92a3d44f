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

import java.time.Instant;
import java.util.List;

/// What is known of the batches that a producer has sent to one topic.
///
/// @param epoch of the producer that sent the newest of them
/// @param nextSequence the number that its next batch has; all before it have been answered
/// @param last the answers to the batches right before that, in their order
/// @param expireTime when all of this is forgotten
public record ProducerState(long epoch, long nextSequence, List<ProducerAnswer> last, Instant expireTime) {

    public ProducerState {
        last = List.copyOf(last);
        if (nextSequence < last.size()) {
            throw new IllegalStateException("answers to batches that cannot have been: next_sequence=" + nextSequence
                    + ", answers=" + last.size());
        }
    }
}
