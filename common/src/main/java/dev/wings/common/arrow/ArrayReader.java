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
package dev.wings.common.arrow;

import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.ArrowType;

/// Takes the arrays of one record batch out of its body, and checks all that a reader of them relies on:
/// counts, bounds, lengths, offsets, bitmaps, text. Nothing the header says is believed before it is checked
/// here. Fails with INVALID.
///
/// Values as such are not checked here: casts check whether an index lies in its dictionary, and
/// [CanonicalChecks] whether a number is in its range.
final class ArrayReader {

    private static final int BUFFER_ALIGNMENT = 8;

    private final IpcHeader.RecordBatch header;
    private final ArrowBuf body;
    private final long bodyBytes;
    private final BatchMemory memory;
    private final RowFaults faults;
    private int nextNode;
    private int nextBuffer;
    private int nextVariadicCount;
    private long bytesRead;
    private long viewBytes;
    private boolean regular;

    /// Reads bytes `[readerIndex, writerIndex)` of `body`, which must outlive the arrays; what is decompressed
    /// goes to `memory`.
    ///
    /// @param faults hears of rows with text that is none
    ArrayReader(IpcHeader.RecordBatch header, ArrowBuf body, BatchMemory memory, RowFaults faults) {
        this.header = header;
        this.body = body;
        this.bodyBytes = body.readableBytes();
        this.memory = memory;
        this.faults = faults;
        this.regular = true;
    }

    /// The columns of the batch, each as long as the batch.
    List<ArrayData> read(List<SourceField> fields) {
        if (header.bodyBytes() < 0
                || header.bodyBytes() > Long.MAX_VALUE - BUFFER_ALIGNMENT
                || IpcMessage.padded(header.bodyBytes()) != IpcMessage.padded(bodyBytes)) {
            throw WingsException.invalid("the body of the batch is not as long as its header says: expected="
                    + header.bodyBytes() + ", found=" + bodyBytes);
        }
        if (header.rows() < 0) {
            throw WingsException.invalid("the batch has a wrong number of rows: rows=" + header.rows());
        }
        List<ArrayData> arrays = new ArrayList<>(fields.size());
        for (SourceField field : fields) {
            arrays.add(array(field, header.rows(), true));
        }
        if (2 * nextNode != header.nodes().length
                || 2 * nextBuffer != header.buffers().length
                || nextVariadicCount != header.variadicCounts().length) {
            throw WingsException.invalid("the batch has more arrays or buffers than its schema: arrays="
                    + header.nodes().length / 2 + ", expected=" + nextNode + ", buffers="
                    + header.buffers().length / 2 + ", expected=" + nextBuffer);
        }
        return arrays;
    }

    /// Whether the body can go into a page as it is: its buffers are aligned, and none is missing that only an
    /// empty array may do without.
    boolean isRegular() {
        return regular;
    }

    /// One array and what is below it. Its length must be `expected`, or at least that unless `exact`.
    private ArrayData array(SourceField field, long expected, boolean exact) {
        if (2 * nextNode >= header.nodes().length) {
            throw field.invalid("the batch has fewer arrays than its schema");
        }
        long claimedLength = header.nodes()[2 * nextNode];
        long claimedNulls = header.nodes()[2 * nextNode + 1];
        nextNode++;
        if (claimedLength < expected
                || (exact && claimedLength != expected)
                // One below the limit, so that the number of offsets is an int, too.
                || claimedLength >= Integer.MAX_VALUE) {
            throw field.invalid("the array has a wrong length: length=" + claimedLength + ", expected=" + expected);
        }
        int length = (int) claimedLength;
        if (field.layout() == Layout.NULL) {
            return new ArrayData(Layout.NULL, 0, length, length, Buf.EMPTY, List.of(), List.of());
        }
        if (claimedNulls < 0 || claimedNulls > length) {
            throw field.invalid("the array has a wrong number of nulls: nulls=" + claimedNulls + ", length=" + length);
        }
        Buf validity = validity(field, length, (int) claimedNulls);
        return switch (field.layout()) {
            case NULL -> throw new IllegalStateException("a null array has no validity bitmap");
            case BITS -> of(field, length, (int) claimedNulls, validity, buffer(field, Bits.bytes(length)));
            case FIXED -> of(field, length, (int) claimedNulls, validity, buffer(field, (long) length * field.width()));
            case VARIABLE, LARGE_VARIABLE -> variable(field, length, (int) claimedNulls, validity);
            case VIEW -> views(field, length, (int) claimedNulls, validity);
            case STRUCT -> {
                List<ArrayData> members = new ArrayList<>(field.children().size());
                for (SourceField member : field.children()) {
                    members.add(array(member, length, true));
                }
                yield new ArrayData(Layout.STRUCT, 0, length, (int) claimedNulls, validity, List.of(), members);
            }
            case LIST, LARGE_LIST -> list(field, length, (int) claimedNulls, validity);
            case LIST_VIEW, LARGE_LIST_VIEW -> listView(field, length, (int) claimedNulls, validity);
            case FIXED_LIST -> {
                ArrayData element = array(field.children().get(0), (long) length * field.width(), true);
                yield new ArrayData(
                        Layout.FIXED_LIST,
                        field.width(),
                        length,
                        (int) claimedNulls,
                        validity,
                        List.of(),
                        List.of(element));
            }
        };
    }

