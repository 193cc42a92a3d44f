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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// Batches as a producer sends them: `id` counts up, `name` is null in every third row.
public final class ArrowBatches {

    public static final Schema SCHEMA = new Schema(List.of(
            new Field(
                    "id",
                    new FieldType(false, new ArrowType.Int(64, true), null, Map.of("PARQUET:field_id", "1")),
                    null),
            new Field(
                    "name",
                    new FieldType(true, ArrowType.Utf8.INSTANCE, null, Map.of("PARQUET:field_id", "2")),
                    null)));

    /// One message: the flatbuffer without prefix, and its body.
    public record Message(ByteBuffer header, ByteBuffer body) {}

    private ArrowBatches() {}

    public static byte[] schemaMessage() {
        return PageBuilder.schemaMessage(SCHEMA);
    }

    /// Rows `[firstId, firstId + rows)`.
    public static Message batch(BufferAllocator allocator, long firstId, int rows) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
            BigIntVector ids = (BigIntVector) root.getVector("id");
            VarCharVector names = (VarCharVector) root.getVector("name");
            for (int row = 0; row < rows; row++) {
                ids.setSafe(row, firstId + row);
                if (row % 3 != 0) {
                    names.setSafe(row, name(firstId + row).getBytes(StandardCharsets.UTF_8));
                }
            }
            root.setRowCount(rows);
            try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), batch);
                return split(bytes.toByteArray());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String name(long id) {
        return "näme " + id;
    }

    private static Message split(byte[] encapsulated) {
        ByteBuffer bytes = ByteBuffer.wrap(encapsulated).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = bytes.getInt(4);
        ByteBuffer body = bytes.slice(8 + headerBytes, encapsulated.length - 8 - headerBytes);
        return new Message(
                bytes.slice(8, headerBytes),
                ByteBuffer.allocateDirect(body.remaining()).put(body).flip());
    }
}
