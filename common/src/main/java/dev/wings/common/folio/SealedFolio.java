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
package dev.wings.common.folio;

import com.google.protobuf.ByteString;
import dev.wings.common.proto.BatchCommit;
import dev.wings.common.proto.CommitFolioRequest;
import dev.wings.common.proto.PageCommit;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/// A folio ready to be stored.
///
/// @param content the bytes of the object, as [dev.wings.common.store.ObjectStore#create] takes them; bodies
///     are still the caller's memory
/// @param bytes size of the object
/// @param pages in the order of the folio
public record SealedFolio(UUID id, String namespaceUid, List<ByteBuffer> content, long bytes, List<SealedPage> pages) {

    public SealedFolio {
        content = List.copyOf(content);
        pages = List.copyOf(pages);
    }

    /// A page and its place.
    ///
    /// @param builder the builder that was given, the same instance
    public record SealedPage(PageBuilder builder, PageEntry entry) {}

    /// The commit of this folio, stored under `objectKey`: pages and batches in the order of [#pages].
    public CommitFolioRequest commitRequest(String objectKey) {
        CommitFolioRequest.Builder request = CommitFolioRequest.newBuilder()
                .setNamespaceUid(namespaceUid)
                .setFolioId(ByteString.copyFrom(FolioFormat.uuidBytes(id)))
                .setObjectKey(objectKey)
                .setObjectBytes(bytes);
        for (SealedPage page : pages) {
            PageEntry entry = page.entry();
            PageCommit.Builder commit = request.addPagesBuilder()
                    .setTopicUid(entry.key().topicUid())
                    .setPartitionValue(entry.key().partitionValue())
                    .setSchemaVersion(entry.key().schemaVersion())
                    .setByteOffset(entry.byteOffset())
                    .setByteLength(entry.byteLength())
                    .setCrc32C(entry.crc32c());
            for (FolioBatch batch : page.builder().batches()) {
                commit.addBatches(BatchCommit.newBuilder()
                        .setRows(batch.rows())
                        .setRequestedTimestampMicros(batch.requestedTimestampMicros())
                        .setWithTopicUid(batch.withTopicUid()));
            }
        }
        return request.build();
    }
}
