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

import dev.wings.common.schema.DefaultValue;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Local Parquet files as DuckDB reads them, with nothing left to its guesses: by default it would make columns
/// of directories that are called `name=value`, in place of the file's own, and read other files where a name
/// has a `*`.
public final class ParquetFiles {

    private static final Map<String, String> NOTHING_INFERRED = Map.of(
            "hive_partitioning", "false",
            "hive_types_autocast", "false",
            "union_by_name", "false",
            "filename", "false",
            "file_row_number", "false",
            "binary_as_string", "false",
            "allow_empty", "false");

    private ParquetFiles() {}

    /// What stands behind `FROM` to read the rows of the files, one file after the other.
    public static String relation(Collection<Path> files) {
        return relation(files, Map.of());
    }

    /// As [#relation(Collection)].
    ///
    /// @param options options of `read_parquet` as they stand in SQL: further ones, or ones that replace those
    ///     by which nothing is inferred
    public static String relation(Collection<Path> files, Map<String, String> options) {
        return relation(list(files), options);
    }

    /// As [#relation(Collection,Map)].
    ///
    /// @param files an expression of the value of [#list]
    public static String relation(String files, Map<String, String> options) {
        Map<String, String> all = new LinkedHashMap<>(NOTHING_INFERRED);
        all.putAll(options);
        return "read_parquet("
                + files
                + all.entrySet().stream()
                        .map(option -> ", " + option.getKey() + " = " + option.getValue())
                        .collect(Collectors.joining())
                + ")";
    }

    /// The files as a constant: a list of paths as [#path] writes them.
    public static String list(Collection<Path> files) {
        return files.stream().map(ParquetFiles::path).collect(Collectors.joining(", ", "[", "]"));
    }

    /// A file's path for functions that read files: they take a pattern, in which nothing of the name is one.
    public static String path(Path file) {
        return text(file.toAbsolutePath().toString().replaceAll("[\\[*?]", "[$0]"));
    }

    /// A column as the option `schema` has it, behind the id of its field.
    ///
    /// @param absent what it is in files that do not have it; none is null
    public static String column(String name, String sqlType, Optional<DefaultValue> absent) {
        return "{name: " + text(name) + ", type: " + text(sqlType) + ", default_value: "
                + absent.map(value -> text(value.duckDbText())).orElse("NULL") + "}";
    }

    /// A constant as it stands in SQL.
    public static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
