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
import dev.wings.common.store.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A stored folio whose pages are to become part of the log. Fails with INVALID for what no folio can be.
///
/// @param pages in the order of the folio, so that their byte ranges ascend
/// @param producerBatches those that producers have numbered, in the order in which they came
public record FolioCommit(
        UUID folioId, String objectKey, long objectBytes, List<Page> pages, List<ProducerBatch> producerBatches) {

    public FolioCommit {
        pages = List.copyOf(pages);
        producerBatches = List.copyOf(producerBatches);
        if (folioId.version() != 7) {
            throw WingsException.invalid("a folio's id is a UUID of version 7: folio_id=" + folioId);
        }
        ObjectKey.check(objectKey);
        if (pages.isEmpty() && producerBatches.isEmpty()) {
            throw WingsException.invalid("a folio with nothing to commit: folio_id=" + folioId);
        }
        checkParts(folioId, pages, producerBatches);
        long written = 0;
        for (Page page : pages) {
            if (page.byteOffset < written || page.byteLength > objectBytes - page.byteOffset) {
                throw WingsException.invalid("pages must ascend and lie inside the object: folio_id=" + folioId
                        + ", byte_offset=" + page.byteOffset + ", byte_length=" + page.byteLength + ", object_bytes="
                        + objectBytes);
            }
            written = page.byteOffset + page.byteLength;
        }
    }

    /// A folio whose batches nobody has numbered.
    public FolioCommit(UUID folioId, String objectKey, long objectBytes, List<Page> pages) {
        this(folioId, objectKey, objectBytes, pages, List.of());
    }

    private static void checkParts(UUID folioId, List<Page> pages, List<ProducerBatch> producerBatches) {
        Set<ProducerBatch.Part> parts = new HashSet<>();
        for (ProducerBatch batch : producerBatches) {
            for (ProducerBatch.Part part : batch.parts()) {
                boolean exists = part.page() >= 0
                        && part.page() < pages.size()
                        && part.batch() >= 0
                        && part.batch() < pages.get(part.page()).batches().size();
                if (!exists || !parts.add(part)) {
                    throw WingsException.invalid(
                            "a producer's batch has parts of the folio that no other has: folio_id="
                                    + folioId + ", producer_id=" + batch.key().producerId() + ", page=" + part.page()
                                    + ", batch=" + part.batch());
                }
            }
        }
    }

    /// One page that is to be committed.
    ///
    /// @param schemaVersion the version of the topic's schema that the page's columns are bound to
    /// @param crc32c of the page's bytes
    /// @param batches in the order of the page
    public record Page(
            PartitionKey partition,
            int schemaVersion,
            long byteOffset,
            long byteLength,
            int crc32c,
            List<Batch> batches) {

        public Page {
            batches = List.copyOf(batches);
            if (schemaVersion < 0 || byteOffset < 0 || byteLength <= 0) {
                throw WingsException.invalid("bad page: topic_uid=" + partition.topicUid() + ", schema_version="
                        + schemaVersion + ", byte_offset=" + byteOffset + ", byte_length=" + byteLength);
            }
            if (batches.isEmpty()) {
                throw WingsException.invalid("a page without batches: topic_uid=" + partition.topicUid());
            }
        }
    }

    /// One batch of a page.
    ///
    /// @param rows more than 0; no more than a record batch can hold
    /// @param requestedTimestampMicros microseconds UTC, asked for by the producer; 0 for none
    /// @param withTopic another topic of the namespace without which the batch is not taken, either
    public record Batch(long rows, long requestedTimestampMicros, Optional<UUID> withTopic) {

        public Batch(long rows, long requestedTimestampMicros) {
            this(rows, requestedTimestampMicros, Optional.empty());
        }

        public Batch {
            if (rows <= 0 || rows > Integer.MAX_VALUE) {
                throw WingsException.invalid("bad number of rows in a batch: rows=" + rows);
            }
        }
    }
}
