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
        if (header.rows() < 0 || header.rows() > limits.rows()) {
            throw WingsException.invalid(
                    "the batch has too many rows: rows=" + header.rows() + ", limit=" + limits.rows());
        }
        checkSize(body);
        BatchMemory memory = new BatchMemory(allocator, limits.bytes());
        try {
            memory.retain(body);
            ArrayReader reader = new ArrayReader(header, body, memory);
            List<ArrayData> sources = reader.read(binding.sources());
            List<ArrayData> columns = new ArrayList<>(binding.columns().size());
            CastContext context = new CastContext(memory, dictionaries);
            for (SchemaBinding.Column column : binding.columns()) {
                ArrayData array = column.cast().apply(sources.get(column.source()), context);
                CanonicalChecks.check(column.target(), array);
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

    /// Keeps the values of a dictionary for the batches that follow, in place of those it had under that id.
    /// Fails with INVALID, naming the field; the dictionary is unknown then.
    public void readDictionary(IpcHeader.DictionaryBatch header, ArrowBuf body) {
        if (header.delta()) {
            throw WingsException.invalid("deltas of dictionaries are not taken: dictionary=" + header.id());
        }
        forget(header.id());
        List<SchemaBinding.DictionaryColumn> users = binding.dictionaries().stream()
                .filter(column -> column.dictionary().id() == header.id())
                .toList();
        if (users.isEmpty()) {
            return;
        }
        checkSize(body);
        BatchMemory memory = new BatchMemory(allocator, limits.bytes() - dictionaryBytes());
        dictionaryMemory.put(header.id(), memory);
        try {
            for (SchemaBinding.DictionaryColumn user : users) {
                dictionaries.put(user.dictionary(), dictionary(user, header.values(), body, memory));
            }
        } catch (RuntimeException | Error e) {
            forget(header.id());
            throw e;
        }
    }

    /// What the dictionaries hold, as received and as decoded.
    public long dictionaryBytes() {
        return dictionaryMemory.values().stream()
                .mapToLong(BatchMemory::allocatedBytes)
                .sum();
    }

    private void forget(long id) {
        dictionaries.keySet().removeIf(dictionary -> dictionary.id() == id);
        BatchMemory memory = dictionaryMemory.remove(id);
        if (memory != null) {
            memory.close();
        }
    }

    private ArrayData dictionary(
            SchemaBinding.DictionaryColumn column, IpcHeader.RecordBatch header, ArrowBuf body, BatchMemory memory) {
        memory.charge(body.readableBytes());
        memory.retain(body);
        ArrayReader reader = new ArrayReader(header, body, memory);
        ArrayData values = reader.read(List.of(column.dictionary().values())).get(0);
        return column.cast().apply(values, new CastContext(memory, dictionaries));
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
    }
}
