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
package dev.wings.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterValuesTest {

    private final RootAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    /// A column has microseconds: a value that was cut would find rows that are not asked for.
    @ParameterizedTest
    @ValueSource(longs = {1_000, 86_399_999_999_000L})
    void nanosecondsAreTakenIfNoDigitIsLost(long nanos) {
        TimeStampNanoVector local = new TimeStampNanoVector("local", allocator);
        TimeStampNanoTZVector instant = new TimeStampNanoTZVector("instant", allocator, "UTC");
        TimeNanoVector time = new TimeNanoVector("time", allocator);
        try (VectorSchemaRoot row = VectorSchemaRoot.of(local, instant, time)) {
            set(row, nanos);
            assertThat(ParameterValues.ofRow(row, new DictionaryProvider.MapDictionaryProvider()))
                    .containsExactly(
                            LocalDateTime.parse("1970-01-01T00:00").plusNanos(nanos),
                            Instant.EPOCH.plusNanos(nanos),
                            LocalTime.ofNanoOfDay(nanos));

            set(row, nanos + 1);
            for (FieldVector vector : row.getFieldVectors()) {
                VectorSchemaRoot one = new VectorSchemaRoot(List.of(vector));
                assertThatThrownBy(() -> ParameterValues.ofRow(one, new DictionaryProvider.MapDictionaryProvider()))
                        .isInstanceOfSatisfying(
                                WingsException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID))
                        .hasMessageContaining("parameter=" + vector.getName());
            }
        }
    }

    private static void set(VectorSchemaRoot row, long nanos) {
        ((TimeStampNanoVector) row.getVector(0)).setSafe(0, nanos);
        ((TimeStampNanoTZVector) row.getVector(1)).setSafe(0, nanos);
        ((TimeNanoVector) row.getVector(2)).setSafe(0, nanos);
        row.setRowCount(1);
    }
}
