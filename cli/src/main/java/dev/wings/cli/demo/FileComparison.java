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
package dev.wings.cli.demo;

import dev.wings.cli.push.LocalDuckDb;
import dev.wings.cli.sql.Answer;
import dev.wings.client.SqlSession;
import dev.wings.common.duckdb.ParquetFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/// Asks the platform and, with DuckDB, the file itself the same questions.
final class FileComparison {

    /// A query on the topic, and the one on the file that must give the same answer.
    private record Pair(String topic, String file) {

        static Pair same(String sql) {
            return new Pair(sql, sql);
        }
    }

    private static final int BATCH_ROWS = 2048;

    private static final List<Pair> QUESTIONS = List.of(
            Pair.same("select count(*), sum(delay)::bigint, sum(distance)::bigint, min(date), max(date) from flights"),
            Pair.same("select origin, count(*), sum(delay)::bigint from flights group by 1 order by 1"),
            Pair.same("select destination, min(delay), max(delay), sum(distance)::bigint from flights"
                    + " group by 1 order by 1"),
            Pair.same("select month(date), count(*) from flights where delay > 60 group by 1 order by 1"),
            // Offsets are dense from 0, and in the order of the file.
            new Pair(
                    "select count(*), min(__offset__), max(__offset__), count(distinct __offset__) from flights",
                    "select count(*), 0, count(*) - 1, count(*) from flights"),
            new Pair(
                    "select origin, destination, date from flights where __offset__ % 10007 = 0 order by __offset__",
                    "select origin, destination, date from flights where file_row_number % 10007 = 0"
                            + " order by file_row_number"));

    private FileComparison() {}

    static int questions() {
        return QUESTIONS.size();
    }

    /// The first question that got two answers, in words; empty if all agree.
    static Optional<String> findDifference(SqlSession session, Path file) {
        try (Connection duckdb = LocalDuckDb.open();
                BufferAllocator allocator = new RootAllocator();
                Statement statement = duckdb.createStatement()) {
            statement.execute("create view flights as select * from "
                    + ParquetFiles.relation(List.of(file), Map.of("file_row_number", "true")));
            for (Pair question : QUESTIONS) {
                List<List<String>> found = Answer.of(session, question.topic()).rows();
                List<List<String>> expected =
                        ask(statement, allocator, question.file()).rows();
                if (!found.equals(expected)) {
                    return Optional.of(describe(question.topic(), expected, found));
                }
            }
            return Optional.empty();
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("cannot ask the file: " + e.getMessage(), e);
        }
    }

    private static Answer ask(Statement duckdb, BufferAllocator allocator, String sql)
            throws SQLException, IOException {
        try (ResultSet rows = duckdb.executeQuery(sql);
                ArrowReader reader =
                        (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS)) {
            Answer.Builder answer =
                    new Answer.Builder(reader.getVectorSchemaRoot().getSchema());
            while (reader.loadNextBatch()) {
                answer.add(reader.getVectorSchemaRoot());
            }
            return answer.build();
        }
    }

    private static String describe(String sql, List<List<String>> expected, List<List<String>> found) {
        int row = 0;
        while (row < expected.size() && row < found.size() && expected.get(row).equals(found.get(row))) {
            row++;
        }
        return "answers differ: query=" + sql + "\n  rows: file=" + expected.size() + ", topic=" + found.size()
                + "\n  first difference in row " + (row + 1) + ": file=" + at(expected, row) + ", topic="
                + at(found, row);
    }

    private static String at(List<List<String>> rows, int row) {
        return row < rows.size() ? rows.get(row).toString() : "none";
    }
}
