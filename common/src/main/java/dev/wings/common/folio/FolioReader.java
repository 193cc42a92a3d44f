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

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.FolioFooter;
import dev.wings.common.proto.FolioPage;
import dev.wings.common.store.ObjectInfo;
import dev.wings.common.store.ObjectRange;
import dev.wings.common.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Finds the pages of a folio by its own footer. Damaged folios are DATA_LOSS that names the object and the range.
public final class FolioReader {

    /// Read at once from the end of the object: enough for the footers of most folios.
    private static final int SPECULATIVE_TAIL_BYTES = 64 << 10;

    private FolioReader() {}

    /// The contents of a stored folio, from one read of its end, or two if the footer is large. NOT_FOUND if there is
    /// no such object.
    public static Folio read(ObjectStore store, String objectKey) {
        ObjectInfo info = store.find(objectKey)
                .orElseThrow(() -> WingsException.notFound("object does not exist: key=" + objectKey));
        long end = info.bytes();
        ObjectRange whole = new ObjectRange(objectKey, 0, end);
        if (end < FolioFormat.HEADER_BYTES + FolioFormat.TRAILER_BYTES) {
            throw damaged("folio is too short", whole, null);
        }
        ObjectRange tail = new ObjectRange(objectKey, Math.max(0, end - SPECULATIVE_TAIL_BYTES), end);
        ByteBuffer bytes = readRange(store, tail);
        if (tail.start() == 0) {
            checkHeader(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN), whole);
        }
        ByteBuffer trailer = bytes.slice(bytes.limit() - FolioFormat.TRAILER_BYTES, FolioFormat.TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        long footerBytes = Integer.toUnsignedLong(trailer.getInt());
        int crc32c = trailer.getInt();
        checkVersionAndMagic(trailer, new ObjectRange(objectKey, end - FolioFormat.TRAILER_BYTES, end));
        long footerEnd = end - FolioFormat.TRAILER_BYTES;
        if (footerBytes > FolioFormat.MAX_FOOTER_BYTES || footerBytes > footerEnd - FolioFormat.HEADER_BYTES) {
            throw damaged(
                    "folio's footer cannot be as long as its trailer says: footer_bytes=" + footerBytes, whole, null);
        }
        ObjectRange footerRange = new ObjectRange(objectKey, footerEnd - footerBytes, footerEnd);
        ByteBuffer footer = footerRange.start() >= tail.start()
                ? bytes.slice((int) (footerRange.start() - tail.start()), (int) footerBytes)
                : readRange(store, footerRange);
        CRC32C crc = new CRC32C();
        crc.update(footer.duplicate());
        if ((int) crc.getValue() != crc32c) {
            throw damaged("folio's footer has another checksum than its trailer says", footerRange, null);
        }
        return parse(footer, footerRange);
    }

    private static ByteBuffer readRange(ObjectStore store, ObjectRange range) {
        ByteBuffer bytes = ByteBuffer.allocate((int) range.length()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            store.read(range.key(), range.start(), bytes);
        } catch (WingsException e) {
            if (e.kind() == ErrorKind.INVALID) {
                throw damaged("folio is shorter than its store said", range, e);
            }
            throw e;
        }
        return bytes.flip();
    }

    private static void checkHeader(ByteBuffer header, ObjectRange range) {
        byte[] magic = new byte[FolioFormat.magic().length];
        header.get(magic);
        int version = header.getInt();
        if (!Arrays.equals(magic, FolioFormat.magic()) || version != FolioFormat.VERSION) {
            throw damaged("not a folio of this version at its start: version=" + version, range, null);
        }
    }

    private static void checkVersionAndMagic(ByteBuffer trailer, ObjectRange range) {
        int version = trailer.getInt();
        byte[] magic = new byte[FolioFormat.magic().length];
        trailer.get(magic);
        if (!Arrays.equals(magic, FolioFormat.magic()) || version != FolioFormat.VERSION) {
            throw damaged("not a folio of this version at its end: version=" + version, range, null);
        }
    }

    private static Folio parse(ByteBuffer bytes, ObjectRange range) {
        try {
            checkPageCount(bytes, range);
            FolioFooter footer = FolioFooter.parseFrom(bytes);
            if (footer.getFolioId().size() != 16) {
                throw damaged("folio's id is not a UUID", range, null);
            }
            List<PageEntry> pages = new ArrayList<>(footer.getPagesCount());
            long previousEnd = FolioFormat.HEADER_BYTES;
            for (FolioPage page : footer.getPagesList()) {
                PageEntry entry = entry(page, previousEnd, range);
                previousEnd = entry.byteOffset() + entry.byteLength();
                pages.add(entry);
            }
            return new Folio(
                    FolioFormat.uuid(footer.getFolioId().asReadOnlyByteBuffer()), footer.getNamespaceUid(), pages);
        } catch (IOException e) {
            throw damaged("folio's footer cannot be parsed", range, e);
        }
    }

    /// Before anything is allocated for them: two bytes are enough to claim a page.
    private static void checkPageCount(ByteBuffer footer, ObjectRange range) throws IOException {
        long most = (range.start() - FolioFormat.HEADER_BYTES) / FolioFormat.ALIGNMENT;
        CodedInputStream fields = CodedInputStream.newInstance(footer.duplicate());
        long pages = 0;
        for (int tag = fields.readTag(); tag != 0 && fields.skipField(tag); tag = fields.readTag()) {
            pages += WireFormat.getTagFieldNumber(tag) == FolioFooter.PAGES_FIELD_NUMBER ? 1 : 0;
        }
        if (pages > most) {
            throw damaged("folio cannot hold as many pages as its footer lists: pages=" + pages, range, null);
        }
    }

    /// Checks that the page lies after the one before it and ahead of the footer.
    private static PageEntry entry(FolioPage page, long previousEnd, ObjectRange footer) {
        long offset = page.getByteOffset();
        long length = page.getByteLength();
        if (offset < previousEnd
                || offset % FolioFormat.ALIGNMENT != 0
                || length <= 0
                || offset > footer.start()
                || length > footer.start() - offset) {
            throw damaged(
                    "folio's footer has a bad page: byte_offset=" + offset + ", byte_length=" + length, footer, null);
        }
        if (page.getTopicUid().isEmpty()
                || page.getSchemaVersion() < 0
                || page.getBatchRowsCount() == 0
                || page.getBatchRowsList().stream().anyMatch(rows -> rows <= 0)) {
            throw damaged("folio's footer has an incomplete page: byte_offset=" + offset, footer, null);
        }
        PageKey key = new PageKey(page.getTopicUid(), page.getPartitionValue(), page.getSchemaVersion());
        return new PageEntry(key, offset, length, page.getCrc32C(), page.getBatchRowsList(), page.getColumnsList());
    }

    private static WingsException damaged(String what, ObjectRange range, @Nullable Throwable cause) {
        return WingsException.dataLoss(what + ": " + range, cause);
    }
}
