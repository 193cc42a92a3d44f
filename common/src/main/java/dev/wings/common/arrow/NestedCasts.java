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

import dev.wings.common.schema.FieldType;
import java.util.ArrayList;
import java.util.List;

/// Casts of structs, and of lists and maps to the layout with 32-bit offsets.
final class NestedCasts {

    /// The producer does not send the member.
    static final int ABSENT = -1;

    private NestedCasts() {}

    /// A member of the topic's struct.
    ///
    /// @param source its position in the producer's struct, or [#ABSENT]
    record Member(int source, Cast cast, FieldType type) {}

    static Cast struct(List<Member> members) {
        boolean same = true;
        for (int i = 0; i < members.size(); i++) {
            same &= members.get(i).source() == i && members.get(i).cast().isIdentity();
        }
        if (same) {
            return Cast.identity();
        }
        return (source, context) -> {
            List<ArrayData> children = new ArrayList<>(members.size());
            for (Member member : members) {
                children.add(
                        member.source() == ABSENT
                                ? NullArrays.of(member.type(), source.length(), context.memory())
                                : member.cast().apply(source.children().get(member.source()), context));
            }
            return source.with(Layout.STRUCT, List.of(), children);
        };
    }

    static Cast list(SourceField source, Cast element) {
        return switch (source.layout()) {
            case LIST ->
                element.isIdentity()
                        ? element
                        : (array, context) ->
                                array.with(Layout.LIST, array.buffers(), List.of(elements(array, element, context)));
            case LARGE_LIST ->
                (array, context) -> {
                    Buf offsets = offsets(array, context);
                    for (int i = 0; i <= array.length(); i++) {
                        // The reader has checked that the last is an int.
                        setOffset(offsets, i, (int) ArrayChecks.offset(array, i));
                    }
                    return list(array, offsets, elements(array, element, context));
                };
            case FIXED_LIST ->
                (array, context) -> {
                    Buf offsets = offsets(array, context);
                    for (int i = 0; i <= array.length(); i++) {
                        setOffset(offsets, i, i * array.width());
                    }
                    return list(array, offsets, elements(array, element, context));
                };
            case LIST_VIEW, LARGE_LIST_VIEW ->
                (array, context) -> {
                    ArrayData elements = elements(array, element, context);
                    return gather(array, elements, context);
                };
            default -> throw new IllegalStateException("not a list: layout=" + source.layout());
        };
    }

    private static ArrayData elements(ArrayData lists, Cast element, CastContext context) {
        RowFaults faults = context.faults().elements();
        ArrayData elements = element.apply(lists.children().get(0), context.inside(faults));
        context.faults().lift(faults, lists);
        return elements;
    }

    private static ArrayData gather(ArrayData array, ArrayData elements, CastContext context) {
        Buf offsets = offsets(array, context);
        long end = 0;
        setOffset(offsets, 0, 0);
        for (int i = 0; i < array.length(); i++) {
            end += array.isNull(i) ? 0 : ArrayChecks.listViewSize(array, i);
            setOffset(offsets, i + 1, Take.checkedOffset(end));
        }
        context.memory().charge(end * Integer.BYTES);
        int[] positions = new int[(int) end];
        int at = 0;
        for (int i = 0; i < array.length(); i++) {
            if (!array.isNull(i)) {
                int start = (int) ArrayChecks.listViewOffset(array, i);
                int size = (int) ArrayChecks.listViewSize(array, i);
                for (int j = 0; j < size; j++) {
                    positions[at++] = start + j;
                }
            }
        }
        return list(array, offsets, Take.take(elements, positions, context.memory()));
    }

    private static ArrayData list(ArrayData source, Buf offsets, ArrayData elements) {
        return source.with(Layout.LIST, List.of(offsets), List.of(elements));
    }

    private static Buf offsets(ArrayData array, CastContext context) {
        return context.memory().allocate((array.length() + 1L) * Integer.BYTES);
    }

    private static void setOffset(Buf offsets, int position, int offset) {
        offsets.segment().set(ArrayData.INT, (long) position * Integer.BYTES, offset);
    }
}
