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
package dev.wings.common.duckdb;

import static dev.wings.common.duckdb.CApi.DATE;
import static dev.wings.common.duckdb.CApi.DECIMAL;
import static dev.wings.common.duckdb.CApi.INTERVAL;
import static dev.wings.common.duckdb.CApi.MICROS;
import static dev.wings.common.duckdb.CApi.function;
import static dev.wings.common.duckdb.CApi.procedure;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/// The part of [CApi] that makes and binds values of many types. It is a class of its own because each shape of
/// a function takes a few milliseconds to link, and most processes never bind a value.
final class ValueApi {

    static final MethodHandle BIND_BOOLEAN =
            function("duckdb_bind_boolean", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_BOOLEAN);
    static final MethodHandle BIND_INT = function("duckdb_bind_int32", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    static final MethodHandle BIND_FLOAT = function("duckdb_bind_float", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_FLOAT);
    static final MethodHandle BIND_DOUBLE = function("duckdb_bind_double", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_DOUBLE);
    static final MethodHandle BIND_DECIMAL = function("duckdb_bind_decimal", JAVA_INT, ADDRESS, JAVA_LONG, DECIMAL);
    static final MethodHandle BIND_DATE = function("duckdb_bind_date", JAVA_INT, ADDRESS, JAVA_LONG, DATE);
    static final MethodHandle BIND_TIME = function("duckdb_bind_time", JAVA_INT, ADDRESS, JAVA_LONG, MICROS);
    static final MethodHandle BIND_TIMESTAMP = function("duckdb_bind_timestamp", JAVA_INT, ADDRESS, JAVA_LONG, MICROS);
    static final MethodHandle BIND_TIMESTAMPTZ =
            function("duckdb_bind_timestamp_tz", JAVA_INT, ADDRESS, JAVA_LONG, MICROS);
    static final MethodHandle BIND_BLOB =
            function("duckdb_bind_blob", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    static final MethodHandle BIND_INTERVAL = function("duckdb_bind_interval", JAVA_INT, ADDRESS, JAVA_LONG, INTERVAL);
    static final MethodHandle BIND_VALUE = function("duckdb_bind_value", JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS);
    static final MethodHandle CREATE_TYPE = function("duckdb_create_logical_type", ADDRESS, JAVA_INT);
    static final MethodHandle CREATE_DECIMAL_TYPE =
            function("duckdb_create_decimal_type", ADDRESS, JAVA_BYTE, JAVA_BYTE);
    static final MethodHandle CREATE_LIST_TYPE = function("duckdb_create_list_type", ADDRESS, ADDRESS);
    static final MethodHandle CREATE_LIST_VALUE =
            function("duckdb_create_list_value", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle CREATE_NULL = function("duckdb_create_null_value", ADDRESS);
    static final MethodHandle CREATE_BOOLEAN = function("duckdb_create_bool", ADDRESS, JAVA_BOOLEAN);
    static final MethodHandle CREATE_LONG = function("duckdb_create_int64", ADDRESS, JAVA_LONG);
    static final MethodHandle CREATE_FLOAT = function("duckdb_create_float", ADDRESS, JAVA_FLOAT);
    static final MethodHandle CREATE_DOUBLE = function("duckdb_create_double", ADDRESS, JAVA_DOUBLE);
    static final MethodHandle CREATE_DECIMAL = function("duckdb_create_decimal", ADDRESS, DECIMAL);
    static final MethodHandle CREATE_DATE = function("duckdb_create_date", ADDRESS, DATE);
    static final MethodHandle CREATE_TIME = function("duckdb_create_time", ADDRESS, MICROS);
    static final MethodHandle CREATE_TIMESTAMP = function("duckdb_create_timestamp", ADDRESS, MICROS);
    static final MethodHandle CREATE_TIMESTAMPTZ = function("duckdb_create_timestamp_tz", ADDRESS, MICROS);
    static final MethodHandle CREATE_INTERVAL = function("duckdb_create_interval", ADDRESS, INTERVAL);
    static final MethodHandle CREATE_VARCHAR = function("duckdb_create_varchar_length", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle CREATE_BLOB = function("duckdb_create_blob", ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle DESTROY_VALUE = procedure("duckdb_destroy_value", ADDRESS);

    private ValueApi() {}
}
