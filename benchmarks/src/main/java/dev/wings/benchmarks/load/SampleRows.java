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
package dev.wings.benchmarks.load;

import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/// The rows that everything is measured with: sensor readings of about 100 bytes in Arrow, of the canonical types, so
/// that an ingestor needs no cast. The same `firstId` gives the same rows.
public final class SampleRows {

    /// How many values the column `site` has.
    public static final int SITES = 64;

    private static final long START_MICROS = 1_767_225_600_000_000L;
    private static final int DEVICE_BYTES = 16;
    private static final int MESSAGE_BYTES = 24;

    private SampleRows() {}

    /// The topic to create for these rows.
    public static Schema topicSchema() {
        return Schema.newBuilder()
                .addFields(topicField("id", Primitive.LONG, true))
                .addFields(topicField("ts", Primitive.TIMESTAMPTZ, true))
                .addFields(topicField("site", Primitive.STRING, true))
                .addFields(topicField("device", Primitive.STRING, false))
                .addFields(topicField("reading", Primitive.DOUBLE, false))
                .addFields(topicField("level", Primitive.DOUBLE, false))
                .addFields(topicField("status", Primitive.INT, false))
                .addFields(topicField("message", Primitive.STRING, false))
                .build();
    }

    /// The same as an Arrow schema.
    public static org.apache.arrow.vector.types.pojo.Schema arrowSchema() {
        ArrowType timestamp = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
        ArrowType floating = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
        ArrowType string = new ArrowType.Utf8();
        return new org.apache.arrow.vector.types.pojo.Schema(List.of(
                arrowField("id", new ArrowType.Int(64, true), false),
                arrowField("ts", timestamp, false),
                arrowField("site", string, false),
                arrowField("device", string, true),
                arrowField("reading", floating, true),
                arrowField("level", floating, true),
                arrowField("status", new ArrowType.Int(32, true), true),
                arrowField("message", string, true)));
    }

    /// Rows with the ids `[firstId, firstId + rows)`.
    public static VectorSchemaRoot openBatch(BufferAllocator allocator, long firstId, int rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(arrowSchema(), allocator);
        BigIntVector id = (BigIntVector) root.getVector("id");
        TimeStampMicroTZVector ts = (TimeStampMicroTZVector) root.getVector("ts");
        VarCharVector site = (VarCharVector) root.getVector("site");
        VarCharVector device = (VarCharVector) root.getVector("device");
        Float8Vector reading = (Float8Vector) root.getVector("reading");
        Float8Vector level = (Float8Vector) root.getVector("level");
        IntVector status = (IntVector) root.getVector("status");
        VarCharVector message = (VarCharVector) root.getVector("message");
        SplittableRandom random = new SplittableRandom(firstId);
        for (int row = 0; row < rows; row++) {
            long number = firstId + row;
            id.setSafe(row, number);
            ts.setSafe(row, START_MICROS + number * 1_000);
            site.setSafe(row, ascii("site-%02d".formatted(random.nextInt(SITES))));
            device.setSafe(row, hex(random, DEVICE_BYTES));
            reading.setSafe(row, random.nextDouble(-40, 60));
            level.setSafe(row, random.nextDouble());
            status.setSafe(row, random.nextInt(5));
            message.setSafe(row, hex(random, MESSAGE_BYTES));
        }
        root.setRowCount(rows);
        return root;
    }

    private static byte[] hex(SplittableRandom random, int length) {
        byte[] text = new byte[length];
        for (int position = 0; position < length; position++) {
            text[position] = (byte) Character.forDigit(random.nextInt(16), 16);
        }
        return text;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static dev.wings.common.proto.Field topicField(String name, Primitive type, boolean required) {
        return dev.wings.common.proto.Field.newBuilder()
                .setName(name)
                .setRequired(required)
                .setType(Type.newBuilder().setPrimitive(type))
                .build();
    }

    private static Field arrowField(String name, ArrowType type, boolean nullable) {
        return new Field(name, new FieldType(nullable, type, null), null);
    }
}
