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
package dev.wings.server.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.server.table.Condition;
import dev.wings.server.table.SqlTable;
import dev.wings.server.table.SystemTable;
import dev.wings.server.table.TableNeeds;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

class ConditionsTest {

    private static final SqlTable TABLE = new SystemTable("t", List.of(), (tenant, needs, row) -> {});

    @Test
    void fileWithNegativeInfinityIsReadForIt() {
        for (Type type : List.of(Types.FloatType.get(), Types.DoubleType.get())) {
            assertThat(matters(type, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY))
                    .isTrue();
            assertThat(matters(type, Double.NEGATIVE_INFINITY, -1e300)).isTrue();
            assertThat(matters(type, -1e30, Double.NEGATIVE_INFINITY)).isFalse();
        }
    }

    @Test
    void fileAboveTheBoundIsLeftOut() {
        for (Type type : List.of(Types.FloatType.get(), Types.DoubleType.get())) {
            assertThat(matters(type, 1, Double.POSITIVE_INFINITY)).isTrue();
            assertThat(matters(type, 1, 1e300)).isTrue();
            assertThat(matters(type, 1, 1.5)).isTrue();
            assertThat(matters(type, 1, 0.5)).isFalse();
            assertThat(matters(type, Double.POSITIVE_INFINITY, 1e30)).isFalse();
        }
    }

    @Test
    void zeroIsOneValueWhateverItsSign() {
        for (Type type : List.of(Types.FloatType.get(), Types.DoubleType.get())) {
            assertThat(matters(type, 0.0, -0.0)).isTrue();
            assertThat(matters(type, -0.0, 0.0)).isTrue();
        }
        // rounded to -0.0
        assertThat(matters(Types.FloatType.get(), 0.0, -1e-300)).isTrue();
    }

    /// Whether a file whose least value is `least` may have one of at most `bound`.
    private static boolean matters(Type type, double least, double bound) {
        Schema schema = new Schema(Types.NestedField.optional(1, "f", type));
        TableNeeds needs =
                new TableNeeds(TABLE, List.of(), new Condition.Compared("f", Condition.Comparison.AT_MOST, bound));
        Object lower = type.typeId() == Type.TypeID.FLOAT ? (Object) (float) least : least;
        DataFile file = DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("file")
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1)
                .withMetrics(new Metrics(
                        1L,
                        Map.of(),
                        Map.of(1, 1L),
                        Map.of(1, 0L),
                        Map.of(),
                        Map.of(1, Conversions.toByteBuffer(type, lower)),
                        Map.of()))
                .build();
        return new InclusiveMetricsEvaluator(schema, Conditions.of(needs, Map.of("f", 1), schema)).eval(file);
    }
}
