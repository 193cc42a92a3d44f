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

import dev.wings.common.error.WingsException;
import dev.wings.common.schema.PartitionValue;
import dev.wings.common.schema.RowNumber;
import dev.wings.common.schema.TopicField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ElementAddressableVector;
import org.apache.arrow.vector.FieldVector;

/// Sorts the rows of a batch by the value of the partition key. Values are compared as the bytes that they are;
/// only one row of each partition is turned into text.
final class Partitioner {

    /// Each partition of a message costs a page with a schema, and a row in the control plane.
    static final int MAX_PARTITIONS = 4096;

    /// Each column of each partition costs buffers of its own.
    static final int MAX_COLUMNS_OF_PARTITIONS = 1 << 17;

    /// How many characters the values of all partitions may have together: they are what one message adds to a
    /// commit.
    private static final int MAX_VALUE_CHARACTERS = 256 << 10;

    private final TopicField key;
    private final FieldVector column;
    private final MurmurHasher hasher;
    private final int maxPartitions;

    private final int[] groupOfRow;
    private final List<Integer> firstRows = new ArrayList<>();

    private Partitioner(TopicField key, FieldVector column, int columns, MurmurHasher hasher) {
        this.key = key;
        this.column = column;
        this.hasher = hasher;
        this.maxPartitions = Math.max(1, Math.min(MAX_PARTITIONS, MAX_COLUMNS_OF_PARTITIONS / columns));
        this.groupOfRow = new int[column.getValueCount()];
    }

    /// The rows of one partition, in the order of the batch.
    ///
    /// @param rows positions in the batch
    @SuppressWarnings("ArrayRecordComponent") // read once, by the one who asked for it
    record Partition(String value, int[] rows) {}

    /// The partitions of a batch, ordered by value. Fails with INVALID for a null in the key, and for too many
    /// partitions.
    ///
    /// @param column the values of `key`, of its canonical Arrow type
    /// @param columns how many columns the batch has, nested ones included
    /// @param hasher is seeded, so that nobody can choose values that collide
    static List<Partition> partition(TopicField key, FieldVector column, int columns, MurmurHasher hasher) {
        if (column.getNullCount() > 0) {
            throw nullInKey(key, column);
        }
        Partitioner partitioner = new Partitioner(key, column, columns, hasher);
        if (column instanceof BitVector bits) {
            partitioner.group(bits);
        } else if (column instanceof ElementAddressableVector values) {
            partitioner.group(values);
        } else {
            throw new IllegalStateException("not the vector of a partition key: " + column.getClass());
        }
        return partitioner.partitions();
    }

    private static WingsException nullInKey(TopicField key, FieldVector column) {
        int row = 0;
        while (!column.isNull(row)) {
            row++;
        }
        return WingsException.invalid("null in the partition key: field=\"" + key.name() + "\", type=" + key.type()
                + ", " + RowNumber.text(row));
    }

    private void group(BitVector bits) {
        int[] groupOfBit = {-1, -1};
        for (int row = 0; row < groupOfRow.length; row++) {
            int bit = bits.get(row);
            if (groupOfBit[bit] < 0) {
                groupOfBit[bit] = open(row);
            }
            groupOfRow[row] = groupOfBit[bit];
        }
    }

    /// An open-addressed hash table of groups. Rows with one value often follow each other, so the group of the row
    /// before is tried first.
    private void group(ElementAddressableVector values) {
        int[] table = new int[4 * MAX_PARTITIONS];
        Arrays.fill(table, -1);
        ArrowBufPointer value = new ArrowBufPointer(hasher);
        ArrowBufPointer before = new ArrowBufPointer(hasher);
        ArrowBufPointer other = new ArrowBufPointer(hasher);
        for (int row = 0; row < groupOfRow.length; row++) {
            values.getDataPointer(row, value);
            if (row > 0 && value.equals(before)) {
                groupOfRow[row] = groupOfRow[row - 1];
                continue;
            }
            values.getDataPointer(row, before);
            int place = value.hashCode() & (table.length - 1);
            while (table[place] >= 0) {
                values.getDataPointer(firstRows.get(table[place]), other);
                if (value.equals(other)) {
                    break;
                }
                place = (place + 1) & (table.length - 1);
            }
            if (table[place] < 0) {
                table[place] = open(row);
            }
            groupOfRow[row] = table[place];
        }
    }

    private int open(int row) {
        if (firstRows.size() == maxPartitions) {
            throw tooMany(maxPartitions);
        }
        firstRows.add(row);
        return firstRows.size() - 1;
    }

    private WingsException tooMany(int limit) {
        return WingsException.invalid("the batch has rows of too many partitions, send smaller ones: field=\""
                + key.name() + "\", limit=" + limit);
    }

    private List<Partition> partitions() {
        int[] counts = new int[firstRows.size()];
        for (int group : groupOfRow) {
            counts[group]++;
        }
        List<Partition> partitions = new ArrayList<>();
        int characters = 0;
        for (int group = 0; group < counts.length; group++) {
            String value = PartitionValue.of(key.type(), column, firstRows.get(group));
            characters += value.length();
            if (characters > MAX_VALUE_CHARACTERS) {
                throw tooMany(group);
            }
            partitions.add(new Partition(value, new int[counts[group]]));
        }
        Arrays.fill(counts, 0);
        for (int row = 0; row < groupOfRow.length; row++) {
            int group = groupOfRow[row];
            partitions.get(group).rows[counts[group]++] = row;
        }
        partitions.sort(Comparator.comparing(Partition::value));
        return partitions;
    }
}
