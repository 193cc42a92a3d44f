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
package dev.wings.compactor.segment;

import dev.wings.common.lake.LakeTable;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;

/// A segment of the table, as its manifest describes it.
///
/// @param minOffset lowest offset of its rows
/// @param maxOffset highest offset of its rows
public record Segment(DataFile file, long minOffset, long maxOffset) {

    public static Segment of(DataFile file) {
        return new Segment(file, offset(file, file.lowerBounds()), offset(file, file.upperBounds()));
    }

    public long bytes() {
        return file.fileSizeInBytes();
    }

    private static long offset(DataFile file, Map<Integer, ByteBuffer> bounds) {
        ByteBuffer bound = bounds.get(LakeTable.OFFSET_FIELD_ID);
        if (bound == null) {
            throw new IllegalStateException("a segment has no bounds for its offsets: location=" + file.location());
        }
        return Conversions.<Long>fromByteBuffer(Types.LongType.get(), bound);
    }
}
