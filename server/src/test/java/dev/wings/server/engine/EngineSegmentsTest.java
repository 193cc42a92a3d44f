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
package dev.wings.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wings.common.duckdb.ArrowTable;
import dev.wings.common.duckdb.DuckDb;
import dev.wings.common.duckdb.ParquetFiles;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.table.Condition;
import dev.wings.server.table.SegmentSource;
import dev.wings.server.table.SqlColumn;
import dev.wings.server.table.TableNeeds;
import dev.wings.server.table.TableRef;
import dev.wings.server.table.TableSource;
import dev.wings.server.table.TopicTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One engine runs queries one after the other, of the same tables and of others, each over segments of its own.
class EngineSegmentsTest {

    private static final SqlColumn NUMBER = SqlColumn.flat("n", "BIGINT", true, new ArrowType.Int(64, true), "");

    @TempDir
    private Path directory;

    private final BufferAllocator allocator = new RootAllocator();
    private Path stored;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        stored = Files.createDirectory(directory.resolve("stored"));
        try (DuckDb duckDb = DuckDb.open(Map.of("threads", "1"))) {
            for (int i = 1; i <= 3; i++) {
                duckDb.run("COPY (SELECT " + i + "::BIGINT AS n) TO " + ParquetFiles.text(file(i).toString())
                        + " (FORMAT parquet)");
            }
        }
        engine = Engine.open(
                new LocalEngines(),
                "default",
                true,
                Engine.Purpose.RUNNING,
                2,
                64L << 20,
                0,
                1L << 20,
                Files.createDirectory(directory.resolve("temporary")),
                Optional.of(Files.createDirectory(directory.resolve("segments"))));
    }

    @AfterEach
    void close() {
        engine.close();
        allocator.close();
    }

    private Path file(int number) {
        return stored.resolve(number + ".parquet");
    }

    @Test
    void eachQueryReadsItsOwnSegments() {
        for (List<Integer> files : List.of(
                List.of(1), List.of(2), List.of(2), List.of(1, 2, 3), List.of(3), List.of(1, 2, 3), List.of(1))) {
            assertThat(rows("select n from a order by n", Map.of("a", files))).isEqualTo(files);
        }
    }

    @Test
    void tablesOfOneQueryAreToldApart() {
        String sql = "select n from a union all select 10 * n from b order by n";
        assertThat(rows(sql, tables("a", List.of(1), "b", List.of(2)))).containsExactly(1, 20);
        assertThat(rows(sql, tables("b", List.of(2), "a", List.of(1)))).containsExactly(1, 20);
        assertThat(rows(sql, tables("a", List.of(2), "b", List.of(1)))).containsExactly(2, 10);
        assertThat(rows("select n from b", Map.of("b", List.of(3)))).containsExactly(3);
        assertThat(rows(sql, tables("a", List.of(3), "b", List.of(1)))).containsExactly(3, 10);
    }

    private static Map<String, List<Integer>> tables(
            String first, List<Integer> ofFirst, String second, List<Integer> ofSecond) {
        Map<String, List<Integer>> tables = new LinkedHashMap<>();
        tables.put(first, ofFirst);
        tables.put(second, ofSecond);
        return tables;
    }

    /// @param tables the numbers of their files
    private List<Integer> rows(String sql, Map<String, List<Integer>> tables) {
        Map<TableRef, TableSource> sources = new LinkedHashMap<>();
        tables.forEach((name, files) -> sources.put(new TableRef("default", name), source(name, files)));
        engine.add(sources, Map.of(), "default", "UTC", true, allocator);
        List<Integer> rows = new ArrayList<>();
        try (SqlEngine.Prepared statement = engine.duckDb().prepare(sql);
                SqlEngine.Rows results = statement.execute(allocator)) {
            while (results.next()) {
                for (int row = 0; row < results.root().getRowCount(); row++) {
                    rows.add(((Number) results.root().getVector(0).getObject(row)).intValue());
                }
            }
        }
        engine.removeRows();
        assertThat(engine.isUsable()).isTrue();
        return rows;
    }

    private TableSource source(String name, List<Integer> files) {
        TopicTable table = new TopicTable(
                TopicName.parse("tenants/default/namespaces/default/topics/" + name),
                "uid",
                "namespace",
                new TopicSchema(0, List.of(TopicField.optional(1, "n", FieldType.Primitive.LONG)), 1),
                Optional.empty(),
                List.of(NUMBER));
        return new TableSource(
                new TableNeeds(table, List.of(NUMBER), Condition.none()),
                Optional.of(new Segments(files.stream().map(this::file).toList())),
                Optional.empty(),
                Optional.empty(),
                new NoRows(),
                0,
                0,
                Optional.empty());
    }

    private record NoRows() implements ArrowTable {

        @Override
        public Schema schema() {
            return new Schema(List.of(Field.nullable("n", new ArrowType.Int(64, true))));
        }

        @Override
        public Scan openScan() {
            throw new IllegalStateException("all rows are in segments");
        }
    }

    private record Segments(List<Path> files) implements SegmentSource {

        @Override
        public Attached attach(Path directory) {
            try {
                Files.createDirectories(directory);
                List<Path> links = new ArrayList<>();
                for (Path file : files) {
                    links.add(Files.createLink(directory.resolve(file.getFileName()), file));
                }
                return new Links(links);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public long fetchAll() {
            return 0;
        }

        @Override
        public SegmentSource forPlanning() {
            return this;
        }

        @Override
        public long cachedBytes() {
            return 0;
        }
    }

    private record Links(List<Path> links) implements SegmentSource.Attached {

        @Override
        public String relation(String files) {
            return ParquetFiles.relation(files, Map.of());
        }

        @Override
        public String files() {
            return ParquetFiles.list(links);
        }

        @Override
        public Map<Path, Long> chunks() {
            return Map.of();
        }

        @Override
        public List<String> blamed(String message) {
            return List.of();
        }

        @Override
        public void close() {
            try {
                for (Path link : links) {
                    Files.delete(link);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
