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

import dev.wings.controlplane.log.FolioAnswer.Rejected;
import java.util.List;
import java.util.Optional;

/// The one answer that a batch of a producer gets, the first time and every time after.
///
/// @param fingerprint what its producer told it from others by; 0 if it did not
/// @param ranges where its rows are: one for each partition that it has rows of
/// @param rejection why it is not in the log; then it has no ranges
/// @param deadLetterRows how many of its rows are in another topic, since they did not fit
public record ProducerAnswer(long fingerprint, List<Range> ranges, Optional<Rejected> rejection, long deadLetterRows) {

    /// Why a batch is not in the log.
    static ProducerAnswer rejection(long fingerprint, Rejected reason) {
        return new ProducerAnswer(fingerprint, List.of(), Optional.of(reason), 0);
    }

    public ProducerAnswer {
        ranges = List.copyOf(ranges);
    }

    /// The offsets `[startOffset, endOffset)` of a partition.
    public record Range(String partitionValue, long startOffset, long endOffset, long timestampMicros) {}
}
