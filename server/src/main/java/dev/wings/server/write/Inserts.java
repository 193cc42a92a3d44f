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
package dev.wings.server.write;

import dev.wings.common.arrow.MessageRoom;
import dev.wings.common.arrow.RowBytes;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.topic.ResolvedTopic;
import dev.wings.server.catalog.Catalog;
import dev.wings.server.run.ResultSink;
import dev.wings.server.sql.ValuesText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Inserts what a query finds: casts its values to the types of the table's columns, and streams them to an
/// ingestor.
public final class Inserts {

    private final Catalog catalog;
    private final RowStreams streams;

    public Inserts(Catalog catalog, RowStreams streams) {
        this.catalog = catalog;
        this.streams = streams;
    }

    /// Inserts all rows of a query and returns their number. If it fails, what was stored before stays, and the
    /// failure says how many rows that are.
    ///
    /// @param columns that get values, in the order of the query's; an empty list means all of the table.
    ///     Others get their defaults
    long run(TopicName name, List<String> columns, String query, OwnQueries queries) {
        ResolvedTopic topic = catalog.resolve(name);
        CastQuery cast = cast(topic, columns, query, true, queries);
        try (RowSink rows = new RowSink(topic)) {
            queries.run(cast.text(), rows);
            return rows.finish();
        } catch (WingsException e) {
            throw cast.explain(e);
        }
    }

    /// Inserts rows of parameters as they are, without a query, and returns their number. This is for `VALUES`
    /// that has nothing but parameters. The ingestor refuses values that a column cannot have.
    ///
    /// @param order the column of `rows` for each column that gets values
    long run(TopicName name, List<String> columns, List<Integer> order, ArrowReader rows) throws IOException {
        ResolvedTopic topic = catalog.resolve(name);
        List<TopicField> targets = targets(topic, columns);
        checkNumber(topic, targets, order.size());
        VectorSchemaRoot sent = rows.getVectorSchemaRoot();
        List<FieldVector> vectors = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            FieldVector vector = sent.getVector(order.get(i));
            Field field = vector.getField();
            vectors.add(vector);
            fields.add(new Field(
                    targets.get(i).name(),
                    new FieldType(true, field.getType(), field.getDictionary(), field.getMetadata()),
                    field.getChildren()));
        }
        try (RowSink sink = new RowSink(topic)) {
            Schema schema = new Schema(fields);
            boolean started = false;
            while (rows.loadNextBatch()) {
                // this root is only a view: the reader's root keeps the memory
                VectorSchemaRoot named = new VectorSchemaRoot(schema, vectors, sent.getRowCount());
                if (started) {
                    sink.resume(named);
                } else {
                    sink.start(named, schema);
                    started = true;
                }
                sink.accept();
            }
            return sink.finish();
        }
    }

    /// Returns the parameters of the statement.
    List<Field> parameters(TopicName topic, List<String> columns, String query, OwnQueries queries) {
        CastQuery cast = cast(catalog.resolve(topic), columns, query, false, queries);
        try {
            return queries.parameters(cast.text());
        } catch (WingsException e) {
            throw cast.explain(e);
        }
    }

    /// Returns the query whose columns are those of the table.
    private CastQuery cast(
            ResolvedTopic topic, List<String> columns, String query, boolean checked, OwnQueries queries) {
        String text = withoutEnd(query);
        List<TopicField> targets = targets(topic, columns);
        Optional<List<List<String>>> rows = ValuesText.rows(text);
        if (rows.isPresent()) {
            rows.get().forEach(row -> checkNumber(topic, targets, row.size()));
            CastQuery cast = CastQuery.ofValues(rows.get(), targets, checked);
            try {
                queries.columns(cast.text());
            } catch (WingsException e) {
                WingsException explained = cast.explain(e);
                if (explained == e) {
                    // the query is tried as it was written, so that the failure says where it is wrong
                    queries.columns(text);
                }
                throw explained;
            }
            return cast;
        }
        // the query is described as it was written, so that places in its failures are right
        List<String> found = queries.columns(text)
                .map(schema -> schema.getFields().stream().map(Field::getName).toList())
                .orElse(CastQuery.identifiers(targets));
        checkNumber(
                topic,
                targets,
                found.stream().filter(name -> !TopicSchema.isOfEachTopic(name)).count());
        return CastQuery.ofQuery(text, found, targets);
    }

    private static List<TopicField> targets(ResolvedTopic topic, List<String> columns) {
        List<TopicField> fields = topic.schema().fields();
        if (columns.isEmpty()) {
            return fields;
        }
        Map<String, TopicField> byName = new LinkedHashMap<>();
        fields.forEach(field -> byName.put(TopicField.folded(field.name()), field));
        List<TopicField> targets = new ArrayList<>();
        for (String column : columns) {
            TopicField field = byName.get(TopicField.folded(column));
            if (field == null) {
                throw WingsException.invalid("the table has no such column: column=" + TopicField.printable(column)
                        + ", table=" + topic.name() + ", columns=" + TopicField.printableNames(fields));
            }
            if (targets.contains(field)) {
                throw WingsException.invalid("a column is named twice: column=" + TopicField.printable(column));
            }
            targets.add(field);
        }
        return targets;
    }

    private static void checkNumber(ResolvedTopic topic, List<TopicField> targets, long values) {
        if (values != targets.size()) {
            throw WingsException.invalid("as many values as columns are expected: table=" + topic.name() + ", columns="
                    + targets.size() + " (" + TopicField.printableNames(targets) + "), values=" + values
                    + ": name the columns that get values, as in INSERT INTO table (column, ...)");
        }
    }

    /// Returns the query without the semicolons that end it.
    private static String withoutEnd(String query) {
        String text = query.stripTrailing();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).stripTrailing();
        }
        return text;
    }

    /// Sends rows on as they come.
    private final class RowSink implements ResultSink, AutoCloseable {

        private final ResolvedTopic topic;
        private RowStreams.@Nullable RowStream stream;
        private @Nullable VectorSchemaRoot rows;

        RowSink(ResolvedTopic topic) {
            this.topic = topic;
        }

        @Override
        public void start(VectorSchemaRoot root, Schema columns) {
            rows = root;
            stream = streams.open(topic, columns);
        }

        /// Goes on with the next rows, which are in another root.
        void resume(VectorSchemaRoot root) {
            rows = root;
        }

        @Override
        public void accept() {
            if (rows == null || stream == null) {
                throw new IllegalStateException("rows come after the start");
            }
            int sent = 0;
            while (sent < rows.getRowCount()) {
                int count = RowBytes.fitting(rows, sent, MessageRoom.MAX_BYTES);
                if (count == rows.getRowCount()) {
                    stream.send(rows);
                } else {
                    try (VectorSchemaRoot part = rows.slice(sent, count)) {
                        stream.send(part);
                    }
                }
                sent += count;
            }
        }

        long finish() {
            return stream == null ? 0 : stream.finish();
        }

        @Override
        public void close() {
            if (stream != null) {
                stream.close();
            }
        }
    }
}
