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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/// What the footer of a Parquet file says, as Iceberg wants to know it.
///
/// @param columns the footer itself
/// @param metrics sizes, counts and bounds by field id
/// @param splitOffsets where row groups start
record SegmentFooter(ParquetMetadata columns, Metrics metrics, List<Long> splitOffsets) {

    /// Completes a segment that the engine has written: its fields get the names that the table has for them.
    ///
    /// @param nanCounts by DuckDB's path of a column; the footer does not tell them
    static SegmentFooter complete(Path file, TableLayout layout, Map<String, Long> nanCounts) {
        Schema schema = layout.schema();
        try {
            ParquetMetadata metadata = ParquetFooter.rename(
                    file, EngineNames.inSegments(schema), layout.times().inSegments());
            Metrics metrics = ParquetUtil.footerMetrics(metadata, Stream.empty(), layout.metrics());
            return new SegmentFooter(
                    metadata, readable(metrics, schema, nanCounts), ParquetUtil.getSplitOffsets(metadata));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot complete the footer of a segment: file=" + file, e);
        }
    }

    /// Adds the counts of NaNs, and leaves out bounds that engines would take for others than they are:
    ///
    /// - No upper bound beside NaNs: bounds leave NaNs out, but engines take them for the greatest numbers, and
    ///   would skip a file that has rows for `x > 5`.
    /// - None for UUIDs, unless all are the same: Parquet orders them as bytes, Iceberg's evaluators as pairs of
    ///   signed numbers.
    private static Metrics readable(Metrics metrics, Schema schema, Map<String, Long> nanCounts) {
        Map<Integer, Long> byId = new HashMap<>();
        addNanCounts(schema.columns(), "", nanCounts, byId);
        Map<Integer, ByteBuffer> upperBounds = new HashMap<>(metrics.upperBounds());
        byId.forEach((id, count) -> {
            if (count > 0) {
                upperBounds.remove(id);
            }
        });
        Map<Integer, ByteBuffer> lowerBounds = new HashMap<>(metrics.lowerBounds());
        metrics.lowerBounds().forEach((id, bound) -> {
            if (schema.findType(id).typeId() == Type.TypeID.UUID && !bound.equals(upperBounds.get(id))) {
                lowerBounds.remove(id);
                upperBounds.remove(id);
            }
        });
        return new Metrics(
                metrics.recordCount(),
                metrics.columnSizes(),
                metrics.valueCounts(),
                metrics.nullValueCounts(),
                byId,
                lowerBounds,
                upperBounds);
    }

    private static void addNanCounts(
            List<NestedField> fields, String parent, Map<String, Long> nanCounts, Map<Integer, Long> into) {
        for (NestedField field : fields) {
            String path = parent + '"' + EngineNames.of(field) + '"';
            boolean floating =
                    field.type().typeId() == Type.TypeID.FLOAT || field.type().typeId() == Type.TypeID.DOUBLE;
            if (floating && nanCounts.containsKey(path)) {
                into.put(field.fieldId(), nanCounts.get(path));
            }
            if (field.type().isStructType()) {
                addNanCounts(field.type().asStructType().fields(), path + ".", nanCounts, into);
            }
        }
    }
}
