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
import java.util.Optional;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ElementAddressableVector;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

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

    /// The group of rows that are in no partition.
    private static final int NO_GROUP = -1;

    private final TopicField key;
    private final FieldVector column;
    private final MurmurHasher hasher;
    private final Faults faults;
    private final int maxPartitions;

    private final int[] groupOfRow;
    private final List<Integer> firstRows = new ArrayList<>();

    private Partitioner(TopicField key, FieldVector column, int columns, MurmurHasher hasher, Faults faults) {
        this.key = key;
        this.column = column;
        this.hasher = hasher;
        this.faults = faults;
        this.maxPartitions = Math.max(1, Math.min(MAX_PARTITIONS, MAX_COLUMNS_OF_PARTITIONS / columns));
        this.groupOfRow = new int[column.getValueCount()];
    }

    /// The rows of one partition, in the order of the batch.
    ///
    /// @param rows positions in the batch
    @SuppressWarnings("ArrayRecordComponent") // read once, by the one who asked for it
    record Partition(String value, int[] rows) {}

    /// Hears of a row that belongs to no partition.
    interface Faults {

        /// Fails with the reason if that refuses the batch.
        void add(int row, WingsException reason);
    }

    /// As [#partition(TopicField, FieldVector, int, MurmurHasher, Faults)], and fails with INVALID for a null
    /// in the key, too.
    static List<Partition> partition(TopicField key, FieldVector column, int columns, MurmurHasher hasher) {
        return partition(key, column, columns, hasher, (row, reason) -> {
            throw reason;
        });
    }

    /// The partitions of a batch, ordered by value. Fails with INVALID for too many partitions.
    ///
    /// @param column the values of `key`, of its canonical Arrow type
    /// @param columns how many columns the batch has, nested ones included
    /// @param hasher is seeded, so that nobody can choose values that collide
    /// @param faults hears of rows that have no value that a partition can have; they are in none
    static List<Partition> partition(
            TopicField key, FieldVector column, int columns, MurmurHasher hasher, Faults faults) {
        Partitioner partitioner = new Partitioner(key, column, columns, hasher, faults);
        partitioner.findNulls();
        if (column instanceof BitVector bits) {
            partitioner.group(bits);
        } else if (column instanceof ElementAddressableVector values) {
            partitioner.group(values);
        } else {
            throw new IllegalStateException("not the vector of a partition key: " + column.getClass());
        }
        return partitioner.partitions();
    }

    /// Leaves rows without a value out of all groups.
    private void findNulls() {
        for (int row = 0; column.getNullCount() > 0 && row < groupOfRow.length; row++) {
            if (column.isNull(row)) {
                faults.add(
                        row,
                        WingsException.invalid("null in the partition key: field=\"" + key.name() + "\", type="
                                + key.type() + ", " + RowNumber.text(row)));
                groupOfRow[row] = NO_GROUP;
            }
        }
    }

    private void group(BitVector bits) {
        int[] groupOfBit = {-1, -1};
        for (int row = 0; row < groupOfRow.length; row++) {
            if (groupOfRow[row] == NO_GROUP) {
                continue;
            }
            int bit = bits.get(row);
            if (groupOfBit[bit] < 0) {
                groupOfBit[bit] = open(row);
            }
            groupOfRow[row] = groupOfBit[bit];
        }
    }

    /// An open-addressed hash table of groups. Rows with one value often follow each other, so the group of the
    /// row before is tried first.
    private void group(ElementAddressableVector values) {
        int[] table = new int[4 * MAX_PARTITIONS];
        Arrays.fill(table, -1);
        ArrowBufPointer value = new ArrowBufPointer(hasher);
        ArrowBufPointer before = new ArrowBufPointer(hasher);
        ArrowBufPointer other = new ArrowBufPointer(hasher);
        int last = NO_GROUP;
        for (int row = 0; row < groupOfRow.length; row++) {
            if (groupOfRow[row] == NO_GROUP) {
                continue;
            }
            values.getDataPointer(row, value);
            if (last != NO_GROUP && value.equals(before)) {
                groupOfRow[row] = last;
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
            last = table[place];
            groupOfRow[row] = last;
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
            if (group != NO_GROUP) {
                counts[group]++;
            }
        }
        // null for a group whose value makes no partition
        List<@Nullable Partition> groups = new ArrayList<>();
        int characters = 0;
        for (int group = 0; group < counts.length; group++) {
            Optional<String> value = value(group);
            characters += value.map(String::length).orElse(0);
            if (characters > MAX_VALUE_CHARACTERS) {
                throw tooMany(group);
            }
            groups.add(value.isEmpty() ? null : new Partition(value.get(), new int[counts[group]]));
        }
        Arrays.fill(counts, 0);
        for (int row = 0; row < groupOfRow.length; row++) {
            int group = groupOfRow[row];
            Partition partition = group == NO_GROUP ? null : groups.get(group);
            if (partition != null) {
                partition.rows[counts[group]++] = row;
            }
        }
        List<Partition> partitions = new ArrayList<>();
        groups.forEach(partition -> {
            if (partition != null) {
                partitions.add(partition);
            }
        });
        partitions.sort(Comparator.comparing(Partition::value));
        return partitions;
    }

    /// The value of a group; empty if it makes no partition, which is told of all its rows.
    private Optional<String> value(int group) {
        int first = firstRows.get(group);
        try {
            return Optional.of(PartitionValue.of(key.type(), column, first));
        } catch (WingsException e) {
            for (int row = first; row < groupOfRow.length; row++) {
                if (groupOfRow[row] == group) {
                    String reason = String.valueOf(e.getMessage());
                    faults.add(row, WingsException.invalid(reason.replace(RowNumber.text(first), RowNumber.text(row))));
                }
            }
            return Optional.empty();
        }
    }
}
