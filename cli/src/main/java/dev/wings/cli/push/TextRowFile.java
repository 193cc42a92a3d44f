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

import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Schema;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.text.OnLoss;
import dev.wings.common.text.TextColumns;
import dev.wings.common.text.TextOptions;
import dev.wings.common.text.ValueWriter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/// A CSV or NDJSON file, perhaps compressed with gzip or Zstandard.
final class TextRowFile implements RowFile {

    /// A batch ends when it has taken so much text, because rows can be wide.
    private static final long BATCH_TEXT_BYTES = 8 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    /// How many notes are told at most.
    private static final int MAX_NOTES = 50;

    /// A batch ends when its values have so many bytes: if there are many columns, little text becomes much.
    private static final long BATCH_VALUE_BYTES = 16 << 20;

    /// How many values all vectors together have room for at the start: batches that are under way keep all
    /// their room.
    private static final int INITIAL_VALUES = 1 << 17;

    private static final int INITIAL_ROWS = 8192;

    /// The most bytes of a value that is not text.
    private static final int MAX_VALUE_BYTES = 16;

    private final String name;
    private final FileFormat format;
    private final Path path;
    private final boolean temporary;
    private final TextOptions options;

    /// What was noticed, and how much of it was told.
    private final Set<String> notes = new LinkedHashSet<>();

    private int told;

    /// Takes over `path` if it is temporary: closing deletes it.
    TextRowFile(String name, FileFormat format, Path path, boolean temporary, TextOptions options) {
        this.name = name;
        this.format = format;
        this.path = path;
        this.temporary = temporary;
        this.options = options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FileFormat format() {
        return format;
    }

    @Override
    public Schema schema() {
        Schema.Builder schema = Schema.newBuilder();
        Map<String, dev.wings.common.proto.Field> given = givenTypes();
        try (TextRows rows = openRows()) {
            rows.guess().forEach((column, type) -> {
                dev.wings.common.proto.Field known = given.remove(TopicField.folded(column));
                schema.addFields(
                        known == null
                                ? dev.wings.common.proto.Field.newBuilder()
                                        .setName(column)
                                        .setType(SchemaText.parseType(type))
                                        .build()
                                : known);
            });
            if (!given.isEmpty()) {
                throw WingsException.invalid("--types names a field that the file does not have: field="
                        + ValueWriter.quoted(given.values().iterator().next().getName()));
            }
        } catch (IOException | WingsException e) {
            throw RowFile.unreadable(name, e);
        }
        return schema.build();
    }

    private Map<String, dev.wings.common.proto.Field> givenTypes() {
        Map<String, dev.wings.common.proto.Field> given = new LinkedHashMap<>();
        if (!options.types().isEmpty()) {
            SchemaText.parseSchema(options.types())
                    .getFieldsList()
                    .forEach(field -> given.put(TopicField.folded(field.getName()), field));
        }
        return given;
    }

    @Override
    public List<String> takeNotes() {
        List<String> fresh = List.copyOf(notes).subList(told, notes.size());
        told = notes.size();
        return fresh;
    }

    private void note(String text) {
        if (notes.size() < MAX_NOTES) {
            notes.add(name + ": " + text);
        }
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.empty();
    }

    @Override
    public ArrowReader read(BufferAllocator allocator, int batchRows, TopicSchema topic, OnLoss onLoss) {
        try {
            TextRows rows = openRows();
            try {
                return new Reader(allocator, rows, rows.fields(topic), batchRows, onLoss);
            } catch (IOException | RuntimeException e) {
                rows.close();
                throw e;
            }
        } catch (IOException | WingsException e) {
            throw RowFile.unreadable(name, e);
        }
    }

    @Override
    public void close() {
        try {
            if (temporary) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TextRows openRows() throws IOException {
        InputStream in = Files.newInputStream(path);
        try {
            InputStream text = Decompression.open(new BufferedInputStream(in, BUFFER_BYTES));
            boolean asItIs = options.encoding().equals(StandardCharsets.UTF_8);
            return TextRows.open(format, asItIs ? text : new Utf8Stream(text, options.encoding()), options, this::note);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private final class Reader extends ArrowReader {

        private final TextRows rows;
        private final List<TopicField> fields;
        private final OnLoss onLoss;
        private final long values;
        private final int batchRows;
        private boolean bound;

        Reader(BufferAllocator allocator, TextRows rows, List<TopicField> fields, int batchRows, OnLoss onLoss) {
            super(allocator);
            this.rows = rows;
            this.fields = fields;
            this.onLoss = onLoss;
            this.values = BatchParts.values(fields);
            this.batchRows = Math.clamp(BATCH_VALUE_BYTES / (values * MAX_VALUE_BYTES), 1, batchRows);
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            VectorSchemaRoot root = getVectorSchemaRoot();
            if (!bound) {
                rows.bind(fields, root.getFieldVectors(), onLoss);
                bound = true;
            }
            // Each batch gets new memory: the last one may still be on its way.
            root.clear();
            int initialRows = Math.clamp(INITIAL_VALUES / values, 1, Math.min(batchRows, INITIAL_ROWS));
            for (FieldVector vector : root.getFieldVectors()) {
                vector.setInitialCapacity(initialRows);
                vector.allocateNew();
            }
            long end = rows.bytesRead() + BATCH_TEXT_BYTES;
            int count = 0;
            try {
                while (count < batchRows && rows.bytesRead() < end && rows.write(count)) {
                    count++;
                }
            } catch (IOException | WingsException e) {
                throw RowFile.unreadable(name, e);
            }
            root.setRowCount(count);
            return count > 0;
        }

        @Override
        public long bytesRead() {
            return rows.bytesRead();
        }

        @Override
        protected void closeReadSource() throws IOException {
            rows.close();
        }

        @Override
        protected org.apache.arrow.vector.types.pojo.Schema readSchema() {
            return TextColumns.schema(fields);
        }
    }
}
