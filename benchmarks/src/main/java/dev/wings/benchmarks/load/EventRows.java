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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

/// What is asked for in a lake: events of accounts, some of which have far more than others, about one per millisecond
/// and a little out of order.
public final class EventRows {

    /// How many values the column `account` has.
    public static final int ACCOUNTS = 100_000;

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MICROS_PER_EVENT = 1_000;
    private static final int DISORDER_MICROS = 500_000;
    private static final String[] KINDS = {
        "view", "click", "search", "login", "add_to_cart", "remove_from_cart", "purchase", "refund"
    };
    private static final byte[][] KIND_BYTES = utf8(KINDS);
    private static final int SESSION_BYTES = 12;

    private EventRows() {}

    static Schema topicSchema() {
        return Schema.newBuilder()
                .addFields(topicField("account", Primitive.LONG, true))
                .addFields(topicField("ts", Primitive.TIMESTAMPTZ, true))
                .addFields(topicField("kind", Primitive.STRING, true))
                .addFields(topicField("amount", Primitive.DOUBLE, false))
                .addFields(topicField("quantity", Primitive.INT, false))
                .addFields(topicField("session", Primitive.STRING, false))
                .build();
    }

    static org.apache.arrow.vector.types.pojo.Schema arrowSchema() {
        ArrowType string = new ArrowType.Utf8();
        return new org.apache.arrow.vector.types.pojo.Schema(List.of(
                arrowField("account", new ArrowType.Int(64, true), false),
                arrowField("ts", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"), false),
                arrowField("kind", string, false),
                arrowField("amount", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE), true),
                arrowField("quantity", new ArrowType.Int(32, true), true),
                arrowField("session", string, true)));
    }

    /// The time at which the event with this id happened, roughly.
    public static Instant time(long id) {
        return START.plus(id * MICROS_PER_EVENT, ChronoUnit.MICROS);
    }

    static VectorSchemaRoot openBatch(BufferAllocator allocator, long firstId, int rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(arrowSchema(), allocator);
        BigIntVector account = (BigIntVector) root.getVector("account");
        TimeStampMicroTZVector ts = (TimeStampMicroTZVector) root.getVector("ts");
        VarCharVector kind = (VarCharVector) root.getVector("kind");
        Float8Vector amount = (Float8Vector) root.getVector("amount");
        IntVector quantity = (IntVector) root.getVector("quantity");
        VarCharVector session = (VarCharVector) root.getVector("session");
        SplittableRandom random = new SplittableRandom(firstId);
        byte[] text = new byte[SESSION_BYTES];
        long start = ChronoUnit.MICROS.between(Instant.EPOCH, START);
        for (int row = 0; row < rows; row++) {
            double skewed = random.nextDouble();
            account.setSafe(row, (long) (skewed * skewed * skewed * ACCOUNTS));
            ts.setSafe(row, start + (firstId + row) * MICROS_PER_EVENT + random.nextInt(DISORDER_MICROS));
            kind.setSafe(row, KIND_BYTES[Math.min(random.nextInt(KINDS.length), random.nextInt(KINDS.length))]);
            amount.setSafe(row, random.nextInt(1_000_000) / 100.0);
            quantity.setSafe(row, random.nextInt(1, 20));
            fillHex(random, text);
            session.setSafe(row, text);
        }
        root.setRowCount(rows);
        return root;
    }

    private static void fillHex(SplittableRandom random, byte[] text) {
        long bits = random.nextLong();
        for (int position = 0; position < text.length; position++) {
            text[position] = (byte) Character.forDigit((int) (bits >>> (4 * position)) & 0xf, 16);
        }
    }

    private static byte[][] utf8(String[] texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
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
