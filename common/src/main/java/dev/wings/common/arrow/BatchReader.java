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
package dev.wings.common.arrow;

import dev.wings.common.error.WingsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/// Reads the batches of one stream of a producer: checks them to the last offset, and casts them to the
/// canonical types of the topic. What comes out cannot lead any later reader astray.
///
/// Bodies are not copied: a batch whose columns need no cast is the body as received. Not thread-safe.
public final class BatchReader implements AutoCloseable {

    private final BufferAllocator allocator;
    private final SchemaBinding binding;
    private final BatchLimits limits;
    private final IdentityHashMap<SourceField.Dictionary, ArrayData> dictionaries = new IdentityHashMap<>();
    private final Map<Long, BatchMemory> dictionaryMemory = new HashMap<>();

    /// Dictionaries that have had deltas, as they grow.
    private final IdentityHashMap<SourceField.Dictionary, GrowingArray> growing = new IdentityHashMap<>();

    /// Why a dictionary is not there though it was sent, by its id.
    private final Map<Long, String> missing = new HashMap<>();

    /// @param allocator what is decompressed, decoded and cast is allocated from it
    public BatchReader(BufferAllocator allocator, SchemaBinding binding, BatchLimits limits) {
        this.allocator = allocator;
        this.binding = binding;
        this.limits = limits;
    }

    public SchemaBinding binding() {
        return binding;
    }

    /// Checks and casts one batch. The readable bytes of `body` are read; the batch keeps a reference to it.
    /// Fails with INVALID, naming the field; the stream can go on after that.
    public Batch openBatch(IpcHeader.RecordBatch header, ArrowBuf body) {
        return openBatch(header, body, RowFaults.refuse());
    }

    /// As [#openBatch(IpcHeader.RecordBatch, ArrowBuf)]; rows that are gathered by `faults` are not in the
    /// batch.
    public Batch openBatch(IpcHeader.RecordBatch header, ArrowBuf body, RowFaults faults) {
        Batch all = openAll(header, body, faults);
        if (faults.isEmpty()) {
            return all;
        }
        try (all) {
            return all.openRows(allocator, faults.others(all.rows()));
        }
    }

