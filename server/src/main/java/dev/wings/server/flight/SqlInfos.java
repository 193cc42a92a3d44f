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

import dev.wings.common.schema.TopicField;
import dev.wings.server.run.Queries;
import dev.wings.server.table.Tables;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlNullOrdering;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlOuterJoinsSupportLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedCaseSensitivity;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedGroupBy;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetType;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedSubqueries;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedTransaction;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedUnions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlTransactionIsolationLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedAnsi92SqlGrammarLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedSqlGrammar;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;

/// Tells what the server says of itself. It has a value for each code of Flight SQL, since drivers fail on
/// codes that are left out.
final class SqlInfos {

    /// For numbers, this means that there is no limit, or none that a client could do anything about.
    private static final long NO_LIMIT = 0;

    private static final long MAX_ID = 63;

    private static final Map<Integer, Object> VALUES = values();

    private SqlInfos() {}

    /// Answers those codes that are known, or all of them if none is asked for. The caller closes the rows.
    static VectorSchemaRoot open(Collection<Integer> asked, BufferAllocator allocator) {
        List<Integer> codes = asked.isEmpty()
                ? List.copyOf(VALUES.keySet())
                : asked.stream().distinct().filter(VALUES::containsKey).toList();
        VectorSchemaRoot root = VectorSchemaRoot.create(Schemas.GET_SQL_INFO_SCHEMA, allocator);
        try {
            root.allocateNew();
            DenseUnionVector values = (DenseUnionVector) root.getVector(1);
            int[] used = new int[Byte.MAX_VALUE];
            for (int row = 0; row < codes.size(); row++) {
                ((UInt4Vector) root.getVector(0)).setSafe(row, codes.get(row));
                Object value = Objects.requireNonNull(VALUES.get(codes.get(row)));
                byte type = typeOf(value);
                values.setTypeId(row, type);
                values.getOffsetBuffer().setInt((long) row * Integer.BYTES, used[type]);
                set((FieldVector) values.getVectorByType(type), used[type], value);
                used[type]++;
            }
            root.setRowCount(codes.size());
            return root;
        } catch (Throwable t) {
            root.close();
            throw t;
        }
    }

    /// Returns the position of the value's type in the union.
    private static byte typeOf(Object value) {
        return switch (value) {
            case String text -> 0;
            case Boolean yes -> 1;
            case Long number -> 2;
            case Integer bits -> 3;
            case List<?> texts -> 4;
            case Map<?, ?> empty -> 5;
            default -> throw new IllegalStateException("no value has this type: " + value);
        };
    }

    private static void set(FieldVector vector, int index, Object value) {
        switch (value) {
            case String text -> ((VarCharVector) vector).setSafe(index, text.getBytes(StandardCharsets.UTF_8));
            case Boolean yes -> ((BitVector) vector).setSafe(index, yes ? 1 : 0);
            case Long number -> ((BigIntVector) vector).setSafe(index, number);
            case Integer bits -> ((IntVector) vector).setSafe(index, bits);
            case List<?> texts -> {
                ListVector list = (ListVector) vector;
                int start = list.startNewValue(index);
                VarCharVector elements = (VarCharVector) list.getDataVector();
                for (int i = 0; i < texts.size(); i++) {
                    elements.setSafe(start + i, texts.get(i).toString().getBytes(StandardCharsets.UTF_8));
                }
                list.endValue(index, texts.size());
            }
            case Map<?, ?> empty -> {
                MapVector map = (MapVector) vector;
                map.startNewValue(index);
                map.endValue(index, 0);
            }
            default -> throw new IllegalStateException("no value has this type: " + value);
        }
    }

    private static Map<Integer, Object> values() {
        Map<SqlInfo, Object> values = new EnumMap<>(SqlInfo.class);
        addServer(values);
        addNames(values);
        addWhatSqlCan(values);
        addWhatIsMissing(values);
        addLimits(values);
        addFunctions(values);
        Map<Integer, Object> byNumber = new TreeMap<>();
        values.forEach((code, value) -> byNumber.put(code.getNumber(), value));
        return byNumber;
    }

