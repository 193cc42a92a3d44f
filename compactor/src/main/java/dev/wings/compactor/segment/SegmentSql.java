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

import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.lake.LakeTable;
import dev.wings.common.schema.DefaultValue;
import dev.wings.common.schema.TopicField;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/// The SQL that writes segments. All names in it are ours, see [EngineNames].
final class SegmentSql {

    private SegmentSql() {}

    /// The table's columns, as a select list.
    static String columns(Schema schema) {
        return schema.columns().stream().map(EngineNames::of).collect(Collectors.joining(", "));
    }

    /// The table's columns as they are written, made of the columns of pages.
    static String columnsOfPages(TableLayout layout) {
        KeptTimes times = layout.times();
        Map<Integer, String> types = EngineNames.types(layout);
        Set<Integer> cast = layout.topic().fields().stream()
                .filter(field -> !times.written(field, layout.schema()).equals(field))
                .map(TopicField::id)
                .collect(Collectors.toSet());
        return layout.schema().columns().stream()
                .map(column -> {
                    String name = EngineNames.of(column);
                    return cast.contains(column.fieldId())
                            ? "CAST(" + name + " AS " + types.get(column.fieldId()) + ") AS " + name
                            : name;
                })
                .collect(Collectors.joining(", "));
    }

    /// The rows of segments whose fields have the names that [EngineNames] gives; columns that a file does not
    /// have are what they were when they were added, or null.
    static String segments(List<Path> files, TableLayout layout) {
        Map<Integer, DefaultValue> defaults = EngineNames.defaults(layout);
        String schema = EngineNames.types(layout).entrySet().stream()
                .map(column -> column.getKey() + ": "
                        + ParquetFiles.column(
                                EngineNames.of(column.getKey()),
                                column.getValue(),
                                Optional.ofNullable(defaults.get(column.getKey()))))
                .collect(Collectors.joining(", ", "MAP {", "}"));
        return ParquetFiles.relation(files, Map.of("schema", schema));
    }

    /// The order of rows within a segment: the table's sort order, then the topic's partitions and offset, so
    /// that equal rows of a sort order always come in one order.
    static List<String> order(TableLayout layout) {
        List<String> terms = new ArrayList<>();
        Set<Integer> sorted = new LinkedHashSet<>();
        for (SortField field : layout.sortOrder().fields()) {
            terms.add(EngineNames.of(field.sourceId())
                    + (field.direction() == SortDirection.ASC ? " ASC" : " DESC")
                    + (field.nullOrder() == NullOrder.NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST"));
            sorted.add(field.sourceId());
        }
        layout.partitionKey().filter(key -> sorted.add(key.id())).ifPresent(key -> terms.add(EngineNames.of(key.id())));
        if (sorted.add(LakeTable.OFFSET_FIELD_ID)) {
            terms.add(EngineNames.of(LakeTable.OFFSET_FIELD_ID));
        }
        return terms;
    }

    /// Where a row group ends: at so many rows, or when it takes so much memory.
    ///
    /// @param rows how many rows it has at most
    /// @param memoryBytes how much memory it takes at most
    record RowGroups(int rows, long memoryBytes) {}

    /// Writes the rows of `query`, in their order, as files of a new directory. A file ends after the row group
    /// with which it has reached the target size; with one thread, files and their rows are in the order of the
    /// query.
    static String copy(String query, Path directory, TableLayout layout, RowGroups rowGroups) {
        return "COPY (" + query + ") TO " + ParquetFiles.text(directory.toString())
                + " (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, FILENAME_PATTERN 'data_{i}', FILE_EXTENSION 'parquet',"
                + " ROW_GROUP_SIZE " + rowGroups.rows() + ", ROW_GROUP_SIZE_BYTES " + rowGroups.memoryBytes()
                + ", FILE_SIZE_BYTES " + layout.targetSegmentBytes()
                + ", RETURN_STATS true, FIELD_IDS {"
                + fieldIds(layout.schema().columns(), true)
                + "})";
    }

    /// @param named whether the fields have names of their own, as those of a struct do
    private static String fieldIds(List<NestedField> fields, boolean named) {
        return fields.stream()
                .map(field ->
                        (named ? EngineNames.of(field) : field.name()) + ": " + fieldIds(field.fieldId(), field.type()))
                .collect(Collectors.joining(", "));
    }

    private static String fieldIds(int id, Type type) {
        if (type.isPrimitiveType()) {
            return Integer.toString(id);
        }
        return "{__duckdb_field_id: " + id + ", " + fieldIds(type.asNestedType().fields(), type.isStructType()) + "}";
    }
}
