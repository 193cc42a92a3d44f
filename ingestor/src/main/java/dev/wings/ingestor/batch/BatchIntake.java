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
package dev.wings.ingestor.batch;

import com.google.protobuf.ByteString;
import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.arrow.Batch;
import dev.wings.common.arrow.BatchLimits;
import dev.wings.common.arrow.BatchReader;
import dev.wings.common.arrow.IpcHeader;
import dev.wings.common.arrow.RowFaults;
import dev.wings.common.arrow.SchemaBinding;
import dev.wings.common.error.WingsException;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.schema.MissingFields;
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.RowTime;
import dev.wings.common.schema.SchemaChange;
import dev.wings.common.schema.SchemaEvolution;
import dev.wings.common.schema.TopicField;
import dev.wings.ingestor.topic.TopicTarget;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Turns the record batches of one stream into batches of partitions: checked, in canonical types, with field
/// ids.
///
/// A batch that needs no cast and belongs to one partition goes on with its body as received. The stream
/// follows its topic: when that changes, the schema is bound anew. Not safe for use by many threads.
public final class BatchIntake implements AutoCloseable {

    private final Settings settings;
    private final Schema schema;
    private TopicTarget topic;
    private Binding binding;
    private boolean dictionariesCame;
    /// The topic of which it is known that it does not get the fields that it lacks.
    private @Nullable TopicTarget stunted;

    private BatchIntake(Settings settings, Schema schema, TopicTarget topic) {
        this.settings = settings;
        this.schema = schema;
        this.topic = topic;
        this.binding = bindTo(topic);
    }

    /// @param allocator what is decompressed, decoded, cast and split is allocated from it
    /// @param hashSeed a number that producers do not know
    /// @param clock tells which rows are late, and which are of the future
    public record Settings(BufferAllocator allocator, BatchLimits limits, int hashSeed, InstantSource clock) {}

    /// Starts a stream. If its schema does not fit the topic, every batch will be rejected for that.
    ///
    /// @param schema the one in the stream's first message
    public static BatchIntake open(Settings settings, Schema schema, TopicTarget topic) {
        return new BatchIntake(settings, schema, topic);
    }

    /// The topic that batches are read for.
    public TopicTarget topic() {
        return topic;
    }

    /// Whether the schema fits the topic.
    public boolean isBound() {
        return binding instanceof Binding.Bound;
    }

    /// The fields, at all depths, that the producer sends and the topic does not have; none if a field of the
    /// producer has a type that no topic can hold.
    public List<SchemaChange> missingFields() {
        if (topic.equals(stunted)) {
            return List.of();
        }
        try {
            return MissingFields.of(ArrowSchemas.infer(schema), topic.schema());
        } catch (WingsException e) {
            // it is refused for that, with the rows
            return List.of();
        }
    }

    /// Fails with INVALID if batches would not fit the topic if it had these fields.
    public void checkFitsWith(List<SchemaChange> fields) {
        SchemaBinding ignored =
                SchemaBinding.bind(schema, SchemaEvolution.apply(topic.schema(), fields, SchemaEvolution.Uses.NONE));
    }

    /// Rejects batches for this reason as long as the topic stays as it is: it does not get the fields that it
    /// lacks.
    public void reject(WingsException reason) {
        binding.close();
        binding = new Binding.Misfit(reason);
        stunted = topic;
    }

    /// Follows the topic to what is known of it now. Fails with UNAVAILABLE if the stream cannot go on, because
    /// it would need its dictionaries again.
    public void follow(TopicTarget now) {
        if (now.equals(topic)) {
            return;
        }
        if (dictionariesCame) {
            throw WingsException.unavailable(
                    "the topic was changed, connect again and go on: topic=" + now.name(), null);
        }
        binding.close();
        topic = now;
        binding = bindTo(now);
    }

    /// Keeps a dictionary for the batches that follow. Fails with INVALID; batches that need it are then
    /// rejected.
    public void readDictionary(IpcHeader.DictionaryBatch header, ArrowBuf body) {
        dictionariesCame = true;
        if (binding instanceof Binding.Bound bound) {
            bound.reader.readDictionary(header, body);
        }
    }

