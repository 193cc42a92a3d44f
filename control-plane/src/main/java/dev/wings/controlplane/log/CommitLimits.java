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

import java.time.Duration;

/// How much is committed at once, and how much may wait.
///
/// @param transactions how many groups, of different namespaces, are committed at the same time
/// @param groupFolios how many folios share a transaction at most
/// @param groupBytes how many bytes their requests have at most; a larger request is committed alone
/// @param queueBytes the bytes of all requests that wait; those of one namespace may be a quarter of it. What
///     comes on top is refused with EXHAUSTED
/// @param maxFolioAge see [CommitRule#decide]
public record CommitLimits(int transactions, int groupFolios, long groupBytes, long queueBytes, Duration maxFolioAge) {

    private static final Duration DEFAULT_MAX_FOLIO_AGE = Duration.ofHours(12);

    public CommitLimits {
        if (transactions < 1 || groupFolios < 1 || groupBytes < 1 || queueBytes < 4) {
            throw new IllegalArgumentException("bad limits of commits: transactions=" + transactions + ", group_folios="
                    + groupFolios + ", group_bytes=" + groupBytes + ", queue_bytes=" + queueBytes);
        }
    }

    /// Limits with the age that the default grace of garbage allows.
    public CommitLimits(int transactions, int groupFolios, long groupBytes, long queueBytes) {
        this(transactions, groupFolios, groupBytes, queueBytes, DEFAULT_MAX_FOLIO_AGE);
    }

    long namespaceQueueBytes() {
        return queueBytes / 4;
    }
}
