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
import org.jspecify.annotations.Nullable;

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

    /// To byte strings of one length, of which each value must be.
    ///
    /// @param bytes makes the layout with 32-bit offsets first
    static Cast ofLength(SourceField field, Cast bytes, int length) {
        return each(field, bytes, length, (data, start, size, target, at) -> {
            if (size != length) {
                return "the value has another length: expected=" + length + ", found=" + size;
            }
            MemorySegment.copy(data, start, target, at, length);
            return null;
        });
    }

    /// From the text of UUIDs, `8-4-4-4-12` hexadecimal digits in any case.
    ///
    /// @param bytes makes the layout with 32-bit offsets first
    static Cast uuids(SourceField field, Cast bytes) {
        return each(
                field,
                bytes,
                ArrowSchemas.UUID_BYTES,
                (data, start, size, target, at) -> UuidText.read(data, start, size, target, at)
                        ? null
                        : "the text is no UUID: 8-4-4-4-12 hexadecimal digits are expected");
    }

    /// Writes one value, which is not null. Returns what is wrong with it; null if nothing is.
    private interface Value {
        @Nullable
        String write(MemorySegment data, long start, int size, MemorySegment target, long at);
    }

    private static Cast each(SourceField field, Cast bytes, int width, Value value) {
        return (source, context) -> {
            ArrayData texts = bytes.apply(source, context);
            Buf result = context.memory().allocate((long) texts.length() * width);
            MemorySegment target = result.segment();
            for (int i = 0; i < texts.length(); i++) {
                long at = (long) i * width;
                if (texts.isNull(i)) {
                    target.asSlice(at, width).fill((byte) 0);
                } else {
                    long start = ArrayChecks.offset(texts, i);
                    int size = (int) (ArrayChecks.offset(texts, i + 1) - start);
                    @Nullable String wrong = value.write(texts.memory(1), start, size, target, at);
                    if (wrong != null) {
                        context.bad(field, wrong, source, i);
                        target.asSlice(at, width).fill((byte) 0);
                    }
                }
            }
            return NumberCasts.fixed(texts, result, width);
        };
    }

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
