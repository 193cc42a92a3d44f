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
package dev.wings.controlplane.log;

/// A partition as it is stored.
///
/// @param nextOffset the offset that the next row gets
/// @param watermark rows below are in segments, rows from here on in pages
/// @param lastTimestampMicros the timestamp of the newest batch
public record PartitionRecord(String value, long nextOffset, long watermark, long lastTimestampMicros) {

    public PartitionRecord {
        if (watermark < 0 || watermark > nextOffset) {
            throw new IllegalStateException(
                    "a watermark lies within the log: watermark=" + watermark + ", next_offset=" + nextOffset);
        }
    }
}
