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

import com.github.luben.zstd.Zstd;
import dev.wings.common.lake.StoreFileIO;
import dev.wings.common.lake.TableMetadataFiles;
import dev.wings.common.schema.FieldType;
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.schema.TopicField;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/// A topic's table, read with Iceberg's own readers.
public final class TableRows {

    private final BaseTable table;
    private final LakeFixture lake;
    private final TestTopic topic;
    private final Path directory;

    private TableRows(BaseTable table, LakeFixture lake, TestTopic topic, Path directory) {
        this.table = table;
        this.lake = lake;
        this.topic = topic;
        this.directory = directory;
    }

    /// The table at a metadata file.
    ///
    /// @param directory for copies of files
    public static TableRows open(LakeFixture lake, TestTopic topic, String metadataLocation, Path directory) {
        StoreFileIO io = new StoreFileIO(lake.store(), LakeFixture.STORE);
        TableMetadata metadata = TableMetadataFiles.read(io, metadataLocation);
        return new TableRows(new BaseTable(new StaticTableOperations(metadata, io), "table"), lake, topic, directory);
    }

    public BaseTable table() {
        return table;
    }

    public List<DataFile> files() {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /// The rows of a file, in its order.
    public List<Record> records(DataFile file) {
        return records(local(file), table.schema(), (int) file.recordCount());
    }

    /// A copy of a file on the local disk.
    public Path local(DataFile file) {
        String key = file.location().substring(LakeFixture.STORE.toString().length() + 1);
        Path copy = directory.resolve(key.substring(key.lastIndexOf('/') + 1));
        ByteBuffer bytes = ByteBuffer.allocate((int) file.fileSizeInBytes());
        lake.store().read(key, 0, bytes);
        try {
            return Files.write(copy, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Record> records(Path file, Schema schema, int expected) {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ZstdCodecs())
                .build();
        List<Record> records = new ArrayList<>();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            ParquetValueReader<Record> rows = GenericParquetReaders.buildReader(
                    schema, reader.getFooter().getFileMetaData().getSchema());
            for (PageReadStore group = reader.readNextRowGroup(); group != null; group = reader.readNextRowGroup()) {
                rows.setPageSource(group);
                for (long i = 0; i < group.getRowCount(); i++) {
                    records.add(rows.read(null));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(records).hasSize(expected);
        return records;
    }

    /// All rows of the table by partition of the topic and offset; fails if one is there twice.
    public Map<String, Map<Long, Record>> byOffset() {
        Map<String, Map<Long, Record>> all = new TreeMap<>();
        for (DataFile file : files()) {
            for (Record record : records(file)) {
                String partition = topic.key()
                        .map(key -> text(key, record.getField(key.name())))
                        .orElse(PartitionValue.NONE);
                Object twice = all.computeIfAbsent(partition, value -> new TreeMap<>())
                        .put((Long) record.getField("__offset__"), record);
                assertThat(twice).as("row that is in the table twice (I7)").isNull();
            }
        }
        return all;
    }

    /// Fails unless the table holds all rows of the topic, as they were pushed.
    public void assertHolds(TestTopic pushed) {
        Map<String, Map<Long, Record>> found = byOffset();
        assertThat(found.keySet()).isEqualTo(pushed.rows().keySet());
        pushed.rows().forEach((partition, rows) -> {
            Map<Long, Record> records = Objects.requireNonNull(found.get(partition));
            assertThat(records).hasSize(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Record record = Objects.requireNonNull(records.get((long) i));
                for (int column = 0; column < pushed.schema().fields().size(); column++) {
                    TopicField field = pushed.schema().fields().get(column);
                    assertThat(plain(record.get(column)))
                            .as("field %s of row %s", field.name(), i)
                            .isEqualTo(generic(field.type(), rows.get(i).get(column)));
                }
            }
        });
    }

    private static String text(TopicField key, Object value) {
        return key.type() == FieldType.Primitive.STRING || key.type() == FieldType.Primitive.INT
                ? value.toString()
                : PartitionValue.ofLiteral(key.type(), value).orElseThrow();
    }

    /// What Iceberg's generic reader gives for a value of [Values].
    public static @Nullable Object generic(FieldType type, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        return switch (type) {
            case FieldType.Primitive primitive ->
                switch (primitive) {
                    case DATE -> LocalDate.ofEpochDay((Integer) value);
                    case TIME -> LocalTime.ofNanoOfDay((Long) value * 1000);
                    case TIMESTAMP -> LocalDateTime.ofInstant(instant((Long) value), ZoneOffset.UTC);
                    case TIMESTAMPTZ -> OffsetDateTime.ofInstant(instant((Long) value), ZoneOffset.UTC);
                    default -> value;
                };
            case FieldType.Decimal ignored -> value;
            case FieldType.Fixed ignored -> value;
            case FieldType.Struct struct -> {
                List<@Nullable Object> members = new ArrayList<>();
                for (int i = 0; i < struct.fields().size(); i++) {
                    members.add(generic(struct.fields().get(i).type(), ((List<?>) value).get(i)));
                }
                yield members;
            }
            case FieldType.ListOf list -> {
                List<@Nullable Object> elements = new ArrayList<>();
                ((List<?>) value)
                        .forEach(element -> elements.add(generic(list.element().type(), element)));
                yield elements;
            }
            case FieldType.MapOf map -> {
                Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, it) -> entries.put(
                                generic(map.key().type(), key),
                                generic(map.value().type(), it)));
                yield entries;
            }
        };
    }

    /// A value of a record, with lists in the place of inner records.
    public static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Record record -> {
                List<@Nullable Object> members = new ArrayList<>();
                for (int i = 0; i < record.size(); i++) {
                    members.add(plain(record.get(i)));
                }
                yield members;
            }
            case List<?> list ->
                list.stream().map(TableRows::plain).collect(java.util.stream.Collectors.toCollection(ArrayList::new));
            case Map<?, ?> map -> {
                Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
                map.forEach((key, it) -> entries.put(plain(key), plain(it)));
                yield entries;
            }
            default -> value;
        };
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /// Decompresses without Parquet's own codecs, which need native libraries of Hadoop.
    private static final class ZstdCodecs implements CompressionCodecFactory {

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName name) {
            throw new AssertionError("nothing is written here");
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
            assertThat(name).isEqualTo(CompressionCodecName.ZSTD);
            return new BytesInputDecompressor() {
                @Override
                public BytesInput decompress(BytesInput bytes, int size) throws IOException {
                    byte[] compressed = bytes.toInputStream().readAllBytes();
                    return BytesInput.from(Zstd.decompress(compressed, size));
                }

                @Override
                public void decompress(ByteBuffer input, int compressed, ByteBuffer output, int size) {
                    byte[] bytes = new byte[compressed];
                    input.get(bytes);
                    output.put(Zstd.decompress(bytes, size));
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public void release() {}
    }
}
