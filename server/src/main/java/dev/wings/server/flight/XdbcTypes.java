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
package dev.wings.server.flight;

import java.nio.charset.StandardCharsets;
import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.List;
import org.apache.arrow.flight.sql.FlightSqlProducer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Lists the types of SQL, as XDBC drivers ask for them.
final class XdbcTypes {

    private static final List<XdbcType> TYPES = List.of(
            number("TINYINT", Types.TINYINT, 3, 0),
            number("BIGINT", Types.BIGINT, 19, 0),
            quoted("BLOB", Types.LONGVARBINARY, "'", false),
            number("DECIMAL", Types.DECIMAL, 38, 38),
            number("INTEGER", Types.INTEGER, 10, 0),
            number("SMALLINT", Types.SMALLINT, 5, 0),
            number("FLOAT", Types.REAL, 7, 0),
            number("DOUBLE", Types.DOUBLE, 15, 0),
            quoted("VARCHAR", Types.VARCHAR, "'", true),
            quoted("UUID", Types.VARCHAR, "'", false),
            number("BOOLEAN", Types.BOOLEAN, 1, 0),
            quoted("DATE", Types.DATE, "'", false),
            quoted("TIME", Types.TIME, "'", false),
            quoted("TIMESTAMP", Types.TIMESTAMP, "'", false),
            quoted("TIMESTAMP WITH TIME ZONE", Types.TIMESTAMP_WITH_TIMEZONE, "'", false));

    private XdbcTypes() {}

    private record XdbcType(
            String name,
            int dataType,
            @Nullable Integer size,
            @Nullable String quote,
            boolean caseSensitive,
            @Nullable Integer scale) {}

    private static XdbcType number(String name, int dataType, int size, int scale) {
        return new XdbcType(name, dataType, size, null, false, scale);
    }

    private static XdbcType quoted(String name, int dataType, String quote, boolean caseSensitive) {
        return new XdbcType(name, dataType, null, quote, caseSensitive, null);
    }

    /// @param dataType the only type to list, or null for all
    static VectorSchemaRoot open(@Nullable Integer dataType, BufferAllocator allocator) {
        List<XdbcType> wanted = TYPES.stream()
                .filter(type -> dataType == null || type.dataType() == dataType)
                .toList();
        VectorSchemaRoot root = VectorSchemaRoot.create(FlightSqlProducer.Schemas.GET_TYPE_INFO_SCHEMA, allocator);
        try {
            root.allocateNew();
            for (int row = 0; row < wanted.size(); row++) {
                XdbcType type = wanted.get(row);
                set(root, "type_name", row, type.name());
                set(root, "data_type", row, type.dataType());
                set(root, "column_size", row, type.size());
                set(root, "literal_prefix", row, type.quote());
                set(root, "literal_suffix", row, type.quote());
                set(root, "nullable", row, DatabaseMetaData.typeNullable);
                set(root, "case_sensitive", row, type.caseSensitive() ? 1 : 0);
                set(root, "searchable", row, DatabaseMetaData.typeSearchable);
                set(root, "fixed_prec_scale", row, 0);
                set(root, "minimum_scale", row, type.scale() == null ? null : Integer.valueOf(0));
                set(root, "maximum_scale", row, type.scale());
                set(root, "sql_data_type", row, type.dataType());
            }
            root.setRowCount(wanted.size());
            return root;
        } catch (Throwable t) {
            root.close();
            throw t;
        }
    }

    private static void set(VectorSchemaRoot root, String column, int row, @Nullable Object value) {
        FieldVector vector = root.getVector(column);
        if (value == null) {
            return;
        }
        switch (vector) {
            case VarCharVector texts -> texts.setSafe(row, value.toString().getBytes(StandardCharsets.UTF_8));
            case IntVector numbers -> numbers.setSafe(row, (Integer) value);
            case BitVector bits -> bits.setSafe(row, (Integer) value);
            default -> throw new IllegalStateException("another type than the protocol says: " + vector.getField());
        }
    }
}