    /// How many bytes the dictionaries hold, as received and as decoded.
    public long dictionaryBytes() {
        return binding instanceof Binding.Bound bound ? bound.reader.dictionaryBytes() : 0;
    }

    /// Reads a batch: one for each partition that it has rows of, ordered by value, none if it has no rows. The
    /// caller closes them. Fails with INVALID, naming the field, or with EXHAUSTED; the stream can go on after
    /// that.
    ///
    /// @param partitionValue the partition that all rows belong to, if the producer said so
    public List<PartitionBatch> openBatches(
            IpcHeader.RecordBatch header, ArrowBuf body, Optional<String> partitionValue) {
        return openBatches(header, body, partitionValue, RowFaults.refuse());
    }

    /// As [#openBatches(IpcHeader.RecordBatch, ArrowBuf, Optional)].
    ///
    /// @param faults may gather rows that cannot be taken; then they are in no batch
    public List<PartitionBatch> openBatches(
            IpcHeader.RecordBatch header, ArrowBuf body, Optional<String> partitionValue, RowFaults faults) {
        Binding.Bound bound = switch (binding) {
            case Binding.Bound ready -> ready;
            case Binding.Misfit misfit -> throw misfit.reason;
        };
        int rows = (int) header.rows();
        try (Batch batch = bound.reader.openBatch(header, body, faults)) {
            SentRows sent = SentRows.of(rows, faults);
            BitSet untimely = new BitSet();
            bound.time.ifPresent(time -> checkTimes(batch, time, sent, untimely));
            if (untimely.isEmpty()) {
                return openBatches(batch, bound, partitionValue, sent);
            }
            int[] timely = IntStream.range(0, batch.rows())
                    .filter(row -> !untimely.get(row))
                    .toArray();
            try (Batch rest = batch.openRows(settings.allocator(), timely)) {
                return openBatches(rest, bound, partitionValue, SentRows.of(rows, faults));
            }
        }
    }

    /// @param untimely gets the rows that happened too long ago, or too far ahead
    private void checkTimes(Batch batch, TimeColumn time, SentRows sent, BitSet untimely) {
        TimeBounds bounds = TimeBounds.at(settings.clock().instant(), time.field, time.rule);
        try (FieldVector column = batch.openColumn(settings.allocator(), time.position)) {
            bounds.check(column, (row, reason) -> {
                sent.add(row, time.field, reason);
                untimely.set(row);
            });
        }
    }

    private List<PartitionBatch> openBatches(
            Batch batch, Binding.Bound bound, Optional<String> partitionValue, SentRows sent) {
        if (bound.key.isPresent()) {
            return split(batch, bound, bound.key.get(), partitionValue, sent);
        }
        if (partitionValue.isPresent() && !partitionValue.get().isEmpty()) {
            throw WingsException.invalid(
                    "the topic has no partition key, so its only partition is \"\": topic=" + topic.name());
        }
        return batch.rows() == 0 ? List.of() : List.of(open(batch, bound, PartitionValue.NONE));
    }

    /// Gives back the dictionaries.
    @Override
    public void close() {
        binding.close();
    }

    private List<PartitionBatch> split(
            Batch batch, Binding.Bound bound, KeyColumn key, Optional<String> partitionValue, SentRows sent) {
        List<Partitioner.Partition> all;
        try (FieldVector column = batch.openColumn(settings.allocator(), key.position)) {
            all = Partitioner.partition(
                    key.field,
                    column,
                    bound.columns,
                    new MurmurHasher(settings.hashSeed()),
                    (row, reason) -> sent.add(row, key.field, reason));
        }
        List<Partitioner.Partition> partitions =
                partitionValue.isPresent() ? onlyIn(partitionValue.get(), all, key.field, sent) : all;
        if (partitions.size() == 1 && partitions.getFirst().rows().length == batch.rows()) {
            return List.of(open(batch, bound, partitions.getFirst().value()));
        }
        List<PartitionBatch> opened = new ArrayList<>(partitions.size());
        try {
            for (Partitioner.Partition partition : partitions) {
                try (Batch rows = batch.openRows(settings.allocator(), partition.rows())) {
                    opened.add(open(rows, bound, partition.value()));
                }
            }
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(PartitionBatch::close);
            throw e;
        }
    }

