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
import dev.wings.common.arrow.ValueBounds;
import dev.wings.common.folio.SealedFolio.SealedPage;
import dev.wings.common.proto.FolioColumn;
import dev.wings.common.proto.FolioFooter;
import dev.wings.common.proto.FolioPage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/// Lays pages out as one object. Copies no bodies.
public final class FolioWriter {

    private FolioWriter() {}

    /// Seals `pages` into a folio, ordered by topic and partition, pages of one partition as given. Nothing can
    /// be added to them any more.
    ///
    /// @param id UUIDv7 of the folio
    /// @param pages each with at least one batch; none for a folio that is there for its commit only
    public static SealedFolio seal(UUID id, String namespaceUid, List<PageBuilder> pages) {
        List<PageBuilder> ordered = pages.stream()
                .sorted(Comparator.comparing(PageBuilder::key, PageKey.FOLIO_ORDER))
                .toList();
        List<ByteBuffer> content = new ArrayList<>();
        content.add(header());
        long position = FolioFormat.HEADER_BYTES;
        List<SealedPage> sealed = new ArrayList<>(ordered.size());
        for (PageBuilder page : ordered) {
            page.finish();
            sealed.add(new SealedPage(page, entry(page, position)));
            content.addAll(page.content());
            position += page.bytes();
            int padding = FolioFormat.padding(position);
            if (padding > 0) {
                content.add(ByteBuffer.allocate(padding));
                position += padding;
            }
        }
        ByteBuffer tail = footerAndTrailer(id, namespaceUid, sealed);
        content.add(tail);
        return new SealedFolio(id, namespaceUid, content, position + tail.remaining(), sealed);
    }

    private static PageEntry entry(PageBuilder page, long byteOffset) {
        List<Long> rows = page.batches().stream().map(FolioBatch::rows).toList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("a page holds batches: key=" + page.key());
        }
        return new PageEntry(page.key(), byteOffset, page.bytes(), page.crc32c(), rows, columns(page));
    }

    private static List<FolioColumn> columns(PageBuilder page) {
        return page.bytes() < FolioFormat.MIN_BOUNDED_PAGE_BYTES
                ? List.of()
                : page.bounds().stream().map(ValueBounds::entry).toList();
    }

    private static ByteBuffer header() {
        return ByteBuffer.allocate(FolioFormat.HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(FolioFormat.magic())
                .putInt(FolioFormat.VERSION)
                .rewind();
    }

    private static ByteBuffer footerAndTrailer(UUID id, String namespaceUid, List<SealedPage> pages) {
        FolioFooter.Builder builder = FolioFooter.newBuilder()
                .setFolioId(ByteString.copyFrom(FolioFormat.uuidBytes(id)))
                .setNamespaceUid(namespaceUid);
        for (SealedPage page : pages) {
            PageEntry entry = page.entry();
            builder.addPages(FolioPage.newBuilder()
                    .setTopicUid(entry.key().topicUid())
                    .setPartitionValue(entry.key().partitionValue())
                    .setSchemaVersion(entry.key().schemaVersion())
                    .setByteOffset(entry.byteOffset())
                    .setByteLength(entry.byteLength())
                    .setCrc32C(entry.crc32c())
                    .addAllBatchRows(entry.batchRows())
                    .addAllColumns(entry.columns()));
        }
        byte[] footer = builder.build().toByteArray();
        if (footer.length > FolioFormat.MAX_FOOTER_BYTES) {
            throw new IllegalArgumentException("too many pages for one folio: pages=" + pages.size());
        }
        CRC32C crc = new CRC32C();
        crc.update(footer);
        return ByteBuffer.allocate(footer.length + FolioFormat.TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(footer)
                .putInt(footer.length)
                .putInt((int) crc.getValue())
                .putInt(FolioFormat.VERSION)
                .put(FolioFormat.magic())
                .rewind();
    }
}
