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

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// A record batch as a producer puts it on the wire, made buffer by buffer: all layouts of the format, with
/// what the format allows and libraries seldom do (garbage under nulls, offsets that do not start at 0, shared
/// views).
///
/// Values are `Long` for integers and points in time, `Boolean`, `Double`, `BigInteger` for decimals
/// (unscaled), `byte[]` for text and byte strings, `List` for lists and structs; maps are lists of structs.
final class WireBatch {

    private static final byte[] GARBAGE = {(byte) 0xFF, (byte) 0xFE, (byte) 0x80};

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<long[]> nodes = new ArrayList<>();
    private final List<long[]> buffers = new ArrayList<>();
    private final List<Long> variadicCounts = new ArrayList<>();
    private final int rows;

    private WireBatch(int rows) {
        this.rows = rows;
    }

    /// The batch whose columns hold these values, one list per field.
    static WireBatch of(List<Field> fields, List<List<@Nullable Object>> columns) {
        WireBatch batch = new WireBatch(columns.isEmpty() ? 0 : columns.get(0).size());
        for (int i = 0; i < fields.size(); i++) {
            batch.write(fields.get(i), columns.get(i));
        }
        return batch;
    }

    byte[] body() {
        return body.toByteArray();
    }

    ArrowBuf openBody(BufferAllocator allocator) {
        return open(allocator, body());
    }

    static ArrowBuf open(BufferAllocator allocator, byte[] bytes) {
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }

    IpcHeader.RecordBatch header() {
        return (IpcHeader.RecordBatch) IpcHeader.parse(headerBytes());
    }