    /// The partition that the batch was sent to; rows of others are at fault.
    private static List<Partitioner.Partition> onlyIn(
            String value, List<Partitioner.Partition> partitions, TopicField key, SentRows sent) {
        for (Partitioner.Partition partition : partitions) {
            if (!partition.value().equals(value)) {
                for (int row : partition.rows()) {
                    sent.add(
                            row,
                            key,
                            WingsException.invalid(
                                    "a row belongs to another partition than the batch was sent to: field=\""
                                            + key.name() + "\", " + RowNumber.text(row)));
                }
            }
        }
        return partitions.stream()
                .filter(partition -> partition.value().equals(value))
                .toList();
    }

    /// Tells the faults of a batch that is without some of its rows by the numbers that they were sent with.
    ///
    /// @param numbers of the rows of the batch; null if all are there
    @SuppressWarnings("ArrayRecordComponent") // read once, by the one who made it
    private record SentRows(int @Nullable [] numbers, RowFaults faults) {

        /// The rows that have no fault yet.
        ///
        /// @param rows how many were sent
        static SentRows of(int rows, RowFaults faults) {
            return new SentRows(faults.isEmpty() ? null : faults.others(rows), faults);
        }

        void add(int row, TopicField key, WingsException reason) {
            int number = numbers == null ? row : numbers[row];
            String message = String.valueOf(reason.getMessage());
            faults.add(
                    number,
                    key.name(),
                    number == row
                            ? reason
                            : WingsException.invalid(message.replace(RowNumber.text(row), RowNumber.text(number))));
        }
    }

    private static PartitionBatch open(Batch batch, Binding.Bound bound, String partitionValue) {
        return new PartitionBatch(bound.layout, partitionValue, batch.rows(), batch.openMessage(), batch.bounds());
    }

    private Binding bindTo(TopicTarget target) {
        try {
            SchemaBinding fit = SchemaBinding.bind(schema, target.schema());
            PageLayout layout = new PageLayout(
                    target.schema().version(), ByteString.copyFrom(PageBuilder.schemaMessage(fit.pageSchema())));
            Optional<KeyColumn> key = target.partitionKey().map(field -> keyColumn(fit, field));
            Optional<TimeColumn> time = target.intake().time().flatMap(rule -> timeColumn(fit, rule));
            return new Binding.Bound(
                    new BatchReader(settings.allocator(), fit, settings.limits()),
                    layout,
                    count(fit.pageSchema().getFields()),
                    key,
                    time);
        } catch (WingsException e) {
            return new Binding.Misfit(e);
        }
    }

    private static KeyColumn keyColumn(SchemaBinding fit, TopicField key) {
        int position = fit.column(key.id())
                .orElseThrow(() -> WingsException.invalid(
                        "the partition key is missing: field=\"" + key.name() + "\", type=" + key.type()));
        return new KeyColumn(key, position);
    }

    /// The column that says when rows happened; empty if they do not say it.
    private static Optional<TimeColumn> timeColumn(SchemaBinding fit, RowTime rule) {
        OptionalInt position = fit.column(rule.fieldId());
        return position.isEmpty()
                ? Optional.empty()
                : Optional.of(new TimeColumn(rule.field(fit.topic()), rule, position.getAsInt()));
    }

    private static int count(List<org.apache.arrow.vector.types.pojo.Field> fields) {
        return fields.stream().mapToInt(field -> 1 + count(field.getChildren())).sum();
    }

    /// The partition key among the columns of a page.
    private record KeyColumn(TopicField field, int position) {}

    /// The column among those of a page that says when rows happened.
    private record TimeColumn(TopicField field, RowTime rule, int position) {}

    private sealed interface Binding extends AutoCloseable {

        @Override
        void close();

        record Bound(
                BatchReader reader, PageLayout layout, int columns, Optional<KeyColumn> key, Optional<TimeColumn> time)
                implements Binding {
            @Override
            public void close() {
                reader.close();
            }
        }

        record Misfit(WingsException reason) implements Binding {
            @Override
            public void close() {}
        }
    }
}
