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

import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.UnionVector;

/// How many bytes rows take in an IPC message, about, and never less than their values take.
public final class RowBytes {

    /// What a vector adds to a message besides its values: its node, where its buffers are, and what pads them.
    private static final long VECTOR_BYTES = 80;

    private RowBytes() {}

    /// The bytes of all rows of a root.
    public static long of(VectorSchemaRoot root) {
        return of(root, 0, root.getRowCount());
    }

    /// The bytes of `rows` rows from `start` on.
    public static long of(VectorSchemaRoot root, int start, int rows) {
        return ofAll(root.getFieldVectors(), start, rows);
    }

    /// How many rows from `start` on fit into `bytes`: at least one, if there is one.
    public static int fitting(VectorSchemaRoot root, int start, long bytes) {
        int left = root.getRowCount() - start;
        if (left <= 1 || of(root, start, left) <= bytes) {
            return left;
        }
        int fit = 1;
        int tooMany = left;
        while (tooMany - fit > 1) {
            int middle = (fit + tooMany) >>> 1;
            if (of(root, start, middle) <= bytes) {
                fit = middle;
            } else {
                tooMany = middle;
            }
        }
        return fit;
    }

    private static long ofAll(List<FieldVector> vectors, int start, int rows) {
        long bytes = 0;
        for (FieldVector vector : vectors) {
            bytes += of(vector, start, rows);
        }
        return bytes;
    }

    private static long of(FieldVector vector, int start, int rows) {
        long validity = VECTOR_BYTES + (rows + 7L) / 8;
        if (rows == 0 || vector instanceof NullVector) {
            return VECTOR_BYTES;
        }
        return switch (vector) {
            case BaseFixedWidthVector it ->
                validity + (it.getTypeWidth() == 0 ? validity : (long) it.getTypeWidth() * rows);
            case BaseVariableWidthVector it ->
                validity
                        + (rows + 1L) * Integer.BYTES
                        + offset(it.getOffsetBuffer(), start + rows)
                        - offset(it.getOffsetBuffer(), start);
            case BaseLargeVariableWidthVector it ->
                validity
                        + (rows + 1L) * Long.BYTES
                        + it.getOffsetBuffer().getLong((start + (long) rows) * Long.BYTES)
                        - it.getOffsetBuffer().getLong((long) start * Long.BYTES);
            // maps too
            case ListVector it -> {
                int first = offset(it.getOffsetBuffer(), start);
                int end = offset(it.getOffsetBuffer(), start + rows);
                yield validity + (rows + 1L) * Integer.BYTES + of(it.getDataVector(), first, end - first);
            }
            case FixedSizeListVector it ->
                validity + of(it.getDataVector(), start * it.getListSize(), rows * it.getListSize());
            case StructVector it -> validity + ofAll(it.getChildrenFromFields(), start, rows);
            case UnionVector it -> VECTOR_BYTES + rows + ofAll(it.getChildrenFromFields(), start, rows);
            // No result has such vectors: their values count as if all were equally large.
            default ->
                Math.ceilDiv((long) vector.getBufferSize() * rows, Math.max(1, vector.getValueCount())) + validity;
        };
    }

    private static int offset(ArrowBuf offsets, int index) {
        return offsets.getInt((long) index * Integer.BYTES);
    }
}
