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

import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.PartitionTransform;
import dev.wings.common.proto.SortField;
import dev.wings.common.proto.TablePartitionField;
import dev.wings.common.proto.TablePartitioning;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The engines of compactor and server work in directories that an operator has named. Nothing of such a name is a
/// pattern, or says anything of what is in the files.
final class PlacesTest {

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "k", Primitive.INT),
                    TopicField.required(2, "name", Primitive.STRING),
                    TopicField.required(3, "day", Primitive.DATE)),
            3);

    @TempDir
    private Path directory;

    @Test
    void directoriesMayHaveNamesLikePartitions() {
        pushAndRead("k=1/name=x/day=2020-01-01");
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "K=__HIVE_DEFAULT_PARTITION__/__offset__=7",
                "[a-z]*?/{b,c}",
                "it's 100% \"here\" %3D\u00e9\u4e2d~$HOME"
            })
    void directoriesMayHaveAnyName(String name) {
        pushAndRead(name);
    }

    private void pushAndRead(String name) {
        Path place = directory.resolve(name);
        try (LakeFixture lake = new LakeFixture(place.resolve("scratch"));
                LakeSql sql = lake.openSql(place.resolve("sql"))) {
            TestTopic plain = lake.createTopic("plain", SCHEMA, "k", LakeSpec.getDefaultInstance());
            TestTopic sorted = lake.createTopic(
                    "sorted",
                    SCHEMA,
                    "",
                    LakeSpec.newBuilder()
                            .setPartitioning(TablePartitioning.newBuilder()
                                    .addFields(TablePartitionField.newBuilder()
                                            .setField("day")
                                            .setTransform(PartitionTransform.YEAR)))
                            .addSortOrder(SortField.newBuilder().setField("name"))
                            .build());
            lake.run(TaskKind.CREATE_TABLE);
            lake.run(TaskKind.CREATE_TABLE);
            for (TestTopic topic : List.of(plain, sorted)) {
                for (int push = 0; push < 4; push++) {
                    topic.push(rows(push), 10);
                    lake.compactAll(topic);
                }
                assertAnswers(sql, topic);
                lake.run(TaskKind.REWRITE);
                assertAnswers(sql, topic);
                TableRows table = TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory);
                assertThat(table.files()).hasSizeLessThan(4);
                table.assertHolds(topic);
            }
        }
    }

    private static List<List<@Nullable Object>> rows(int push) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(List.of(5, "name " + (push * 20 + i), 10_000 + i));
        }
        return rows;
    }

    private static void assertAnswers(LakeSql sql, TestTopic topic) {
        List<List<@Nullable Object>> expected =
                topic.rows().values().stream().flatMap(List::stream).toList();
        assertThat(sql.client()
                        .query("select k, name, date_diff('day', date '1970-01-01', day)::int from "
                                + topic.name().topic() + " order by __offset__"))
                .isEqualTo(expected);
        assertThat(sql.client()
                        .count("select count(*) from " + topic.name().topic()
                                + " where k = 5 and name >= 'name ' and day > date '1990-01-01'"))
                .isEqualTo(expected.size());
    }
}
