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
package dev.wings.cli.push;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/// DuckDB inside this process, for reading files.
public final class LocalDuckDb {

    private LocalDuckDb() {}

    /// An instance of its own, in memory; results are streamed. The caller closes it.
    public static Connection open() {
        return open(true);
    }

    private static Connection open(boolean streaming) {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", String.valueOf(streaming));
        properties.setProperty("memory_limit", "512MB");
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set TimeZone = 'UTC'");
                // this keeps a UUID a UUID
                statement.execute("set arrow_lossless_conversion = true");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB does not start: " + e.getMessage(), e);
        }
    }

    /// A file's path as DuckDB's table functions take it: nothing in it is a pattern.
    public static String path(Path path) {
        return literal(path.toAbsolutePath().toString().replaceAll("[\\[*?]", "[$0]"));
    }

    /// Says why a query fails, when the failure of a streamed one does not tell: it runs the query again to its
    /// end.
    static SQLException diagnose(String sql, SQLException failure) {
        if (!String.valueOf(failure.getMessage()).contains("Invalid result set")) {
            return failure;
        }
        try (Connection connection = open(false);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return failure;
        } catch (SQLException e) {
            return e;
        }
    }

    /// The part of DuckDB's message that matters to a user: the first paragraph on one line, without what wraps
    /// it, and without the file, which the user knows by another name.
    static String message(String text) {
        String bare = text.replaceFirst("(?s)^.*CDataJniException\\{errno=-?\\d+, message=", "");
        int end = bare.indexOf("\n\n");
        return (end < 0 ? bare : bare.substring(0, end))
                .replaceAll(" in file \"[^\"]*\",", "")
                .strip()
                .replaceAll("\\s*\n\\s*", "; ");
    }

    /// A text as it stands in SQL.
    public static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
