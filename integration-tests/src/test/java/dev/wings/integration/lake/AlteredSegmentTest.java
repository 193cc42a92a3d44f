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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.lake.StoreLocations;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.TaskKind;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.FieldType.Primitive;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The canary of the check that segments hold what was read: a rewrite whose rows are not those of the files that it
/// replaces commits nothing.
final class AlteredSegmentTest {

    private static final TopicSchema SCHEMA = new TopicSchema(
            0,
            List.of(
                    TopicField.required(1, "n", Primitive.LONG),
                    TopicField.optional(2, "text", Primitive.STRING),
                    TopicField.optional(
                            3, "s", new FieldType.Struct(List.of(TopicField.optional(4, "x", Primitive.DOUBLE))))),
            4);

    @TempDir
    private Path directory;

    /// A chunk of each column in turn, by its place.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void columnThatIsNotWhatItWasIsNotCommitted(int column) throws Exception {
        assertRefused(
                statistics -> {
                    byte[] max = statistics.getMax_value();
                    // so much more that it is the greatest of all, of a number, which ends with its highest byte, too
                    max[max.length == Long.BYTES ? Long.BYTES - 1 : 0]++;
                    statistics.setMax_value(max);
                },
                column,
                SCHEMA.fields().get(column).type() instanceof FieldType.Struct ? 4 : column + 1);
        assertRefused(
                statistics -> statistics.setNull_count(statistics.getNull_count() + 1),
                column,
                SCHEMA.fields().get(column).type() instanceof FieldType.Struct ? 4 : column + 1);
    }

    private void assertRefused(Consumer<Statistics> change, int column, int fieldId) throws IOException {
        try (LakeFixture lake = new LakeFixture(directory.resolve("scratch"))) {
            TestTopic topic = lake.createTopic("t", SCHEMA, "", LakeSpec.getDefaultInstance());
            lake.run(TaskKind.CREATE_TABLE);
            for (int push = 0; push < 4; push++) {
                topic.push(rows(push), 10);
                lake.compactAll(topic);
            }
            String location = lake.plan(topic).metadataLocation();
            TableRows table = TableRows.open(lake, topic, location, directory);
            DataFile file = table.files().get(2);
            byte[] whole = Files.readAllBytes(table.local(file));
            String key = StoreLocations.of(LakeFixture.STORE).key(file.location());
            replace(lake, key, altered(whole, change, column));
            assertThatThrownBy(() -> lake.run(TaskKind.REWRITE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("do not hold what was read: field_id=" + fieldId);
            assertThat(lake.plan(topic).metadataLocation()).isEqualTo(location);
            replace(lake, key, whole);
            lake.run(TaskKind.REWRITE);
            TableRows.open(lake, topic, lake.plan(topic).metadataLocation(), directory)
                    .assertHolds(topic);
        }
    }

    private static List<List<@Nullable Object>> rows(int push) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long number = push * 20L + i;
            rows.add(Arrays.asList(
                    number, i == 3 ? null : "text " + number, Arrays.asList(i == 4 ? null : number / 8.0)));
        }
        return rows;
    }

    private static void replace(LakeFixture lake, String key, byte[] content) {
        lake.store().delete(key);
        lake.store().create(key, List.of(ByteBuffer.wrap(content)));
    }

    /// The file with a footer that says something else of a column, in as many bytes.
    private static byte[] altered(byte[] file, Consumer<Statistics> change, int column) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.getInt(file.length - 8);
        int start = file.length - 8 - length;
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(file, start, length));
        RowGroup first = Objects.requireNonNull(footer.getRow_groups()).getFirst();
        ColumnMetaData metadata = Objects.requireNonNull(
                Objects.requireNonNull(first.getColumns()).get(column).getMeta_data());
        change.accept(Objects.requireNonNull(metadata.getStatistics()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file, 0, start);
        Util.writeFileMetaData(footer, out);
        assertThat(out.size()).isEqualTo(file.length - 8);
        out.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .array());
        out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