    private static void addServer(Map<SqlInfo, Object> values) {
        values.put(SqlInfo.FLIGHT_SQL_SERVER_NAME, "Wings");
        values.put(SqlInfo.FLIGHT_SQL_SERVER_VERSION, "0.1.0");
        values.put(SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION, "19.0.0");
        values.put(SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, false);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_SQL, true);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, false);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, "");
        values.put(SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION, "");
        values.put(
                SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION,
                SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_NONE.getNumber());
        values.put(SqlInfo.FLIGHT_SQL_SERVER_CANCEL, true);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION, true);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, false);
        // statements and transactions have no timeout, since handles carry all that they need, and stay good
        values.put(SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, 0);
        values.put(SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, 0);
    }

    private static void addNames(Map<SqlInfo, Object> values) {
        values.put(SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR, "\"");
        values.put(
                SqlInfo.SQL_IDENTIFIER_CASE,
                SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE.getNumber());
        values.put(
                SqlInfo.SQL_QUOTED_IDENTIFIER_CASE,
                SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE.getNumber());
        values.put(SqlInfo.SQL_SEARCH_STRING_ESCAPE, "\\");
        values.put(SqlInfo.SQL_EXTRA_NAME_CHARACTERS, "");
        values.put(SqlInfo.SQL_CATALOG_TERM, "catalog");
        values.put(SqlInfo.SQL_SCHEMA_TERM, "namespace");
        values.put(SqlInfo.SQL_PROCEDURE_TERM, "procedure");
        values.put(SqlInfo.SQL_CATALOG_AT_START, true);
    }

    private static void addWhatSqlCan(Map<SqlInfo, Object> values) {
        for (SqlInfo can : List.of(
                SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE,
                SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING,
                SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL,
                SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES,
                SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY,
                SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED,
                SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE,
                SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS,
                SqlInfo.SQL_DDL_SCHEMA,
                SqlInfo.SQL_DDL_TABLE,
                SqlInfo.SQL_BATCH_UPDATES_SUPPORTED,
                SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED)) {
            values.put(can, true);
        }
        values.put(SqlInfo.SQL_NULL_ORDERING, SqlNullOrdering.SQL_NULLS_SORTED_AT_END.getNumber());
        values.put(SqlInfo.SQL_SUPPORTED_GROUP_BY, bits(SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED.getNumber()));
        values.put(SqlInfo.SQL_SUPPORTED_GRAMMAR, bits(SupportedSqlGrammar.SQL_CORE_GRAMMAR.getNumber()));
        values.put(
                SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL, bits(SupportedAnsi92SqlGrammarLevel.ANSI92_ENTRY_SQL.getNumber()));
        values.put(
                SqlInfo.SQL_SUPPORTED_SUBQUERIES,
                bits(
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS.getNumber(),
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS.getNumber(),
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS.getNumber(),
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_QUANTIFIEDS.getNumber()));
        values.put(
                SqlInfo.SQL_SUPPORTED_UNIONS,
                bits(SqlSupportedUnions.SQL_UNION.getNumber(), SqlSupportedUnions.SQL_UNION_ALL.getNumber()));
        values.put(
                SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL,
                bits(SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS.getNumber()));
        values.put(
                SqlInfo.SQL_SUPPORTED_RESULT_SET_TYPES,
                bits(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY.getNumber()));
    }

    private static void addWhatIsMissing(Map<SqlInfo, Object> values) {
        for (SqlInfo cannot : List.of(
                SqlInfo.SQL_DDL_CATALOG,
                SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES,
                SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY,
                SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED,
                SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED,
                SqlInfo.SQL_MAX_ROW_SIZE_INCLUDES_BLOBS,
                SqlInfo.SQL_TRANSACTIONS_SUPPORTED,
                SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT,
                SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED,
                SqlInfo.SQL_SAVEPOINTS_SUPPORTED,
                SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED,
                SqlInfo.SQL_LOCATORS_UPDATE_COPY,
                SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED)) {
            values.put(cannot, false);
        }
        for (SqlInfo none : List.of(
                SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS,
                SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS,
                SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS,
                SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED,
                SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE,
                SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE)) {
            values.put(none, 0);
        }
        values.put(
                SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS,
                bits(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE.getNumber()));
        values.put(SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION, (long)
                SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE.getNumber());
        // results can only be read
        values.put(SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY, bits(1));
        values.put(SqlInfo.SQL_SUPPORTS_CONVERT, Map.of());
    }

    private static void addLimits(Map<SqlInfo, Object> values) {
        for (SqlInfo limit : List.of(
                SqlInfo.SQL_MAX_BINARY_LITERAL_LENGTH,
                SqlInfo.SQL_MAX_CHAR_LITERAL_LENGTH,
                SqlInfo.SQL_MAX_COLUMNS_IN_GROUP_BY,
                SqlInfo.SQL_MAX_COLUMNS_IN_INDEX,
                SqlInfo.SQL_MAX_COLUMNS_IN_ORDER_BY,
                SqlInfo.SQL_MAX_COLUMNS_IN_SELECT,
                SqlInfo.SQL_MAX_COLUMNS_IN_TABLE,
                SqlInfo.SQL_MAX_CONNECTIONS,
                SqlInfo.SQL_MAX_CURSOR_NAME_LENGTH,
                SqlInfo.SQL_MAX_INDEX_LENGTH,
                SqlInfo.SQL_MAX_PROCEDURE_NAME_LENGTH,
                SqlInfo.SQL_MAX_ROW_SIZE,
                SqlInfo.SQL_MAX_STATEMENTS,
                SqlInfo.SQL_MAX_USERNAME_LENGTH)) {
            values.put(limit, NO_LIMIT);
        }
        values.put(SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH, (long) TopicField.MAX_NAME_LENGTH);
        values.put(SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH, MAX_ID);
        values.put(SqlInfo.SQL_MAX_TABLE_NAME_LENGTH, MAX_ID);
        values.put(SqlInfo.SQL_MAX_CATALOG_NAME_LENGTH, MAX_ID);
        values.put(SqlInfo.SQL_MAX_STATEMENT_LENGTH, (long) Queries.MAX_STATEMENT_BYTES);
        values.put(SqlInfo.SQL_MAX_TABLES_IN_SELECT, (long) Tables.MAX_TABLES);
    }

    private static void addFunctions(Map<SqlInfo, Object> values) {
        values.put(SqlInfo.SQL_KEYWORDS, words("""
                all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
                create default deferrable desc describe distinct do else end except false fetch for foreign from group
                having in initially intersect into lambda lateral leading limit not null offset on only or order pivot
                pivot_longer pivot_wider placing primary qualify references returning select show some summarize
                symmetric table then to trailing true union unique unpivot using variadic when where window with"""));
        values.put(SqlInfo.SQL_NUMERIC_FUNCTIONS, words("""
                abs acos asin atan atan2 cbrt ceiling cos cot degrees exp floor greatest least ln log log10 mod pi power
                radians random round sign sin sqrt tan trunc"""));
        values.put(SqlInfo.SQL_STRING_FUNCTIONS, words("""
                ascii bit_length char_length chr concat contains left length lower lpad ltrim octet_length position
                regexp_matches regexp_replace repeat replace reverse right rpad rtrim split_part starts_with substring
                translate trim unicode upper"""));
        values.put(SqlInfo.SQL_SYSTEM_FUNCTIONS, words("current_database current_schema nullif user"));
        values.put(SqlInfo.SQL_DATETIME_FUNCTIONS, words("""
                current_date date_diff date_part date_trunc dayname dayofmonth dayofweek dayofyear hour minute month
                monthname now quarter second strftime time_bucket week year"""));
    }

    private static List<String> words(String text) {
        return Arrays.asList(text.strip().split("\\s+"));
    }

    private static int bits(int... positions) {
        int bits = 0;
        for (int position : positions) {
            bits |= 1 << position;
        }
        return bits;
    }
}
