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
package dev.wings.server.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.scan.RowFilter;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.seed.SeededTest;
import dev.wings.server.table.Condition;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TopicTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowConditionsTest {

    private static final List<SqlColumn> COLUMNS = List.of(
            column("l", Primitive.LONG),
            column("s", Primitive.STRING),
            column("day", Primitive.DATE),
            column("t", Primitive.TIMESTAMPTZ),
            TopicTable.OFFSET);

    private static SqlColumn column(String name, Primitive type) {
        return SqlColumn.flat(name, "", true, ArrowSchemas.toArrow(type), "");
    }

    @SeededTest(3)
    void rowsFromTheFirstToTheLastThatMatterStay(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            try (BufferAllocator allocator = new RootAllocator()) {
                int rows = random.nextInt(1, 40);
                List<@Nullable FieldVector> vectors = vectors(allocator, rows, random);
                Condition condition = condition(random, 2);
                int[] wanted = IntStream.range(0, rows)
                        .filter(test(condition, vectors))
                        .toArray();

                RowFilter.Range found =
                        RowConditions.of(condition, COLUMNS, Set.of()).of(vectors, rows);

                RowFilter.Range expected = wanted.length == 0
                        ? RowFilter.Range.NONE
                        : new RowFilter.Range(wanted[0], wanted[wanted.length - 1] + 1);
                assertThat(found).as("%s of %s", condition, vectors).isEqualTo(expected);
                vectors.forEach(vector -> {
                    if (vector != null) {
                        vector.close();
                    }
                });
            }
        }
    }

    /// A column that rows do not have is its default there, and null if it has none.
    @Test
    void absentColumnsMatchIfTheyHaveADefault() {
        Condition condition = new Condition.Compared("l", Condition.Comparison.EQUAL, 5L);
        Condition list = new Condition.OneOf("l", Set.of(5L, 6L));
        List<@Nullable FieldVector> absent = Arrays.asList(null, null, null, null, null);
        for (Condition each : List.of(condition, list)) {
            assertThat(RowConditions.of(each, COLUMNS, Set.of("l")).of(absent, 9))
                    .isEqualTo(new RowFilter.Range(0, 9));
            assertThat(RowConditions.of(each, COLUMNS, Set.of("s")).of(absent, 9))
                    .isEqualTo(RowFilter.Range.NONE);
        }
    }

    @Test
    void whatIsNotUnderstoodLeavesOutNothing() {
        List<Condition> conditions = List.of(
                new Condition.Compared("s", Condition.Comparison.LESS, "b"),
                new Condition.Compared("s", Condition.Comparison.EQUAL, 5L),
                new Condition.Compared("l", Condition.Comparison.EQUAL, "5"),
                new Condition.Compared("l", Condition.Comparison.LESS, 5.5),
                new Condition.Compared(TopicTable.OFFSET.name(), Condition.Comparison.EQUAL, 77L),
                new Condition.Compared("other", Condition.Comparison.EQUAL, 1L),
                new Condition.Null("l"),
                new Condition.NotNull("l"),
                new Condition.NoneOf("l", Set.of(1L)));
        try (BufferAllocator allocator = new RootAllocator()) {
            List<@Nullable FieldVector> vectors = vectors(allocator, 9, new Random(1));
            for (Condition each : conditions) {
                Condition either = Condition.any(
                        List.of(each, new Condition.Compared("l", Condition.Comparison.EQUAL, Long.MAX_VALUE)));
                for (Condition condition : List.of(each, either)) {
                    assertThat(RowConditions.of(condition, COLUMNS, Set.of()).of(vectors, 9))
                            .as(condition.toString())
                            .isEqualTo(new RowFilter.Range(0, 9));
                }
            }
            vectors.forEach(vector -> {
                if (vector != null) {
                    vector.close();
                }
            });
        }
    }

    private static List<@Nullable FieldVector> vectors(BufferAllocator allocator, int rows, Random random) {
        BigIntVector longs = new BigIntVector("l", allocator);
        VarCharVector texts = new VarCharVector("s", allocator);
        DateDayVector days = new DateDayVector("day", allocator);
        TimeStampMicroTZVector times =
                (TimeStampMicroTZVector) ArrowSchemas.toArrow(TopicField.optional(1, "t", Primitive.TIMESTAMPTZ))
                        .createVector(allocator);
        for (int row = 0; row < rows; row++) {
            if (random.nextInt(5) > 0) {
                longs.setSafe(row, random.nextInt(12) - 6);
                texts.setSafe(row, text(random).getBytes(StandardCharsets.UTF_8));
            } else {
                // the number under a null is no value
                longs.setSafe(row, random.nextInt(12) - 6);
                longs.setNull(row);
            }
            days.setSafe(row, random.nextInt(12) - 6);
            times.setSafe(row, random.nextInt(12) - 6);
        }
        List.of(longs, texts, days, times).forEach(vector -> vector.setValueCount(rows));
        List<@Nullable FieldVector> vectors = new ArrayList<>(List.of(longs, texts, days, times));
        vectors.add(null);
        if (random.nextInt(6) == 0) {
            days.close();
            vectors.set(2, null);
        }
        return vectors;
    }

    private static String text(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "ä" + random.nextInt(4);
            case 2 -> "a text of more than eight bytes " + random.nextInt(4);
            default -> "x".repeat(8 + random.nextInt(3));
        };
    }

    private static Condition condition(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 3 : 5);
        return switch (kind) {
            case 0 -> new Condition.Compared("s", Condition.Comparison.EQUAL, text(random));
            case 1 -> new Condition.OneOf("s", List.of(text(random), text(random)));
            case 2 -> {
                Condition.Comparison comparison =
                        random.nextBoolean() ? Condition.Comparison.AT_LEAST : Condition.Comparison.AT_MOST;
                long number = random.nextLong(-7, 7);
                yield switch (random.nextInt(4)) {
                    case 0 -> new Condition.Compared("l", comparison, number);
                    case 1 -> new Condition.OneOf("l", List.of(number, number + 3));
                    case 2 -> new Condition.Compared("day", comparison, LocalDate.ofEpochDay(number));
                    default -> new Condition.Compared("t", comparison, Instant.EPOCH.plus(number, ChronoUnit.MICROS));
                };
            }
            case 3 -> new Condition.All(List.of(condition(random, depth - 1), condition(random, depth - 1)));
            default -> new Condition.Any(List.of(condition(random, depth - 1), condition(random, depth - 1)));
        };
    }

    private static IntPredicate test(Condition condition, List<@Nullable FieldVector> vectors) {
        return switch (condition) {
            case Condition.All all ->
                row -> all.conditions().stream()
                        .allMatch(each -> test(each, vectors).test(row));
            case Condition.Any any ->
                row -> any.conditions().stream()
                        .anyMatch(each -> test(each, vectors).test(row));
            case Condition.OneOf list ->
                row -> list.values().stream()
                        .anyMatch(value -> test(
                                        new Condition.Compared(list.column(), Condition.Comparison.EQUAL, value),
                                        vectors)
                                .test(row));
            case Condition.Compared compared ->
                row -> {
                    FieldVector vector =
                            vectors.get(Arrays.asList("l", "s", "day", "t").indexOf(compared.column()));
                    if (vector == null || vector.isNull(row)) {
                        return false;
                    }
                    int order = order(vector, row, compared.value());
                    return switch (compared.comparison()) {
                        case EQUAL -> order == 0;
                        case LESS -> order < 0;
                        case AT_MOST -> order <= 0;
                        case GREATER -> order > 0;
                        case AT_LEAST -> order >= 0;
                    };
                };
            default -> throw new IllegalArgumentException(condition.toString());
        };
    }

    private static int order(FieldVector vector, int row, Object value) {
        return switch (vector) {
            case BigIntVector it -> Long.compare(it.get(row), (Long) value);
            case DateDayVector it -> Long.compare(it.get(row), ((LocalDate) value).toEpochDay());
            case TimeStampMicroTZVector it ->
                Long.compare(it.get(row), ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) value));
            case VarCharVector it ->
                Arrays.compareUnsigned(it.get(row), ((String) value).getBytes(StandardCharsets.UTF_8));
            default -> throw new IllegalStateException(vector.getClass().toString());
        };
    }
}
