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

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Casts of byte strings and text to the layout with 32-bit offsets.
final class BinaryCasts {

    /// From 64-bit offsets: the data stays where it is.
    static final Cast LARGE = (source, context) -> {
        Buf offsets = offsets(source, context.memory());
        long start = ArrayChecks.offset(source, 0);
        long end = ArrayChecks.offset(source, source.length());
        Take.checkedOffset(end - start);
        for (int i = 0; i <= source.length(); i++) {
            setOffset(offsets, i, (int) (ArrayChecks.offset(source, i) - start));
        }
        return source.with(
                Layout.VARIABLE, List.of(offsets, source.buffers().get(1).slice(start, end - start)), List.of());
    };

    /// From views: the data is gathered.
    static final Cast VIEW = (source, context) -> {
        Views views = Views.of(source);
        Buf offsets = offsets(source, context.memory());
        long end = 0;
        setOffset(offsets, 0, 0);
        for (int i = 0; i < source.length(); i++) {
            end += source.isNull(i) ? 0 : views.length(i);
            setOffset(offsets, i + 1, Take.checkedOffset(end));
        }
        Buf data = context.memory().allocate(end);
        copy(source, views, data.segment());
        return source.with(Layout.VARIABLE, List.of(offsets, data), List.of());
    };

    /// From byte strings of one length: only the offsets are new.
    static final Cast FIXED = (source, context) -> {
        Take.checkedOffset((long) source.length() * source.width());
        Buf offsets = offsets(source, context.memory());
        for (int i = 0; i <= source.length(); i++) {
            setOffset(offsets, i, i * source.width());
        }
        return source.with(Layout.VARIABLE, List.of(offsets, source.buffers().get(0)), List.of());
    };

    private BinaryCasts() {}

    private static void copy(ArrayData source, Views views, MemorySegment target) {
        long at = 0;
        for (int i = 0; i < source.length(); i++) {
            if (!source.isNull(i)) {
                int length = views.length(i);
                Take.copy(views.memory(i), views.start(i), target, at, length);
                at += length;
            }
        }
    }

    private static Buf offsets(ArrayData source, BatchMemory memory) {
        return memory.allocate((source.length() + 1L) * Integer.BYTES);
    }

    private static void setOffset(Buf offsets, int position, int offset) {
        offsets.segment().set(ArrayData.INT, (long) position * Integer.BYTES, offset);
    }
}