    private Batch openAll(IpcHeader.RecordBatch header, ArrowBuf body, RowFaults faults) {
        if (header.rows() < 0 || header.rows() > limits.rows()) {
            throw WingsException.invalid(
                    "the batch has too many rows: rows=" + header.rows() + ", limit=" + limits.rows());
        }
        checkSize(body);
        BatchMemory memory = new BatchMemory(allocator, limits.bytes());
        try {
            memory.retain(body);
            ArrayReader reader = new ArrayReader(header, body, memory, faults);
            List<ArrayData> sources = reader.read(binding.sources());
            List<ArrayData> columns = new ArrayList<>(binding.columns().size());
            CastContext context = new CastContext(memory, dictionaries, missing, faults);
            ArrayData nothing = NullArrays.untyped((int) header.rows());
            for (SchemaBinding.Column column : binding.columns()) {
                boolean made = column.source() == SchemaBinding.Column.MADE;
                ArrayData array = column.cast().apply(made ? nothing : sources.get(column.source()), context);
                CanonicalChecks.check(column.target(), array, memory, faults);
                columns.add(array);
            }
            boolean asReceived = binding.isIdentity() && reader.isRegular();
            return new Batch(
                    binding.pageSchema(),
                    (int) header.rows(),
                    columns,
                    asReceived ? new Batch.Received(header, body) : null,
                    memory);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /// Keeps the values of a dictionary for the batches that follow: in place of those it had under that id, or
    /// after them if it is a delta. Fails with INVALID, naming the field; the dictionary is unknown then, and
    /// batches that need it are refused for that reason.
    public void readDictionary(IpcHeader.DictionaryBatch header, ArrowBuf body) {
        long id = header.id();
        List<SchemaBinding.DictionaryColumn> users = binding.dictionaries().stream()
                .filter(column -> column.dictionary().id() == id)
                .toList();
        if (users.isEmpty()) {
            return;
        }
        try {
            checkSize(body);
            if (header.delta()) {
                append(users, header, body);
            } else {
                replace(users, header, body);
            }
        } catch (WingsException e) {
            forget(id, "the dictionary could not be read: dictionary=" + id + ", cause=" + e.getMessage());
            throw e;
        } catch (RuntimeException | Error e) {
            forget(id, "the dictionary could not be read: dictionary=" + id);
            throw e;
        }
    }

    private void replace(List<SchemaBinding.DictionaryColumn> users, IpcHeader.DictionaryBatch header, ArrowBuf body) {
        long id = header.id();
        drop(id);
        missing.remove(id);
        // Dictionaries that refer to this one would else show its new values where they mean those that they
        // were sent with.
        for (SchemaBinding.DictionaryColumn other : binding.dictionaries()) {
            long otherId = other.dictionary().id();
            if (dictionaryMemory.containsKey(otherId)
                    && isMadeOf(other.dictionary().values(), id)) {
                forget(
                        otherId,
                        "the dictionary has to be sent again, one that it refers to was replaced: dictionary=" + otherId
                                + ", replaced=" + id);
            }
        }
        BatchMemory memory = new BatchMemory(allocator, limits.bytes() - dictionaryBytes());
        dictionaryMemory.put(id, memory);
        for (SchemaBinding.DictionaryColumn user : users) {
            memory.charge(body.readableBytes());
            memory.retain(body);
            dictionaries.put(user.dictionary(), dictionary(user, header.values(), body, memory));
        }
    }

    private void append(List<SchemaBinding.DictionaryColumn> users, IpcHeader.DictionaryBatch header, ArrowBuf body) {
        long id = header.id();
        BatchMemory kept = dictionaryMemory.get(id);
        if (kept == null) {
            if (missing.containsKey(id)) {
                // What is said of the dictionary itself is the reason.
                return;
            }
            throw WingsException.invalid("a delta came without the dictionary that it belongs to");
        }
        long limit = limits.bytes() - dictionaryBytes() + kept.allocatedBytes();
        BatchMemory memory =
                growing.containsKey(users.getFirst().dictionary()) ? kept : startGrowing(users, kept, limit);
        dictionaryMemory.put(id, memory);
        memory.limitTo(limit);
        for (SchemaBinding.DictionaryColumn user : users) {
            try (BatchMemory passing = new BatchMemory(allocator, limits.bytes())) {
                GrowingArray values = Objects.requireNonNull(growing.get(user.dictionary()));
                values.append(dictionary(user, header.values(), body, passing));
                dictionaries.put(user.dictionary(), values.array());
            }
        }
    }

    /// Copies a dictionary, so that it can grow, and gives back the `kept` memory that it was in.
    private BatchMemory startGrowing(List<SchemaBinding.DictionaryColumn> users, BatchMemory kept, long limit) {
        BatchMemory memory = new BatchMemory(allocator, limit);
        try {
            for (SchemaBinding.DictionaryColumn user : users) {
                ArrayData values = Objects.requireNonNull(dictionaries.get(user.dictionary()));
                growing.put(user.dictionary(), GrowingArray.of(values, memory));
            }
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
        kept.close();
        return memory;
    }

    /// Whether a field has values of that dictionary in it.
    private static boolean isMadeOf(SourceField field, long id) {
        return field.children().stream()
                .anyMatch(child -> child.dictionary() != null
                        ? child.dictionary().id() == id
                                || isMadeOf(child.dictionary().values(), id)
                        : isMadeOf(child, id));
    }

    /// What the dictionaries hold, as received and as decoded.
    public long dictionaryBytes() {
        return dictionaryMemory.values().stream()
                .mapToLong(BatchMemory::allocatedBytes)
                .sum();
    }

    private void forget(long id, String reason) {
        missing.put(id, reason);
        drop(id);
    }

    private void drop(long id) {
        dictionaries.keySet().removeIf(dictionary -> dictionary.id() == id);
        growing.keySet().removeIf(dictionary -> dictionary.id() == id);
        BatchMemory memory = dictionaryMemory.remove(id);
        if (memory != null) {
            memory.close();
        }
    }

    private ArrayData dictionary(
            SchemaBinding.DictionaryColumn column, IpcHeader.RecordBatch header, ArrowBuf body, BatchMemory memory) {
        ArrayReader reader = new ArrayReader(header, body, memory, RowFaults.refuse());
        ArrayData values = reader.read(List.of(column.dictionary().values())).get(0);
        return column.cast().apply(values, new CastContext(memory, dictionaries, missing, RowFaults.refuse()));
    }

    private void checkSize(ArrowBuf body) {
        if (body.readableBytes() > limits.bytes()) {
            throw WingsException.invalid(
                    "the batch is too large: bytes=" + body.readableBytes() + ", limit=" + limits.bytes());
        }
    }

    /// Gives back the dictionaries. Batches stay valid.
    @Override
    public void close() {
        dictionaryMemory.values().forEach(BatchMemory::close);
        dictionaryMemory.clear();
        dictionaries.clear();
        growing.clear();
    }
}
