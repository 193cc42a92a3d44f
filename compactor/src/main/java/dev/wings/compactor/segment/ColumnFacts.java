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
package dev.wings.compactor.segment;

import dev.wings.common.schema.PartitionValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.Schema;
import org.apache.parquet.column.statistics.BinaryStatistics;
import org.apache.parquet.column.statistics.DoubleStatistics;
import org.apache.parquet.column.statistics.FloatStatistics;
import org.apache.parquet.column.statistics.IntStatistics;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/// What is known of each column of some rows, at little cost: how many values it has, how many of them are
/// null, the least and the greatest. Rows that were written are compared by these with the rows that were read;
/// the comparison does not depend on what the engine that wrote them has made of names, types or places.
///
/// Of rows in memory, columns and fields of structs are looked at, but not what is in lists and maps; of files,
/// everything is.
final class ColumnFacts {

    /// Longer texts have no bounds here: files may cut theirs.
    static final int MAX_TEXT_BYTES = 32;

    private final Map<Integer, Facts> byFieldId = new TreeMap<>();
    private final Set<Integer> textTimes;
    private int sources;

    ColumnFacts() {
        this(Set.of());
    }

    /// @param textTimes ids of the fields whose times are texts in files
    ColumnFacts(Set<Integer> textTimes) {
        this.textTimes = Set.copyOf(textTimes);
    }

    private static final class Facts {
        private int sources;
        private long values;
        private long nulls;
        private boolean nullsKnown = true;
        /// Whether [#min] and [#max] are those of all values.
        private boolean bounded = true;

        private @Nullable Object min;
        private @Nullable Object max;

        void add(long moreValues, long moreNulls) {
            values += moreValues;
            nulls += moreNulls;
        }

        void bound(Object least, Object greatest) {
            if (min == null || compare(least, min) < 0) {
                min = least;
            }
            if (max == null || compare(greatest, max) > 0) {
                max = greatest;
            }
        }

        @Override
        public String toString() {
            return "values=" + values + ", nulls=" + nulls + ", min=" + shown(min) + ", max=" + shown(max);
        }

        private static @Nullable Object shown(@Nullable Object bound) {
            return bound instanceof byte[] bytes
                    ? Arrays.toString(Arrays.copyOf(bytes, Math.min(bytes.length, 16)))
                    : bound;
        }
    }

    /// Adds the rows of a file, as its footer describes them.
    void add(ParquetMetadata file) {
        sources++;
        Set<Integer> found = new HashSet<>();
        for (BlockMetaData group : file.getBlocks()) {
            for (ColumnChunkMetaData chunk : group.getColumns()) {
                if (chunk.getPrimitiveType().getId() != null) {
                    int id = chunk.getPrimitiveType().getId().intValue();
                    found.add(id);
                    add(chunk, facts(id));
                }
            }
        }
        found.forEach(id -> facts(id).sources++);
    }

    private Facts facts(int fieldId) {
        return byFieldId.computeIfAbsent(fieldId, id -> new Facts());
    }

    private static void add(ColumnChunkMetaData chunk, Facts facts) {
        Statistics<?> statistics = chunk.getStatistics();
        facts.nullsKnown &= statistics.isNumNullsSet();
        long nulls = statistics.isNumNullsSet() ? statistics.getNumNulls() : 0;
        facts.add(chunk.getValueCount(), nulls);
        if (statistics.hasNonNullValue()) {
            // Values of a fixed length are left out: those are ordered by what they mean.
            boolean bytes = chunk.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
            switch (statistics) {
                case IntStatistics it -> facts.bound((long) it.getMin(), (long) it.getMax());
                case LongStatistics it -> facts.bound(it.getMin(), it.getMax());
                case FloatStatistics it -> facts.bound((double) it.getMin(), (double) it.getMax());
                case DoubleStatistics it -> facts.bound(it.getMin(), it.getMax());
                case BinaryStatistics it
                when bytes && isShort(it.getMinBytes()) && isShort(it.getMaxBytes()) ->
                    facts.bound(it.getMinBytes(), it.getMaxBytes());
                default -> facts.bounded = false;
            }
        } else if (nulls < chunk.getValueCount()) {
            facts.bounded = false;
        }
    }

    private static boolean isShort(byte[] text) {
        return text.length <= MAX_TEXT_BYTES;
    }

    /// Adds rows whose fields have the names that [EngineNames] gives, and no others.
    void add(VectorSchemaRoot rows) {
        sources = 1;
        for (FieldVector vector : rows.getFieldVectors()) {
            add(vector, null);
        }
    }

    /// @param outer the struct that the vector is in
    private void add(FieldVector vector, @Nullable StructVector outer) {
        String name = vector.getField().getName();
        if (!EngineNames.isOfField(name)) {
            return;
        }
        if (vector instanceof StructVector struct) {
            if (outer == null) {
                struct.getChildrenFromFields().forEach(child -> add(child, struct));
            }
            return;
        }
        VectorFacts.of(vector, outer).ifPresent(found -> {
            Facts facts = facts(EngineNames.fieldId(name));
            facts.sources = 1;
            facts.add(vector.getValueCount(), found.nulls());
            facts.bounded &= found.bounded();
            if (found.min() != null && found.max() != null) {
                boolean text = textTimes.contains(EngineNames.fieldId(name));
                facts.bound(text ? timeText(found.min()) : found.min(), text ? timeText(found.max()) : found.max());
            }
        });
    }

    private static byte[] timeText(Object micros) {
        return PartitionValue.ofTime((Long) micros).getBytes(StandardCharsets.US_ASCII);
    }

    /// Fails if `written` cannot be the same rows.
    ///
    /// @param table the columns that are written: others have been dropped
    static void check(ColumnFacts read, ColumnFacts written, Schema table) {
        read.byFieldId.forEach((id, expected) -> {
            if (table.findField(id) == null) {
                return;
            }
            Facts found = written.byFieldId.get(id);
            // an older file knows nothing of a column that came later
            if (expected.sources == read.sources && (found == null || !agree(expected, found))) {
                throw new IllegalStateException("segments do not hold what was read: field_id=" + id + ", read=["
                        + expected + "], written=[" + found + "]");
            }
        });
    }

    private static boolean agree(Facts expected, Facts found) {
        boolean nullsKnown = expected.nullsKnown && found.nullsKnown;
        if (expected.values != found.values || (nullsKnown && expected.nulls != found.nulls)) {
            return false;
        }
        return !expected.bounded
                || !found.bounded
                || (agree(expected.min, found.min) && agree(expected.max, found.max));
    }

    private static boolean agree(@Nullable Object expected, @Nullable Object found) {
        if (expected == null || found == null) {
            return expected == null && found == null;
        }
        return expected.getClass() == found.getClass() && compare(expected, found) == 0;
    }

    private static int compare(Object a, Object b) {
        return switch (a) {
            case Long value -> value.compareTo((Long) b);
            // -0.0 and 0.0 are the same
            case Double value -> Double.compare(value + 0.0, (Double) b + 0.0);
            case byte[] value -> Arrays.compareUnsigned(value, (byte[]) b);
            default -> throw new IllegalStateException("not a bound: " + a.getClass());
        };
    }
}
