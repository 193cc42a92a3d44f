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
package dev.wings.cli.push;

import dev.wings.cli.push.LeafReading.Family;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.WingsException;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.Digits;
import dev.wings.common.text.LossException;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.ValueWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/// Simple values that become the topic's type one by one.
///
/// @param path the field's name, with those of the fields that it is inside of
record LeafFit(
        String path, Field field, FieldType type, String sourceType, LeafReading reading, Sink sink, OnLoss onLoss)
        implements VectorFit {

    private static final int LONG_DIGITS = 19;
    private static final BigDecimal MICROS_PER_SECOND = BigDecimal.valueOf(1_000_000);

    /// Puts a number into a vector of the topic's type; fails with [LossException] for one that it does not hold.
    @FunctionalInterface
    private interface Sink {
        void put(FieldVector vector, int index, BigDecimal number);
    }

    /// How values of a source become those of the topic's type; empty if the ingestor takes or refuses them as they
    /// are.
    static Optional<LeafFit> of(String path, Field source, @Nullable RawLeaf raw, FieldType target, OnLoss onLoss) {
        if (raw == null && isTakenAsItIs(source.getType(), target)) {
            return Optional.empty();
        }
        Optional<LeafReading> found = raw == null ? LeafReading.of(source.getType()) : Optional.of(LeafReading.of(raw));
        if (found.isEmpty() || !fits(found.get().family(), raw, target)) {
            return Optional.empty();
        }
        LeafReading reading = found.get();
        String sourceType = (raw == null ? source.getType() : raw.type()).toString();
        Sink sink = sink(target, reading.family(), onLoss);
        Field field = new Field(
                source.getName(),
                new org.apache.arrow.vector.types.pojo.FieldType(
                        source.isNullable() || onLoss == OnLoss.NULL, ArrowSchemas.toArrow(target), null),
                null);
        return Optional.of(new LeafFit(path, field, target, sourceType, reading, sink, onLoss));
    }

    /// Whether no value of the type can lose a digit where the ingestor makes it the topic's.
    private static boolean isTakenAsItIs(ArrowType source, FieldType target) {
        if (source.equals(ArrowSchemas.toArrow(target))) {
            return true;
        }
        return switch (source) {
            case ArrowType.Int type -> {
                int bits = type.getBitWidth() + (type.getIsSigned() ? 0 : 1);
                yield switch (target) {
                    case FieldType.Primitive.INT -> bits <= Integer.SIZE;
                    case FieldType.Primitive.LONG -> bits <= Long.SIZE;
                    case FieldType.Decimal decimal -> decimal.precision() - decimal.scale() > LONG_DIGITS;
                    default -> false;
                };
            }
            case ArrowType.FloatingPoint type ->
                target == FieldType.Primitive.DOUBLE
                        || (target == FieldType.Primitive.FLOAT
                                && type.getPrecision() != FloatingPointPrecision.DOUBLE);
            case ArrowType.Decimal type ->
                type.getBitWidth() <= 128
                        && target instanceof FieldType.Decimal decimal
                        && decimal.scale() == type.getScale()
                        && decimal.precision() >= type.getPrecision();
            default -> false;
        };
    }

    private static boolean fits(Family family, @Nullable RawLeaf raw, FieldType target) {
        return switch (target) {
            case FieldType.Decimal ignored -> family == Family.NUMBER;
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case INT, LONG, FLOAT, DOUBLE -> family == Family.NUMBER;
                    case DATE -> family == Family.DATE;
                    case TIME -> family == Family.TIME;
                    case TIMESTAMP -> family == Family.TIMESTAMP;
                    // nothing says which of both the old type is
                    case TIMESTAMPTZ -> family == Family.TIMESTAMPTZ || raw instanceof RawLeaf.Int96;
                    case BOOLEAN, STRING, BINARY, UUID -> false;
                };
            default -> false;
        };
    }

    private static Sink sink(FieldType target, Family family, OnLoss onLoss) {
        // An earlier time has its digits cut as a later one has.
        RoundingMode cutting = family == Family.NUMBER ? RoundingMode.DOWN : RoundingMode.FLOOR;
        if (target instanceof FieldType.Decimal type) {
            return (vector, index, number) -> ((DecimalVector) vector)
                    .setSafe(index, Digits.decimal(number, type.precision(), type.scale(), onLoss, cutting));
        }
        return switch ((FieldType.Primitive) target) {
            case INT ->
                (vector, index, number) -> ((IntVector) vector).setSafe(index, integer(number, onLoss, cutting));
            case LONG ->
                (vector, index, number) -> ((BigIntVector) vector).setSafe(index, whole(number, onLoss, cutting));
            case DATE ->
                (vector, index, number) -> ((DateDayVector) vector).setSafe(index, integer(number, onLoss, cutting));
            case TIME ->
                (vector, index, number) -> ((TimeMicroVector) vector).setSafe(index, whole(number, onLoss, cutting));
            case TIMESTAMP, TIMESTAMPTZ ->
                (vector, index, number) -> ((TimeStampVector) vector).setSafe(index, whole(number, onLoss, cutting));
            case FLOAT ->
                (vector, index, number) -> ((Float4Vector) vector).setSafe(index, Digits.float32(number, onLoss));
            case DOUBLE ->
                (vector, index, number) -> ((Float8Vector) vector).setSafe(index, Digits.float64(number, onLoss));
            case BOOLEAN, STRING, BINARY, UUID -> throw new IllegalStateException("not converted: " + target);
        };
    }

    private static long whole(BigDecimal number, OnLoss onLoss, RoundingMode cutting) {
        BigDecimal whole = Digits.decimal(number, LONG_DIGITS, 0, onLoss, cutting);
        if (whole.compareTo(BigDecimal.valueOf(whole.longValue())) != 0) {
            throw new LossException("beyond the range");
        }
        return whole.longValue();
    }

    private static int integer(BigDecimal number, OnLoss onLoss, RoundingMode cutting) {
        long whole = whole(number, onLoss, cutting);
        if (whole != (int) whole) {
            throw new LossException("beyond the range");
        }
        return (int) whole;
    }

    @Override
    public void apply(FieldVector source, FieldVector target, Positions positions) {
        for (int i = 0; i < positions.size(); i++) {
            int position = positions.source(i);
            if (position < 0 || source.isNull(position)) {
                target.setNull(i);
                continue;
            }
            try {
                put(source, position, target, i);
            } catch (LossException e) {
                if (onLoss != OnLoss.NULL) {
                    throw mismatch(source, position, positions.row(i));
                }
                target.setNull(i);
            }
        }
        target.setValueCount(positions.size());
    }

    private void put(FieldVector source, int position, FieldVector target, int index) {
        if (source instanceof Float8Vector doubles && target instanceof Float4Vector floats) {
            floats.setSafe(index, narrow(doubles.get(position)));
            return;
        }
        BigDecimal number = reading.values().at(source, position);
        if (number == null) {
            throw new LossException("not a finite number");
        }
        sink.put(target, index, number);
    }

    /// Narrows a number. Both types are binary: what a decimal would not show is lost, too.
    private float narrow(double value) {
        float nearest = (float) value;
        boolean cut = onLoss == OnLoss.TRUNCATE && Float.isFinite(nearest);
        if (nearest != value && !Double.isNaN(value) && !cut) {
            throw new LossException("digits would be lost");
        }
        return nearest;
    }

    private WingsException mismatch(FieldVector source, int position, long row) {
        return WingsException.invalid("row " + row + ": the value does not fit the field: field=\""
                + TopicField.printable(path) + "\", expected=" + type + ", found="
                + text(source, position) + ", type=" + sourceType + "; " + ValueWriter.LOSS + RowFile.LOSS_ADVICE);
    }

    private String text(FieldVector source, int position) {
        BigDecimal number = reading.values().at(source, position);
        if (number == null) {
            return String.valueOf(source.getObject(position));
        }
        return switch (reading.family()) {
            case NUMBER -> number.toString();
            case DATE -> String.valueOf(source.getObject(position));
            case TIME -> timeText(number);
            case TIMESTAMP, TIMESTAMPTZ -> timestampText(number);
        };
    }

    private static String timeText(BigDecimal micros) {
        BigDecimal nanos = micros.scaleByPowerOfTen(3);
        boolean inDay = nanos.signum() >= 0 && nanos.compareTo(BigDecimal.valueOf(LocalTime.MAX.toNanoOfDay())) <= 0;
        return inDay
                ? LocalTime.ofNanoOfDay(nanos.longValueExact()).toString()
                : micros.toPlainString() + " microseconds since midnight";
    }

    private static String timestampText(BigDecimal number) {
        BigDecimal[] parts = number.divideAndRemainder(MICROS_PER_SECOND);
        BigDecimal seconds = number.divide(MICROS_PER_SECOND, 0, RoundingMode.FLOOR);
        BigDecimal rest = parts[1].signum() < 0 ? parts[1].add(MICROS_PER_SECOND) : parts[1];
        if (seconds.abs().compareTo(BigDecimal.valueOf(LocalDateTime.MAX.toEpochSecond(ZoneOffset.UTC))) >= 0) {
            return number.toPlainString() + " microseconds since 1970";
        }
        return LocalDateTime.ofEpochSecond(
                        seconds.longValueExact(), rest.scaleByPowerOfTen(3).intValueExact(), ZoneOffset.UTC)
                .toString();
    }
}