    /// The flatbuffer of the message.
    byte[] headerBytes() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        return bytes(MessageSerializer.serializeMessage(
                builder, MessageHeader.RecordBatch, table(builder), body.size(), IpcOption.DEFAULT));
    }

    /// The flatbuffer of the message that sends the only column of this batch as a dictionary.
    byte[] dictionaryHeaderBytes(long id, boolean delta) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int dictionary = DictionaryBatch.createDictionaryBatch(builder, id, table(builder), delta);
        return bytes(MessageSerializer.serializeMessage(
                builder, MessageHeader.DictionaryBatch, dictionary, body.size(), IpcOption.DEFAULT));
    }

    private int table(FlatBufferBuilder builder) {
        RecordBatch.startNodesVector(builder, nodes.size());
        for (long[] node : nodes.reversed()) {
            FieldNode.createFieldNode(builder, node[0], node[1]);
        }
        int nodesOffset = builder.endVector();
        RecordBatch.startBuffersVector(builder, buffers.size());
        for (long[] buffer : buffers.reversed()) {
            org.apache.arrow.flatbuf.Buffer.createBuffer(builder, buffer[0], buffer[1]);
        }
        int buffersOffset = builder.endVector();
        int countsOffset = RecordBatch.createVariadicBufferCountsVector(
                builder, variadicCounts.stream().mapToLong(Long::longValue).toArray());
        return RecordBatch.createRecordBatch(builder, rows, nodesOffset, buffersOffset, 0, countsOffset);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private void write(Field field, List<@Nullable Object> values) {
        if (field.getDictionary() != null) {
            writeFixed(field.getDictionary().getIndexType().getBitWidth() / 8, values);
            return;
        }
        switch (field.getType()) {
            case ArrowType.Null ignored -> node(values);
            case ArrowType.Bool ignored -> writeBits(values);
            case ArrowType.Int type -> writeFixed(type.getBitWidth() / 8, values);
            case ArrowType.FloatingPoint type ->
                writeFixed(
                        switch (type.getPrecision()) {
                            case HALF -> 2;
                            case SINGLE -> 4;
                            case DOUBLE -> 8;
                        },
                        values);
            case ArrowType.Decimal type -> writeFixed(type.getBitWidth() / 8, values);
            case ArrowType.Date type ->
                writeFixed(
                        switch (type.getUnit()) {
                            case DAY -> 4;
                            case MILLISECOND -> 8;
                        },
                        values);
            case ArrowType.Time type -> writeFixed(type.getBitWidth() / 8, values);
            case ArrowType.Timestamp ignored -> writeFixed(8, values);
            case ArrowType.FixedSizeBinary type -> writeFixed(type.getByteWidth(), values);
            case ArrowType.Utf8 ignored -> writeVariable(4, values);
            case ArrowType.Binary ignored -> writeVariable(4, values);
            case ArrowType.LargeUtf8 ignored -> writeVariable(8, values);
            case ArrowType.LargeBinary ignored -> writeVariable(8, values);
            case ArrowType.Utf8View ignored -> writeViews(values);
            case ArrowType.BinaryView ignored -> writeViews(values);
            case ArrowType.Struct ignored -> writeStruct(field, values);
            case ArrowType.List ignored -> writeList(field, 4, values);
            case ArrowType.Map ignored -> writeList(field, 4, values);
            case ArrowType.LargeList ignored -> writeList(field, 8, values);
            case ArrowType.ListView ignored -> writeListViews(field, 4, values);
            case ArrowType.LargeListView ignored -> writeListViews(field, 8, values);
            case ArrowType.FixedSizeList type -> writeFixedList(field, type.getListSize(), values);
            default -> throw new IllegalArgumentException("not written here: " + field);
        }
    }

    private void node(List<@Nullable Object> values) {
        long nulls = values.stream().filter(value -> value == null).count();
        nodes.add(new long[] {values.size(), nulls});
    }

    private void nodeAndValidity(List<@Nullable Object> values) {
        node(values);
        if (nodes.getLast()[1] == 0) {
            buffer(new byte[0]);
            return;
        }
        byte[] bits = new byte[(values.size() + 7) / 8];
        for (int i = 0; i < values.size(); i++) {
            bits[i / 8] |= (byte) (values.get(i) == null ? 0 : 1 << (i % 8));
        }
        buffer(bits);
    }

    private void buffer(byte[] bytes) {
        buffers.add(new long[] {body.size(), bytes.length});
        body.writeBytes(bytes);
        body.writeBytes(new byte[-bytes.length & 7]);
    }

    private void writeBits(List<@Nullable Object> values) {
        nodeAndValidity(values);
        byte[] bits = new byte[(values.size() + 7) / 8];
        for (int i = 0; i < values.size(); i++) {
            bits[i / 8] |= (byte) (Boolean.TRUE.equals(values.get(i)) ? 1 << (i % 8) : 0);
        }
        buffer(bits);
    }

    private void writeFixed(int width, List<@Nullable Object> values) {
        nodeAndValidity(values);
        ByteBuffer bytes = ByteBuffer.allocate(width * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (Object value : values) {
            bytes.put(fixed(width, value));
        }
        buffer(bytes.array());
    }

    private static byte[] fixed(int width, @Nullable Object value) {
        ByteBuffer bytes = ByteBuffer.allocate(width).order(ByteOrder.LITTLE_ENDIAN);
        switch (value) {
            case null -> {
                while (bytes.hasRemaining()) {
                    bytes.put((byte) 0x7E);
                }
            }
            case Double number when width == 2 -> bytes.putShort(Float.floatToFloat16(number.floatValue()));
            case Double number when width == 4 -> bytes.putFloat(number.floatValue());
            case Double number -> bytes.putDouble(number);
            case Float number -> bytes.putFloat(number);
            case Long number -> putInteger(bytes, BigInteger.valueOf(number));
            case BigInteger number -> putInteger(bytes, number);
            case byte[] binary -> bytes.put(binary);
            default -> throw new IllegalArgumentException("not a value of fixed width: " + value);
        }
        return bytes.array();
    }

    private static void putInteger(ByteBuffer bytes, BigInteger number) {
        for (int shift = 0; bytes.hasRemaining(); shift += 8) {
            bytes.put(number.shiftRight(shift).byteValue());
        }
    }

    private void writeVariable(int width, List<@Nullable Object> values) {
        nodeAndValidity(values);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(GARBAGE);
        ByteBuffer offsets = ByteBuffer.allocate(width * (values.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        putOffset(offsets, width, data.size());
        for (Object value : values) {
            data.writeBytes(value == null ? GARBAGE : (byte[]) value);
            putOffset(offsets, width, data.size());
        }
        data.writeBytes(GARBAGE);
        buffer(offsets.array());
        buffer(data.toByteArray());
    }

    private void writeViews(List<@Nullable Object> values) {
        nodeAndValidity(values);
        ByteArrayOutputStream[] data = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
        ByteBuffer views = ByteBuffer.allocate(16 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.size(); i++) {
            views.position(16 * i);
            byte[] value = (byte[]) values.get(i);
            if (value == null) {
                views.putInt(-1).putLong(-1).putInt(-1);
                continue;
            }
            views.putInt(value.length);
            if (value.length <= 12) {
                views.put(value);
            } else {
                int buffer = i % 2;
                views.put(value, 0, 4).putInt(buffer).putInt(data[buffer].size());
                data[buffer].writeBytes(value);
            }
        }
        buffer(views.array());
        variadicCounts.add(2L);
        buffer(data[0].toByteArray());
        buffer(data[1].toByteArray());
    }

    private void writeStruct(Field field, List<@Nullable Object> values) {
        nodeAndValidity(values);
        for (int i = 0; i < field.getChildren().size(); i++) {
            List<@Nullable Object> member = new ArrayList<>();
            for (Object value : values) {
                member.add(value == null ? null : ((List<?>) value).get(i));
            }
            write(field.getChildren().get(i), member);
        }
    }

    private void writeList(Field field, int width, List<@Nullable Object> values) {
        nodeAndValidity(values);
        List<@Nullable Object> elements = new ArrayList<>();
        ByteBuffer offsets = ByteBuffer.allocate(width * (values.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        putOffset(offsets, width, 0);
        for (Object value : values) {
            if (value != null) {
                elements.addAll((List<?>) value);
            }
            putOffset(offsets, width, elements.size());
        }
        buffer(offsets.array());
        write(field.getChildren().get(0), elements);
    }

    private void writeListViews(Field field, int width, List<@Nullable Object> values) {
        nodeAndValidity(values);
        List<@Nullable Object> elements = new ArrayList<>();
        ByteBuffer offsets = ByteBuffer.allocate(width * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer sizes = ByteBuffer.allocate(width * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = values.size() - 1; i >= 0; i--) {
            List<?> value = (List<?>) values.get(i);
            offsets.position(width * i);
            sizes.position(width * i);
            putOffset(offsets, width, value == null ? -7 : elements.size());
            putOffset(sizes, width, value == null ? -7 : value.size());
            if (value != null) {
                elements.addAll(value);
            }
        }
        buffer(offsets.array());
        buffer(sizes.array());
        write(field.getChildren().get(0), elements);
    }

    private void writeFixedList(Field field, int size, List<@Nullable Object> values) {
        nodeAndValidity(values);
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object value : values) {
            for (int i = 0; i < size; i++) {
                elements.add(value == null ? null : ((List<?>) value).get(i));
            }
        }
        write(field.getChildren().get(0), elements);
    }

    private static void putOffset(ByteBuffer offsets, int width, int offset) {
        if (width == 4) {
            offsets.putInt(offset);
        } else {
            offsets.putLong(offset);
        }
    }
}
