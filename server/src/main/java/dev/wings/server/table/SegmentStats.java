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
package dev.wings.server.table;

/// What planning found of a table's segments.
///
/// @param segments all of the table
/// @param readSegments that may hold rows that matter
/// @param rowGroups of those
/// @param readRowGroups that may hold rows that matter
/// @param rows of all segments in manifests that could not be left out as a whole
/// @param readRows of the row groups that matter
/// @param bytes of all segments in manifests that could not be left out as a whole
/// @param readBytes of the columns and row groups that matter
/// @param metadataLocation of the snapshot
public record SegmentStats(
        int segments,
        int readSegments,
        int rowGroups,
        int readRowGroups,
        long rows,
        long readRows,
        long bytes,
        long readBytes,
        String metadataLocation) {}
