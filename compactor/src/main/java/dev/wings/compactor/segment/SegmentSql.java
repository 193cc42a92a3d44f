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

import dev.wings.common.lake.LakeTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/// The SQL that writes segments.
final class SegmentSql {

    private SegmentSql() {}

    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /// The table's columns, as a select list.
    static String columns(Schema schema) {
        return schema.columns().stream().map(column -> quote(column.name())).collect(Collectors.joining(", "));
    }

    /// The order of rows within a segment: the table's sort order, then the topic's partitions and offset, so that
    /// equal rows of a sort order always come in one order.
    static List<String> order(TableLayout layout) {
        List<String> terms = new ArrayList<>();
        Set<Integer> sorted = new LinkedHashSet<>();
        for (SortField field : layout.sortOrder().fields()) {
            terms.add(quote(layout.column(field.sourceId()).name())
                    + (field.direction() == SortDirection.ASC ? " ASC" : " DESC")
                    + (field.nullOrder() == NullOrder.NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST"));
            sorted.add(field.sourceId());
        }
        layout.partitionKey().filter(key -> sorted.add(key.id())).ifPresent(key -> terms.add(quote(key.name())));
        if (sorted.add(LakeTable.OFFSET_FIELD_ID)) {
            terms.add(quote(layout.column(LakeTable.OFFSET_FIELD_ID).name()));
        }
        return terms;
    }

    /// Writes the rows of `query`, in their order, as files of a new directory. A file ends after the row group with
    /// which it has reached the target size; with one thread, files and their rows are in the order of the query.
    static String copy(String query, Path directory, TableLayout layout, int rowGroupRows) {
        return "COPY (" + query + ") TO " + text(directory.toString()) + " (FORMAT parquet, COMPRESSION zstd,"
                + " ROW_GROUP_SIZE " + rowGroupRows + ", FILE_SIZE_BYTES " + layout.targetSegmentBytes()
                + ", RETURN_STATS true, FIELD_IDS {"
                + layout.schema().columns().stream().map(SegmentSql::fieldId).collect(Collectors.joining(", "))
                + "})";
    }

    private static String fieldId(NestedField field) {
        return quote(field.name()) + ": " + fieldIds(field.fieldId(), field.type());
    }

    private static String fieldIds(int id, Type type) {
        if (type.isPrimitiveType()) {
            return Integer.toString(id);
        }
        return "{__duckdb_field_id: " + id + ", "
                + type.asNestedType().fields().stream().map(SegmentSql::fieldId).collect(Collectors.joining(", "))
                + "}";
    }
}