    private ArrayData variable(SourceField field, int length, int nulls, Buf validity) {
        int width = field.layout() == Layout.VARIABLE ? Integer.BYTES : Long.BYTES;
        Buf offsets = offsets(field, length, width);
        Buf data = buffer(field, 0);
        ArrayData array = of(field, length, nulls, validity, offsets, data);
        ArrayChecks.checkOffsets(field, array, data.length());
        if (field.isText()) {
            ArrayChecks.checkText(field, array, faults);
        }
        return array;
    }

    private ArrayData views(SourceField field, int length, int nulls, Buf validity) {
        List<Buf> buffers = new ArrayList<>();
        buffers.add(buffer(field, (long) length * Views.BYTES));
        if (nextVariadicCount >= header.variadicCounts().length) {
            throw field.invalid("the batch does not say how many data buffers the array has");
        }
        long count = header.variadicCounts()[nextVariadicCount++];
        if (count < 0 || count > header.buffers().length / 2 - nextBuffer) {
            throw field.invalid("the batch has fewer buffers than its schema: expected=" + count + " for the array");
        }
        for (long i = 0; i < count; i++) {
            buffers.add(buffer(field, 0));
        }
        ArrayData array = new ArrayData(Layout.VIEW, 0, length, nulls, validity, List.copyOf(buffers), List.of());
        // The limit holds for the views of all arrays together: else each array could stand for as many bytes
        // as a whole batch.
        viewBytes += ArrayChecks.checkViews(field, array, memory.limit() - viewBytes, faults);
        return array;
    }

    private ArrayData list(SourceField field, int length, int nulls, Buf validity) {
        int width = field.layout() == Layout.LIST ? Integer.BYTES : Long.BYTES;
        Buf offsets = offsets(field, length, width);
        ArrayData array = of(field, length, nulls, validity, offsets);
        // The child cannot be longer than this, so that what the offsets reach is an int.
        long end = ArrayChecks.checkOffsets(field, array, Integer.MAX_VALUE - 1);
        ArrayData element = array(field.children().get(0), end, false);
        if (field.type() instanceof ArrowType.Map && element.nullCount() != 0) {
            throw field.invalid("a map has null for an entry");
        }
        return array.with(field.layout(), array.buffers(), List.of(element));
    }

    private ArrayData listView(SourceField field, int length, int nulls, Buf validity) {
        int width = field.layout() == Layout.LIST_VIEW ? Integer.BYTES : Long.BYTES;
        Buf offsets = buffer(field, (long) length * width);
        Buf sizes = buffer(field, (long) length * width);
        ArrayData element = array(field.children().get(0), 0, false);
        ArrayData array =
                new ArrayData(field.layout(), 0, length, nulls, validity, List.of(offsets, sizes), List.of(element));
        ArrayChecks.checkListViews(field, array);
        return array;
    }

    private static ArrayData of(SourceField field, int length, int nulls, Buf validity, Buf... buffers) {
        return new ArrayData(field.layout(), field.width(), length, nulls, validity, List.of(buffers), List.of());
    }

    /// The validity bitmap; empty where there are no nulls. The number of nulls must be the true one.
    private Buf validity(SourceField field, int length, int nulls) {
        Buf bits = buffer(field, 0);
        if (bits.length() == 0 && nulls == 0) {
            return Buf.EMPTY;
        }
        if (bits.length() < Bits.bytes(length)) {
            throw field.invalid(
                    "a buffer of the array is too short: bytes=" + bits.length() + ", expected=" + Bits.bytes(length));
        }
        long found = length - Bits.countSet(bits.segment(), length);
        if (found != nulls) {
            throw field.invalid("the array has a wrong number of nulls: nulls=" + nulls + ", found=" + found);
        }
        return nulls == 0 ? Buf.EMPTY : bits.slice(0, Bits.bytes(length));
    }

    /// Offsets of `length` values. An empty array may come without the one offset that it should have.
    private Buf offsets(SourceField field, int length, int width) {
        long expected = (length + 1L) * width;
        Buf offsets = buffer(field, length == 0 ? 0 : expected);
        if (offsets.length() < expected) {
            regular = false;
            return memory.allocateZeros(expected);
        }
        return offsets.slice(0, expected);
    }

    /// The next buffer, uncompressed and at least that long; cut to that length unless it is 0.
    private Buf buffer(SourceField field, long expected) {
        if (2 * nextBuffer >= header.buffers().length) {
            throw field.invalid("the batch has fewer buffers than its schema");
        }
        long offset = header.buffers()[2 * nextBuffer];
        long length = header.buffers()[2 * nextBuffer + 1];
        nextBuffer++;
        if (offset < 0 || length < 0 || offset > bodyBytes || length > bodyBytes - offset) {
            throw field.invalid("a buffer of the array lies outside of the body: offset=" + offset + ", length="
                    + length + ", body=" + bodyBytes);
        }
        bytesRead += length;
        if (bytesRead > bodyBytes) {
            // Overlapping buffers would let a few bytes stand for many.
            throw field.invalid("buffers of the batch overlap");
        }
        regular &= offset % BUFFER_ALIGNMENT == 0;
        Buf found = Buf.of(body, body.readerIndex() + offset, length);
        if (header.compression() != IpcHeader.Compression.NONE && length > 0) {
            found = decompress(field, found);
        }
        if (found.length() < expected) {
            throw field.invalid(
                    "a buffer of the array is too short: bytes=" + found.length() + ", expected=" + expected);
        }
        return expected == 0 ? found : found.slice(0, expected);
    }

    private Buf decompress(SourceField field, Buf compressed) {
        try {
            return BodyCompression.decompress(header.compression(), compressed, memory);
        } catch (WingsException e) {
            throw new WingsException(e.kind(), e.getMessage() + ", field=\"" + field.path() + "\"", e);
        }
    }
}
