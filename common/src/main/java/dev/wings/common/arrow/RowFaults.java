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
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What becomes of a batch some of whose rows have values that do not fit: the first of them refuses the batch,
/// or they are gathered, so that the others can be taken without them. One for each batch; not thread-safe.
public final class RowFaults {

    /// Values of lists that are found at fault, for each row that may be.
    private static final int VALUES_PER_ROW = 16;

    private final Budget budget;
    private final NavigableMap<Integer, RowFault> found = new TreeMap<>();

    private RowFaults(Budget budget) {
        this.budget = budget;
    }

    /// The first row at fault refuses the batch.
    public static RowFaults refuse() {
        return new RowFaults(new Budget(0));
    }

    /// Gathers rows at fault, with the first reason of each.
    ///
    /// @param limit more rows refuse the batch: then it is hardly the rows that are at fault
    public static RowFaults gather(int limit) {
        return new RowFaults(new Budget(limit));
    }

    /// How much may be at fault in a batch, and how much was found.
    private static final class Budget {
        private final int rows;
        private int values;

        Budget(int rows) {
            this.rows = rows;
        }

        boolean gathers() {
            return rows > 0;
        }
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /// The rows, in their order.
    public List<RowFault> rows() {
        return List.copyOf(found.values());
    }

    public boolean has(int row) {
        return found.containsKey(row);
    }

    /// The other rows of so many, in their order.
    public int[] others(int rows) {
        return IntStream.range(0, rows).filter(row -> !has(row)).toArray();
    }

    /// Hears of a row that does not fit. Fails with the reason if that refuses the batch.
    public void add(int row, String field, WingsException reason) {
        add(row, field, reason, () -> null);
    }

    /// As [#add(int, String, WingsException)].
    ///
    /// @param value what was sent, as text, if it can be told
    public void add(int row, @Nullable String field, WingsException reason, Supplier<@Nullable String> value) {
        if (!budget.gathers()) {
            throw reason;
        }
        if (found.containsKey(row)) {
            return;
        }
        if (found.size() == budget.rows || ++budget.values > budget.rows * VALUES_PER_ROW) {
            throw tooMany();
        }
        found.put(row, RowFault.of(row, field, String.valueOf(reason.getMessage()), value.get()));
    }

    private WingsException tooMany() {
        return WingsException.invalid("too many rows of the batch cannot be taken, none of it is: limit=" + budget.rows
                + ": the first: " + found.firstEntry().getValue().reason());
    }

    /// Hears of the elements of lists, which [#lift] makes faults of the lists.
    RowFaults elements() {
        return budget.gathers() ? new RowFaults(budget) : this;
    }

    /// Makes faults of elements those of the lists that they are in. What is in no list refuses the batch,
    /// since it does not go with any row.
    ///
    /// @param lists of a layout with elements
    void lift(RowFaults elements, ArrayData lists) {
        if (!budget.gathers() || elements.isEmpty()) {
            return;
        }
        for (int i = 0; i < lists.length() && !elements.isEmpty(); i++) {
            long start = start(lists, i);
            long end = end(lists, i);
            if (start < end) {
                NavigableMap<Integer, RowFault> inside = elements.found.subMap((int) start, true, (int) end, false);
                if (!inside.isEmpty()) {
                    RowFault first = inside.firstEntry().getValue();
                    add(i, first.field(), WingsException.invalid(first.reason()), first::value);
                    // elements of views may be in several lists
                    if (!isView(lists)) {
                        inside.clear();
                    }
                }
            }
        }
        // elements that no view shows are left behind
        if (!isView(lists) && !elements.isEmpty()) {
            throw WingsException.invalid(elements.found.firstEntry().getValue().reason());
        }
    }

    private static boolean isView(ArrayData lists) {
        return lists.layout() == Layout.LIST_VIEW || lists.layout() == Layout.LARGE_LIST_VIEW;
    }

    private static long start(ArrayData lists, int position) {
        return switch (lists.layout()) {
            case FIXED_LIST -> (long) position * lists.width();
            case LIST_VIEW, LARGE_LIST_VIEW -> lists.isNull(position) ? 0 : ArrayChecks.listViewOffset(lists, position);
            default -> ArrayChecks.offset(lists, position);
        };
    }

    private static long end(ArrayData lists, int position) {
        return switch (lists.layout()) {
            case FIXED_LIST -> (position + 1L) * lists.width();
            case LIST_VIEW, LARGE_LIST_VIEW ->
                lists.isNull(position) ? 0 : start(lists, position) + ArrayChecks.listViewSize(lists, position);
            default -> ArrayChecks.offset(lists, position + 1);
        };
    }
}
