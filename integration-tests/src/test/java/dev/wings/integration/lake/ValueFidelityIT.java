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
package dev.wings.integration.lake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wings.common.proto.Task;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.store.ObjectInfo;
import dev.wings.integration.PythonEnvironment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the ingestor acknowledges reads the same for ever (I7): from pages, after compaction, after a rewrite, by SQL
/// with and without conditions, and by PyIceberg; what cannot is refused at once, with row and field.
///
/// Topics have odd values of all types, alone and nested, in all layouts. `-Dwings.seed=N` replays a seed.
final class ValueFidelityIT {

    private static final int COLUMNS = 5;
    private static final int TIME_COLUMNS = 3;
    private static final int MANY = 2;

    @TempDir
    private Path directory;

    @Test
    void whatIsAcknowledgedReadsTheSame() throws IOException {
        int refused = run(Long.getLong("wings.seed", 1), 10, 2);
        // The canary; another seed may by chance have none to refuse.
        if (Long.getLong("wings.seed") == null) {
            assertThat(refused).isPositive();
        }
    }

    @Tag("full")
    @Test
    void whatIsAcknowledgedReadsTheSameInManyLayouts() throws IOException {
        long first = Long.getLong("wings.seed", 2);
        int refused = 0;
        for (long seed = first; seed < first + MANY; seed++) {
            refused += run(seed, seed % 3 == 0 ? 500 : 12, 1);
        }
        // The canary: there were values to refuse.
        assertThat(refused).isPositive();
    }

    /// Returns how many values were refused.
    ///
    /// @param share one of so many types is looked at, in a random choice
    private int run(long seed, int rows, int share) throws IOException {
        try {
            Path scratch = Files.createDirectory(directory.resolve("seed-" + seed));
            return roundTrip(new Random(seed), rows, share, scratch);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("replay with -Dwings.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static int roundTrip(Random random, int rows, int share, Path scratch) throws IOException {
        List<ValueTopic> topics = new ArrayList<>();
        try (LakeFixture lake = new LakeFixture(scratch.resolve("scratch"))) {
            List<FieldType> types = new ArrayList<>(OddValues.types());
            Collections.shuffle(types, random);
            int chosen = types.size() / share;
            for (int start = 0; start < chosen; start += COLUMNS) {
                List<FieldType> columns = types.subList(start, Math.min(chosen, start + COLUMNS));
                topics.add(new ValueTopic(lake, "topic" + topics.size(), columns, Primitive.TIME, random));
            }
            // at all depths, in a layout of their own
            for (Primitive timeAs : List.of(Primitive.LONG, Primitive.STRING)) {
                List<FieldType> times = Collections.nCopies(TIME_COLUMNS, Primitive.TIME);
                topics.add(new ValueTopic(lake, "times" + topics.size(), times, timeAs, random));
            }
            try (LakeIngestor ingestor = lake.openIngestor();
                    LakeSql sql = lake.openSql(scratch.resolve("sql"))) {
                topics.forEach(topic -> topic.push(ingestor, rows));
                topics.forEach(topic -> topic.assertSql(sql.client(), "in pages"));
                runAll(lake, TaskKind.CREATE_TABLE);
                runAll(lake, TaskKind.COMPACT);
                topics.forEach(topic -> topic.assertSql(sql.client(), "in segments"));
                topics.forEach(topic -> topic.push(ingestor, rows));
                topics.forEach(topic -> topic.assertSql(sql.client(), "in segments and pages"));
                runAll(lake, TaskKind.COMPACT);
                int rewrites = runAll(lake, TaskKind.REWRITE);
                assertThat(rewrites).isPositive();
                topics.forEach(topic -> topic.assertSql(sql.client(), "in segments that were rewritten"));
            }
            for (ValueTopic topic : topics) {
                assertThat(lake.plan(topic.topic()).pages())
                        .as("pages of %s that nobody compacts", topic)
                        .isEmpty();
            }
            assertPyIceberg(lake, topics, scratch);
        }
        return topics.stream().mapToInt(topic -> topic.refused().size()).sum();
    }

    /// Does all tasks of a kind; returns how many.
    private static int runAll(LakeFixture lake, TaskKind kind) {
        for (int done = 0; ; done++) {
            lake.clock().advance(Duration.ofMinutes(2));
            Optional<Task> task = lake.lease(kind, Duration.ofMillis(500));
            if (task.isEmpty()) {
                return done;
            }
            try {
                lake.run(task.get());
            } catch (RuntimeException e) {
                throw new AssertionError(kind + " of " + task.get().getTarget() + " failed: " + e.getMessage(), e);
            }
        }
    }

    private static void assertPyIceberg(LakeFixture lake, List<ValueTopic> topics, Path scratch) throws IOException {
        Path objects = scratch.resolve("objects");
        for (ObjectInfo object : lake.store().list("", "", 100_000)) {
            Path copy = objects.resolve(object.key());
            Files.createDirectories(copy.getParent());
            ByteBuffer bytes = ByteBuffer.allocate((int) object.bytes());
            lake.store().read(object.key(), 0, bytes);
            Files.write(copy, bytes.array());
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode request =
                json.createObjectNode().put("root", objects.toString()).put("store", LakeFixture.STORE.toString());
        List<List<ValueTopic.Condition>> conditions = new ArrayList<>();
        for (ValueTopic topic : topics) {
            List<ValueTopic.Condition> asked = topic.conditions();
            conditions.add(asked);
            ObjectNode table = request.withArray("tables")
                    .addObject()
                    .put("metadata", lake.plan(topic.topic()).metadataLocation());
            asked.forEach(condition -> table.withArray("filters")
                    .addObject()
                    .put("column", condition.column())
                    .put("op", condition.op())
                    .put("kind", condition.kind())
                    .put("value", condition.value()));
        }
        Path file = scratch.resolve("request.json");
        json.writeValue(file.toFile(), request);
        List<String> answers = PythonEnvironment.get()
                .run(scratch, "read_tables.py", file.toString())
                .lines()
                .toList();
        assertThat(answers).hasSameSizeAs(topics);
        for (int i = 0; i < topics.size(); i++) {
            assertFound(topics.get(i), conditions.get(i), json.readTree(answers.get(i)));
        }
    }

    private static void assertFound(ValueTopic topic, List<ValueTopic.Condition> conditions, JsonNode answer) {
        List<List<@Nullable String>> expected = topic.pythonRows();
        List<List<@Nullable String>> found = new ArrayList<>();
        for (JsonNode row : answer.get("rows")) {
            List<@Nullable String> texts = new ArrayList<>();
            for (int i = 0; i < topic.topic().schema().fields().size(); i++) {
                texts.add(row.get(i).isNull() ? null : row.get(i).asText());
            }
            found.add(texts);
        }
        found.sort(Comparator.comparingLong(row -> Long.parseLong(String.valueOf(row.getFirst()))));
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            assertThat(found.get(i)).as("row of %s, by PyIceberg", topic).isEqualTo(expected.get(i));
        }
        assertThat(found).as("rows of %s, by PyIceberg", topic).hasSameSizeAs(expected);
        for (int i = 0; i < conditions.size(); i++) {
            ValueTopic.Condition condition = conditions.get(i);
            JsonNode ids = answer.get("filters").get(i);
            String what = condition.column() + " " + condition.op() + " " + condition.value() + " of " + topic
                    + ", by PyIceberg: " + ids;
            assertThat(ids.isArray()).as(what).isTrue();
            List<Long> rows = new ArrayList<>();
            ids.forEach(id -> rows.add(id.asLong()));
            assertThat(rows).as(what).isEqualTo(condition.expected());
        }
    }
}
